"""Many texts looked through as one: which of them hold an odd sign, a run of digits, or begin with no letter.

Each text ends with a sign that is in no term, no number and no name. numpy reads the whole at once; what most texts do
not have is so found out for all of them in a few microseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from policies.folding import BETWEEN, ODD, FoldedTexts

_LETTER, _DIGIT, _ODD = 1, 2, 4
_FEWEST_DIGITS = 7


class Joined:
    """Texts in one piece. `begins[n]` is where the n-th text begins, `lengths[n]` how long it is. `signs`: all code points.

    `odd`: the numbers of the texts that must be folded; `with_digits`: of those that hold seven digits or more; `unsure`:
    of those that are odd or do not begin with a letter or a digit. A text longer than `longest` counts as odd and as
    `long`, and is left out of the piece.
    """

    def __init__(self, texts: Sequence[str], longest: int = 4000) -> None:
        self.texts = texts
        self.longest = longest
        lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        self.long = long = frozenset(np.flatnonzero(lengths > longest).tolist())
        parts = ["" if number in long else text for number, text in enumerate(texts)] if long else texts
        self.text = BETWEEN.join((*parts, ""))
        self.lengths = lengths
        lengths = np.where(lengths > longest, 0, lengths) + 1
        self._ends = np.cumsum(lengths)
        self.begins_of = begins = self._ends - lengths
        self.begins: list[int] = begins.tolist()
        self.signs = np.frombuffer(self.text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        classes = _classes().take(self.signs, mode="clip")
        self.odd = frozenset(self.numbers_at(np.flatnonzero(classes >= _ODD)).tolist()) | long
        digits = np.bincount(self.numbers_at(np.flatnonzero(classes == _DIGIT | _LETTER)), minlength=len(texts))
        self.with_digits = frozenset(np.flatnonzero(digits >= _FEWEST_DIGITS).tolist())
        self.unsure = self.odd | frozenset(np.flatnonzero((classes[begins] & _LETTER) == 0).tolist())

    @cached_property
    def to_fold(self) -> list[int]:
        """The numbers of the texts that are looked through as `folded`: the odd ones, or all where most are, as pages are."""
        return list(range(len(self.texts))) if 2 * len(self.odd) > len(self.texts) else sorted(self.odd)

    @cached_property
    def folded(self) -> FoldedTexts:
        """The texts `to_fold`, as the rules see them."""
        return FoldedTexts([self.texts[number] for number in self.to_fold])

    def numbers_at(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """The numbers of the texts in which these places lie."""
        return np.searchsorted(self._ends, places, side="right")


@cache
def _classes() -> NDArray[np.uint8]:
    """What each code point is, of those that matter here."""
    classes = np.zeros(0x110000, dtype=np.uint8)
    signs = "".join(map(chr, range(0x30000)))
    for found in ODD.finditer(signs):
        classes[found.start()] |= _ODD
    classes[ord("0") : ord("9") + 1] |= _DIGIT
    classes[[at for at, sign in enumerate(signs) if sign.isalnum()]] |= _LETTER
    return classes
