"""Names near certain words, in many texts at once: only where a word stands is a name sought."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from policies.folding import BETWEEN
from policies.joined import Joined
from policies.person_names import NameFinder

_DOT = "·"
_LONGEST = 5  # signs of a name without a dot: names that begin further apart do not meet
_LONGEST_DOTTED = 13


def names_near(
    finder: NameFinder, joined: Joined, starts: NDArray[np.int64], ends: NDArray[np.int64], within: int
) -> dict[int, list[tuple[int, int]]]:
    """The names that stand at most `within` signs from a word, and some others, by the number of the text, in order.

    `starts`, `ends`: where the words stand in the joined texts, none of which is odd. A name that would be read otherwise
    if what stands before it were not read is read with it.
    """
    names: dict[int, list[tuple[int, int]]] = {}
    if not len(ends):
        return names
    places = finder.candidates(joined)
    numbers = joined.numbers_at(places)
    begins = joined.begins_of[numbers]
    far = within + _LONGEST_DOTTED
    lengths = int((ends - starts).max())
    first = np.searchsorted(ends, np.maximum(places - far, begins + 1))
    last = np.searchsorted(ends, np.minimum(places + far + lengths, begins + joined.lengths[numbers]), side="right")
    near = last > first
    if not near.any():
        return names
    # Names that meet are read from left to right: where one of them is near, all are read.
    clusters = np.cumsum(np.diff(places, prepend=places[:1]) >= _LONGEST)
    kept = places[np.bincount(clusters[near], minlength=clusters[-1] + 1)[clusters] > 0]
    read = finder.names_at(joined.text.replace(_DOT, BETWEEN), kept.tolist())
    numbers = joined.numbers_at(np.fromiter((start for start, _ in read), np.int64, len(read))).tolist()
    for number, (start, end) in zip(numbers, read, strict=True):
        begins = joined.begins[number]
        names.setdefault(number, []).append((start - begins, end - begins))
    dots = kept[joined.signs[kept] == ord(_DOT)]
    for number in set(joined.numbers_at(dots).tolist()):
        names[number] = sorted({*names.get(number, ()), *finder.names_at(joined.texts[number], ())})
    return {number: found for number, found in names.items() if found}
