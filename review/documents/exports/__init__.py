"""Descriptions out: a fonds' catalogue as EAD3, EAD 2002, a workbook, CSV, JSON Lines, and as a list to be printed.

Each is written row by row from plain values, so that memory stays bounded whatever the size of the fonds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import BinaryIO, NamedTuple

from policies.catalogue_rows import CatalogueRow
from policies.sentences import Sentence
from review.documents.exports.delimited import write_csv
from review.documents.exports.ead3 import write_ead3
from review.documents.exports.ead2002 import write_ead2002
from review.documents.exports.fonds_header import FondsHeader
from review.documents.exports.item_list import write_item_list
from review.documents.exports.json_lines import write_jsonl
from review.documents.exports.workbook import write_xlsx

__all__ = [
    "FORMATS", "FondsHeader", "Format", "write_csv", "write_ead3", "write_ead2002", "write_item_list", "write_jsonl",
    "write_xlsx",
]  # fmt: skip


class Format(NamedTuple):
    """A way out: the file's suffix, its media type, its name on a screen, and the function that writes it.

    `write` takes a binary file, the header and the rows in archival order (a unit, then all of its parts).
    `comes_back`: whether the file, imported again, gives the same rows.
    """

    suffix: str
    media_type: str
    title: Sentence
    write: Callable[[BinaryIO, FondsHeader, Iterable[CatalogueRow]], None]
    comes_back: bool = True


_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

FORMATS = {
    "xlsx": Format(".xlsx", _XLSX, Sentence("工作簿（xlsx）", "Workbook (xlsx)"), write_xlsx),
    "csv": Format(".csv", "text/csv; charset=utf-8", Sentence("CSV（UTF-8）", "CSV (UTF-8)"), write_csv),
    "ead3": Format(".xml", "application/xml", Sentence("EAD3", "EAD3"), write_ead3),
    "ead2002": Format(".xml", "application/xml", Sentence("EAD 2002", "EAD 2002"), write_ead2002),
    "jsonl": Format(
        ".jsonl", "application/x-ndjson", Sentence("JSON Lines（本系统格式）", "JSON Lines (our own)"), write_jsonl
    ),
    "item_list": Format(
        ".xlsx",
        _XLSX,
        Sentence("归档文件目录（打印用）", "Item list (for printing)"),
        write_item_list,
        comes_back=False,
    ),
}
