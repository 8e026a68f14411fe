"""Headings say no title of a withdrawn file (案卷) that others lie in."""

from collections.abc import Collection

from django.db import connections
from django.utils import timezone

from review.catalogue.models import ReleasedEntry, ReleasedFonds, ReleasedSeries
from review.catalogue.proofs import entry_at
from review.catalogue.router import ALIAS
from review.catalogue.rows import files_dir, key_of, search_text
from review.catalogue.searching import index_terms
from review.catalogue.spelling import folded

HIDDEN = "[题名不公布]"
LONG = 8  # a title of fewer signs may be part of a heading by chance; it is hidden where it is the whole of a part
CHUNK = 1_000


def hide_headings(fonds: ReleasedFonds, withdrawn: Collection[str | None]) -> None:
    """Let every heading of a fonds say what it may: no title in `withdrawn`, and what was hidden before if it may again.

    None among them is a title that cannot be read: then a heading may only come to say less.
    """
    titles = {title for title in withdrawn if title}
    for series in fonds.series.filter(title__contains=HIDDEN) if not titles else fonds.series.all():
        issued = series.title
        if HIDDEN in issued and None not in withdrawn:
            issued = _issued(series) or issued
        heading = shown_heading(issued, titles)
        if heading != series.title:
            series.title = heading
            series.save(update_fields=["title"])
            _index_anew(series)


def shown_heading(heading: str, titles: Collection[str]) -> str:
    """A heading, any title of a withdrawn entry in it hidden: a part that is one, and a longer one anywhere in it."""
    for title in sorted(titles, key=len, reverse=True):
        if len(title) >= LONG:
            heading = heading.replace(title, HIDDEN)
    same = {_plain(title) for title in titles}
    return " / ".join(HIDDEN if _plain(part) in same else part for part in heading.split(" / "))


def _plain(text: str) -> str:
    return "".join(folded(text).split())


def _issued(series: ReleasedSeries) -> str | None:
    """The heading as it was issued, out of the file of an edition that has it; None where none vouches for it."""
    for row in series.entries.select_related("edition").order_by("pk")[:3]:
        entry = entry_at(row.edition, files_dir() / row.edition.number, row.leaf)
        if entry is not None and key_of(entry.series_title) == series.key:
            return entry.series_title
    return None


def _index_anew(series: ReleasedSeries) -> None:
    """The words of a heading are those of its entries too."""
    terms = connections[ALIAS].vendor == "postgresql"
    rows, last = ReleasedEntry.objects.filter(fonds=series.fonds_id, series=series).order_by("pk"), 0
    while batch := list(rows.filter(pk__gt=last)[:CHUNK]):
        for row in batch:
            row.search_text = search_text(row, series.title)
            row.search_terms = index_terms(row.search_text) if terms else ""
            row.changed_at = timezone.now()
        ReleasedEntry.objects.bulk_update(batch, ["search_text", "search_terms", "changed_at"], batch_size=200)
        last = batch[-1].pk
