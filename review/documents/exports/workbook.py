"""Descriptions as a workbook: for people who look, sort and filter, and for the way back in.

Every cell is a text, even where it begins with = or looks like a number or an address; only pages are numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from policies.catalogue_rows import CatalogueRow
from policies.sentences import Refusal, Sentence
from review.documents.exports.archival_order import placed
from review.documents.exports.columns import HEADINGS, cells_of
from review.documents.exports.fonds_header import FondsHeader
from review.documents.workbooks import HEADING, MAX_CELL_TEXT, MAX_SHEET_ROWS, fits_cell, put_text, written_workbook

MAX_ROWS = MAX_SHEET_ROWS - 1

# In characters of the usual digit's width.
_WIDTHS = {"title": 56, "parent_code": 22, "reference_code": 24, "responsible_body": 22, "scope": 40, "notes": 40}
_WIDTH = 13


def write_xlsx(file: BinaryIO, header: FondsHeader, rows: Iterable[CatalogueRow]) -> None:
    """All rows on one sheet under the canonical headings, which stay in sight and can be filtered; parents by code.

    Raises Refusal, and writes nothing, where there are more rows than a sheet holds or a text is too long for a cell;
    ValueError as `placed` does.
    """
    with written_workbook(file, title=f"{header.code} {header.title}", made_on=header.made_on) as book:
        sheet = book.add_worksheet("目录")
        _lay_out(book, sheet)
        text, number, plain = (book.add_format({"num_format": form, "valign": "top"}) for form in ("@", "0", "@"))
        last = 0
        for last, (row, _) in enumerate(placed(rows), start=1):
            if last > MAX_ROWS:
                raise Refusal(_TOO_MANY.filled(most=MAX_ROWS))
            for column, cell in enumerate(cells_of(row)):
                if isinstance(cell, int):
                    sheet.write_number(last, column, cell, number)
                elif cell:
                    if not fits_cell(cell):
                        heading = list(HEADINGS.values())[column]
                        raise Refusal(_TOO_LONG.filled(code=row.reference_code, heading=heading, most=MAX_CELL_TEXT))
                    put_text(sheet, last, column, cell, text, plain=plain)
        sheet.autofilter(0, 0, last, len(HEADINGS) - 1)


def _lay_out(book: Workbook, sheet: Worksheet) -> None:
    as_text = book.add_format({"num_format": "@", "valign": "top"})  # what is typed below the rows stays a text too
    heading = book.add_format(HEADING)
    for column, field in enumerate(HEADINGS):
        sheet.set_column(column, column, _WIDTHS.get(field, _WIDTH), None if field == "pages" else as_text)
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.repeat_rows(0)
    sheet.set_row(0, 20)
    for column, words in enumerate(HEADINGS.values()):
        sheet.write_string(0, column, words, heading)


_TOO_MANY = Sentence(
    "一张工作表最多容纳 {most} 行目录，本次导出超过此数。请改用 CSV 格式导出。",
    "A sheet holds at most {most} entries and there are more. Export them as CSV.",
)
_TOO_LONG = Sentence(
    "档号“{code}”的“{heading}”超过 {most} 个字符，工作簿的单元格放不下。请改用 CSV 格式导出。",
    "The “{heading}” of “{code}” has more than {most} characters, which no cell of a workbook holds. Export as CSV.",
)
