"""What stands on the pages before and after the entries: cover, notice, guide, figures and colophon, as HTML."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.template import Context, Engine
from django.utils.safestring import mark_safe

from policies.grounds import DEFERRAL_GROUNDS
from review.documents.catalogue_charts import bars_chart, columns_chart, qr_code
from review.documents.catalogue_volumes import Survey
from review.documents.edition import Edition
from review.documents.pdf_metadata import Described
from review.documents.printable import printable
from review.documents.typesetting import TEMPLATES
from review.documents.wording import grouped, in_fours, long_date, words

_MOST_DECADES = 30


@dataclass(frozen=True, slots=True)
class Place:
    """Which volume of how many this is, and the SHA-256 of the entries.csv inside it."""

    number: int
    of: int
    digest: str


def front_html(edition: Edition, found: Survey, place: Place) -> str:
    """The pages of one volume that are no lists, every text escaped and printable; the first volume has the notice."""
    w = words(edition.language)
    return _rendered(
        edition,
        volume=_volume(place, w),
        vertical=edition.vertical_title and _lang(edition) != "en",
        notice=place.number == 1,
        whole=True,
        reading=[
            w[key].replace("{mark}", w["early_mark"]).replace("{part}", w["part_mark"])
            for key in w
            if key.startswith("read_") and (key != "read_part" or edition.counts.opened_in_part)
        ],
        figures=list(_figures(edition, w)),
        charts=list(_charts(edition, found, w)),
        scope=_scope(edition, found, w),
        colophon=list(_colophon(edition, w)),
        digests=list(_digests(edition, place, w)),
        verify_url=verify_url(edition),
        qr=_qr(edition, w),
    )


def notice_html(edition: Edition, found: Survey) -> str:
    """The notice alone."""
    return _rendered(edition, notice=True, whole=False, scope=_scope(edition, found, words(edition.language)))


def described(edition: Edition, name: str, volume: str = "") -> Described:
    """What a document of the edition says of itself; `name` is that of its kind among the words."""
    w = words(edition.language)
    archives = printable(edition.archives.of(edition.language))
    release = w["release"].format(number=edition.number)
    return Described(
        title=" ".join(filter(None, (archives, w[name], edition.number, volume))),
        author=archives,
        description=f"{w[name]} {release}",
        program=w["software"].format(version=printable(edition.code_version)),
        on=edition.issued_on,
        language=_lang(edition),
    )


def verify_url(edition: Edition) -> str:
    """The page on which anyone can verify the release; "" where the public site's address is not known."""
    return f"{edition.public_url}releases/{edition.number}/verify/" if edition.public_url else ""


def _rendered(edition: Edition, **content: Any) -> str:
    language = edition.language
    w = words(language)
    issued_on = long_date(edition.issued_on, language)
    said = described(edition, "catalogue")
    template = Engine(dirs=[str(TEMPLATES)]).from_string(
        (TEMPLATES / "open_catalogue.html").read_text(encoding="utf-8")
    )
    common = {
        "w": w,
        "lang": said.language,
        "other_lang": "zh-Hans" if said.language == "en" else "en",
        "title": said.title,
        "archives": said.author,
        "release": w["release"].format(number=edition.number),
        "issued_on": issued_on,
        "corrects": w["corrects"].format(number=edition.corrects) if edition.corrects else "",
        "corrects_short": w["corrects_short"].format(number=edition.corrects) if edition.corrects else "",
        "notice_basis": w["notice_basis"].format(issued_on=issued_on),
        "conditions": printable(edition.conditions.of(language)),
        "enquiry": printable(edition.enquiry.of(language)),
    }
    return template.render(Context(common | content))


def _lang(edition: Edition) -> str:
    return "en" if edition.language.lower().startswith("en") else "zh-Hans"


def _volume(place: Place, w: dict[str, str]) -> str:
    return w["volume"].format(number=place.number, of=place.of) if place.of > 1 else ""


