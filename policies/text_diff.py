"""How one text became another, for the eye: changed lines only, and within them the words that came and went."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

_WORDS = re.compile(r"\w+|\s+|[^\w\s]")
_AROUND = 24  # signs kept on either side of a change in a long line
_LONGEST = 200_000  # signs; a longer text is compared by its lines only


class Piece(NamedTuple):
    """A stretch of text that stayed, came or went; `gap`: text left out between two changes."""

    kind: Literal["same", "gone", "new", "gap"]
    text: str


class Change(NamedTuple):
    """One run of changed lines: where it begins in the old and in the new text (from 1), and its pieces."""

    old_line: int
    new_line: int
    pieces: tuple[Piece, ...]


def changes(old: str, new: str) -> list[Change]:
    """The places where `new` differs from `old`, in order; equal texts: none."""
    before, after = old.splitlines(), new.splitlines()
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    by_words = len(old) + len(new) <= _LONGEST
    return [
        Change(first + 1, second + 1, tuple(_pieces(before[first:last], after[second:end], by_words)))
        for kind, first, last, second, end in matcher.get_opcodes()
        if kind != "equal"
    ]


def _pieces(before: Sequence[str], after: Sequence[str], by_words: bool) -> Iterator[Piece]:
    gone, new = "\n".join(before), "\n".join(after)
    if not (gone and new and by_words):
        if gone:
            yield Piece("gone", gone)
        if new:
            yield Piece("new", new)
        return
    old_words, new_words = _WORDS.findall(gone), _WORDS.findall(new)
    codes = SequenceMatcher(None, old_words, new_words, autojunk=False).get_opcodes()
    for place, (kind, first, last, second, end) in enumerate(codes):
        if kind == "equal":
            yield from _shortened("".join(old_words[first:last]), place == 0, place == len(codes) - 1)
            continue
        if last > first:
            yield Piece("gone", "".join(old_words[first:last]))
        if end > second:
            yield Piece("new", "".join(new_words[second:end]))


def _shortened(text: str, first: bool, last: bool) -> Iterator[Piece]:
    """What stayed, its middle left out where it is long: at the edges only the side of the change is of interest."""
    if len(text) <= 3 * _AROUND:
        yield Piece("same", text)
        return
    if not first:
        yield Piece("same", text[:_AROUND])
    yield Piece("gap", " … ")
    if not last:
        yield Piece("same", text[-_AROUND:])
