"""A bounded pattern looked for only where it can match: near enough digits, and near a sign that each match holds.

What every match holds is read from the pattern itself: so many digits within its longest match, certain signs. Most
pages hold neither, and a page is read sign by sign only around those that do. The matches are those of `finditer`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

import numpy as np
from numpy.typing import NDArray

from policies.joined import Joined

_WIDE = 0x2E80  # from here on: the signs of Chinese
_REPEATS = (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT)
_BODIES = {_constants.SUBPATTERN: 3, _constants.ASSERT: 1, _constants.ASSERT_NOT: 1}
_MANY = 2000  # beginnings of a pattern; more are not kept

Place = tuple[int, int]


class SoughtTexts:
    """Folded texts in one piece in which patterns are looked for; what all patterns ask of them is found out once."""

    def __init__(self, joined: Joined) -> None:
        self.joined = joined
        self._windows: dict[PatternWindows, dict[int, list[Place]]] = {}

    @cached_property
    def digits(self) -> NDArray[np.int64]:
        """Where the digits stand."""
        return (self.joined.signs - ord("0") < 10).nonzero()[0]  # below "0" the difference is a very large number

    @cached_property
    def runs(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Of the run of narrow signs in which each digit stands: its number among all, and its length."""
        wide = (self.joined.signs >= _WIDE).nonzero()[0]
        runs = np.searchsorted(wide, self.digits)
        return runs, np.diff(wide, prepend=-1, append=len(self.joined.signs))[runs] - 1

    def windows(self, pattern: PatternWindows, number: int) -> Sequence[Place]:
        """The windows of a pattern in the text of this number."""
        if pattern not in self._windows:
            self._windows[pattern] = pattern.windows(self)
        return self._windows[pattern].get(number, ())


class PatternWindows:
    """A pattern, compiled. `digits`, `sign`: what every match holds, so many digits and this sign, "" where none is known.

    `in_windows`: whether it is found sooner in windows of a long text than by reading all of it.
    """

    def __init__(self, pattern: str) -> None:
        self._pattern = re.compile(pattern)
        tree = _parser.parse(pattern)
        self._shortest, self._longest = map(int, tree.getwidth())
        self._seen = (
            self._longest + _ahead(tree) + 2
        )  # signs from its start on that decide whether a match stands there
        self.digits, signs = _held(tree)
        self._within = min(
            self._longest, self.digits + _others(tree)
        )  # signs from the first of so many digits to the last
        self._is_narrow = _is_narrow(tree)
        # Of several signs the last in the order of code points: @ rather than a stop.
        as_written = not _ignores_case(self._pattern.flags, tree)
        self.sign = max(signs, default="") if as_written else ""
        self._beginnings = _beginnings(tree) if as_written else {""}
        self.in_windows = bool(self.sign) or (self.digits > 0 and not _begins_with_signs(tree))

    def begins_with(self, words: tuple[str, ...]) -> bool:
        """Whether every match begins with one of the words, so that there is none where no word is."""
        return all(begin.startswith(words) for begin in self._beginnings)

    def matches(self, text: str, windows: Iterable[Place] | None = None) -> Iterator[re.Match[str]]:
        """All matches in the text, from left to right; `windows`: of this pattern in it, where they are known."""
        if windows is None:
            yield from self._pattern.finditer(text)
            return
        at = 0
        for first, last in windows:
            at = max(at, first)
            while at <= last:
                found = self._pattern.search(text, at, last + self._seen)
                if found is None or found.start() > last:
                    break
                yield found
                at = found.end()

    def windows(self, sought: SoughtTexts) -> dict[int, list[Place]]:
        """The first and the last place of each stretch where a match may begin, from left to right, apart, by text."""
        joined = sought.joined
        if self.sign:
            ends = begins = (joined.signs == ord(self.sign)).nonzero()[0]
        else:
            pairs = max(len(sought.digits) - self.digits + 1, 0)
            ends, begins = sought.digits[self.digits - 1 :], sought.digits[:pairs]
            near = ends - begins < self._within
            if self._is_narrow:
                runs, lengths = sought.runs
                near &= (runs[self.digits - 1 :] == runs[:pairs]) & (lengths[:pairs] >= self._shortest)
            ends, begins = ends[near], begins[near]
        windows: dict[int, list[Place]] = {}
        if not len(begins):
            return windows
        numbers = joined.numbers_at(begins)
        origins = joined.begins_of[numbers]
        firsts, lasts = np.maximum(ends - self._longest + 1, origins) - origins, begins - origins
        apart = np.flatnonzero((firsts[1:] > lasts[:-1] + 1) | (numbers[1:] != numbers[:-1]))
        left, right = np.concatenate(([0], apart + 1)), np.concatenate((apart, [len(lasts) - 1]))
        for number, first, last in zip(
            numbers[left].tolist(), firsts[left].tolist(), lasts[right].tolist(), strict=True
        ):
            windows.setdefault(number, []).append((first, last))
        return windows


def longest_whole(pattern: re.Pattern[str]) -> float:
    """How long a text can be, at most, that a pattern from its beginning to its end matches; infinity for another pattern."""
    tree = list(_parser.parse(pattern.pattern, pattern.flags))
    whole = (
        tree
        and tree[0] == (_constants.AT, _constants.AT_BEGINNING)
        and tree[-1] == (_constants.AT, _constants.AT_END)
    )
    if not whole or pattern.flags & re.MULTILINE:
        return float("inf")
    return float(_parser.parse(pattern.pattern, pattern.flags).getwidth()[1]) + 1  # a last line's end may follow