def _scope(edition: Edition, found: Survey, w: dict[str, str]) -> str:
    said = ""
    if years := found.years:
        said = w["scope_years" if years[0] < years[1] else "scope_year"].format(first=years[0], last=years[1])
    early = edition.counts.opened_early
    in_part = edition.counts.opened_in_part
    return w["scope_text"].format(
        fonds=grouped(len(edition.fonds)),
        series=grouped(sum(len(fonds.series) for fonds in edition.fonds)),
        opened=grouped(edition.counts.opened + in_part),
        years=said,
        early=(w["scope_early"].format(early=grouped(early)) if early else "")
        + (w["scope_part"].format(part=grouped(in_part)) if in_part else ""),
    )


def _figures(edition: Edition, w: dict[str, str]) -> Iterator[dict[str, str]]:
    """The rows of the table of outcomes; grounds without an entry are left out."""
    counts = edition.counts

    def row(kind: str, name: str, basis: str, number: int) -> dict[str, str]:
        return {"kind": kind, "name": name, "basis": basis, "entries": grouped(number)}

    yield row("head", w["opened"], w["opened_basis"], counts.opened)
    if counts.opened_early:
        yield row("part", w["opened_early"], w["early_basis"], counts.opened_early)
    yield row("head", w["deferred"], "", sum(counts.deferred.values()))
    for code, ground in DEFERRAL_GROUNDS.items():
        if number := counts.deferred.get(code, 0):
            language = edition.language
            yield row("part", ground.name.of(language), ground.article.of(language), number)
    if counts.opened_in_part:
        yield row("part", w["opened_in_part"], "", counts.opened_in_part)
    yield row("head", w["referred"], w["referred_basis"], counts.referred)
    yield row("head", w["not_due"], w["not_due_basis"], counts.not_due)
    yield row("total", w["reviewed"], "", counts.reviewed)


def _charts(edition: Edition, found: Survey, w: dict[str, str]) -> Iterator[dict[str, str]]:
    counts = edition.counts
    outcomes = [
        (w["opened"], counts.opened),
        (w["deferred"], sum(counts.deferred.values())),
        (w["referred"], counts.referred),
        (w["not_due"], counts.not_due),
    ]
    decades = _decades(found, w)
    if counts.reviewed:
        yield {"title": w["by_outcome"], "svg": mark_safe(bars_chart(outcomes, _said("by_outcome", outcomes, w)))}  # noqa: S308  drawn by us, escaped
    if decades:
        yield {"title": w["by_decade"], "svg": mark_safe(columns_chart(decades, _said("by_decade", decades, w)))}  # noqa: S308


def _decades(found: Survey, w: dict[str, str]) -> list[tuple[str, int]]:
    """Every decade from the first to the last; where that would be too many, only those that have entries."""
    if not found.decades:
        return []
    decades = range(min(found.decades), max(found.decades) + 10, 10)
    listed = list(decades) if len(decades) <= _MOST_DECADES else sorted(found.decades)[-_MOST_DECADES:]
    rows = [(str(decade), found.decades[decade]) for decade in listed]
    return [*rows, (w["undated"], found.undated)] if found.undated else rows


def _said(name: str, rows: list[tuple[str, int]], w: dict[str, str]) -> str:
    return w["chart_said"].format(name=w[name], rows=w["between"].join(f"{row} {number:,}" for row, number in rows))


def _colophon(edition: Edition, w: dict[str, str]) -> Iterator[tuple[str, str]]:
    yield w["archives"], printable(edition.archives.of(edition.language))
    yield w["number"], edition.number
    if edition.corrects:
        yield w["correction"], w["corrects_short"].format(number=edition.corrects)
    yield w["issued_on"], long_date(edition.issued_on, edition.language)
    yield w["signed_off"], f"{printable(edition.signed_off_by)}　{long_date(edition.signed_off_on, edition.language)}"
    yield w["made_with"], w["software"].format(version=printable(edition.code_version))


def _digests(edition: Edition, place: Place, w: dict[str, str]) -> Iterator[tuple[str, str]]:
    yield w["entries_digest"], in_fours(place.digest)
    yield w["ruleset"].format(number=edition.ruleset_number), in_fours(edition.ruleset_digest)
    yield w["ledger"].format(line=grouped(edition.ledger_line)), in_fours(edition.ledger_digest)


def _qr(edition: Edition, w: dict[str, str]) -> str:
    url = verify_url(edition)
    return mark_safe(qr_code(url, w["qr_said"].format(url=url))) if url else ""  # noqa: S308  drawn by us
