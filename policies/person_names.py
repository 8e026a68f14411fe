"""Where a Chinese title names a private person: a plausible personal name between two words that names stand between.

No list of given names and no model: a family name, one or two further signs, and a boundary on either side ("给予" ...
"同志", the start of the title, a comma). Names masked by the cataloguer (王某某, 李××) and names of other peoples of
China (买买提·艾力) are found too. Made for use beside a word such as 处分; alone it would see too many names.
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

_MASK = "[某×x○〇*＊△□]"
_HAN = "[\u3400-\u9fff]"

Words = Annotated[tuple[str, ...], BeforeValidator(lambda text: tuple(str(text).split()))]


class NameWords(BaseModel):
    """The words that tell a name: person-names.yaml of a ruleset, words parted by spaces."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    surnames: Words
    double_surnames: Words
    not_given: str
    not_names: Words
    before: Words
    after: Words


class NameFinder:
    """Finds the names that these words tell.

    One expression holds the family name, what must stand before it and what must stand after the given name; a family
    name comes first in it, so that the signs of a title that are none are passed over quickly.
    """

    def __init__(self, words: NameWords) -> None:
        given = rf"[^\W\d_a-z{re.escape(words.not_given)}]"
        single = f"[{re.escape(''.join(words.surnames))}]"
        double = _any_of(words.double_surnames)
        follows = rf"(?=\W|$|{_any_of(words.after)})"
        given_name = rf"(?:{_MASK}{{1,3}}|{given}{_MASK}|{given}{given}{follows}|{given}{follows})"
        singles = rf"{single}{_preceded(words.before, 1)}{given_name}"
        doubles = rf"{double}{_preceded(words.before, 2)}{given_name}"
        self._singles = re.compile(singles).finditer
        self._has_double = re.compile(double).search
        self._doubles = re.compile(f"{doubles}|{singles}").finditer
        self._dotted = re.compile(rf"{_HAN}{{2,6}}·{_HAN}{{2,6}}?{follows}").finditer
        self._not_names = frozenset(words.not_names)

    def names(self, text: str) -> list[tuple[int, int]]:
        """Start and end of each plausible personal name in a folded text, from left to right."""
        find = self._doubles if self._has_double(text) else self._singles
        names = [found.span() for found in find(text) if found[0][:2] not in self._not_names]
        if "·" in text:
            names = sorted({*names, *(found.span() for found in self._dotted(text))})
        return names


def _any_of(words: tuple[str, ...]) -> str:
    """The words as alternatives, the longest first."""
    return f"(?:{'|'.join(map(re.escape, sorted(words, key=len, reverse=True)))})"


def _preceded(before: tuple[str, ...], signs: int) -> str:
    """That one of the words, or no word at all, stands before the `signs` signs of the family name just read."""
    name = "." * signs
    ends = re.escape("".join(sorted({word[-1] for word in before})))
    lengths = sorted({len(word) for word in before})
    words = "|".join(f"(?<={_any_of(tuple(w for w in before if len(w) == length))}{name})" for length in lengths)
    return rf"(?:(?<!\w{name})|(?<=[{ends}]{name})(?:{words}))"
