"""Lines of the ledger to be taken away, each with the digests that bind it to the line before."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import BinaryIO

from review.documents.workbooks import HEADING, fits_cell, put_text, written_workbook

# The columns of a line, named as its digest names them: whoever has them can take the digest again.
COLUMNS = (
    "line", "at", "actor", "act", "subject", "facts", "ruleset_digest", "rows_digest", "previous", "digest",
)  # fmt: skip
_WIDTHS = (8, 28, 16, 20, 28, 48, 20, 20, 66, 66)


def ledger_workbook(file: BinaryIO, title: str, rows: Iterable[tuple[object, ...]]) -> None:
    """An .xlsx file of the lines, in COLUMNS; texts are never formulas."""
    with written_workbook(file, title=title) as book:
        head, plain = book.add_format(HEADING), book.add_format({})
        sheet = book.add_worksheet(title)
        sheet.freeze_panes(1, 0)
        for column, (name, width) in enumerate(zip(COLUMNS, _WIDTHS, strict=True)):
            sheet.set_column(column, column, width)
            put_text(sheet, 0, column, name, head, plain=plain)
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                text = as_digested(value)
                if isinstance(value, int):
                    sheet.write_number(number, column, value)
                else:
                    put_text(
                        sheet, number, column, text if fits_cell(text) else f"{text[:16000]} …", plain, plain=plain
                    )


def as_digested(value: object) -> str:
    """A column of a line as its digest was taken of it: a time in UTC to the microsecond."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value)
