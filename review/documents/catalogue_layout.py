"""Where everything stands on the pages of entries: known from the widths of the characters alone, before a page is drawn.

Lengths are points; a page is measured from the upper left corner of its text block, which the joiner puts to the left or
to the right of the page (the binding is on the inside). What is laid out is a list of items; each is a tuple whose first
member says what it is:

    ("F", label, title, span)      a fonds begins (or another chapter, as the list of what stays closed)
    ("S", title, span)             a series begins
    ("R", code, title, rest, year) an entry
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from review.documents.faces import HEAD, TEXT, advance, widths
from review.documents.line_breaking import broken
from review.documents.text_drawing import length

MM = 72 / 25.4
SHEET = (210 * MM, 297 * MM)
INNER, OUTER, TOP, BOTTOM = 27 * MM, 20 * MM, 25 * MM, 24 * MM
WIDTH = SHEET[0] - INNER - OUTER
HEIGHT = SHEET[1] - TOP - BOTTOM

YEAR = 30.0
"""The column of years, left of the codes."""

LINE, SIZE, SMALL, GAP = 11.5, 9.0, 8.0, 4.0

WITH_HEADS = 2
"""How many entries stand on the page of the heads above them."""

Item = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """How high an item is: room before its first line, its lines of one height, room after the last one."""

    before: float
    line: float
    lines: int
    after: float

    @property
    def height(self) -> float:
        return self.before + self.line * self.lines + self.after


@dataclass(frozen=True, slots=True)
class Piece:
    """Lines `first` to `last` (exclusive) of an item on one page, the upper edge of the first at `top`."""

    page: int
    top: float
    first: int
    last: int


def code_column(longest: float) -> float:
    """The column of codes of a series whose longest code is `longest` points long: in steps of 12, so that series of
    alike codes agree; 142 (50 mm) at most, and a longer code has lines of its own."""
    return min(142.0, max(58.0, -(-(longest + 8) // 12) * 12))


def title_room(column: float) -> float:
    """How wide the column of titles is, in thousandths of an em of its letters."""
    return (WIDTH - YEAR - column) * 1000 / SIZE


@dataclass(frozen=True, slots=True)
class RowLines:
    """The lines of an entry; `apart`: the code has lines of its own above the title."""

    code: list[str]
    title: list[str]
    rest: list[str]
    apart: bool

    @property
    def count(self) -> int:
        return len(self.title) + len(self.rest) + (len(self.code) if self.apart else 0)


def row_lines(code: str, title: str, rest: str, column: float) -> RowLines:
    known = widths(TEXT)
    room = title_room(column)
    apart = length(code, SIZE) + 4 > column
    return RowLines(
        code=broken(code, (WIDTH - YEAR) * 1000 / SIZE, known) if apart else [code],
        title=_lines(title, room, known),
        rest=_lines(rest, room * SIZE / SMALL, known) if rest else [],
        apart=apart,
    )


def _lines(text: str, room: float, known: dict[str, int]) -> list[str]:
    # nearly every text is one line, and adding up is quicker than looking for where to break
    return [text] if advance(text, known) <= room else broken(text, room, known)


def head_lines(item: Item) -> tuple[list[str], list[str]]:
    """The lines of a head and of what stands under it."""
    known = widths(HEAD)
    size = 16 if item[0] == "F" else 11
    title = item[2] if item[0] == "F" else item[1]
    return broken(title, WIDTH * 1000 / size, known), broken(item[-1], WIDTH * 1000 / 8.5, widths(TEXT))


def box_of(item: Item, column: float, *, at_top: bool = False) -> Box:
    """How high `item` is; `at_top`: the first on its page."""
    if item[0] == "R":
        return Box(0, LINE, row_lines(item[1], item[2], item[3], column).count, GAP)
    title, under = head_lines(item)
    if item[0] == "F":
        return Box(6 if at_top else 28, 22, len(title) + 1, 12 * len(under) + 12)
    return Box(2 if at_top else 20, 16, len(title), 12 * len(under) + 8)


@dataclass(slots=True)
class Packer:
    """Puts items on pages, one after another, none split that fits on a page."""

    page: int = -1
    used: float = field(default=HEIGHT)

    def place(self, block: Sequence[Item], column: float) -> list[list[Piece]]:
        """The pieces of each item of `block`, which stands on one page together wherever one page can hold it."""
        boxes = [box_of(item, column) for item in block]
        total = sum(box.height for box in boxes) - boxes[-1].after
        if self.used + total > HEIGHT + 0.01 or block[0][0] == "F":
            self.page += 1
            self.used = 0.0
            boxes[0] = box_of(block[0], column, at_top=True) if block[0][0] != "R" else boxes[0]
            total = sum(box.height for box in boxes) - boxes[-1].after
            if total > HEIGHT:
                return [self._alone(box) for box in boxes]
        placed = []
        for box in boxes:
            placed.append([Piece(self.page, self.used + box.before, 0, box.lines)])
            self.used += box.height
        return placed

    def _alone(self, box: Box) -> list[Piece]:
        """One item of a block that is too high for a page."""
        height = box.height - box.after
        if height > HEIGHT:
            return self._split(box)
        if self.used + height > HEIGHT + 0.01:
            self.page += 1
            self.used = 0.0
        piece = Piece(self.page, self.used + box.before, 0, box.lines)
        self.used += box.height
        return [piece]

    def _split(self, box: Box) -> list[Piece]:
        """An item that no page can hold, line by line over as many pages as it takes."""
        pieces = []
        self.used += box.before
        done = 0
        while done < box.lines:
            room = int((HEIGHT - self.used + 0.01) // box.line)
            if room < 1:
                self.page += 1
                self.used = 0.0
                continue
            count = min(room, box.lines - done)
            pieces.append(Piece(self.page, self.used, done, done + count))
            self.used += count * box.line
            done += count
        self.used += box.after
        return pieces


def blocks(items: Sequence[Item]) -> list[list[Item]]:
    """Items in groups that stay together: a head with all heads after it and the first two entries, else one by one."""
    groups: list[list[Item]] = []
    for item in items:
        if groups and groups[-1][0][0] != "R" and _wants_more(groups[-1], item):
            groups[-1].append(item)
        else:
            groups.append([item])
    return groups


def _wants_more(group: list[Item], item: Item) -> bool:
    rows = sum(1 for kept in group if kept[0] == "R")
    return rows < WITH_HEADS if item[0] == "R" else rows == 0
