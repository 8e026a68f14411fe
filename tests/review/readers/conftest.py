"""Catalogue files made for one test each."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest
import xlsxwriter

from policies.catalogue_rows import CatalogueRow, Complaint
from review.readers.ead import open_ead
from review.readers.streams import Stream

Table = Sequence[Sequence[object]]


@pytest.fixture
def csv_file(tmp_path: Path) -> Callable[..., Path]:
    def write(table: Table, *, name: str = "目录.csv", encoding: str = "utf-8", delimiter: str = ",") -> Path:
        path = tmp_path / name
        with path.open("w", newline="", encoding=encoding) as file:
            csv.writer(file, delimiter=delimiter).writerows(table)
        return path

    return write


@pytest.fixture
def xlsx_file(tmp_path: Path) -> Callable[..., Path]:
    """A workbook of texts, numbers and dates; a sheet whose name begins with "_" is hidden."""

    def write(sheets: dict[str, Table], *, name: str = "目录.xlsx") -> Path:
        path = tmp_path / name
        with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd", "strings_to_formulas": False}) as book:
            for title, table in sheets.items():
                sheet = book.add_worksheet(title)
                if title.startswith("_"):
                    sheet.hide()
                for number, cells in enumerate(table):
                    sheet.write_row(number, 0, cells)
        return path

    return write


@pytest.fixture
def ead_file(tmp_path: Path) -> Callable[..., Path]:
    """A finding aid with this dsc content, in the namespace of EAD 2002 unless told otherwise."""

    def write(
        components: str, *, archdesc: str = "", doctype: str = "", namespace: str = "urn:isbn:1-931666-22-9"
    ) -> Path:
        path = tmp_path / "目录.xml"
        start = f'<ead xmlns="{namespace}">' if namespace else "<ead>"
        path.write_text(
            f'<?xml version="1.0" encoding="UTF-8"?>{doctype}{start}<eadheader audience="internal"/>'
            f'<archdesc level="fonds"><did><unittitle>全宗</unittitle></did>{archdesc}<dsc>{components}</dsc>'
            f"</archdesc></ead>",
            encoding="utf-8",
        )
        return path

    return write


class EadReading(NamedTuple):
    """A finding aid read to its end; rows in the order of the document."""

    rows: list[CatalogueRow]
    complaints: list[Complaint]
    stream: Stream


@pytest.fixture
def read_ead() -> Callable[..., EadReading]:
    def read(path: Path, *, skip: int = 0, today: date | None = None) -> EadReading:
        with open_ead(path, today=today, skip=skip) as stream:
            chunks = list(stream)
        rows = sorted(row for chunk in chunks for row in chunk.rows)
        return EadReading(rows, [complaint for chunk in chunks for complaint in chunk.complaints], stream)

    return read
