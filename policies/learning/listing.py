"""An entry as its catalogue lists it, and what of it the second opinion may see: words, dates, the titles above and beside.

No mark of restriction, no access condition and no decision is among them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import sqrt

from policies.folding import fold
from policies.records import Record
from policies.sentences import Sentence

BESIDE = 3  # so many entries before and after it stand beside an entry
_LONGEST = 600  # signs read of one title
_GRAMS = (1, 2, 3)  # signs in a row, of Chinese

_year = re.compile(r"(?<!\d)(1[6-9]\d\d|20\d\d)(?!\d)")
_short_date = re.compile(r"(?<!\d)\d{1,2}[-/]\d{1,2}[-/](\d\d)(?!\d)")
_run = re.compile(r"[a-z]+|[\u3400-\u9fff]+")
_plural = re.compile(r"(?<=[a-z]{3}[^s])s$")
_inverted_name = re.compile(r"[^\W\d_]['’\w-]+, [^\W\d_]")


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry: its title, the titles of the units around it (outermost first), its first and last year.

    `group` is the finding aid, fonds or series that is kept whole when the opinion is tried on what it has not seen.
    """

    title: str
    above: tuple[str, ...] = ()
    years: tuple[int, int] | None = None
    level: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """An entry and the grounds on which it was closed; none: it was opened."""

    entry: Listed
    grounds: frozenset[str] = frozenset()


def listed(record: Record) -> Listed:
    """The record of the rules as the second opinion sees it."""
    span = record.span
    return Listed(
        record.title,
        tuple(part.strip() for part in record.series_title.split(">") if part.strip()),
        (span.earliest.year, span.latest.year) if span else None,
        group=record.fonds,
    )


FEATURE_NAMES: dict[str, Sentence] = {
    "t": Sentence("题名中的词", "word of the title"),
    "c": Sentence("题名中的词片", "piece of a word of the title"),
    "a": Sentence("上级题名中的词", "word of a title above"),
    "p": Sentence("直接上级题名中的词", "word of the title next above"),
    "s": Sentence("最上级题名中的词", "word of the topmost title"),
    "d": Sentence("日期", "date"),
    "x": Sentence("年代与词", "decade and word"),
    "f": Sentence("题名的形式", "form of the title"),
}


def features(entries: Sequence[Listed]) -> list[dict[str, float]]:
    """What each entry shows, by name ("t:salary", "d:own 1985") with its size. The entries stand in catalogue order.

    An entry without a year has that of the titles above it, else of the nearest entry in the same folder, before or after.
    """
    own = [_stated_years(entry) for entry in entries]
    near = _years_near(entries, own)
    names = _share_of_names(entries)
    return [
        _features(entry, own_years, year, names[entry.group, entry.above])
        for entry, own_years, year in zip(entries, own, near, strict=True)
    ]


def beside(entries: Sequence[Listed]) -> Iterator[range]:
    """For each entry the places of it and of those beside it: up to three before and three after, of the same group."""
    first = 0
    for place, entry in enumerate(entries):
        if entry.group != entries[first].group:
            first = place
        end = place + 1
        while end < min(len(entries), place + BESIDE + 1) and entries[end].group == entry.group:
            end += 1
        yield range(max(first, place - BESIDE), end)


def _features(entry: Listed, own: tuple[int, int] | None, year: int | None, names: float) -> dict[str, float]:
    shown: dict[str, float] = {}
    words = _words(entry.title)
    above = [_words(title) for title in entry.above]
    around = {word for each in above for word in each}
    _add(shown, "t", words | _pairs(entry.title), 1)
    _add(shown, "c", _pieces(entry.title), 1)
    _add(shown, "a", around.union(*map(_pairs, entry.above)), 1)
    if above:
        _add(shown, "p", above[-1], 0.5)
        _add(shown, "s", above[0], 0.5)
    decade = "undated" if year is None else f"{year // 10 * 10}s"
    _add(shown, "x", {f"{decade} {word}" for word in words | around}, 1.5)
    _add(shown, "d", {"own " + _half_decade(own and own[1]), "near " + _half_decade(year)}, 3)
    if year is not None:
        shown["d:lateness"] = (min(max(year, 1900), 2020) - 1980) / 10
    form = {f"level {entry.level}", f"{min(len(words), 6)} words", f"names beside {int(names * 4)}/4"}
    if any(sign.isdigit() for sign in entry.title[:_LONGEST]):
        form.add("digits")
    if _inverted_name.match(entry.title):
        form |= {"a name"} | {f"a name in {word}" for word in around}
    if not words:
        form |= {"no words"} | {f"no words in {word}" for word in around}
    _add(shown, "f", form, 1.5)
    shown[f"f:{min(len(above), 5)} titles above"] = 0.7
    return shown


