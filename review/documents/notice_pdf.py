"""The notice of opening (开放公告) as a document of its own, to be posted where the catalogue is too long."""

from __future__ import annotations

from pathlib import Path

from review.documents.catalogue_join import Volume
from review.documents.catalogue_page import described, notice_html
from review.documents.catalogue_volumes import survey
from review.documents.edition import Edition
from review.documents.text_drawing import Used
from review.documents.typesetting import typeset
from review.documents.wording import words


def write_notice(edition: Edition, path: Path) -> None:
    """Write the notice of `edition` to `path` as PDF/A-3a and PDF/UA-1, with an empty field for the signature."""
    set_pages = typeset(notice_html(edition, survey(edition)), "open_catalogue.css")
    beside = path.with_name(f"{path.name}.unfinished")
    volume = Volume(beside, set_pages.pdf, Used(), words(edition.language)["seal_field"])
    try:
        volume.expect(set_pages.pages)
        for title, place, _ in volume.graft.bookmarks():
            volume.bookmark(1, title, place + 1, 0)
        volume.add_set(
            range(set_pages.pages), range(1, set_pages.pages + 1), numbered=set_pages.pages > 1, field=True
        )
        volume.finish(described(edition, "notice"), None)
    except BaseException:
        volume.abandon()
        beside.unlink()
        raise
    beside.replace(path)
