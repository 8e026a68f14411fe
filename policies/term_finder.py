"""Where terms stand in texts: one pass of one automaton for all terms.

It reads UTF-16: two bytes a sign of Chinese, where UTF-8 has three, and a place in the bytes tells the sign at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import ahocorasick_rs
import numpy as np
from numpy.typing import NDArray

from policies.joined import Joined

_BEYOND = 0xFFFF  # signs from there on are four bytes long


class TermFinder:
    """Finds terms, overlapping or not. No term is empty; a lone surrogate in a text is in none."""

    def __init__(self, terms: Sequence[str]) -> None:
        automaton = ahocorasick_rs.BytesAhoCorasick([term.encode("utf-16-le") for term in terms])
        self._find = automaton.find_matches_as_indexes

    def terms_in(self, text: str) -> list[tuple[int, int, int]]:
        """The number of each term found, its beginning and its end, in the order of the ends."""
        units = text.encode("utf-16-le", "surrogatepass")
        found = self._find(units, overlapping=True)
        if len(units) == 2 * len(text):
            return [(term, start // 2, end // 2) for term, start, end in found if not start % 2]
        signs = [len(sign.encode("utf-16-le", "surrogatepass")) for sign in text]
        at_byte = {byte: sign for sign, byte in enumerate(chain((0,), np.cumsum(signs).tolist()))}
        return [(term, at_byte[start], at_byte[end]) for term, start, end in found if not start % 2]

    def terms_in_all(self, joined: Joined) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """The same of joined texts, as arrays."""
        found = self._find(joined.text.encode("utf-16-le", "surrogatepass"), overlapping=True)
        places = np.fromiter(chain.from_iterable(found), np.int64, 3 * len(found)).reshape(-1, 3)
        terms, starts, ends = places[(places[:, 1] & 1) == 0].T  # two halves of two signs are no sign
        starts, ends = starts >> 1, ends >> 1
        if (wide := joined.signs > _BEYOND).any():
            begins = np.arange(len(wide)) + np.cumsum(wide) - wide
            starts, ends = np.searchsorted(begins, starts), np.searchsorted(begins, ends)
        return terms, starts, ends
