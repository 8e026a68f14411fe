"""Where a Chinese title names a private person: a plausible personal name between two words that names stand between.

No list of given names and no model: a family name, one or two further signs, and a boundary on either side ("给予" ...
"同志", the start of the title, a comma). Names masked by the cataloguer (王某某, 李××) and names of other peoples of
China (买买提·艾力) are found too. Made for use beside a word such as 处分; alone it would see too many names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, BeforeValidator, ConfigDict

from policies.joined import Joined

_MASK = "[某×x○〇*＊△□]"
_ABOUT = ("关于", "\u2588\u2588")  # in most titles, of two family names, and never a name: put out of sight
_BEFORE, _SURELY, _SINGLE, _FIRST, _SECOND, _GIVEN, _MASKED, _END, _DOT = (1 << bit for bit in range(9))
_BEYOND = 0xFFFF
_AT_ONCE = 64  # signs that words begin with
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
        beside = tuple(beside)
        self._classes = _classes(words, beside)
        never, seldom = re.escape(words.not_given), re.escape(words.seldom_given)
        given, any_given = rf"[^\W\d_a-z{never}{seldom}]", rf"[^\W\d_a-z{never}]"
        ended = rf"(?=\W|$|{_any_of((*words.after, *beside))})"
        bounded = rf"(?:{_MASK}{{1,3}}|{given}{_MASK}|{any_given}{any_given}{ended}|{given}{ended})"
        surely, before = words.surely_before, words.before + words.surely_before

        def name(family: str, signs: int) -> str:
            begun = rf"(?:(?<!\w{'.' * signs})|{_preceded(before, signs)})"
            return rf"{family}(?:{begun}{bounded}|{_preceded(surely, signs)}{any_given}{{2}})"

        single = name(f"[{re.escape(''.join(words.surnames))}]", 1)
        double = f"(?:{'|'.join(words.double_surnames)})"
        self._single = re.compile(single).search
        self._has_double = re.compile(double).search
        self._double = re.compile(f"{name(double, 2)}|{single}")
        self._dotted = re.compile(rf"{_HAN}{{2,6}}·{_HAN}{{2,6}}?{ended}").finditer
        self._not_names = frozenset(words.not_names)

    def candidates(self, joined: Joined) -> NDArray[np.int64]:
        """Where in joined texts a name may begin; nowhere else does one, in texts that are not odd. A dot counts as well.

        What every name needs is asked of all signs at once: a family name with an end of a word before it, a sign of a
        given name after it, and then the beginning of another word.
        """
        size = len(joined.signs)
        signs = np.full(size + 5, _BEFORE | _END, np.uint16)
        self._classes.take(joined.signs, mode="clip", out=signs[1 : size + 1])
        about = (joined.signs[:-1] == ord(_ABOUT[0][0])).nonzero()[0]
        about = 1 + about[joined.signs[about + 1] == ord(_ABOUT[0][1])]
        signs[about] = signs[about + 1] = _BEFORE | _END
        begun = ((signs[1:] & (_SINGLE | _FIRST)) != 0) & ((signs[:-1] & _BEFORE) != 0)
        places = (begun | ((signs[1:] & _DOT) != 0))[:size].nonzero()[0]

        def at(place: int, kind: int) -> NDArray[np.bool_]:
            there: NDArray[np.bool_] = (signs[places + (1 + place)] & kind) != 0
            return there

        def named(last: int) -> NDArray[np.bool_]:
            """That a given name and its end may follow the family name whose last sign stands at `last`."""
            ends = at(last + 2, _END) | at(last + 3, _END) | at(last + 1, _MASKED)
            return at(last + 1, _GIVEN) & (ends | (at(-1, _SURELY) & at(last + 2, _GIVEN)))

        family = (at(0, _SINGLE) & named(0)) | (at(0, _FIRST) & at(1, _SECOND) & named(1))
        found: NDArray[np.int64] = places[(family & at(-1, _BEFORE)) | at(0, _DOT)]
        return found

    def names(self, text: str) -> list[tuple[int, int]]:
        """Start and end of each plausible personal name in a folded text, from left to right."""
        text = text.replace(*_ABOUT)
        search = self._double.search if self._has_double(text) else self._single
        names: list[tuple[int, int]] = []
        at = 0
        while (found := search(text, at)) is not None:
            if found[0][:2] in self._not_names:
                at = found.start() + 1
            else:
                names.append(found.span())
                at = found.end()
        return self._with_dotted(text, names)

    def names_at(self, text: str, candidates: Iterable[int]) -> list[tuple[int, int]]:
        """`names` of a text of which the candidates are known."""
        text = text.replace(*_ABOUT)
        names: list[tuple[int, int]] = []
        at = 0
        for place in candidates:
            if place < at or (found := self._double.match(text, place)) is None:
                continue
            if found[0][:2] not in self._not_names:
                names.append(found.span())
                at = found.end()
        return self._with_dotted(text, names)

    def _with_dotted(self, text: str, names: list[tuple[int, int]]) -> list[tuple[int, int]]:
        return sorted({*names, *(found.span() for found in self._dotted(text))}) if "·" in text else names


@lru_cache(maxsize=8)
def _classes(words: NameWords, beside: tuple[str, ...]) -> NDArray[np.uint16]:
    """What each sign can be in a name.

    A masked sign counts as the end of what precedes it. `_BEYOND` stands for all signs from there on, which can be anything.
    """
    classes = np.zeros(_BEYOND + 1, np.uint16)
    every = "".join(map(chr, range(_BEYOND)))
    shapes = {
        _BEFORE | _END: r"\W",
        _GIVEN: rf"[^\W\d_a-z{re.escape(words.not_given)}]",
        _GIVEN | _MASKED | _END: _MASK,
        _SINGLE: f"[{re.escape(''.join(words.surnames))}]",
        _FIRST: _one_of(word[0] for word in words.double_surnames),
        _SECOND: _one_of(word[1] for word in words.double_surnames),
        _BEFORE: _one_of(word[-1] for word in words.before),
        _BEFORE | _SURELY: _one_of(word[-1] for word in words.surely_before),
        _END: _one_of(word[0] for word in (*words.after, *beside)),
        _DOT: "·",
    }
    for kind, shape in shapes.items():
        classes[[found.start() for found in re.finditer(shape, every)]] |= kind
    classes[_BEYOND] = ~np.uint16(0)
    return classes


def _one_of(signs: Iterable[str]) -> str:
    return f"[{re.escape(''.join(signs))}]"


def _any_of(words: Iterable[str]) -> str:
    """Any of the words, no matter which: asked first is what some of them begin with, which is quicker."""
    of_sign: dict[str, list[str]] = {}
    for word in sorted(set(words)):
        of_sign.setdefault(word[0], []).append(word)
    signs = list(of_sign)
    some = [signs[at : at + _AT_ONCE] for at in range(0, len(signs), _AT_ONCE)]
    return f"(?:{'|'.join(_beginning_with(each, of_sign) for each in some)})"


def _beginning_with(signs: list[str], words: dict[str, list[str]]) -> str:
    known = (re.escape(word) for sign in signs for word in words[sign])
    return f"(?=[{re.escape(''.join(signs))}])(?:{'|'.join(known)})"


def _preceded(before: tuple[str, ...], signs: int) -> str:
    """That one of the words stands before the `signs` signs of the family name just read."""
    name = "." * signs
    ends = re.escape("".join(sorted({word[-1] for word in before})))
    lengths = sorted({len(word) for word in before})
    words = "|".join(f"(?<={_any_of(tuple(w for w in before if len(w) == length))}{name})" for length in lengths)
    return rf"(?<=[{ends}]{name})(?:{words})"
