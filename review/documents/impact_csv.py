"""The entries that a draft would change, as CSV: every cell as it stands, UTF-8 with a BOM so that spreadsheets read it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence


def impact_csv(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A line of headings, then the rows: RFC 4180, CRLF. Import all columns as text (review/documents/entries_csv.py)."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig", errors="replace")
