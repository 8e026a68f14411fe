"""What a digital object is, by its content: media type, number of pages, and whether its end is there.

The suffix of a name decides nothing. A light look, without decoding a picture or running what a PDF holds.
"""

from __future__ import annotations

import mmap
import re
import struct
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from policies.sentences import Sentence

JPEG, PNG, TIFF, WEBP, PDF = "image/jpeg", "image/png", "image/tiff", "image/webp", "application/pdf"
SUFFIXES = {".jpg": JPEG, ".jpeg": JPEG, ".png": PNG, ".tif": TIFF, ".tiff": TIFF, ".webp": WEBP, ".pdf": PDF}

_TAIL = 65_536
_MAX_PAGES = 100_000
_MAX_INFLATED = 16_000_000
_PAGE_TREE = re.compile(rb"/Type\s*/Pages\b")
_BRACKETS = re.compile(rb"<<|>>")
_SMALL_DICTIONARY, _MAX_DICTIONARY = 4_096, 1_000_000
_COUNT = re.compile(rb"/Count\s+(\d{1,7})\b(?!\s+\d+\s+R)")
_OBJECT_STREAM = re.compile(rb"/Type\s*/ObjStm\b(?:(?!stream).){0,2000}?stream\r?\n", re.DOTALL)

EMPTY = Sentence("文件为空。请重新扫描或复制后再挂接。", "The file is empty. Scan or copy it again, then attach it.")
UNKNOWN = Sentence(
    "不是可挂接的格式。应为 JPEG、PNG、TIFF、WebP 图像或 PDF。请转换格式，或把文件移出。",
    "This is none of the formats that can be attached (JPEG, PNG, TIFF, WebP, PDF). Convert it or take it away.",
)
CUT_OFF = Sentence(
    "文件不完整：缺少结尾。请重新复制后再挂接。", "The file is not whole: its end is missing. Copy it again."
)


class Seen(NamedTuple):
    """What a look at a file found; `pages` is None where a PDF does not let them be counted; `fault`: it cannot be taken."""

    media_type: str
    pages: int | None
    fault: Sentence | None = None


def look_at(path: Path) -> Seen:
    """The media type and the number of pages of a file. Nothing is read into memory as a whole; any bytes are looked at."""
    if path.stat().st_size == 0:
        return Seen("", None, EMPTY)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        media_type = _media_type(content)
        if not media_type:
            return Seen("", None, UNKNOWN)
        if media_type == PDF:
            return Seen(PDF, _pdf_pages(content)) if content.rfind(b"%%EOF") >= 0 else Seen(PDF, None, CUT_OFF)
        pages = _tiff_pages(content) if media_type == TIFF else int(_is_whole(content, media_type))
        return Seen(media_type, pages) if pages else Seen(media_type, None, CUT_OFF)


def _media_type(content: mmap.mmap) -> str:
    head = content[:1024]
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return TIFF
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return WEBP
    return PDF if b"%PDF-" in head else ""


def _is_whole(content: mmap.mmap, media_type: str) -> bool:
    """Whether the end of a JPEG, PNG or WebP file is there; what a camera writes behind it does not matter."""
    if media_type == WEBP:
        return len(content) >= 12 and int.from_bytes(content[4:8], "little") + 8 <= len(content)
    ending = b"\xff\xd9" if media_type == JPEG else b"IEND\xaeB`\x82"
    return content.rfind(ending, max(len(content) - _TAIL, 0)) >= 0


def _tiff_pages(content: mmap.mmap) -> int:
    """The number of image directories of a TIFF (or BigTIFF) file; 0 where their chain is broken."""
    order = "<" if content[:1] == b"I" else ">"
    big = content[2:4] in (b"+\0", b"\0+")
    offset_form, count_form, width, entry = (
        (f"{order}Q", f"{order}Q", 8, 20) if big else (f"{order}I", f"{order}H", 2, 12)
    )
    seen: set[int] = set()
    try:
        (place,) = struct.unpack_from(offset_form, content, 8 if big else 4)
        while place and place not in seen and len(seen) < _MAX_PAGES:
            seen.add(place)
            (entries,) = struct.unpack_from(count_form, content, place)
            (place,) = struct.unpack_from(offset_form, content, place + width + entries * entry)
    except struct.error:
        return 0
    return len(seen)


def _pdf_pages(content: mmap.mmap) -> int | None:
    """The pages of a PDF as the root of its page tree counts them; None where it is encrypted or not found.

    Roots have no parent; where a file was changed by appending, the last one holds.
    """
    if content.rfind(b"/Encrypt") >= 0:
        return None
    pages: int | None = None
    for text in _pdf_texts(content):
        for node in _PAGE_TREE.finditer(text):
            found = _dictionary_around(text, node.start())
            count = _COUNT.search(found)
            if count and b"/Parent" not in found:
                pages = int(count.group(1))
    return pages or None


def _pdf_texts(content: mmap.mmap) -> Iterator[mmap.mmap | bytes]:
    """The file as it lies, then each of its object streams unpacked, in order."""
    yield content
    for stream in _OBJECT_STREAM.finditer(content):
        unpacking = zlib.decompressobj()
        try:
            yield unpacking.decompress(content[stream.end() : stream.end() + _MAX_INFLATED], _MAX_INFLATED)
        except zlib.error:
            continue


def _dictionary_around(text: mmap.mmap | bytes, place: int) -> bytes:
    """The dictionary (<< ... >>) that a place of a PDF lies in, as far as a million signs to either side."""
    reach = _SMALL_DICTIONARY
    while True:
        first, last = max(place - reach, 0), place + reach
        before = [(m.group(), first + m.start()) for m in _BRACKETS.finditer(text[first:place])]
        begin = _unpaired(reversed(before), b"<<")
        end = _unpaired(((m.group(), place + m.end()) for m in _BRACKETS.finditer(text[place:last])), b">>")
        if begin is not None and end is not None:
            return text[begin:end]
        if reach >= _MAX_DICTIONARY:
            return b""
        reach *= 16  # nearly all are small, and a long tree has thousands


def _unpaired(brackets: Iterable[tuple[bytes, int]], wanted: bytes) -> int | None:
    """The place of the first bracket of the wanted kind that no bracket of the other kind before it goes with."""
    depth = 0
    for bracket, place in brackets:
        if bracket != wanted:
            depth += 1
        elif depth == 0:
            return place
        else:
            depth -= 1
    return None
