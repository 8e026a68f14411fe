"""Units of description as the holdings pages show them: the tree of series, the entries in it, one entry whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from django.db.models import Count, OuterRef, QuerySet, Subquery

from review.models import (
    BatchEntry,
    Description,
    DigitalObject,
    Entry,
    EntryChange,
    Fonds,
    PageText,
    Proposal,
    Series,
)
from review.queries.holdings import DueLine, due_list

# The elements of a unit in the order of DA/T 18 and ISAD(G); "date" stands for its five columns.
ELEMENTS = (
    "responsible_body", "date", "extent", "pages", "carrier", "location", "retention", "classification",
    "original_classifier", "declassify_on", "access_condition", "public_attribute", "transfer_opinion",
    "transfer_opinion_on", "agency", "series_title", "document_number", "persons", "keywords", "scope", "notes",
)  # fmt: skip
_DATED = ("date_text", "earliest", "latest")


@dataclass(frozen=True, slots=True)
class FondsLine:
    """One fonds of the holdings: what is due of it, how many series it has, how many entries can be looked at."""

    due: DueLine
    series: int
    with_objects: int

    @property
    def fonds(self) -> Fonds:
        return self.due.fonds


def holdings(fonds: QuerySet[Fonds], today: date) -> list[FondsLine]:
    """Each fonds with its counts. Four queries at any size."""
    series = dict(Series.objects.filter(fonds__in=fonds).order_by().values_list("fonds").annotate(Count("pk")))
    objects = dict(
        DigitalObject.objects.filter(entry__fonds__in=fonds)
        .order_by()
        .values_list("entry__fonds")
        .annotate(Count("entry", distinct=True))
    )
    return [
        FondsLine(line, series.get(line.fonds.pk, 0), objects.get(line.fonds.pk, 0))
        for line in due_list(fonds, today)
    ]


@dataclass(slots=True)
class Branch:
    """A series in the tree of its fonds, and how many entries lie in it and below it."""

    pk: int
    parent: int | None
    reference_code: str
    title: str
    own_entries: int
    entries: int = 0
    depth: int = 0
    parts: list[int] = field(default_factory=list)


class Tree:
    """All series of a fonds. Two queries at any size."""

    def __init__(self, fonds: Fonds) -> None:
        counts = dict(Entry.objects.filter(fonds=fonds).order_by().values_list("series").annotate(Count("pk")))
        self.without_series: int = counts.get(None, 0)
        self.entries: int = sum(counts.values())
        rows = fonds.series.order_by("position", "pk").values_list("pk", "parent", "reference_code", "title")
        self.branches = {row[0]: Branch(*row, own_entries=counts.get(row[0], 0)) for row in rows}
        self.tops: list[int] = []
        for branch in self.branches.values():
            above = self.branches.get(branch.parent) if branch.parent is not None else None
            (above.parts if above else self.tops).append(branch.pk)
        order = list(self._down())
        for branch in reversed(order):
            branch.entries += branch.own_entries
            if branch.parent in self.branches:
                self.branches[branch.parent].entries += branch.entries

    def _down(self) -> Iterator[Branch]:
        waiting = [(pk, 0) for pk in reversed(self.tops)]
        while waiting:
            pk, depth = waiting.pop()
            branch = self.branches[pk]
            branch.depth = depth
            yield branch
            waiting += [(part, depth + 1) for part in reversed(branch.parts)]

    def path_to(self, pk: int) -> list[Branch]:
        """The series from the top down to this one."""
        path = []
        at: int | None = pk
        while at in self.branches:
            path.append(self.branches[at])
            at = self.branches[at].parent
        return path[::-1]

    def around(self, pk: int | None) -> list[Branch]:
        """What is shown of the tree where one stands: the way down to the series, what lies in it; else the top ones."""
        if pk is None:
            return [self.branches[top] for top in self.tops]
        path = self.path_to(pk)
        return [*path, *(self.branches[part] for part in path[-1].parts)]


def entries_in(fonds: Fonds, series: int | None, *, without: bool = False) -> QuerySet[Entry]:
    """The entries of a fonds in archival order: all, those of one series, or those in none; with what a list shows."""
    entries = fonds.entries.select_related("agency")
    if without:
        entries = entries.filter(series__isnull=True)
    elif series is not None:
        entries = entries.filter(series=series)
    return with_place(entries).order_by("position", "pk")


def with_place(entries: QuerySet[Entry]) -> QuerySet[Entry]:
    """Entries with the number of their running batch and of their objects."""
    objects = DigitalObject.objects.filter(entry=OuterRef("pk")).order_by().values("entry")
    live = BatchEntry.objects.filter(entry=OuterRef("pk"), live=True)
    return entries.annotate(
        objects_count=Subquery(objects.annotate(n=Count("pk")).values("n")),
        live_batch=Subquery(live.values("batch__number")[:1]),
    )


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a unit: its value and, where the unit does not state it alone, what it has it from.

    `came`: "" its own; "above" from the unit named by `source` (None: from the fonds); "joined": with what stands above
    and below; "within": from its parts.
    """

    name: str
    value: object
    came: Literal["", "above", "joined", "within"] = ""
    source: Description | None = None


