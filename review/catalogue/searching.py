"""What somebody asks for, said to the index: every word as a phrase of atoms (spelling.py), every facet as a mark.

The same text is indexed in two ways. SQLite: FTS5 over the atoms, words asked as phrases. PostgreSQL: a tsvector of
pairs of neighbouring atoms, all pairs of a word asked for, and the word then compared with the text. Measured figures and
what else was tried: docs/benchmarks.md, `sh script/bench publishing`.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from django.conf import settings
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from review.catalogue.spelling import atoms, folded, places, read_names

MOST_WORDS = 8
MOST_WAYS = 8  # in which one word is asked, by old and new names
MOST_ATOMS = 20_000  # of one entry that PostgreSQL's index holds: its bound is a megabyte
WALL = "0z"  # between two fields: no word is found across it. Like every mark it is an atom that no text holds
PAIR = "·"

# A reference code written with spaces: J47 2 113 8.
_SPACED_CODE = re.compile(r"(?:[a-z]{1,6}\s?\d+|\d+[\s\-./_·–—]+\d+)(?:[\s\-./_·–—]+[a-z]?\d+)+")

Atoms = tuple[str, ...]


# ---- what is indexed ---------------------------------------------------------------------------------------------------


def index_text(fields: Iterable[str], marks: Iterable[str]) -> str:
    """What the index holds of one entry: the atoms of its public fields and its marks. It begins and ends with a space."""
    walled = f" {WALL} ".join(map(_spaced, fields))
    return f" {walled} {WALL} {' '.join(marks)} "


@lru_cache(maxsize=10_000)
def _spaced(text: str) -> str:
    return " ".join(atoms(text))


def index_terms(text: str) -> str:
    """The same for PostgreSQL, as a tsvector is written: each atom with its neighbour, each mark alone."""
    every = text.split()[:MOST_ATOMS]
    wall = len(every) - 1 - every[::-1].index(WALL) if WALL in every else len(every)
    pairs = {
        one + PAIR + ("" if other == WALL else other) for one, other in pairwise([*every[:wall], WALL]) if one != WALL
    }
    return " ".join(f"'{term}'" for term in pairs.union(every[wall + 1 :]))


def marks_of(*, fonds: int, year: int | None, body: int | None) -> list[str]:
    """The marks by which facets find an entry: digits and one letter, which as one atom stand in no text."""
    marks = [f"{fonds}f"]
    if year is not None:
        marks += [f"{year}y", f"{year // 10}d"]
    if body is not None:
        marks.append(f"{body}b")
    return marks


# ---- what is asked -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Word:
    """One word: the ways in which it may stand there. `open_end`: the last atom may go on (letters: letter, letters)."""

    ways: tuple[Atoms, ...]
    open_end: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """Words that all have to be found, and groups of marks of each of which one has to be there.

    `nothing`: something was typed, and nothing in it can be looked for.
    """

    words: tuple[Word, ...] = ()
    marks: tuple[tuple[str, ...], ...] = ()
    nothing: bool = False

    @property
    def is_empty(self) -> bool:
        return not self.words and not self.marks


def words_of(typed: str) -> tuple[Word, ...]:
    """The words of what somebody typed, at most `MOST_WORDS`; a code written with spaces is one of them."""
    text = folded(typed.replace("\x00", " ")).strip()
    parts = [text] if _SPACED_CODE.fullmatch(text) else text.split()
    names = read_names(Path(getattr(settings, "FORMER_NAMES", settings.VAR_DIR / "former-names.txt")))
    found = [tuple(atoms(part)) for part in parts]
    return tuple(
        Word(_ways(word, names), open_end=word[-1].isalpha() and word[-1].isascii() and len(word[-1]) > 1)
        for word in found[:MOST_WORDS]
        if word
    )


def _ways(word: Atoms, names: Mapping[Atoms, Sequence[Atoms]]) -> tuple[Atoms, ...]:
    """The word, and the word with each name in it under the other names of its place or body."""
    ways = [word]
    for name, others in names.items():
        for at in range(len(word) - len(name) + 1):
            if word[at : at + len(name)] == name:
                ways += [(*word[:at], *other, *word[at + len(name) :]) for other in others]
    return tuple(dict.fromkeys(ways[:MOST_WAYS]))


def years(first: int | None, last: int | None) -> tuple[str, ...]:
    """The marks of the years from `first` to `last`: whole decades where they fit."""
    year, end, marks = first or 1000, min(last or 2099, 2099), []
    while year <= end:
        if year % 10 == 0 and year + 9 <= end:
            marks.append(f"{year // 10}d")
            year += 10
        else:
            marks.append(f"{year}y")
            year += 1
    return tuple(marks) or ("0y",)


def for_sqlite(query: Query) -> str:
    """The query as FTS5 has it."""
    groups = [
        " OR ".join('"' + " ".join(way) + '"' + ("*" if word.open_end else "") for way in word.ways)
        for word in query.words
    ]
    groups += [" OR ".join(f'"{mark}"' for mark in marks) for marks in query.marks]
    return " AND ".join(f"({group})" for group in groups)


def for_postgresql(query: Query) -> tuple[str, list[str]]:
    """The query as a tsquery, and LIKE patterns of which every row must match one of each group joined by a newline."""
    groups, patterns = [], []
    for word in query.words:
        groups.append(" | ".join(_pairs(way, word.open_end) for way in word.ways))
        if any(len(way) > 2 for way in word.ways):
            end = "" if word.open_end else " "
            patterns.append("\n".join(f"% {' '.join(way)}{end}%" for way in word.ways))
    groups += [" | ".join(f"'{mark}'" for mark in marks) for marks in query.marks]
    return " & ".join(f"({group})" for group in groups), patterns


def _pairs(way: Atoms, open_end: bool) -> str:
    if len(way) == 1:
        return f"'{way[0]}':*" if open_end else f"'{way[0]}{PAIR}':*"
    terms = [f"'{one}{PAIR}{other}'" for one, other in pairwise(way)]
    return "(" + " & ".join(terms) + (":*" if open_end else "") + ")"


# ---- what is shown -----------------------------------------------------------------------------------------------------


def marked(text: str, words: Collection[Word]) -> SafeString:
    """The text, escaped, with each place where a word was found inside <mark>."""
    if not words:
        return conditional_escape(text)
    there = places(text)
    only = [atom for atom, _, _ in there]
    hit: set[int] = set()
    for word in words:
        for way in word.ways:
            for at in range(len(only) - len(way) + 1):
                if _stands(only[at : at + len(way)], way, word.open_end):
                    hit.update(range(there[at][1], there[at + len(way) - 1][2]))
    if not hit:
        return conditional_escape(text)
    pieces, begin = [], 0
    for end in range(1, len(text) + 1):
        if end == len(text) or (end in hit) != (begin in hit):
            piece = text[begin:end]
            pieces.append(format_html("<mark>{}</mark>", piece) if begin in hit else conditional_escape(piece))
            begin = end
    return mark_safe("".join(pieces))  # noqa: S308 - each piece was escaped above


def _stands(there: list[str], way: Atoms, open_end: bool) -> bool:
    return there[:-1] == list(way[:-1]) and (there[-1].startswith(way[-1]) if open_end else there[-1] == way[-1])
