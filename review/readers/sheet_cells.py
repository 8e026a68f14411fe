"""Turns a workbook on standard input into lines of JSON on standard output. Run as a program, in a process of its own.

A workbook of two kilobytes can make its reader ask for 500 GB (two cells at opposite corners), and that ends the
process rather than raising. So the reading is done here, under limits of memory and time, and knows nothing else of
the project. Each line is [sheet, row number, [texts]]; the last line is {"verdict": ...}, and where it is missing the
limits ended the reading.
"""

from __future__ import annotations

import contextlib
import json
import re
import sys
from collections.abc import Iterator
from io import BytesIO
from zipfile import ZipFile

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

MAX_MEMORY = 2 << 30
MAX_SECONDS = 300
MAX_UNPACKED = 1 << 30
MAX_RATIO = 200  # only beyond SMALL: text that repeats itself packs well, and little harm comes of 50 MB
SMALL = 50_000_000
MAX_ROW = 2_000_000  # characters

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


def package_verdict(data: bytes) -> str:
    """Why a zipped workbook is not to be opened, or "". Its directory is believed only until its parts were unpacked."""
    with ZipFile(BytesIO(data)) as package:
        parts = package.infolist()
        unpacked = sum(part.file_size for part in parts)
        if unpacked > MAX_UNPACKED or unpacked > max(SMALL, MAX_RATIO * len(data)):
            return "bomb"
        for part in parts:
            with package.open(part) as stream:
                tail = b""
                while chunk := stream.read(1 << 20):  # reads no further than the directory says, and checks the CRC
                    # An error cell (#N/A) would be read as blank: a lost 密级 must not pass for none.
                    if "worksheets/" in part.filename and _ERROR_CELL.search(tail + chunk):
                        return "error_cells"
                    tail = chunk[-200:]
    return ""


def text_of(cell: object) -> str:
    """A cell as text: dates in ISO 8601, whole numbers without a point."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    return str(cell)  # of a datetime at midnight calamine makes a date


def lines(workbook: CalamineWorkbook) -> Iterator[tuple[str, int, list[str]]]:
    """The rows of the visible sheets that hold anything."""
    for sheet in workbook.sheets_metadata:
        if sheet.typ != SheetTypeEnum.WorkSheet or sheet.visible != SheetVisibleEnum.Visible:
            continue
        for number, cells in enumerate(workbook.get_sheet_by_name(sheet.name).iter_rows(), start=1):
            texts = [text_of(cell) for cell in cells]
            if any(texts):
                yield sheet.name, number, texts


def main() -> str:
    """Writes the rows; the verdict is "whole", or says why they are not to be used."""
    data = sys.stdin.buffer.read()
    write = sys.stdout.buffer.write
    try:
        if data.startswith(b"PK") and (verdict := package_verdict(data)):
            return verdict
        workbook = CalamineWorkbook.from_filelike(BytesIO(data))
        for line in lines(workbook):
            if sum(map(len, line[2])) > MAX_ROW:
                return "long_row"
            write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
    except PasswordError:
        return "password"
    except MemoryError:
        return "limits"
    except CalamineError as error:
        return "password" if "password" in str(error).lower() else "damaged"
    except BaseException:
        return "damaged"
    return "whole"


if __name__ == "__main__":
    bound_resources()
    verdict = main()
    sys.stdout.buffer.write(json.dumps({"verdict": verdict}).encode() + b"\n")
