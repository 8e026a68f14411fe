"""The due list as a workbook, to be worked on outside: plain cells, no formulas."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date

import xlsxwriter


def due_sheet(title: str, headings: Sequence[str], rows: Iterable[Sequence[str | int | date | None]]) -> bytes:
    """An .xlsx file of one sheet: a line of headings that stays in sight, then the rows. Texts are never formulas."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet(title)
        head = book.add_format({"bold": True, "bottom": 1})
        sheet.freeze_panes(1, 0)
        for column, text in enumerate(headings):
            sheet.write_string(0, column, text, head)
            sheet.set_column(column, column, 14)
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(number, column, value)
                elif isinstance(value, date):
                    sheet.write_datetime(number, column, value)  # type: ignore[arg-type]
                elif value is not None:
                    sheet.write_number(number, column, value)
    return made.getvalue()
