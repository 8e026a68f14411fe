"""CSV and TSV files: UTF-8 or GB18030, separated by comma, semicolon or tab."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from io import BytesIO, TextIOWrapper

from policies.sentences import Refusal, Sentence
from review.readers.catalogue_rows import MAX_CELL, MAX_ROW_TEXT, Gathering
from review.readers.profiles import Profile
from review.readers.tables import HEADING_ROWS, NumberedCells, read_table


def read_delimited(data: bytes, profile: Profile, today: date | None) -> tuple[Gathering, list[Sentence]]:
    """Rows, complaints and warnings of a delimited file.

    Strict UTF-8 is tried first, then strict GB18030; what is neither is refused, never repaired.
    """
    encoding = _encoding(data)
    delimiter = max(",;\t", key=lambda sign: _likeliness(_opened(data, encoding), sign, profile))
    gathering = read_table(_records(_opened(data, encoding), delimiter), profile, today)
    return gathering, [_READ_AS_GB18030] if encoding == "gb18030" else []


def _encoding(data: bytes) -> str:
    if b"\0" in data:
        raise Refusal(_NUL)
    try:
        data.decode("utf-8-sig")
        return "utf-8-sig"
    except UnicodeDecodeError as error:
        place = error.start
    try:
        data.decode("gb18030")
        return "gb18030"
    except UnicodeDecodeError:
        raise Refusal(_ENCODING.filled(place=place)) from None


def _opened(data: bytes, encoding: str) -> TextIOWrapper:
    return TextIOWrapper(BytesIO(data), encoding=encoding, newline="")


def _likeliness(text: TextIOWrapper, delimiter: str, profile: Profile) -> tuple[int, int]:
    """How many headings are recognised with this delimiter and, among equals, how many columns there are."""
    lines = (text.readline(MAX_CELL) for _ in range(HEADING_ROWS))
    try:
        return max((profile.recognised(cells), len(cells)) for cells in csv.reader(lines, delimiter=delimiter))
    except (csv.Error, ValueError):
        return 0, 0


def _records(text: TextIOWrapper, delimiter: str) -> Iterator[NumberedCells]:
    number = length = 0

    def lines() -> Iterator[str]:
        nonlocal length
        while line := text.readline(MAX_ROW_TEXT + 1):
            length += len(line)
            if length > MAX_ROW_TEXT:
                raise Refusal(_LONG_ROW.filled(row=number + 1, most=MAX_ROW_TEXT))
            yield line

    reader = csv.reader(lines(), delimiter=delimiter, strict=True)
    try:
        for number, cells in enumerate(reader, start=1):
            length = 0
            yield number, cells
    except csv.Error as error:
        raise Refusal(_QUOTES.filled(row=number + 1, line=reader.line_num, error=error)) from None


_NUL = Sentence(
    "文件中有空字节，不是 UTF-8 或 GB18030 的文本（可能是 UTF-16 或表格文件）。"
    "请在表格软件中另存为“CSV UTF-8（逗号分隔）”后重新导入。",
    "The file holds zero bytes, so it is no UTF-8 or GB18030 text (perhaps UTF-16, or a workbook). "
    "Save it as “CSV UTF-8 (comma delimited)” and import again.",
)
_ENCODING = Sentence(
    "编码有误：既不是 UTF-8（第 {place} 字节处不合），也不是 GB18030。请另存为“CSV UTF-8（逗号分隔）”后重新导入。",
    "Wrong encoding: neither UTF-8 (it breaks at byte {place}) nor GB18030. "
    "Save it as “CSV UTF-8 (comma delimited)” and import again.",
)
_READ_AS_GB18030 = Sentence(
    "文件不是 UTF-8，已按 GB18030 读取。请抽看几条题名，确认没有乱码。",
    "The file is not UTF-8 and was read as GB18030. Look at a few titles to see that the characters are right.",
)
_QUOTES = Sentence(
    "第 {row} 行（文本第 {line} 行）的引号不成对，其后的内容无法分行（{error}）。请改正引号后重新导入。",
    "The quotes of row {row} (line {line} of the text) do not match, so what follows cannot be told apart ({error}). "
    "Mend the quotes and import again.",
)
_LONG_ROW = Sentence(
    "第 {row} 行超过 {most} 个字符，疑为换行丢失或引号不成对。请检查后重新导入。",
    "Row {row} has more than {most} characters: line ends are lost, or a quote is not closed. Check it.",
)
