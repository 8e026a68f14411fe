"""A text file as blocks of decoded lines: strictly decoded, in bounded memory, and never repaired."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from io import StringIO
from itertools import chain
from pathlib import Path

from policies.sentences import Refusal, Sentence
from review.readers.catalogue_rows import MAX_ROW_TEXT
from review.readers.text_encodings import NAMES

_BLOCK = 1 << 18  # bytes


class TextLines:
    """The lines of a file with their ends, as csv wants them.

    `blocks` grows with each block read; its reader sets `fresh` to 0 whenever a record is complete, so that a record
    that never ends is refused. `share` of the file is read. A fault of the encoding is raised when the lines before
    it have been given out: `row`, set by who counts the records, then says which row holds it.
    """

    def __init__(self, path: Path, encoding: str) -> None:
        self._path = path
        self._encoding = encoding
        self._size = max(1, path.stat().st_size)
        self._read = 0
        self.blocks = 0
        self.fresh = 0
        self.row: Callable[[], int] = lambda: 1

    @property
    def share(self) -> float:
        """How much of the file has been read, 0 to 1."""
        return min(1.0, self._read / self._size)

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(StringIO(block, newline="") for block in self._whole_lines())

    def _whole_lines(self) -> Iterator[str]:
        rest = ""
        for text in self._texts():
            self.blocks += 1
            self.fresh += len(text)
            block = rest + text
            # A carriage return at the very end may belong to a line feed in the next block.
            end = max(block.rfind("\n"), block.rfind("\r", 0, -1)) + 1
            rest = block[end:]
            if max(self.fresh - len(text), len(rest)) > MAX_ROW_TEXT:
                raise Refusal(_LONG_ROW.filled(row=self.row(), most=MAX_ROW_TEXT))
            if end:
                yield block[:end]
        if rest:
            yield rest

    def _texts(self) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder(self._encoding)()
        with self._path.open("rb") as file:
            while True:
                data = file.read(_BLOCK)
                self._read += len(data)
                place = None
                try:
                    text = decoder.decode(data, final=not data)
                except UnicodeDecodeError as error:
                    place = self._read - len(error.object) + error.start + 1
                    text = error.object[: error.start].decode(error.encoding, "ignore")
                sound, nul, _ = text.partition("\0")
                if sound:
                    yield sound
                if nul:
                    raise Refusal(_NUL.filled(row=self.row()))
                if place is not None:
                    raise Refusal(_BYTES.filled(row=self.row(), place=place, encoding=NAMES[self._encoding]))
                if not data:
                    return


_NUL = Sentence(
    "第 {row} 行有空字节（NUL），不是正常的文本。文件损坏，或是表格文件改了扩展名。"
    "请在表格软件中另存为“CSV UTF-8（逗号分隔）”后重新导入。",
    "Row {row} holds a zero byte (NUL), so this is no proper text: damaged, or a workbook under another name. "
    "Save it as “CSV UTF-8 (comma delimited)” and import again.",
)
_BYTES = Sentence(
    "第 {row} 行的编码有误（第 {place} 字节处不合 {encoding}）：文件损坏，或混有几种编码。"
    "请另存为“CSV UTF-8（逗号分隔）”后重新导入。",
    "Row {row} breaks the encoding (byte {place} is no {encoding}): the file is damaged, or mixes encodings. "
    "Save it as “CSV UTF-8 (comma delimited)” and import again.",
)
_LONG_ROW = Sentence(
    "第 {row} 行超过 {most} 个字符，疑为换行丢失或引号不成对。请检查后重新导入。",
    "Row {row} has more than {most} characters: line ends are lost, or a quote is not closed. Check it.",
)
