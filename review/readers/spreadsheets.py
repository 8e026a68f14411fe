"""Workbooks: xlsx, xls and ods. Formulas give their stored values; hidden sheets are passed over."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from policies.sentences import Refusal, Sentence
from review.readers.merged_cells import MergedCells
from review.readers.profiles import Profile
from review.readers.tables import PART_ROWS, Block, Heading, NoHeading, find_heading

_CELLS = Path(__file__).with_name("sheet_cells.py")


class Workbook:
    """A workbook, opened: the first visible sheet with a heading that is recognised is its table.

    The cells come from a process of its own, bounded in memory and time (see sheet_cells); `close` ends it. The
    `warnings` are complete when the blocks are exhausted. Raises Refusal for a workbook that cannot be opened.
    """

    padded = True
    encoding = ""
    delimiter = ""

    def __init__(self, path: Path) -> None:
        command = [sys.executable, "-I", str(_CELLS), str(path.absolute())]
        self._process = subprocess.Popen(  # noqa: S603 our own program; the path is an argument, no shell reads it
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._lines = self._read_lines()
        self._next: dict[str, Any] | None = None
        self.sheet = ""
        self.warnings: list[Sentence] = []
        self._passed_over: list[str] = []

    def find_table(self, profile: Profile | None) -> tuple[Heading, Iterator[Block]]:
        """The heading of the table and the blocks of rows. Where no sheet has a title column: the first heading.

        Raises NoHeading where the visible sheets are empty.
        """
        likeliest: tuple[str, Heading] | None = None
        while sheet := self._next_sheet():
            blocks = self._blocks(sheet)
            try:
                heading = find_heading(blocks, profile)
            except NoHeading:
                continue
            if heading.layout:
                self.sheet = sheet["sheet"]
                self._passed_over += [likeliest[0]] if likeliest else []
                merged = MergedCells(sheet["merged"], heading.number)
                below = [merged.filled(block) for block in heading.below]
                return heading._replace(below=below), self._to_the_end(map(merged.filled, blocks), merged)
            if likeliest:
                self._passed_over.append(sheet["sheet"])
            likeliest = likeliest or (sheet["sheet"], heading)
        if likeliest is None:
            raise NoHeading(_EMPTY)
        self.sheet, heading = likeliest
        return heading, iter(())

    def sheets(self) -> Iterator[tuple[str, Iterator[Block]]]:
        """Every visible sheet with its rows, in order; the rows of one are read before the next is asked for."""
        while sheet := self._next_sheet():
            yield sheet["sheet"], self._blocks(sheet)

    def close(self) -> None:
        """Ends the other process."""
        self._process.kill()
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()

    def _next_sheet(self) -> dict[str, Any] | None:
        """The sheet that begins next; what is left of the one before is passed over."""
        if self._next:
            sheet, self._next = self._next, None
            return sheet
        return next((line for line in self._lines if isinstance(line, dict)), None)

    def _blocks(self, sheet: dict[str, Any]) -> Iterator[Block]:
        """The rows of one sheet."""
        numbers: list[int] = []
        records: list[list[str]] = []
        height = max(1, sheet["rows"])
        for line in self._lines:
            if isinstance(line, dict):
                self._next = line
                break
            numbers += [number for number, _ in line]
            records += [texts for _, texts in line]
            if len(numbers) >= PART_ROWS or (len(records) and sum(map(len, records[-1])) > 100_000):
                yield Block(numbers, records, numbers[-1] / height)
                numbers, records = [], []
        if numbers:
            yield Block(numbers, records, numbers[-1] / height)

    def _to_the_end(self, blocks: Iterator[Block], merged: MergedCells) -> Iterator[Block]:
        """The rows of the table, and then whether the rest of the workbook is sound; its sheets are named."""
        yield from blocks
        while sheet := self._next_sheet():
            if sheet["rows"]:
                self._passed_over.append(sheet["sheet"])
        if self._passed_over:
            self.warnings.append(_OTHER_SHEETS.filled(sheets=_listed(self._passed_over)))
        self.warnings += merged.warnings()

    def _read_lines(self) -> Iterator[Any]:
        assert self._process.stdout
        for line in self._process.stdout:
            read = json.loads(line)
            if isinstance(read, dict) and "verdict" in read:
                if read["verdict"] != "whole":
                    raise Refusal(_VERDICTS[read["verdict"]].filled(row=read.get("row", "")))
                if read["hidden"]:
                    self.warnings.append(_HIDDEN_SHEETS.filled(sheets=_listed(read["hidden"])))
                return
            yield read
        raise Refusal(_VERDICTS["limits"])


def _listed(names: list[str]) -> str:
    return "、".join(names[:20]) + (" …" if len(names) > 20 else "")


_EMPTY = Sentence(
    "工作簿的可见工作表中没有任何内容。",
    "The visible sheets of the workbook are empty.",
)
_OTHER_SHEETS = Sentence(
    "只读取了一张工作表，以下工作表未读取：{sheets}。如也需导入，请另存为单独的文件。",
    "One sheet was read; these were not: {sheets}. To import them too, save each as a file of its own.",
)
_HIDDEN_SHEETS = Sentence(
    "以下工作表是隐藏的，未读取：{sheets}。如需导入，请取消隐藏，另存为单独的文件。",
    "These sheets are hidden and were not read: {sheets}. To import them, show them and save each as a file of its own.",
)
_VERDICTS = {
    "bomb": Sentence(
        "工作簿解压后过大（超过 1 GB，或超过文件大小的 200 倍），疑为恶意或损坏的文件，未打开。请另存为 CSV 后重新导入。",
        "Unpacked, the workbook would be too large (over 1 GB, or over 200 times the file): perhaps malicious or "
        "damaged. It was not opened. Save it as CSV and import again.",
    ),
    "limits": Sentence(
        "读取工作簿所需的内存或时间超出限度（2 GB、300 秒），疑为恶意文件或区域过大。请只保留目录区域，或另存为 CSV 后重新导入。",
        "Reading the workbook takes more memory or time than allowed (2 GB, 300 seconds): perhaps malicious, or used "
        "far beyond the catalogue. Keep the catalogue's cells alone, or save it as CSV, and import again.",
    ),
    "long_row": Sentence(
        "工作簿第 {row} 行超过二百万个字符，疑为损坏或恶意的文件。请检查后重新导入。",
        "Row {row} of the workbook has more than two million characters: perhaps damaged or malicious. Check it.",
    ),
    "error_cells": Sentence(
        "工作簿中有出错的单元格（如 #N/A、#REF!），其内容无法读取。请用“定位条件—公式—错误”找出并改正（含隐藏的工作表）后重新导入。",
        "The workbook has error cells (such as #N/A, #REF!), whose content cannot be read. Find them with "
        "“Go To Special, Formulas, Errors”, hidden sheets too, mend them and import again.",
    ),
    "password": Sentence(
        "工作簿设有打开密码。请取消密码后重新导入。",
        "The workbook is protected by a password. Remove it and import again.",
    ),
    "damaged": Sentence(
        "无法打开工作簿：文件损坏，或不是 xlsx、xls、ods。请用表格软件打开并另存后重新导入。",
        "The workbook cannot be opened: damaged, or no xlsx, xls or ods. Open it in a spreadsheet program, save it "
        "anew and import again.",
    ),
}
