"""What this archives decided before, as examples for a second opinion: entries whose batch was released, with their ground."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from django.db.models import QuerySet

from policies.learning.listing import Example, Listed
from review.models import CLOSED, Entry, Series
from review.models.holdings import AccessStatus

KeptWhole = Literal["fonds", "series"]

_DECIDED = [AccessStatus.OPEN, *CLOSED]


def decided_here() -> QuerySet[Entry]:
    """The entries that a released batch opened or deferred, in catalogue order. Stubs say nothing and are left out.

    What only an import says of an entry is another archives' decision, or nobody's, and is not among them.
    """
    released = Entry.objects.filter(access_status__in=_DECIDED, stub=False, batch_entries__live=False)
    return released.distinct().select_related("fonds", "parent").order_by("fonds", "position", "id")


def past_decisions(kept_whole: KeptWhole = "fonds") -> list[Example]:
    """Each as the second opinion may see it, with its ground; without one: it was opened. Two queries.

    `kept_whole` says what the bound is stated for: the next fonds, or the next topmost series of any fonds.
    """
    entries = list(decided_here())
    return [
        Example(listed, frozenset([entry.ground] if entry.access_status in CLOSED else []))
        for entry, listed in zip(entries, as_listed(entries, kept_whole), strict=True)
    ]


def as_listed(entries: Iterable[Entry], kept_whole: KeptWhole = "fonds") -> list[Listed]:
    """Entries, in catalogue order, as the second opinion sees them: title, the titles above, years. One query."""
    series = {row.pk: row for row in Series.objects.only("title", "parent_id", "reference_code")}
    return [_as_listed(entry, series, kept_whole) for entry in entries]


def _as_listed(entry: Entry, series: dict[int, Series], kept_whole: KeptWhole) -> Listed:
    above: list[Series] = []
    key = entry.series_id
    while key is not None:
        above.insert(0, series[key])
        key = series[key].parent_id
    titles = [each.title for each in above] or [entry.series_title]
    if entry.parent is not None:
        titles.append(entry.parent.title)
    group = entry.fonds.code
    if kept_whole == "series":
        group += f" {above[0].reference_code if above else entry.series_title}"
    years = (entry.earliest.year, entry.latest.year) if entry.earliest and entry.latest else None
    return Listed(entry.title, tuple(filter(None, titles)), years, entry.level, group)
