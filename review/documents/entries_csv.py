"""entries.csv: the entries of a release for machines, the same in the bundle and inside the PDF.

Texts are written exactly as released: a file that is checked against what was signed off must show the very words. A
title that begins with = + - @ or a tab is therefore NOT given a leading apostrophe against spreadsheet formulas: that would
change the title for every reader to protect one kind of program. Whoever opens tables by a double click takes entries.xlsx,
in which every cell is a text; the notice printed in the catalogue says so of the CSV too.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import BinaryIO

from review.documents.edition import Edition
from review.documents.entries_jsonl import COLUMNS, Row, batches, rows_of

HEADER = COLUMNS


class CsvFile:
    """entries.csv being written to a binary file: UTF-8 with BOM, CRLF, RFC 4180 quoting, the header above.

    `early_opening` is "1" or ""; `redacted_copy` the SHA-256 of the redacted copy of an entry that opens in part.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=False)
        self._writer = csv.writer(self._text, lineterminator="\r\n")
        self._writer.writerow(HEADER)

    def write(self, rows: Sequence[Row]) -> None:
        """Append rows."""
        self._writer.writerows([(*row[:8], "1" if row[8] else "", row[9]) for row in rows])

    def close(self) -> None:
        """Hand over what is still held back; the file stays the caller's."""
        self._text.detach()


def entries_csv(edition: Edition) -> bytes:
    """The whole file at once: for an edition that is small enough to be set in one piece."""
    file = io.BytesIO()
    writer = CsvFile(file)
    for batch in batches(rows_of(edition)):
        writer.write(batch)
    writer.close()
    return file.getvalue()
