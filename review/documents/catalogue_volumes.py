"""What a catalogue lists, chapter by chapter, and how it falls into volumes: known from the lengths of the series alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from policies.grounds import DEFERRAL_GROUNDS
from review.documents.catalogue_layout import SIZE, code_column
from review.documents.edition import ClosedEntry, Edition, EditionEntry, FondsPart, SeriesPart, years_of
from review.documents.printable import printable
from review.documents.text_drawing import length
from review.documents.wording import grouped, words

ENTRIES_IN_A_VOLUME = 50_000


@dataclass(slots=True)
class Series:
    """One series of a chapter: how many it lists, over which years, and how wide its column of codes is."""

    title: str
    count: int
    of: SeriesPart | None
    column: float = 0.0
    years: tuple[int, int] | None = None


@dataclass(slots=True)
class Chapter:
    """A fonds, or the list of what stays closed (`of` is None)."""

    label: str
    title: str
    of: FondsPart | None
    series: list[Series]

    @property
    def count(self) -> int:
        return sum(series.count for series in self.series)

    @property
    def years(self) -> tuple[int, int] | None:
        known = [series.years for series in self.series if series.years]
        return (min(first for first, _ in known), max(last for _, last in known)) if known else None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Entries `start` to `stop` of one series."""

    chapter: Chapter
    series: Series
    start: int
    stop: int


@dataclass(slots=True)
class Survey:
    """The edition gone through once: its chapters with their spans, and how many entries each decade has."""

    chapters: list[Chapter]
    decades: Counter[int] = field(default_factory=Counter)
    undated: int = 0

    @property
    def years(self) -> tuple[int, int] | None:
        known = [chapter.years for chapter in self.chapters if chapter.years]
        return (min(first for first, _ in known), max(last for _, last in known)) if known else None


def survey(edition: Edition) -> Survey:
    """Goes through all entries once, in order."""
    w = words(edition.language)
    found = Survey([])
    for fonds in edition.fonds:
        label = w["fonds_label"].format(code=printable(fonds.code))
        chapter = Chapter(label, printable(fonds.title), fonds, [])
        for part in fonds.series:
            series = Series(printable(part.title) or w["no_series"], len(part.entries), part)
            _measure(series, part.entries, found)
            chapter.series.append(series)
        found.chapters.append(chapter)
    if edition.closed:
        found.chapters.append(_closed_chapter(edition.closed, w))
    return found


def _measure(series: Series, entries: Sequence[EditionEntry], found: Survey) -> None:
    longest = 0.0
    first, last = 9999, 0
    for entry in entries:
        longest = max(longest, _length_in_column(entry.reference_code))
        if years := years_of([entry.date]):
            first, last = min(first, years[0]), max(last, years[1])
            found.decades[years[0] // 10 * 10] += 1
        else:
            found.undated += 1
    series.column = code_column(longest)
    series.years = (first, last) if last else None


def _length_in_column(code: str) -> float:
    """How long a code is; a code that has lines of its own widens no column."""
    long = length(printable(code), SIZE)
    return long if long <= 134 else 0.0


def _closed_chapter(closed: Sequence[ClosedEntry], w: dict[str, str]) -> Chapter:
    chapter = Chapter(w["closed_label"], w["closed"], None, [])
    for code, entries in groupby(closed, key=lambda entry: entry.fonds_code):
        series = Series(w["fonds_label"].format(code=printable(code)), 0, None)
        longest = 0.0
        for entry in entries:
            series.count += 1
            longest = max(longest, _length_in_column(entry.reference_code))
        series.column = code_column(longest)
        chapter.series.append(series)
    return chapter


def volumes_of(found: Survey, most: int = ENTRIES_IN_A_VOLUME) -> list[list[Stretch]]:
    """The stretches of each volume: `most` entries at most, ending with a series wherever a series fits in a volume."""
    volumes: list[list[Stretch]] = [[]]
    held = 0
    for chapter in found.chapters:
        for series in chapter.series:
            if held and held + series.count > most:
                volumes.append([])
                held = 0
            for start in range(0, max(1, series.count), most):
                if start:
                    volumes.append([])
                stop = min(series.count, start + most)
                volumes[-1].append(Stretch(chapter, series, start, stop))
                held = sum(stretch.stop - stretch.start for stretch in volumes[-1])
    return volumes


def closed_entries(edition: Edition) -> Iterator[tuple[str, str, str]]:
    """Each listed closed entry: its code, why it is closed with the article, and when it opens."""
    w = words(edition.language)
    for entry in edition.closed:
        ground = DEFERRAL_GROUNDS[entry.ground]
        name, article = ground.name.of(edition.language), ground.article.of(edition.language)
        opens = w["opens_on"].format(day=entry.opens_on.isoformat()) if entry.opens_on else w["opens_unknown"]
        yield printable(entry.reference_code), w["closed_ground"].format(name=name, article=article), opens


def span(count: int, years: tuple[int, int] | None, w: dict[str, str]) -> str:
    """34 条　1956—1962"""
    said = "" if not years else f"　{years[0]}" if years[0] == years[1] else f"　{years[0]}—{years[1]}"
    return w["entry" if count == 1 else "entries"].format(n=grouped(count)) + said
