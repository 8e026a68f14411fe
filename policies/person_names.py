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
    """Finds the names that these words tell."""

    def __init__(self, words: NameWords) -> None:
        given = rf"[^\W\d_a-z{re.escape(words.not_given)}]"
        surname = "|".join((*map(re.escape, words.double_surnames), f"[{re.escape(''.join(words.surnames))}]"))
        follows = "|".join(map(re.escape, words.after))
        self._name = re.compile(
            rf"(?:{surname})(?:{_MASK}{{1,3}}|{given}{_MASK}?)|{_HAN}{{2,6}}·{_HAN}{{2,6}}?(?=\W|$|{follows})"
        )
        self._is_given = re.compile(given).fullmatch
        self._not_names = frozenset(words.not_names)
        self._before = _by_length(words.before)
        self._after = _by_length(words.after)

    def names(self, text: str) -> list[tuple[int, int]]:
        """Start and end of each plausible personal name in a folded text, from left to right."""
        names: list[tuple[int, int]] = []
        at = 0
        while (found := self._name.search(text, at)) is not None:
            start, end = found.span()
            follows_a_name = bool(names) and names[-1][1] == start
            end = self._end(text, start, end) if follows_a_name or self._may_begin(text, start) else 0
            if end:
                names.append((start, end))
            at = end or start + 1
        return names

    def _may_begin(self, text: str, start: int) -> bool:
        if text[start : start + 2] in self._not_names:
            return False
        if start == 0 or not text[start - 1].isalnum():
            return True
        return any(text[max(0, start - length) : start] in words for length, words in self._before)

    def _end(self, text: str, start: int, end: int) -> int:
        """Where the name ends; 0 where no word that may follow a name does. Three signs are tried before two."""
        if not self._is_given(text[end - 1]) or "·" in text[start:end]:
            return end  # masked or dotted, so surely a name
        if end < len(text) and self._is_given(text[end]) and self._may_end(text, end + 1):
            return end + 1
        return end if self._may_end(text, end) else 0

    def _may_end(self, text: str, end: int) -> bool:
        if end == len(text) or not text[end].isalnum():
            return True
        return any(text[end : end + length] in words for length, words in self._after)


def _by_length(words: tuple[str, ...]) -> tuple[tuple[int, frozenset[str]], ...]:
    """The words, those of one length together."""
    lengths = sorted({len(word) for word in words})
    return tuple((length, frozenset(word for word in words if len(word) == length)) for length in lengths)
