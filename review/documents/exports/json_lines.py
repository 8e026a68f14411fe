"""Descriptions as JSON Lines: one object a line with the field names of CatalogueRow."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import BinaryIO

from policies.catalogue_rows import CatalogueRow
from review.documents.exports.archival_order import placed
from review.documents.exports.fonds_header import FondsHeader

FORMAT = "catalogue-1"

# The number of a row is the number of its line; the parent is named by its code.
_LEFT_OUT = ("row", "parent_row")
_DEFAULTS = {**CatalogueRow._field_defaults, "level": None}  # the level is always said


def write_jsonl(file: BinaryIO, header: FondsHeader, rows: Iterable[CatalogueRow]) -> None:
    """A first line {"qifeng": "catalogue-1", "fonds": code}, then a line for each row; a value that is absent is the
    default. UTF-8 without BOM, every line ended by one line feed. Raises ValueError as `placed` does."""
    encode = json.JSONEncoder(ensure_ascii=False).encode
    file.write(encode({"qifeng": FORMAT, "fonds": header.code}).encode() + b"\n")
    for row, _ in placed(rows):
        stated = {
            field: value
            for field, value in zip(CatalogueRow._fields, row, strict=True)
            if field not in _LEFT_OUT and value != _DEFAULTS.get(field, "")
        }
        file.write(encode(stated).encode() + b"\n")
