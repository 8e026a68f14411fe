"""Descriptions as CSV: for programs, and for whoever has more rows than a workbook holds.

A text that begins with = + - @ is written as it stands. Quoting does not keep a spreadsheet program from evaluating
it, and the usual remedy, an apostrophe in front, changes the text for every other reader and would come back with it:
a record's title would differ from the record. What must come back unchanged goes as CSV; what people open by a double
click is the workbook (workbook.py), in which the same cell is a text and nothing is ever evaluated.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import TextIOWrapper
from typing import BinaryIO

from policies.catalogue_rows import CatalogueRow
from review.documents.exports.archival_order import placed
from review.documents.exports.columns import HEADINGS, cells_of
from review.documents.exports.fonds_header import FondsHeader


def write_csv(file: BinaryIO, header: FondsHeader, rows: Iterable[CatalogueRow]) -> None:
    """All rows under the canonical headings: UTF-8 with BOM, CRLF, quoted as RFC 4180 says; the parent by its code.

    A CSV file has no place for the fonds: the file's name says it. Raises ValueError as `placed` does.
    """
    text = TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=False)
    try:
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(HEADINGS.values())
        writer.writerows(cells_of(row) for row, _ in placed(rows))
    finally:
        text.detach()  # flushes; the file stays the caller's, who opened it
