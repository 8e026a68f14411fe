"""The numbers of the overview to be taken away: a workbook of one sheet a table, and a paper of the same tables."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from review.documents.papers import Head, Paper, Table
from review.documents.workbooks import HEADING, put_text, written_workbook

Value = str | int | float | date | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: its title, its columns with their share of the width, what has to be said of it, its rows."""

    title: str
    columns: tuple[tuple[str, int], ...]
    rows: tuple[tuple[Value, ...], ...]
    note: str = ""


def overview_workbook(sheets: Sequence[Sheet], made_on: date) -> bytes:
    """An .xlsx file: a line of headings that stays in sight, then the rows; numbers are numbers, texts never formulas."""
    made = io.BytesIO()
    with written_workbook(made, title=sheets[0].title, made_on=made_on) as book:
        head, plain = book.add_format(HEADING), book.add_format({})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for place, sheet in enumerate(sheets, 1):
            page = book.add_worksheet(_sheet_name(place, sheet.title))
            page.freeze_panes(1, 0)
            for column, (text, share) in enumerate(sheet.columns):
                page.set_column(column, column, 6 + 3 * share)
                put_text(page, 0, column, text, head, plain=plain)
            for number, row in enumerate(sheet.rows, 1):
                for column, value in enumerate(row):
                    if isinstance(value, str):
                        put_text(page, number, column, value, plain, plain=plain)
                    elif isinstance(value, date):
                        page.write_datetime(number, column, value, day)
                    elif value is not None:
                        page.write_number(number, column, value)
            if sheet.note:
                put_text(page, len(sheet.rows) + 2, 0, sheet.note, plain, plain=plain)
    return made.getvalue()


def overview_paper(head: Head, title: str, facts: Sequence[tuple[str, str]], sheets: Sequence[Sheet]) -> Paper:
    """The same tables as a paper (review/documents/papers.py)."""
    tables = tuple(
        Table(sheet.title, sheet.columns, tuple(tuple(_said(value) for value in row) for row in sheet.rows))
        for sheet in sheets
    )
    notes = tuple(
        f"{sheet.title}：{sheet.note}" if head.language != "en" else f"{sheet.title}: {sheet.note}"
        for sheet in sheets
        if sheet.note
    )
    return Paper("overview", head, title, facts=tuple(facts), tables=tables, closing=notes)


def _said(value: Value) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return "—" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _sheet_name(place: int, title: str) -> str:
    """A name that Excel takes: 31 signs, none of its own, and no other sheet's."""
    return f"{place} {title.translate(dict.fromkeys(map(ord, _SIGNS), ' '))}"[:31]


_SIGNS = "[]:*?/\\'"
