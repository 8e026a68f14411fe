"""Workbooks for people: xlsx written row by row in bounded memory, with nothing in them that a program would evaluate."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from tempfile import TemporaryDirectory
from typing import BinaryIO

from xlsxwriter import Workbook
from xlsxwriter.format import Format as CellFormat
from xlsxwriter.worksheet import Worksheet

# What a sheet of xlsx can hold (ECMA-376; Excel specifications and limits).
MAX_SHEET_ROWS = 1_048_576
MAX_CELL_TEXT = 32_767  # UTF-16 units

HEADING = {"bold": True, "bg_color": "#E7E6E6", "border": 1, "border_color": "#A6A6A6", "valign": "vcenter"}

_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "use_zip64": True,  # takes effect where a sheet is larger than 4 GB
}
# No scheme: with one, Excel would show the font of its theme instead.
_FONT = {"font_name": "宋体", "font_size": 10, "font_scheme": "none"}


@contextmanager
def written_workbook(file: BinaryIO, *, title: str, made_on: date | None = None) -> Iterator[Workbook]:
    """A workbook whose rows are written top down; `file` gets its bytes at the end, and none where something is raised.

    Until then the rows lie in a folder that only this user can read and that goes in either case. With `made_on` the
    same rows give the same bytes.
    """
    with TemporaryDirectory(prefix="qifeng-") as folder:
        book = Workbook(file, {**_OPTIONS, "tmpdir": folder, "default_format_properties": {**_FONT}})
        properties: dict[str, object] = {"title": title}
        if made_on:
            properties["created"] = datetime.combine(made_on, time(), UTC)
        book.set_properties(properties)
        try:
            yield book
            book.close()
        finally:
            _let_go(book)


def _let_go(book: Workbook) -> None:
    """Closes the files of the rows, which a workbook that is never finished leaves open."""
    for sheet in book.worksheets():
        if sheet.row_data_fh and not sheet.row_data_fh.closed:
            sheet.row_data_fh.close()


def put_text(sheet: Worksheet, row: int, column: int, text: str, look: CellFormat, *, plain: CellFormat) -> None:
    """A text in a cell, as it is, whatever it begins with; it has to fit (`fits_cell`).

    XlsxWriter takes a text within <r> and </r> for its own mark-up and would write it into the sheet unescaped; such a
    text goes in two runs, the second in the format `plain`.
    """
    if text.startswith("<r>") and text.endswith("</r>"):
        sheet.write_rich_string(row, column, text[0], plain, text[1:], look)
    else:
        sheet.write_string(row, column, text, look)


def fits_cell(text: str) -> bool:
    """Whether a cell of xlsx can hold the text."""
    return len(text) * 2 <= MAX_CELL_TEXT or len(text.encode("utf-16-le", "surrogatepass")) // 2 <= MAX_CELL_TEXT