def _held(sequence: Sequence[Any]) -> tuple[int, frozenset[str]]:
    """How many digits every match of a parsed pattern holds at least, and which other signs."""
    digits, signs = 0, frozenset[str]()
    for kind, value in sequence:
        more, others = 0, frozenset[str]()
        if kind is _constants.LITERAL:
            more, others = (1, others) if chr(value) in "0123456789" else (0, frozenset({chr(value)}))
        elif kind is _constants.IN:
            more = int(all(_is_of_digits(*item) for item in value))
        elif kind is _constants.BRANCH:
            each = [_held(branch) for branch in value[1]]
            more, others = min(count for count, _ in each), frozenset.intersection(*(held for _, held in each))
        elif kind is _constants.SUBPATTERN or kind is _constants.ATOMIC_GROUP:
            more, others = _held(value[3] if kind is _constants.SUBPATTERN else value)
        elif kind in _REPEATS and value[0]:
            more, others = _held(value[2])
            more *= value[0]
        digits, signs = digits + more, signs | others
    return digits, signs


def _others(sequence: Sequence[Any]) -> int:
    """How many signs of a match may at most be no digits."""
    others = 0
    for kind, value in sequence:
        if kind in _REPEATS:
            others += int(value[1]) * _others(value[2])
        elif kind in (_constants.BRANCH, _constants.SUBPATTERN, _constants.ATOMIC_GROUP):
            others += max(map(_others, _bodies(kind, value)), default=0)
        elif kind not in (_constants.AT, _constants.ASSERT, _constants.ASSERT_NOT):
            others += not _held([(kind, value)])[0]
    return others


def _is_narrow(sequence: Sequence[Any]) -> bool:
    """Whether no match holds a wide sign."""
    for kind, value in sequence:
        if kind is _constants.LITERAL:
            narrow = value < _WIDE
        elif kind is _constants.IN:
            narrow = all(
                (item is _constants.LITERAL and what < _WIDE) or (item is _constants.RANGE and what[1] < _WIDE)
                for item, what in value
            )
        else:
            bodies = _bodies(kind, value)
            looks = kind in (_constants.AT, _constants.ASSERT, _constants.ASSERT_NOT)
            narrow = looks or (bool(bodies) and all(map(_is_narrow, bodies)))
        if not narrow:
            return False
    return True


def _begins_with_signs(sequence: Sequence[Any]) -> bool:
    """Whether a pattern begins with certain signs, such as those of a word: expressions look for these by themselves."""
    if not len(sequence):
        return False
    kind, value = sequence[0]
    if kind is _constants.SUBPATTERN:
        return _begins_with_signs(value[3])
    if kind is _constants.BRANCH:
        return all(map(_begins_with_signs, value[1]))
    return kind is _constants.LITERAL


def _beginnings(sequence: Sequence[Any]) -> set[str]:
    """Signs of which some stand at the beginning of every match; "" among them where a match may begin with any."""
    begins = {""}
    for kind, value in sequence:
        if kind is _constants.LITERAL:
            begins = {begin + chr(value) for begin in begins}
        elif kind is _constants.IN and 0 < len(signs := _signs_of(value)) * len(begins) <= _MANY:
            begins = {begin + sign for begin in begins for sign in signs}
        elif kind in (_constants.SUBPATTERN, _constants.BRANCH) and begins == {""}:
            return set[str]().union(*map(_beginnings, _bodies(kind, value)))
        else:
            break
    return begins


def _signs_of(choice: Sequence[Any]) -> str:
    """The signs of a choice of signs that names each or from where to where; of another, none."""
    if any(kind not in (_constants.LITERAL, _constants.RANGE) for kind, _ in choice):
        return ""
    ranges = [(what, what) if kind is _constants.LITERAL else what for kind, what in choice]
    return "".join(chr(code) for first, last in ranges for code in range(first, last + 1))


def _is_of_digits(kind: Any, value: Any) -> bool:
    if kind is _constants.LITERAL:
        return chr(value) in "0123456789"
    return kind is _constants.RANGE and ord("0") <= value[0] and value[1] <= ord("9")


def _ahead(sequence: Sequence[Any]) -> int:
    """How many signs at most are looked at after a match: those of every look-around, together."""
    signs = 0
    for kind, value in sequence:
        if kind in (_constants.ASSERT, _constants.ASSERT_NOT):
            signs += int(value[1].getwidth()[1])
        for body in _bodies(kind, value):
            signs += _ahead(body)
    return signs


def _ignores_case(flags: int, sequence: Sequence[Any]) -> bool:
    """Whether a sign of the pattern, anywhere in it, may stand for another case of it."""
    return bool(flags & re.IGNORECASE) or any(
        (kind is _constants.SUBPATTERN and value[1] & re.IGNORECASE)
        or any(_ignores_case(0, body) for body in _bodies(kind, value))
        for kind, value in sequence
    )


def _bodies(kind: Any, value: Any) -> list[Any]:
    """The parsed patterns inside an element of one."""
    if kind is _constants.BRANCH:
        return list(value[1])
    if kind in _REPEATS:
        return [value[2]]
    if kind is _constants.ATOMIC_GROUP:
        return [value]
    if kind is _constants.GROUPREF_EXISTS:
        return [body for body in value[1:] if body is not None]
    return [value[_BODIES[kind]]] if kind in _BODIES else []
