"""How high a row of a sheet has to be for its wrapped texts: LibreOffice does not find it out by itself, nor do printers."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from math import ceil
from unicodedata import east_asian_width

from xlsxwriter.worksheet import Worksheet

_LINE, _HIGHEST = 13.25, 409  # points; a row of xlsx is no higher


def set_height(sheet: Worksheet, line: int, texts: Iterable[tuple[str, float]], *, least: float = 16) -> None:
    """Makes the row `line` high enough for each text in a column of its width, in characters of the usual digit's width.

    Called before the row is written. `least`, in points, is the height of a row whose texts have one line each.
    """
    lines = max(_lines(text, width) for text, width in texts)
    sheet.set_row(line, min(_HIGHEST, least + _LINE * (lines - 1)))
    sheet.row_info.pop(line - 2, None)  # written by now; a dictionary of all heights would grow with the sheet


def _lines(text: str, width: float) -> int:
    return sum(max(1, ceil(_width(part) / width)) for part in text.split("\n"))


def _width(text: str) -> float:
    """How wide a text is, with a little to spare for where it breaks."""
    return len(text) if text.isascii() else 1.03 * (len(text) + sum(map(_is_wide, text)))


@cache
def _is_wide(char: str) -> bool:
    return east_asian_width(char) in "WFA"  # ambiguous ones (quotation marks) are wide in a Chinese font
