"""In which encoding a text file is written, told without guessing where it can be told, by a measure where it cannot."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from policies.sentences import Refusal, Sentence

SAMPLE = 65_536  # bytes
_BLOCK = 1 << 20
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_UTF8_ENOUGH = 8  # non-ASCII characters in good UTF-8: so many are no accident of another encoding

NAMES = {
    "utf-8": "UTF-8", "utf-8-sig": "UTF-8", "utf-16": "UTF-16", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16",
    "gb18030": "GB18030", "cp950": "Big5",
}  # fmt: skip

# The lead bytes of the characters that are frequent, and of punctuation, in GB 2312 (level 1) and in Big5 (level 1).
_FREQUENT = {"gb18030": ("gb2312", range(0xB0, 0xD8)), "cp950": ("cp950", range(0xA4, 0xC7))}
_PUNCTUATION = range(0xA1, 0xA4)


class Measure(NamedTuple):
    """How well a sample fits an encoding: known headings, whether all of it decodes, share of frequent characters."""

    headings: int
    whole: bool
    frequent: float


def encoding_of(path: Path, known_headings: Callable[[str], int]) -> str:
    """The encoding of a file, by its Python name. `known_headings` counts those in the beginning of a text.

    A BOM decides, then UTF-8 that is whole from the first byte to the last, then zero bytes (UTF-16). Between GB18030
    and Big5, and for a broken UTF-8 file, the known headings decide, and the frequent characters after them. Raises
    Refusal for a file that fits none of them.
    """
    with path.open("rb") as file:
        head = file.read(SAMPLE)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if b"\0" in head and (encoding := _utf16_without_bom(head, known_headings)):
        return encoding
    place, before = _break_in_utf8(path)
    if place is None:
        return "utf-8"
    with path.open("rb") as file:
        file.seek(max(0, place - SAMPLE // 2))
        if file.tell():
            file.readline(SAMPLE // 2)  # the sample begins with a whole line
        around = file.read(SAMPLE)
    return _by_measure(head, around, place, before, known_headings)


def _utf16_without_bom(head: bytes, known_headings: Callable[[str], int]) -> str:
    """UTF-16 shows in its zero bytes: commas and line ends have theirs all at one side. "" where it is none."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    text = head[: len(head) // 2 * 2].decode(encoding, "replace")
    one_sided = max(even, odd) > 4 * min(even, odd)
    return encoding if one_sided and "\0" not in text and known_headings(text) else ""


def _break_in_utf8(path: Path) -> tuple[int | None, int]:
    """The first byte that is no UTF-8 (None: it all is), and how many non-ASCII characters stand before it."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    place = characters = 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            pending = len(decoder.getstate()[0])
            try:
                text = decoder.decode(block)
            except UnicodeDecodeError as error:
                before = error.object[: error.start].decode("utf-8", "ignore")
                return place - pending + error.start, characters + _not_ascii(before)
            if characters < _UTF8_ENOUGH:
                characters += _not_ascii(text)
            place += len(block)
        pending = len(decoder.getstate()[0])
    return (place - pending, characters) if pending else (None, characters)


def _not_ascii(text: str) -> int:
    """How many characters are not ASCII; no more than _UTF8_ENOUGH are counted."""
    return sum(1 for _ in islice(_NOT_ASCII.finditer(text), _UTF8_ENOUGH))


def _by_measure(head: bytes, around: bytes, place: int, before: int, known_headings: Callable[[str], int]) -> str:
    measures = {
        encoding: Measure(
            known_headings(head.decode(encoding, "replace")), _decodes(around, encoding), _frequent(around, encoding)
        )
        for encoding in ("gb18030", "cp950")
    }
    best = max(measures, key=measures.__getitem__)
    as_utf8 = known_headings(head.decode("utf-8", "replace"))
    if before >= _UTF8_ENOUGH or (before and as_utf8 > measures[best].headings):
        return "utf-8"  # and the reader will say in which row it breaks
    named_in_chinese = measures[best].headings > known_headings(head.decode("ascii", "replace"))
    if named_in_chinese or (measures[best].whole and measures[best].frequent >= 0.5):
        return best
    raise Refusal(_ENCODING.filled(place=place))


def _decodes(sample: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(sample)  # a character cut at the end is no fault
    except UnicodeDecodeError:
        return False
    return True


def _frequent(sample: bytes, encoding: str) -> float:
    """The share of frequent characters among those that are not ASCII, 0 to 1."""
    codec, leads = _FREQUENT[encoding]
    signs = [sign for sign in sample.decode(encoding, "replace") if not sign.isascii()]
    found = [sign.encode(codec, "ignore")[:1] for sign in signs]
    counted = [lead for lead in found if not lead or lead[0] not in _PUNCTUATION]
    return sum(bool(lead) and lead[0] in leads for lead in counted) / max(1, len(counted))


_ENCODING = Sentence(
    "编码有误：既不是 UTF-8（第 {place} 字节处不合），也不是 GB18030、Big5 或 UTF-16。"
    "请另存为“CSV UTF-8（逗号分隔）”后重新导入。",
    "Wrong encoding: neither UTF-8 (it breaks at byte {place}) nor GB18030, Big5 or UTF-16. "
    "Save it as “CSV UTF-8 (comma delimited)” and import again.",
)
