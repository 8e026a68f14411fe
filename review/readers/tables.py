"""A table of texts, from a spreadsheet or a CSV file, as chunks of catalogue rows and complaints."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import chain, islice
from typing import Any, NamedTuple

from policies.catalogue_rows import MAX_CELL, CatalogueRow, Complaint, on_one_line
from policies.sentences import Refusal, Sentence
from review.readers.catalogue_rows import MAX_COLUMNS, MAX_COMPLAINTS, TOO_MANY_COMPLAINTS
from review.readers.headings import PROFILES
from review.readers.profiles import Layout, Profile
from review.readers.recognition import recognised_profile
from review.readers.streams import CHUNK_ROWS, MAX_ROWS, Chunk
from review.readers.table_columns import ColumnReader
from review.readers.table_rows import RowReader, wrong_width

# Records read in one go, and records in a chunk: more of them at once are slower by half, the cells leave the cache.
PART_ROWS = 500
_PARTS_IN_CHUNK = min(4, CHUNK_ROWS // PART_ROWS)
HEADING_ROWS = 10  # a merged line such as 全宗J047案卷目录 may stand above the heading
_HEADINGS_IN_PART = 4_000_000  # characters: a heading is repeated in the notes of every row


class Block(NamedTuple):
    """Some records of a table with their row numbers, which ascend; `share` of the file is read with them.

    `faults` has rows that cannot be taken whatever their cells are, with the reason.
    """

    numbers: Sequence[int]
    records: list[list[str]]
    share: float
    faults: Mapping[int, Sentence] = {}


class NoHeading(Refusal):
    """None of the first rows is a heading that the profile recognises."""


class Heading(NamedTuple):
    """The row that is the heading, the layout it gives (None: no title column), and the rows below it so far."""

    number: int
    cells: list[str]
    layout: Layout | None
    below: list[Block]


def find_heading(blocks: Iterator[Block], profile: Profile | None) -> Heading:
    """The heading, looked for in the first ten rows; without a profile, the one that fits it best.

    It fills more cells than any line above it: a row of data below another heading is none. Raises NoHeading for an
    empty table, Refusal for headings that contradict one another.
    """
    seen: list[Block] = []
    likeliest, widest = None, 0
    for number, cells, block in _first_rows(blocks, seen):
        headings = list(map(on_one_line, cells))
        filled = sum(map(bool, headings))
        if filled <= widest:
            continue
        if layout := (profile or recognised_profile(headings)).layout(headings):
            return Heading(number, headings, layout, [*seen[:-1], block])
        likeliest, widest = (number, headings, block), filled
    if likeliest is None:
        raise NoHeading(_EMPTY)
    number, headings, _ = likeliest
    return Heading(number, headings, None, seen)


def _first_rows(blocks: Iterator[Block], seen: list[Block]) -> Iterator[tuple[int, list[str], Block]]:
    rows = 0
    for block in blocks:
        seen.append(block)
        for number, cells in zip(block.numbers, block.records, strict=True):
            check_size(number, cells)
            if any(map(str.strip, cells)):
                yield number, cells, block
            rows += 1
            if rows == HEADING_ROWS:
                return


def check_size(number: int, cells: list[str]) -> None:
    """Raises Refusal for a cell longer than MAX_CELL, and for more than MAX_COLUMNS cells."""
    if cells and max(map(len, cells)) > MAX_CELL:
        raise Refusal(LONG_CELL.filled(row=number, most=MAX_CELL))
    if len(cells) > MAX_COLUMNS:
        raise Refusal(_WIDE.filled(row=number, cells=len(cells), most=MAX_COLUMNS))


class TableReading:
    """The chunks of one table below its heading. Blank rows are passed over.

    `padded`: the rows are padded with empty cells to the width of the sheet, so that only cells with a text beyond
    the headings are too many. Raises Refusal where there is no title column.
    """

    def __init__(
        self, heading: Heading, blocks: Iterator[Block], today: date | None, *, skip: int = 0, padded: bool = False
    ) -> None:
        if heading.layout is None:
            raise no_title_column(heading.cells)
        self.layout = _trimmed(heading.layout) if padded else heading.layout
        self._blocks = chain(heading.below, blocks)
        self._heading_row = heading.number
        self._skip = skip
        self._padded = padded
        self._width = len(self.layout.headings)
        self._careful = RowReader(self.layout, today)
        self._quick = None if self._careful.has_dialect else ColumnReader(self.layout, today)
        repeated = sum(map(len, self.layout.unknown())) + 1
        self._most = max(20, min(PART_ROWS, _HEADINGS_IN_PART // repeated))

    def __iter__(self) -> Iterator[Chunk]:
        complaints = 0
        found = self._skip > self._heading_row
        parts = self._read_parts()
        while some := list(islice(parts, _PARTS_IN_CHUNK)):
            chunk = _together(some)
            found = found or bool(chunk.rows or chunk.complaints)
            complaints += len(chunk.complaints)
            if complaints > MAX_COMPLAINTS:
                raise Refusal(TOO_MANY_COMPLAINTS.filled(most=MAX_COMPLAINTS))
            yield chunk
        if not found:
            raise Refusal(_NO_ROWS)

    def _read_parts(self) -> Iterator[Chunk]:
        for block in self._blocks:
            yield from map(self._chunk, self._parts(block))
            if block.numbers and block.numbers[-1] > MAX_ROWS:
                raise Refusal(_TOO_MANY.filled(most=MAX_ROWS))

    def _parts(self, block: Block) -> Iterator[Block]:
        """The block without what was read before, in parts of a bounded number of rows."""
        start = bisect_right(block.numbers, max(self._heading_row, self._skip))
        if start and self._careful.follows_rows:
            first = bisect_right(block.numbers, self._heading_row)
            self._chunk(Block(block.numbers[first:start], block.records[first:start], 0, block.faults))
        for place in range(start, len(block.records), self._most):
            end = min(place + self._most, len(block.records))
            yield Block(block.numbers[place:end], block.records[place:end], block.share, block.faults)

    def _chunk(self, block: Block) -> Chunk:
        read = block.numbers[-1] if block.numbers else 0
        if [] in block.records:  # lines with nothing on them
            filled = [place for place, cells in enumerate(block.records) if cells]
            numbers = [block.numbers[place] for place in filled]
            block = block._replace(numbers=numbers, records=[block.records[place] for place in filled])
        rows, care = self._quick_rows(block)
        complaints: list[Complaint] = []
        refused: list[tuple[int, list[str]]] = []
        for place in sorted(care):
            number, cells = block.numbers[place], block.records[place]
            rows[place], found = self._with_care(number, cells, block.faults)
            complaints += found
            if rows[place] is None and found:
                refused.append((number, cells))
        return Chunk([row for row in rows if row] if care else rows, complaints, refused, read, block.share)

    def _quick_rows(self, block: Block) -> tuple[list[Any], set[int]]:
        """The rows as the fast way gives them, and the places of those that have to be read with care."""
        records = block.records
        if self._quick is None or not records:
            return [None] * len(records), set(range(len(records)))
        care = (
            {place for place, number in enumerate(block.numbers) if number in block.faults} if block.faults else set()
        )
        if set(map(len, records)) != {self._width}:
            care |= {place for place, cells in enumerate(records) if not self._fits(cells)}
            records = [self._fitted([] if place in care else cells) for place, cells in enumerate(records)]
        rows, doubtful = self._quick.read(block.numbers, records)
        return rows, care | doubtful

    def _with_care(
        self, number: int, cells: list[str], faults: Mapping[int, Sentence]
    ) -> tuple[CatalogueRow | None, list[Complaint]]:
        check_size(number, cells)
        if self._careful.passes_over(cells):
            return None, []
        if number in faults:
            return None, [Complaint(number, None, "", faults[number])]
        if not self._fits(cells):
            return None, [wrong_width(number, len(cells), self._width)]
        return self._careful.read(number, self._fitted(cells))

    def _fits(self, cells: list[str]) -> bool:
        return not any(map(str.strip, cells[self._width :])) if self._padded else len(cells) == self._width

    def _fitted(self, cells: list[str]) -> list[str]:
        return cells[: self._width] + [""] * (self._width - len(cells))


def _together(parts: list[Chunk]) -> Chunk:
    if len(parts) == 1:
        return parts[0]
    return Chunk(
        list(chain.from_iterable(part.rows for part in parts)),
        list(chain.from_iterable(part.complaints for part in parts)),
        list(chain.from_iterable(part.refused for part in parts)),
        parts[-1].read,
        parts[-1].share,
    )


def unknown_columns(layout: Layout) -> list[Sentence]:
    """The warning that names the columns kept in the notes only, if there are any."""
    unknown = layout.unknown()
    return [_UNKNOWN_COLUMNS.filled(columns=_listed(unknown))] if unknown else []


def no_title_column(headings: Sequence[str], profile: Profile | None = None) -> NoHeading:
    """The refusal of a table of which no column is the title."""
    profile = profile or PROFILES["house"]
    expected = "、".join(name for name, field in profile.columns.items() if field == "title")
    return NoHeading(_NO_TITLE_COLUMN.filled(found=_listed(headings), expected=expected, profile=profile.name))


def _trimmed(layout: Layout) -> Layout:
    """The layout without the empty headings at its right end."""
    width = max(place for place, heading in enumerate(layout.headings, start=1) if heading)
    return replace(layout, headings=layout.headings[:width], fields=layout.fields[:width])


def _listed(headings: Sequence[str]) -> str:
    shown = [heading if len(heading) <= 40 else heading[:39] + "…" for heading in headings if heading]
    return "、".join(shown[:30]) + (" …" if len(shown) > 30 else "")


_EMPTY = Sentence("表中没有任何内容。", "The table is empty.")
_NO_ROWS = Sentence(
    "表中只有表头，没有目录条目。请确认导出是否完整。",
    "The table has a heading and no entries. Check that it was exported whole.",
)
_NO_TITLE_COLUMN = Sentence(
    "前十行中找不到题名列（列映射“{profile}”）。现有的列：{found}。题名列应为下列之一：{expected}。"
    "请改表头后重新导入，或在列映射页指定题名列。",
    "No title column in the first ten rows (mapping “{profile}”). Columns found: {found}. "
    "The title column is one of: {expected}. Rename the heading and import again, or say on the mapping page which "
    "column it is.",
)
_UNKNOWN_COLUMNS = Sentence(
    "以下各列不在著录项之内，内容保留在附注中：{columns}。如有误，请在列映射页指定。",
    "These columns are no fields of the catalogue; their texts are kept in the notes: {columns}. "
    "Where that is wrong, say on the mapping page what they are.",
)
_TOO_MANY = Sentence(
    "表中超过 {most} 行。请分成几个文件导入。",
    "There are more than {most} rows. Split the file and import the parts.",
)
LONG_CELL = Sentence(
    "第 {row} 行有单元格超过 {most} 个字符，疑为文件损坏或引号不成对。请检查该行。",
    "Row {row} has a cell of more than {most} characters: a damaged file, or a quote that is not closed. Check it.",
)
_WIDE = Sentence(
    "第 {row} 行有 {cells} 列，最多 {most} 列。请删去目录右侧多余的列，或检查分隔符。",
    "Row {row} has {cells} columns; {most} are the most. Delete what stands right of the catalogue, or check the "
    "separators.",
)
