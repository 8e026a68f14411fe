"""The sample written down as the files an archives would hand in: spreadsheets, and one CSV in GB18030."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

import xlsxwriter

from review.sample.fonds import SampleEntry, SampleFonds
from review.sample.making import sample_fonds

COLUMNS: tuple[tuple[str, str], ...] = (  # heading in the file, field of SampleEntry
    ("档号", "reference_code"),
    ("题名", "title"),
    ("责任者", "responsible_body"),
    ("形成日期", "date_text"),
    ("案卷题名", "series_title"),
    ("级别", "level"),
    ("保管期限", "retention"),
    ("密级", "classification"),
    ("开放标识", "access_status"),
    ("利用限制", "access_condition"),
    ("页数", "extent"),
    ("形成单位", "agency"),
    ("文号", "document_number"),
    ("备注", "notes"),
)
_WIDTHS = {"title": 60, "series_title": 34, "reference_code": 26, "responsible_body": 26, "agency": 22, "notes": 34}
_MADE_ON = datetime(2001, 1, 1)  # noqa: DTZ001 the format keeps no zone; fixed, so that a seed gives the same bytes


def write_sample(directory: Path, seed: int = 27) -> tuple[Path, ...]:
    """Write one file a fonds into `directory` (made if missing) and return their paths in the order of the fonds.

    The fonds of the republican period is a CSV in GB18030 with CRLF, as older systems export it; the others are xlsx
    with a line of title above the header. The same seed gives the same bytes.
    """
    directory.mkdir(parents=True, exist_ok=True)
    return tuple(_write(fonds, directory) for fonds in sample_fonds(seed))


def _write(fonds: SampleFonds, directory: Path) -> Path:
    if fonds.code.startswith("M"):
        return _write_csv(fonds, directory / f"{fonds.code}.csv")
    return _write_xlsx(fonds, directory / f"{fonds.code}.xlsx")


def _write_csv(fonds: SampleFonds, path: Path) -> Path:
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(heading for heading, _ in COLUMNS)
        writer.writerows(_cells(entry) for entry in fonds.entries)
    return path


def _write_xlsx(fonds: SampleFonds, path: Path) -> Path:
    with xlsxwriter.Workbook(path, {"strings_to_numbers": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": _title(fonds), "created": _MADE_ON})
        sheet = book.add_worksheet("案卷目录")
        bold = book.add_format({"bold": True})
        sheet.write_string(0, 0, _title(fonds), bold)
        for column, (heading, field) in enumerate(COLUMNS):
            sheet.set_column(column, column, _WIDTHS.get(field, 11))
            sheet.write_string(1, column, heading, bold)
        for row, entry in enumerate(fonds.entries, 2):
            for column, text in enumerate(_cells(entry)):
                if text:
                    sheet.write_string(row, column, text)
        sheet.freeze_panes(2, 1)
    return path


def _title(fonds: SampleFonds) -> str:
    return f"全宗{fonds.code} {fonds.title} 案卷目录"


def _cells(entry: SampleEntry) -> list[str]:
    return [getattr(entry, field) for _, field in COLUMNS]