def _add(shown: dict[str, float], field: str, names: set[str] | frozenset[str], size: float) -> None:
    """Each name of a field with the same size, so that a long title weighs no more than a short one."""
    if names:
        each = size / sqrt(len(names))
        shown.update((f"{field}:{name}", each) for name in names)


def _half_decade(year: int | None) -> str:
    return "undated" if year is None else str(year // 5 * 5) if year >= 1950 else "before 1950"


@lru_cache(maxsize=65536)
def _runs(title: str) -> tuple[str, ...]:
    """The English words, without a plural's s, and the unbroken stretches of Chinese, folded."""
    text = fold(title[:_LONGEST]).text.replace("'", "").replace("’", "")
    return tuple(_plural.sub("", run) for run in _run.findall(text))


@lru_cache(maxsize=65536)
def _words(title: str) -> frozenset[str]:
    """English words; of Chinese, which has no spaces, single signs and two to three in a row."""
    words: set[str] = set()
    for run in _runs(title):
        if run.isascii():
            words.add(run)
        else:
            words.update(run[at : at + size] for size in _GRAMS for at in range(len(run) - size + 1))
    return frozenset(words)


@lru_cache(maxsize=65536)
def _pairs(title: str) -> frozenset[str]:
    """English words that follow one another."""
    return frozenset(f"{one} {two}" for one, two in pairwise(_runs(title)) if one.isascii() and two.isascii())


@lru_cache(maxsize=65536)
def _pieces(title: str) -> frozenset[str]:
    """Three to four signs in a row of an English word and its ends: endings, and words run together or misspelt."""
    words = (f" {run} " for run in _runs(title) if run.isascii())
    return frozenset(word[at : at + size] for word in words for size in (3, 4) for at in range(len(word) - size + 1))


def _stated_years(entry: Listed) -> tuple[int, int] | None:
    """The years of the entry, else those that its title states."""
    if entry.years is not None:
        return entry.years
    title = entry.title[:_LONGEST]
    years = [int(year) for year in _year.findall(title)]
    if not years:
        years = [1900 + int(year) + 100 * (int(year) <= 25) for year in _short_date.findall(title)]
    return (min(years), max(years)) if years else None


def _years_near(entries: Sequence[Listed], own: Sequence[tuple[int, int] | None]) -> list[int | None]:
    years = [each and each[1] for each in own]
    for place, entry in enumerate(entries):
        if years[place] is None:
            above = [year for title in entry.above for year in _year.findall(title[:_LONGEST])]
            years[place] = int(above[-1]) if above else None
    stated = tuple(years)
    for order in (range(len(entries)), range(len(entries) - 1, -1, -1)):
        folder, last = None, None
        for place in order:
            here = (entries[place].group, entries[place].above)
            if here != folder:
                folder, last = here, None
            if stated[place] is not None:
                last = stated[place]
            elif years[place] is None:
                years[place] = last
    return years


def _share_of_names(entries: Sequence[Listed]) -> dict[tuple[str, tuple[str, ...]], float]:
    """By folder: how many of its titles look like "Family, Given"."""
    count: dict[tuple[str, tuple[str, ...]], list[int]] = {}
    for entry in entries:
        here = count.setdefault((entry.group, entry.above), [0, 0])
        here[0] += 1
        here[1] += _inverted_name.match(entry.title) is not None
    return {folder: names / all_ for folder, (all_, names) in count.items()}
