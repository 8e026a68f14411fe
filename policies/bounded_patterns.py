"""Regular expressions that a rule may hold: bounded in length, and in how many ways they can be tried on a text.

A pattern that can match the same signs in many ways, such as (a{1,50}){1,50}b, takes longer than anyone waits before it
fails. So no repeat is open, and the ways are counted: each repeat and each alternative that may go on or stop at the same
sign multiplies them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from re import _compiler, _constants, _parser  # type: ignore[attr-defined]
from typing import Any

_MOST_WAYS = 10_000
_LONGEST = 400  # signs of a pattern
_LONGEST_MATCH = 400
_REPEATS = (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT)
_SIGNS = "".join(map(chr, range(128))) + "年月日号京王国某〇×—（）：，·０９Ａａ\u3000é\ufffd"


def check_bounded(pattern: str) -> None:
    """Raises ValueError, with the reason, for a pattern that is none, is not bounded, or can be tried in too many ways."""
    if len(pattern) > _LONGEST:
        raise ValueError(f"the pattern is longer than {_LONGEST} signs")
    try:
        re.compile(pattern)
        tree = _parser.parse(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"the pattern cannot be read: {error}") from error
    longest = tree.getwidth()[1]
    if longest > _LONGEST_MATCH:
        raise ValueError("the pattern must be bounded: no *, no +, no {n,}, and no more than 400 signs in all")
    if _ways(tree, frozenset(), _SIGNS + pattern) > _MOST_WAYS:
        raise ValueError(
            "the pattern can be tried on one text in too many ways: let each repeat end in a sign it cannot hold itself"
        )


def _ways(sequence: Sequence[Any], after: frozenset[str], signs: str) -> int:
    """How many ways to match there are at most, up to a bound; `after`: what may follow the sequence."""
    ways = 1
    following = after
    for element in reversed(list(sequence)):
        kind, value = element
        if kind in _REPEATS:
            least, most, body = value
            following_body = following | _firsts(body, frozenset(), signs)[0] if most > 1 else following
            inner = _ways(body, following_body, signs)
            stops = most - least + 1 if _firsts(body, frozenset(), signs)[0] & following else 1
            ways *= min(inner ** max(most, 1) if inner > 1 else 1, _MOST_WAYS + 1) * stops
        elif kind is _constants.BRANCH:
            alternatives = [_firsts(branch, following, signs)[0] for branch in value[1]]
            overlapping = sum(len(one) for one in alternatives) > len(frozenset[str]().union(*alternatives))
            each = [_ways(branch, following, signs) for branch in value[1]]
            ways *= sum(each) if overlapping else max(each)
        elif kind is _constants.SUBPATTERN:
            ways *= _ways(value[3], following, signs)
        elif kind in (_constants.ASSERT, _constants.ASSERT_NOT):
            ways *= _ways(value[1], frozenset(), signs)
        elif kind is _constants.ATOMIC_GROUP:
            ways *= _ways(value, following, signs)
        elif kind in (_constants.GROUPREF, _constants.GROUPREF_EXISTS):
            raise ValueError("the pattern must be bounded: no back reference")
        ways = min(ways, _MOST_WAYS + 1)
        firsts, nullable = _firsts([element], frozenset(), signs)
        following = firsts | following if nullable else firsts
    return ways


def _firsts(sequence: Sequence[Any], after: frozenset[str], signs: str) -> tuple[frozenset[str], bool]:
    """The signs with which a match can begin, of `signs`, and whether it can be empty."""
    found: frozenset[str] = frozenset()
    for kind, value in sequence:
        nullable = False
        if kind in _REPEATS:
            firsts, nullable = _firsts(value[2], frozenset(), signs)
            nullable = nullable or value[0] == 0
        elif kind is _constants.BRANCH:
            each = [_firsts(branch, frozenset(), signs) for branch in value[1]]
            firsts, nullable = frozenset[str]().union(*(one for one, _ in each)), any(empty for _, empty in each)
        elif kind is _constants.SUBPATTERN:
            firsts, nullable = _firsts(value[3], frozenset(), signs)
        elif kind is _constants.ATOMIC_GROUP:
            firsts, nullable = _firsts(value, frozenset(), signs)
        elif kind in (_constants.AT, _constants.ASSERT, _constants.ASSERT_NOT):
            firsts, nullable = frozenset(), True
        else:
            firsts = _of_one_sign((kind, value), signs)
        found |= firsts
        if not nullable:
            return found, False
    return found | after, True


def _of_one_sign(element: tuple[Any, Any], signs: str) -> frozenset[str]:
    one = _parser.SubPattern(_parser.State(), [element])
    match = _compiler.compile(one).match
    return frozenset(sign for sign in signs if match(sign))
