"""CSV and TSV files: encoding and separator are found, the records streamed."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from policies.catalogue_rows import MAX_CELL
from policies.sentences import Refusal, Sentence
from review.readers.profiles import Profile
from review.readers.recognition import known_headings
from review.readers.tables import HEADING_ROWS, LONG_CELL, PART_ROWS, Block, Heading, find_heading
from review.readers.text_blocks import TextLines
from review.readers.text_encodings import NAMES, encoding_of

DELIMITERS = ",;\t|"
_BLOCKS = 8  # of text that one part is read from: of long records it holds fewer


class DelimitedFile:
    """A CSV or TSV file, opened: its `encoding` and `delimiter` are found, `warnings` says what was guessed.

    Raises Refusal for an encoding that cannot be told.
    """

    padded = False
    sheet = ""

    def __init__(self, path: Path, profile: Profile | None) -> None:
        self._path = path
        self._profile = profile
        self._encoding = encoding_of(path, self._known_in)
        self.delimiter = self._likeliest_delimiter()
        self.encoding = NAMES[self._encoding]
        guessed = self._encoding in ("gb18030", "cp950")
        self.warnings = [_READ_AS.filled(encoding=self.encoding)] if guessed else []

    def find_table(self, profile: Profile | None) -> tuple[Heading, Iterator[Block]]:
        """The heading, and the records after those it was looked for in. Raises NoHeading for an empty table."""
        blocks = self.blocks()
        return find_heading(blocks, profile), blocks

    def blocks(self) -> Iterator[Block]:
        """The records, numbered from 1. Raises Refusal where the encoding or the quotes break, naming the row."""
        lines = TextLines(self._path, self._encoding)
        reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
        number, more = 0, True
        while more:
            records, more = _some_records(reader, lines, number)
            if records:
                first, number = number + 1, number + len(records)
                yield Block(range(first, number + 1), records, lines.share)

    def close(self) -> None:
        """Nothing is held open between two blocks but what ends with them."""

    def _known_in(self, text: str) -> int:
        return max(self._likeliness(text.splitlines(), delimiter)[0] for delimiter in DELIMITERS)

    def _likeliest_delimiter(self) -> str:
        try:
            lines = list(islice(TextLines(self._path, self._encoding), 10 * HEADING_ROWS))
        except Refusal:  # the reading will say so, with the row
            lines = []
        scores = {delimiter: self._likeliness(lines, delimiter) for delimiter in DELIMITERS}
        best = max(",;\t", key=scores.__getitem__)
        # A bar often stands inside texts: it has to explain more headings, not only to make more columns.
        return "|" if scores["|"][0] > scores[best][0] else best

    def _likeliness(self, lines: list[str], delimiter: str) -> tuple[int, int]:
        """How many headings are known with this delimiter and, among equals, how many columns there are."""
        known = self._profile.recognised if self._profile else known_headings
        best = (0, 0)
        try:
            for cells in islice(csv.reader(lines, delimiter=delimiter), HEADING_ROWS):
                filled = list(filter(None, cells))
                best = max(best, (known(filled), len(filled)))
        except csv.Error:
            pass
        return best


def _some_records(reader: Any, lines: TextLines, number: int) -> tuple[list[list[str]], bool]:
    """Up to PART_ROWS records after the record `number`, fewer where they are long; and whether there are more."""
    records: list[list[str]] = []
    first_block = seen = lines.blocks
    lines.row = lambda: number + len(records) + 1
    try:
        for record in reader:
            records.append(record)
            if lines.blocks != seen:
                seen = lines.blocks
                lines.fresh = 0
                if seen - first_block > _BLOCKS:
                    return records, True
            if len(records) == PART_ROWS:
                return records, True
    except csv.Error as error:
        row = number + len(records) + 1
        if "field limit" in str(error):
            raise Refusal(LONG_CELL.filled(row=row, most=MAX_CELL)) from None
        raise Refusal(_QUOTES.filled(row=row, line=reader.line_num, error=error)) from None
    return records, False


_READ_AS = Sentence(
    "文件不是 UTF-8，已按 {encoding} 读取。请抽看几条题名，确认没有乱码。",
    "The file is not UTF-8 and was read as {encoding}. Look at a few titles to see that the characters are right.",
)
_QUOTES = Sentence(
    "第 {row} 行（文本第 {line} 行）的引号不成对，其后的内容无法分行（{error}）。请改正引号后重新导入。",
    "The quotes of row {row} (line {line} of the text) do not match, so what follows cannot be told apart ({error}). "
    "Mend the quotes and import again.",
)
