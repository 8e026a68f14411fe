"""Merged cells of a sheet: what stands in the first of them is meant for all, and would be lost for the others."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from policies.sentences import Sentence
from review.readers.tables import Block

Range = Sequence[int]  # first row, last row, first column, last column; rows count from 1, columns from 0


class MergedCells:
    """The merged cells of one sheet, below its heading.

    Cells merged downward are filled with their text: a 密级 merged over five rows is that of each of them. Cells merged
    across columns cannot be told apart: their rows are refused.
    """

    def __init__(self, ranges: Sequence[Range], heading_row: int) -> None:
        self._ranges = sorted(tuple(area) for area in ranges if area[0] > heading_row)
        self._texts: dict[Range, str] = {}

    def filled(self, block: Block) -> Block:
        """The block with its downward merged cells filled, and with the faults of the rows merged across."""
        faults: dict[int, Sentence] = {}
        for area in self._ranges:
            top, bottom, left, right = area
            first, end = bisect_left(block.numbers, top), bisect_left(block.numbers, bottom + 1)
            if first == end:
                continue
            if right > left:
                faults |= dict.fromkeys(block.numbers[first:end], _ACROSS)
                continue
            if block.numbers[first] == top:
                self._texts[area] = _cell(block.records[first], left)
            for cells in block.records[first:end]:
                if left < len(cells):
                    cells[left] = self._texts.get(area, "")
        return block._replace(faults=faults) if faults else block

    def warnings(self) -> list[Sentence]:
        """The warning that names what was filled."""
        names = [
            f"{_letters(left)}{top}:{_letters(left)}{bottom}"
            for (top, bottom, left, _), text in self._texts.items()
            if text
        ]
        if not names:
            return []
        return [_FILLED.filled(count=len(names), areas="、".join(names[:10]) + (" …" if len(names) > 10 else ""))]


def _cell(cells: list[str], place: int) -> str:
    return cells[place] if place < len(cells) else ""


def _letters(column: int) -> str:
    """The name of a column as a spreadsheet shows it; 0 is A."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


_ACROSS = Sentence(
    "本行有跨列的合并单元格，无法确定内容属于哪一列。请取消合并、逐格填写后重新导入。",
    "Cells of this row are merged across columns, so it cannot be told which column is meant. Take the merge apart, "
    "fill each cell and import again.",
)
_FILLED = Sentence(
    "有 {count} 处纵向合并的单元格，已按首格内容补给其下各行：{areas}。请核对。",
    "{count} cells are merged downward; the text of the first was given to the rows below it: {areas}. Check them.",
)