def elements_of(entry: Entry) -> list[Element]:
    """Every element that an entry has, in the order of ELEMENTS."""
    above = list(units_above(entry))
    found = (_date_of(entry, above) if name == "date" else _element(entry, name, above) for name in ELEMENTS)
    return [element for element in found if element.value not in ("", None)]


def units_above(entry: Entry) -> Iterator[Description]:
    """The file that an item lies in, and the series above, the nearest first."""
    file = entry.parent
    while file is not None:
        yield file
        file = file.parent
    series = entry.series
    while series is not None:
        yield series
        series = series.parent


def _element(entry: Entry, name: str, above: list[Description]) -> Element:
    value = getattr(entry, name)
    if name not in entry.own:
        return Element(name, value)
    if entry.own[name]:
        return Element(name, value, "joined")
    source = next((unit for unit in above if _stated(unit, name)), None)
    if name == "series_title":
        source = entry.series
    if source is None and name in ("access_condition", "classification"):
        return Element(name, value, "within")
    return Element(name, value, "above", source)


def _date_of(entry: Entry, above: list[Description]) -> Element:
    span = "" if entry.earliest is None or entry.earliest == entry.latest else f"{entry.earliest} – {entry.latest}"
    value = f"{entry.date_text} ({span})" if span and entry.date_text else entry.date_text or span or entry.shown_date
    changed = [name for name in _DATED if name in entry.own]
    if not changed:
        return Element("date", value)
    if changed == ["latest"]:
        return Element("date", value, "within")
    return Element("date", value, "above", next((unit for unit in above if _stated(unit, "date_text")), None))


def _stated(unit: Description, name: str) -> object:
    """What a unit states itself."""
    return unit.own[name] if name in unit.own else getattr(unit, name, "")


@dataclass(frozen=True, slots=True)
class EntryHistory:
    """What became of an entry: the intakes that changed or would change it, its batches, what was attached to it."""

    changes: list[EntryChange]
    proposals: list[Proposal]
    batches: list[BatchEntry]
    objects: list[DigitalObject]
    texts: int
    parts: int


def history_of(entry: Entry) -> EntryHistory:
    """Six queries."""
    return EntryHistory(
        changes=list(entry.changes.select_related("intake", "intake__by").order_by("pk")),
        proposals=list(entry.proposals.select_related("intake", "settled_by").order_by("pk")),
        batches=list(entry.batch_entries.select_related("batch", "batch__made_by").order_by("pk")),
        objects=list(entry.objects_attached.select_related("attached_by")),
        texts=PageText.objects.filter(digital_object__entry=entry).count(),
        parts=entry.parts.count(),
    )
