"""Numbers as pictures: where each bar stands, as values for templates/parts/chart_*.html. What they mean, the page says.

Across, everything is a share of the width, so that a picture fits every window and its letters keep their size.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

HEIGHT = 200  # of the columns, in pixels
GAP = 0.22  # between two columns, as a share of one


@dataclass(frozen=True, slots=True)
class Point:
    """One column of a picture before it is drawn: its counts by tone, from the ground up."""

    name: str
    counts: Mapping[str, int]
    link: str = ""
    marked: bool = False

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Block:
    tone: str
    y: str
    height: str
    count: int


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    x: str
    width: str
    middle: str
    slot: str
    slot_width: str
    blocks: tuple[Block, ...]
    total: int
    link: str
    marked: bool
    named: bool
    named_on_a_phone: bool


@dataclass(frozen=True, slots=True)
class Columns:
    """A picture of columns: what is drawn, the lines behind it with their numbers, and the tones that come up."""

    columns: tuple[Column, ...]
    lines: tuple[tuple[str, int], ...]
    tones: tuple[str, ...]
    height: int = HEIGHT


def columns_of(points: Sequence[Point], tones: Sequence[str]) -> Columns:
    """The picture of these points; `tones` in the order in which they are piled up."""
    top = _round_up(max((point.total for point in points), default=0))
    slot = 100 / max(len(points), 1)
    step = _every(len(points), 24)
    step_on_a_phone = _every(len(points), 7, of=step)
    made = []
    for place, point in enumerate(points):
        level, blocks = float(HEIGHT), []
        for tone in tones:
            if count := point.counts.get(tone, 0):
                height = max(count * HEIGHT / top, 1.0)  # what there is can be seen
                level -= height
                blocks.append(Block(tone, f"{max(level, 0):.1f}", f"{height:.1f}", count))
        made.append(
            Column(
                name=point.name,
                x=_share(slot * (place + GAP / 2)),
                width=_share(slot * (1 - GAP)),
                middle=_share(slot * (place + 0.5)),
                slot=_share(slot * place),
                slot_width=_share(slot),
                blocks=tuple(blocks),
                total=point.total,
                link=point.link,
                marked=point.marked,
                named=_is_round(point.name, place, step),
                named_on_a_phone=_is_round(point.name, place, step_on_a_phone),
            )
        )
    steps = 4 if top % 4 == 0 else 2 if top % 2 == 0 else 1
    lines = tuple((f"{HEIGHT - HEIGHT * n / steps:.1f}", top * n // steps) for n in range(1, steps + 1))
    shown = {block.tone for column in made for block in column.blocks}
    return Columns(tuple(made), lines, tuple(tone for tone in tones if tone in shown))


def bar(count: float, most: float) -> str:
    """How long a bar is, of the longest; what there is can be seen."""
    return _share(max(100 * count / most, 0.6) if count and most else 0)


def parts(counts: Mapping[str, int], whole: int) -> list[tuple[str, str, str, int]]:
    """One bar cut into parts of a whole: tone, where it begins, how long it is, how many."""
    found, begun = [], 0
    for tone, count in counts.items():
        if count and whole:
            found.append((tone, _share(100 * begun / whole), _share(100 * count / whole), count))
            begun += count
    return found


def _share(percent: float) -> str:
    return f"{percent:.3f}%"


def _every(count: int, most: int, *, of: int = 1) -> int:
    """Each how-manieth of `count` names is written where `most` have room: a round number of them, a multiple of `of`."""
    step = ceil(count / most)
    return next((one for one in (1, 2, 5, 10, 20, 50, 100) if one >= step and one % of == 0), step * of)


def _is_round(name: str, place: int, step: int) -> bool:
    """Whether a column's name is written: of years the round ones, of all else each `step`th."""
    return (int(name) if name.isdecimal() else place) % step == 0


def _round_up(number: int) -> int:
    """The next number that is easily read: 4, 8, 10, 20, 40 ... 50, 80, 100."""
    if number <= 4:
        return 4
    tens = 10 ** floor(log10(number))
    return next(step * tens for step in (1, 2, 4, 6, 8, 10) if step * tens >= number)
