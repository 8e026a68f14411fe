"""Turns a workbook into lines of JSON on standard output. Run as a program, in a process of its own, on one file.

A workbook of two kilobytes can make its reader ask for 500 GB (two cells at opposite corners), and that ends the
process rather than raising. So the reading is done here, under limits of memory and time, and knows nothing else of
the project. A line is {"sheet": name, "rows": number, "merged": [[first row, last row, first column, last column]]},
where a visible sheet begins; then [[row number, [texts]] ...], some rows of it; the last line is {"verdict": ...,
"hidden": [names]}, and where it is missing the limits ended the reading.
"""

from __future__ import annotations

import contextlib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

MAX_MEMORY = 2 << 30
MAX_SECONDS = 300
MAX_UNPACKED = 1 << 30
MAX_RATIO = 200  # only beyond SMALL: text that repeats itself packs well, and little harm comes of 50 MB
SMALL = 50_000_000
MAX_ROW = 2_000_000  # characters
LINE_ROWS = 200
LINE_TEXT = 1_000_000  # characters
MAX_MERGED = 10_000

_ERROR_CELL = re.compile(rb"""<(?:\w+:)?c\s[^>]*\bt=["']e["']""")


def bound_resources() -> None:
    """Sets the limits of memory and time, where the system knows them (POSIX)."""
    try:
        import resource  # noqa: PLC0415
    except ImportError:
        return
    for what, limit in (
        (resource.RLIMIT_AS, MAX_MEMORY),
        (resource.RLIMIT_CPU, MAX_SECONDS),
        (resource.RLIMIT_CORE, 0),  # no copy of a closed catalogue on the disk
    ):
        _, hard = resource.getrlimit(what)
        soft = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        # Not every POSIX system lets every limit be set (macOS: RLIMIT_AS); the process of its own remains.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (soft, hard))


def package_verdict(path: Path) -> str:
    """Why a zipped workbook is not to be opened, or "". Its directory is believed only until its parts were unpacked."""
    with ZipFile(path) as package:
        parts = package.infolist()
        unpacked = sum(part.file_size for part in parts)
        if unpacked > MAX_UNPACKED or unpacked > max(SMALL, MAX_RATIO * path.stat().st_size):
            return "bomb"
        for part in parts:
            with package.open(part) as stream:
                tail = b""
                while chunk := stream.read(1 << 20):  # reads no further than the directory says, and checks the CRC
                    # An error cell (#N/A) would be read as blank: a lost 密级 must not pass for none.
                    if "worksheets/" in part.filename and _has_error_cell(tail + chunk):
                        return "error_cells"
                    tail = chunk[-200:]
    return ""


def _has_error_cell(xml: bytes) -> bool:
    return (b't="e"' in xml or b"t='e'" in xml) and _ERROR_CELL.search(xml) is not None


def text_of(cell: object) -> str:
    """A cell as text: dates in ISO 8601, whole numbers without a point."""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    return str(cell)  # of a datetime at midnight calamine makes a date


def lines(workbook: CalamineWorkbook) -> Iterator[object]:
    """The visible sheets, and the rows of them that hold anything."""
    for sheet in workbook.sheets_metadata:
        if sheet.typ != SheetTypeEnum.WorkSheet or sheet.visible != SheetVisibleEnum.Visible:
            continue
        cells = workbook.get_sheet_by_name(sheet.name)
        merged = [
            [top + 1, bottom + 1, left, right]
            for (top, left), (bottom, right) in (cells.merged_cell_ranges or [])[:MAX_MERGED]
        ]
        yield {"sheet": sheet.name, "rows": cells.total_height, "merged": merged}
        yield from _rows(cells)


def _rows(sheet: object) -> Iterator[list[object]]:
    gathered: list[object] = []
    size = 0
    for number, cells in enumerate(sheet.iter_rows(), start=1):  # type: ignore[attr-defined]
        texts = [cell if type(cell) is str else text_of(cell) for cell in cells]
        if not any(texts):
            continue
        length = sum(map(len, texts))
        if length > MAX_ROW:
            raise OverflowError(number)
        gathered.append([number, texts])
        size += length
        if len(gathered) == LINE_ROWS or size > LINE_TEXT:
            yield gathered
            gathered, size = [], 0
    if gathered:
        yield gathered


def hidden_sheets(workbook: CalamineWorkbook) -> list[str]:
    """The names of the sheets that are not shown."""
    return [sheet.name for sheet in workbook.sheets_metadata if sheet.visible != SheetVisibleEnum.Visible]


def read(path: Path) -> dict[str, object]:
    """Writes the sheets and rows; the verdict is "whole", or says why they are not to be used."""
    write = sys.stdout.buffer.write
    try:
        with path.open("rb") as file:
            zipped = file.read(2) == b"PK"
        if zipped and (verdict := package_verdict(path)):
            return {"verdict": verdict}
        with path.open("rb") as file:
            workbook = CalamineWorkbook.from_filelike(file)
            for line in lines(workbook):
                write(json.dumps(line, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n")
        return {"verdict": "whole", "hidden": hidden_sheets(workbook)}
    except PasswordError:
        return {"verdict": "password"}
    except MemoryError:
        return {"verdict": "limits"}
    except OverflowError as error:
        return {"verdict": "long_row", "row": error.args[0] if error.args else 0}
    except CalamineError as error:
        return {"verdict": "password" if "password" in str(error).lower() else "damaged"}
    except BaseException:
        return {"verdict": "damaged"}


if __name__ == "__main__":
    bound_resources()
    verdict = read(Path(sys.argv[1]))
    sys.stdout.buffer.write(json.dumps(verdict).encode() + b"\n")
