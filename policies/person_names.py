"""Where a Chinese title names a private person: a plausible personal name between two words that names stand between.

No list of given names and no model: a family name, one or two further signs, and a boundary on either side ("给予" ...
"同志", the start of the title, a comma). Names masked by the cataloguer (王某某, 李××) and names of other peoples of
China (买买提·艾力) are found too. Made for use beside a word such as 处分; alone it would see too many names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

_MASK = "[某×x○〇*＊△□]"
_ABOUT = ("关于", "\u2588\u2588")  # in most titles, of two family names, and never a name: put out of sight
_HAN = "[\u3400-\u9fff]"

Words = Annotated[tuple[str, ...], BeforeValidator(lambda text: tuple(str(text).split()))]


class NameWords(BaseModel):
    """The words that tell a name: person-names.yaml of a ruleset, words parted by spaces."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    surnames: Words
    double_surnames: Words
    not_given: str
    seldom_given: str
    not_names: Words
    surely_before: Words
    before: Words
    after: Words


class NameFinder:
    """Finds the names that these words tell. `beside`: the words beside which names are sought; they also end names.

    One expression holds the family name, what must stand before it and what must stand after the given name; a family
    name comes first in it, so that the signs of a title that are none are passed over quickly. Where a name could be
    read shorter or longer it is read longer: what is hidden then hides the whole of it.
    """

    def __init__(self, words: NameWords, beside: Iterable[str] = ()) -> None:
        never, seldom = re.escape(words.not_given), re.escape(words.seldom_given)
        given, any_given = rf"[^\W\d_a-z{never}{seldom}]", rf"[^\W\d_a-z{never}]"
        ended = rf"(?=\W|$|{_any_of((*words.after, *beside))})"
        bounded = (
            rf"(?:{_MASK}{{1,3}}|{given}{_MASK}|{given}{given}{ended}|{any_given}{any_given}{ended}|{given}{ended})"
        )
        surely, before = words.surely_before, words.before + words.surely_before

        def name(family: str, signs: int) -> str:
            begun = rf"(?:(?<!\w{'.' * signs})|{_preceded(before, signs)})"
            return rf"{family}(?:{begun}{bounded}|{_preceded(surely, signs)}{any_given}{{2}})"

        single = name(f"[{re.escape(''.join(words.surnames))}]", 1)
        double = f"(?:{'|'.join(words.double_surnames)})"
        self._single = re.compile(single).search
        self._has_double = re.compile(double).search
        self._double = re.compile(f"{name(double, 2)}|{single}").search
        self._dotted = re.compile(rf"{_HAN}{{2,6}}·{_HAN}{{2,6}}?{ended}").finditer
        self._not_names = frozenset(words.not_names)

    def names(self, text: str) -> list[tuple[int, int]]:
        """Start and end of each plausible personal name in a folded text, from left to right."""
        text = text.replace(*_ABOUT)
        search = self._double if self._has_double(text) else self._single
        names: list[tuple[int, int]] = []
        at = 0
        while (found := search(text, at)) is not None:
            if found[0][:2] in self._not_names:
                at = found.start() + 1
            else:
                names.append(found.span())
                at = found.end()
        if "·" in text:
            names = sorted({*names, *(found.span() for found in self._dotted(text))})
        return names


def _any_of(words: Iterable[str]) -> str:
    """The words as alternatives, the longest first; what they may begin with is asked first, which is quicker."""
    known = sorted(set(words), key=len, reverse=True)
    begins = re.escape("".join(sorted({word[0] for word in known})))
    return f"(?:(?=[{begins}])(?:{'|'.join(map(re.escape, known))}))"


def _preceded(before: tuple[str, ...], signs: int) -> str:
    """That one of the words stands before the `signs` signs of the family name just read."""
    name = "." * signs
    ends = re.escape("".join(sorted({word[-1] for word in before})))
    lengths = sorted({len(word) for word in before})
    words = "|".join(f"(?<={_any_of(tuple(w for w in before if len(w) == length))}{name})" for length in lengths)
    return rf"(?<=[{ends}]{name})(?:{words})"
