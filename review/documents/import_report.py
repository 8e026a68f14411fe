"""The report on an import as a workbook: the rows to be mended, ready to be uploaded again, and everything complained of.

The first sheet has the headings of the file as they were and below them the cells of the rows that were not taken, as
they were: whoever mends them uploads this workbook. The sentence that says what is wrong stands beside the row, in the
column NOTE_HEADING that every reader passes over, and as a note on the cell.

What must not come back unnoticed stays out of the columns. A row with too many or too few cells, or with broken quotes,
may be shifted: its cells stand right of the notes, to be put in their places by hand. A row that a sheet cannot hold as
it is (a cell too long, a character that XML has not) and a row of a state secret show their sentence and no cell.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import BinaryIO

from xlsxwriter import Workbook
from xlsxwriter.format import Format as CellFormat

from policies.catalogue_rows import Complaint
from policies.sentences import Sentence
from review.documents.report_tables import SECRET, for_the_eye, sentence_of, write_all_complaints, write_summary
from review.documents.row_heights import set_height
from review.documents.workbooks import HEADING, MAX_SHEET_ROWS, fits_cell, put_text, written_workbook

NOTE_HEADING = "导入说明 import note"
_NOTE_WIDTH = 60  # in characters of the usual digit's width
MAX_COMMENTS = 5_000  # beyond, a spreadsheet program becomes slow; colours and the column of notes go on

_NOT_IN_XML = re.compile(r"[\ud800-\udfff\ufffe\uffff]")


def write_report(
    file: BinaryIO,
    *,
    file_name: str,
    headings: Sequence[str],
    refused: Iterable[tuple[int, list[str]]],
    complaints: Iterable[Complaint],
    secret_rows: AbstractSet[int],
    language: str,
) -> None:
    """Three sheets: the rows to be mended (none for XML, which has no headings), all complaints, the counts.

    `refused` are the rows that were not taken, in order, with their raw cells; `secret_rows` the numbers of those of
    which nothing may be repeated. The complaints are held in memory, the rows are not. `language` is that of the
    notes; the list of all complaints has both. What a sheet cannot hold is left out at its end, and the summary says so.
    """
    told = list(complaints)
    with written_workbook(file, title=file_name) as book:
        to_mend = _RowsToMend(book, headings, language, told, secret_rows) if headings else None
        count = left_out = 0
        for row, cells in refused:
            count += 1
            if to_mend and not to_mend.put(row, cells):
                left_out += 1
        if to_mend:
            to_mend.finish()
        write_all_complaints(book, told, secret_rows, language)
        write_summary(book, file_name, told, rows=count, left_out=left_out, language=language)


@dataclass(frozen=True)
class _Looks:
    """The formats of the first sheet."""

    plain: CellFormat
    wrong: CellFormat
    doubtful: CellFormat
    note: CellFormat

    @classmethod
    def of(cls, book: Workbook) -> _Looks:
        as_text = {"num_format": "@", "valign": "top"}
        return cls(
            plain=book.add_format(as_text),
            wrong=book.add_format({**as_text, "bg_color": "#FFC7CE", "border": 1, "border_color": "#C00000"}),
            doubtful=book.add_format({**as_text, "bg_color": "#FFEB9C"}),
            note=book.add_format(
                {
                    **as_text,
                    "text_wrap": True,
                    "font_color": "#9C0006",
                    "bg_color": "#F2F2F2",
                    "border": 1,
                    "border_color": "#D9D9D9",
                }
            ),
        )


class _RowsToMend:
    """The first sheet, filled row by row."""

    def __init__(
        self,
        book: Workbook,
        headings: Sequence[str],
        language: str,
        complaints: Sequence[Complaint],
        secret_rows: AbstractSet[int],
    ) -> None:
        self._sheet = book.add_worksheet(_SHEET.of(language))
        self._looks = _Looks.of(book)
        self._headings = list(headings)
        if NOTE_HEADING not in self._headings:
            self._headings.append(NOTE_HEADING)
        # Where the file is itself such a report, mended and not yet right, its column of notes is written anew.
        self._note = self._headings.index(NOTE_HEADING)
        self._width = len(headings)
        self._language = language
        self._secret_rows = secret_rows
        self._by_row: dict[int, list[Complaint]] = defaultdict(list)
        for complaint in complaints:
            if complaint.row is not None:
                self._by_row[complaint.row].append(complaint)
        self._line = self._comments = 0
        self._lay_out(book)

    def _lay_out(self, book: Workbook) -> None:
        heading = book.add_format(HEADING)
        for column, text in enumerate(self._headings):
            if text:
                put_text(self._sheet, 0, column, for_the_eye(text), heading, plain=self._looks.plain)
            wide = _NOTE_WIDTH if column == self._note else min(max(12, 2 * len(text) + 2), 40)
            self._sheet.set_column(column, column, wide, self._looks.plain)
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_landscape()
        self._sheet.set_paper(9)
        self._sheet.fit_to_pages(1, 0)
        self._sheet.repeat_rows(0)

    def put(self, row: int, cells: list[str]) -> bool:
        """The next row; False where the sheet is full."""
        if self._line + 1 >= MAX_SHEET_ROWS:
            return False
        self._line += 1
        complaints = self._by_row.get(row, [])
        why_not = self._why_not_in_place(row, cells, complaints)
        said = [_ROW.filled(row=row), *(sentence_of(complaint, self._secret_rows) for complaint in complaints)]
        said += [why_not] if why_not and why_not not in said else []
        note = for_the_eye("\n".join(sentence.of(self._language) for sentence in said))
        set_height(self._sheet, self._line, [(note, _NOTE_WIDTH)])
        if why_not is None:
            self._put_cells(cells, complaints)
        self._put(self._note, note, self._looks.note)
        if why_not is _SHIFTED:
            for column, cell in enumerate(cells, start=len(self._headings)):
                self._put(column, cell, self._looks.wrong)
        return True

    def _why_not_in_place(self, row: int, cells: list[str], complaints: list[Complaint]) -> Sentence | None:
        """Why the cells of this row may not stand below the headings; None where they may."""
        if row in self._secret_rows:
            return SECRET
        if not all(fits_cell(cell) and not _NOT_IN_XML.search(cell) for cell in cells):
            return _NOT_SHOWN
        in_width = len(cells) >= self._width and not any(map(str.strip, cells[self._width :]))
        # Said of the row as a whole: its width, its quotes. Even where it now fits, its cells may stand one too far.
        as_a_whole = any(each.column is None and not each.value and each.severity == "error" for each in complaints)
        return None if in_width and not as_a_whole else _SHIFTED

    def _put_cells(self, cells: list[str], complaints: list[Complaint]) -> None:
        for column, (heading, cell) in enumerate(zip(self._headings, cells, strict=False)):
            about = [complaint for complaint in complaints if complaint.column == heading]
            if any(complaint.severity == "error" for complaint in about):
                self._put(column, cell, self._looks.wrong)
            elif about:
                self._put(column, cell, self._looks.doubtful)
            elif cell and column != self._note:
                self._put(column, cell, self._looks.plain)
            if about:
                self._comment(column, "\n".join(complaint.sentence.of(self._language) for complaint in about))

    def _put(self, column: int, text: str, look: CellFormat) -> None:
        if text:
            put_text(self._sheet, self._line, column, text, look, plain=self._looks.plain)
        else:
            self._sheet.write_blank(self._line, column, None, look)

    def _comment(self, column: int, text: str) -> None:
        self._comments += 1
        if self._comments <= MAX_COMMENTS:
            options = {"author": "启封 Qifeng", "width": 320, "height": 90 + 18 * (len(text) // 40), "font_size": 9}
            self._sheet.write_comment(self._line, column, for_the_eye(text), options)

    def finish(self) -> None:
        """What can only be said once the last row is known."""
        self._sheet.autofilter(0, 0, self._line, len(self._headings) - 1)


_SHEET = Sentence("要改的行", "Rows to mend")
_ROW = Sentence("原第 {row} 行", "Row {row} of the file")
_NOT_SHOWN = Sentence(
    "本行有工作簿放不下的内容（单元格过长，或有无法书写的字符），此处不列。请在原文件中改正。",
    "This row holds what a workbook cannot (too long a cell, or a character that cannot be written) and is not "
    "repeated here. Mend it in the file itself.",
)
_SHIFTED = Sentence(
    "本行可能错列，故其各格列在右侧。请逐格移入正确的列，再清除右侧各格。",
    "This row may be shifted, so its cells stand to the right. Put each into its column, then clear those at the right.",
)
