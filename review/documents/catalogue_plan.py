"""One volume planned: its parts, and on which of its pages everything stands, before any page is drawn.

The catalogue's entries pass by once, volume by volume, and are written to entries.csv as they pass.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from review.documents.catalogue_layout import WITH_HEADS, Item, Packer
from review.documents.catalogue_parts import spec_of
from review.documents.catalogue_volumes import Series, Stretch, closed_entries, span
from review.documents.edition import Edition, EditionEntry, years_of
from review.documents.entries_csv import CsvFile
from review.documents.entries_jsonl import Row
from review.documents.printable import printable
from review.documents.wording import words

ROWS_IN_A_PART = 1000
_SEVERAL = re.compile("[、；;]")


@dataclass(frozen=True, slots=True)
class Head:
    """A head of a chapter (level 1) or of a series (level 2): its page among the pages of entries, and its height there."""

    level: int
    text: str
    count: str
    page: int
    top: float


@dataclass(slots=True)
class VolumePlan:
    """Where everything stands on the pages of entries of one volume, counted from 0."""

    parts: list[tuple[str, int]] = field(default_factory=list)
    heads: list[Head] = field(default_factory=list)
    running: list[tuple[str, str]] = field(default_factory=list)
    bodies: dict[str, array[int]] = field(default_factory=dict)
    years: dict[str, array[int]] = field(default_factory=dict)
    entries: int = 0

    @property
    def pages(self) -> int:
        return sum(pages for _, pages in self.parts)


Want = Callable[[bytes, int], str]
"""Given what a part is drawn from and how many pages it has, sees to it that it is drawn; its key."""


class Listing:
    """The entries of an edition as they pass by, from the first volume to the last."""

    def __init__(self, edition: Edition) -> None:
        self._w = words(edition.language)
        self._closed = closed_entries(edition)
        self._series: Series | None = None
        self._entries: Iterator[EditionEntry] = iter(())

    def rows(self, stretch: Stretch, plan: VolumePlan, table: CsvFile) -> Iterator[tuple[Item, EditionEntry | None]]:
        """The rows of a stretch, which follows on the one asked for before."""
        if stretch.series.of is None:
            for code, why, when in islice(self._closed, stretch.stop - stretch.start):
                yield ("R", code, why, when, ""), None
            return
        if stretch.series is not self._series:
            self._series = stretch.series
            self._entries = iter(stretch.series.of.entries)
        fonds = stretch.chapter.of
        assert fonds is not None
        title = stretch.series.of.title
        for entry in islice(self._entries, stretch.stop - stretch.start):
            plan.entries += 1
            table.write(
                [Row(fonds.code, fonds.title, title, entry.reference_code, entry.public_title, entry.responsible_body,
                     entry.date, entry.extent, entry.early, entry.copy)]
            )  # fmt: skip
            yield self._row(entry), entry

    def _row(self, entry: EditionEntry) -> Item:
        years = years_of([entry.date])
        rest = [printable(entry.responsible_body), printable(entry.date), printable(entry.extent)]
        if entry.early:
            rest.append(self._w["early_mark"])
        if entry.copy:
            rest.append(self._w["part_mark"])
        return (
            "R",
            printable(entry.reference_code),
            printable(entry.public_title),
            "　".join([said for said in rest if said]),
            str(years[0]) if years else "",
        )


def plan_volume(
    edition: Edition, stretches: list[Stretch], listing: Listing, table: CsvFile, want: Want
) -> VolumePlan:
    """Goes through the entries of one volume; every part is handed to `want` as soon as it is known."""
    w = words(edition.language)
    plan = VolumePlan()
    parts = _Parts(plan, want)
    chapter = None
    for stretch in stretches:
        if stretch.start == stretch.stop:
            continue
        heads: list[Item] = []
        title = stretch.series.title + (w["continued"] if stretch.start else "")
        if stretch.chapter is not chapter:
            chapter = stretch.chapter
            heads.append(("F", chapter.label, chapter.title, span(chapter.count, chapter.years, w)))
        heads.append(("S", title, span(stretch.series.count, stretch.series.years, w)))
        parts.begin(stretch)
        rows = listing.rows(stretch, plan, table)
        first = list(islice(rows, WITH_HEADS))
        pages = parts.place([*heads, *(item for item, _ in first)])[len(heads) :]
        for (item, entry), page in zip(first, pages, strict=True):
            _index(plan, item, entry, page)
        for item, entry in rows:
            _index(plan, item, entry, parts.place([item])[0])
    parts.close()
    return plan


def _index(plan: VolumePlan, item: Item, entry: EditionEntry | None, page: int) -> None:
    if entry is None:
        return
    if entry.responsible_body:
        for body in _SEVERAL.split(printable(entry.responsible_body)):
            if name := body.strip():
                _noted(plan.bodies, name, page)
    if item[4]:
        _noted(plan.years, item[4], page)


def _noted(index: dict[str, array[int]], name: str, page: int) -> None:
    pages = index.get(name)
    if pages is None:
        index[name] = array("L", [page])
    elif pages[-1] != page:
        pages.append(page)


class _Parts:
    """Items as they come, put on pages and cut into parts at ends of pages."""

    def __init__(self, plan: VolumePlan, want: Want) -> None:
        self.plan = plan
        self.want = want
        self.packer = Packer()
        self.items: list[Item] = []
        self.columns: list[float] = []
        self.rows = 0
        self.before = 0  # pages of the parts that are closed
        self.stretch: Stretch | None = None

    def begin(self, stretch: Stretch) -> None:
        """A stretch begins. Long ones have parts of their own, so that their neighbours may change without them."""
        if max(self.rows, stretch.stop - stretch.start) >= ROWS_IN_A_PART // 2:
            self.close()
        self.stretch = stretch

    def place(self, block: list[Item]) -> list[int]:
        """Puts items that stay together on a page; the page on which each begins."""
        assert self.stretch
        column = self.stretch.series.column
        page = self.packer.page
        placed = self.packer.place(block, column)
        if placed[0][0].page != page and self.rows >= ROWS_IN_A_PART:
            self.close(page)
            placed = self.packer.place(block, column)
        for item, pieces in zip(block, placed, strict=True):
            first = self.before + pieces[0].page
            self._run(self.before + pieces[-1].page)
            if item[0] == "R":
                self.rows += 1
            else:
                self.plan.heads.append(_head(item, first, pieces[0].top))
        self.items += block
        self.columns += [column] * len(block)
        return [self.before + pieces[0].page for pieces in placed]

    def _run(self, page: int) -> None:
        """The running head of every new page up to `page` is that of what begins it."""
        assert self.stretch
        chapter, series = self.stretch.chapter, self.stretch.series
        while len(self.plan.running) <= page:
            self.plan.running.append((f"{chapter.label}　{chapter.title}", series.title))

    def close(self, page: int | None = None) -> None:
        """The part ends, with its page `page` if another one was begun since."""
        if not self.items:
            return
        pages = (self.packer.page if page is None else page) + 1
        self.plan.parts.append((self.want(spec_of(self.items, self.columns), pages), pages))
        self.before += pages
        self.items, self.columns, self.rows = [], [], 0
        self.packer = Packer()


def _head(item: Item, page: int, top: float) -> Head:
    if item[0] == "F":
        return Head(1, f"{item[1]}　{item[2]}", "", page, top)
    return Head(2, item[1], item[2].split("　")[0], page, top)
