"""entries.xlsx: the entries of a release for people who look, sort and filter; every cell is a text and nothing is evaluated.

XlsxWriter lays out the workbook and writes 17,000 rows a second. A release has a million: the rows, which are all alike, are
written into its sheet by us, eight times as fast, and its styles, widths and heads stay what it made.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from policies.sentences import Sentence
from review.documents.entries_jsonl import COLUMNS, Row
from review.documents.workbooks import HEADING, MAX_CELL_TEXT, fits_cell, written_workbook

MOST_ROWS = 1_000_000

_HEADINGS = (
    "全宗号 Fonds", "全宗名称 Fonds title", "类目 Series", "档号 Reference code", "公开题名 Public title",
    "责任者 Responsible body", "日期 Date", "数量 Extent", "提前开放 Early", "遮盖复制件 Redacted copy",
)  # fmt: skip
_WIDTHS = (9, 20, 24, 24, 60, 24, 12, 10, 10, 20)
_CUT = Sentence(
    "……〔全文见 entries.csv〕",
    "[cut: the whole text is in entries.csv]",
)
_YES = "是"

_MARK = "qifeng-rows"  # the one row of the skeleton, in whose place the rows go
_FIRST, _SHEET = "[Content_Types].xml", "xl/worksheets/sheet1.xml"
_LONG = MAX_CELL_TEXT // 2  # a row of fewer signs fits its cells
_LETTERS = "ABCDEFGHIJ"
_SPECIAL = re.compile("[&<>\r_]")
_SPECIALS = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "_x000D_"}
_ESCAPE_LIKE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")  # what Excel would read as the code of a sign


class Workbooks:
    """entries.xlsx being written into `folder`; above `most` rows entries-1.xlsx, entries-2.xlsx and so on."""

    def __init__(self, folder: Path, title: str, made_on: date, most: int = MOST_ROWS) -> None:
        self._folder, self._most = folder, most
        self._title, self._made_on = title, made_on
        self._archive: zipfile.ZipFile | None = None
        self._made: list[Path] = []
        self._begin()

    def write(self, rows: Sequence[Row]) -> None:
        """Append rows."""
        rest = rows
        while rest:
            if self._row > self._most:  # the heading is row 1
                self._end()
                self._begin()
            now, rest = rest[: self._most + 1 - self._row], rest[self._most + 1 - self._row :]
            first = self._row + 1
            self._sheet.write("".join([self._xml(at, row) for at, row in enumerate(now, first)]).encode())
            self._row += len(now)

    def close(self) -> None:
        """Finish the last workbook."""
        self._end()
        if len(self._made) > 1:
            for number, path in enumerate(self._made, start=1):
                path.rename(self._folder / f"entries-{number}.xlsx")

    def abandon(self) -> None:
        """Let the file go unfinished."""
        if self._archive is not None and self._archive.fp is not None:
            self._archive.fp.close()
            self._archive.fp = None

    def _begin(self) -> None:
        """The workbook up to where its rows begin."""
        path = self._folder / ("entries.xlsx" if not self._made else f".entries-{len(self._made) + 1}.xlsx")
        self._made.append(path)
        self._skeleton, head, self._tail, style = _skeleton(self._title, self._made_on)
        self._opened = f'" s="{style}" t="inlineStr"><is><t xml:space="preserve">'
        self._archive = zipfile.ZipFile(path, "w")
        self._archive.writestr(_member(_FIRST), self._skeleton.read(_FIRST))
        self._sheet = self._archive.open(_member(_SHEET), "w", force_zip64=True)
        self._sheet.write(head)
        self._row = 1

    def _end(self) -> None:
        """The rest of the workbook; its filter goes over all rows that came."""
        last = max(self._row, 2)
        self._sheet.write(self._tail.replace(b'"A1:J2"', f'"A1:J{last}"'.encode()))
        self._sheet.close()
        for name in self._skeleton.namelist():
            if name not in (_FIRST, _SHEET):
                part = self._skeleton.read(name).replace(b"$A$1:$J$2<", f"$A$1:$J${last}<".encode())
                self._archive.writestr(_member(name), part)  # type: ignore[union-attr]
        self._archive.close()  # type: ignore[union-attr]

    def _xml(self, at: int, row: Row) -> str:
        opened, texts = self._opened, (*row[:8], _YES if row[8] else "", row[9])
        together = "".join(texts)
        if len(together) > _LONG or _SPECIAL.search(together):
            texts = tuple(_cell(text) for text in texts)
        cells = [
            f'<c r="{letter}{at}{opened}{text}</t></is></c>'
            for letter, text in zip(_LETTERS, texts, strict=True)
            if text
        ]
        return f'<row r="{at}">{"".join(cells)}</row>'


def _skeleton(title: str, made_on: date) -> tuple[zipfile.ZipFile, bytes, bytes, str]:
    """An empty workbook as XlsxWriter makes it: its parts, its sheet before and after the rows, and their style."""
    file = io.BytesIO()
    with written_workbook(file, title=title, made_on=made_on) as book:
        sheet = book.add_worksheet("开放档案目录")
        text = book.add_format({"num_format": "@", "valign": "top"})
        heading = book.add_format(HEADING)
        for column, (words, width) in enumerate(zip(_HEADINGS, _WIDTHS, strict=True)):
            sheet.set_column(column, column, width, text)
            sheet.write_string(0, column, words, heading)
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.repeat_rows(0)
        sheet.write_string(1, 0, _MARK, text)
        sheet.autofilter(0, 0, 1, len(COLUMNS) - 1)
    made = zipfile.ZipFile(file)
    xml = made.read(_SHEET)
    marked = re.search(rb'<row r="2"[^>]*><c r="A2" s="([0-9]+)"[^>]*>(?:(?!</row>).)*</row>', xml)
    if marked is None:
        raise ValueError("XlsxWriter writes its rows in another way than it did")
    # How far the sheet reaches may be left out, and is not known yet.
    head = re.sub(rb'<dimension ref="[^"]*"/>', b"", xml[: marked.start()])
    return made, head, xml[marked.end() :], marked[1].decode()


def _member(name: str) -> zipfile.ZipInfo:
    """A part of the workbook, without the time at which it was made."""
    member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    member.compress_type = zipfile.ZIP_DEFLATED
    member._compresslevel = 1  # type: ignore[attr-defined]  public from Python 3.13 on
    return member


def _cell(text: str) -> str:
    """The text as it stands in the sheet; one that no cell holds is cut, and says so."""
    if len(text) * 2 > MAX_CELL_TEXT and not fits_cell(text):
        note = f"{_CUT.zh} {_CUT.en}"
        # Every sign may take two units.
        text = text[: (MAX_CELL_TEXT - len(note) * 2) // 2] + note
    if _SPECIAL.search(text):
        text = _ESCAPE_LIKE.sub("_x005F_", text)
        text = "".join([_SPECIALS.get(sign, sign) for sign in text])
    return text
