"""One part of the catalogue: some hundred entries drawn as whole pages, and kept in a file of their own.

A part depends on nothing but what it lists: not on its page number, its side of the binding, its place in the volume or
the release. It is named by the digest of what it is drawn from, so that an unchanged part is not drawn again, and a build
that was killed goes on where it was.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from review.documents.catalogue_layout import (
    HEIGHT,
    LINE,
    SIZE,
    SMALL,
    YEAR,
    Item,
    Packer,
    Piece,
    blocks,
    head_lines,
    row_lines,
)
from review.documents.faces import BY_LETTER, HEAD
from review.documents.printable import FONTS
from review.documents.text_drawing import Used

_MAGIC = b"qifeng-part/1\n"
_DRAWN_BY = ("catalogue_layout.py", "catalogue_parts.py", "faces.py", "line_breaking.py", "printable.py", "shaping.py",
             "text_drawing.py")  # fmt: skip


@dataclass(frozen=True, slots=True)
class DrawnPage:
    """A page without its heads and folio. `marks`: one letter for each tagged piece in reading order (F and S heads, f and
    s what stands under them, R an entry, c more of what the page before ended with). `content` is compressed."""

    marks: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Part:
    """The pages of a part, the characters of each font on them, and the glyphs of scripts that join."""

    pages: tuple[DrawnPage, ...]
    chars: dict[str, str]
    glyphs: dict[str, dict[str, str]]


def spec_of(items: Sequence[Item], columns: Sequence[float]) -> bytes:
    """All that a part is drawn from: its items, each with its column of codes."""
    return json.dumps([items, columns], ensure_ascii=False, separators=(",", ":")).encode()


@functools.cache
def _drawing() -> bytes:
    """The digest of how parts are drawn: our own lines and fonts."""
    digest = hashlib.sha256(_MAGIC)
    here = Path(__file__).parent
    for path in (*(here / name for name in _DRAWN_BY), *(FONTS / face.file for face in BY_LETTER.values())):
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.digest()


def key_of(spec: bytes) -> str:
    """The name of the part that is drawn from `spec`."""
    return hashlib.sha256(_drawing() + spec).hexdigest()


def draw_part(spec: bytes) -> Part:
    """The part drawn: the same spec gives the same part, in every process."""
    said, columns = json.loads(spec)
    items: list[Item] = [tuple(item) for item in said]
    used = Used()
    sheets = _Sheets(used)
    packer = Packer()
    before = ""
    at = 0
    for block in blocks(items):
        for item, pieces in zip(block, packer.place(block, columns[at]), strict=True):
            if item[0] == "R":
                sheets.entry(item, columns[at], pieces, before)
                before = item[4]
            else:
                sheets.head(item, pieces)
                before = ""
            at += 1
    chars, glyphs = used.as_data()
    return Part(tuple(sheets.finished()), chars, glyphs)


class _Sheets:
    """The pages as they fill."""

    def __init__(self, used: Used) -> None:
        self.used = used
        self.said: list[list[str]] = []
        self.marks: list[str] = []

    def entry(self, item: Item, column: float, pieces: Sequence[Piece], year_before: str) -> None:
        _, code, title, rest, year = item
        lines = row_lines(code, title, rest, column)
        drawn = [(YEAR, SIZE, line) for line in lines.code] if lines.apart else []
        drawn += [(YEAR + column, SIZE, line) for line in lines.title]
        if lines.rest:
            drawn[-1] = (*drawn[-1][:2], drawn[-1][2] + " ")
            drawn += [(YEAR + column, SMALL, line) for line in lines.rest]
        first = pieces[0]
        if year and (year != year_before or not self._begun(first.page)):
            self._artifact(first.page, self.used.drawn(year, SMALL, 0, HEIGHT - first.top - SIZE))
        for number, piece in enumerate(pieces):
            said = []
            top = piece.top
            if number == 0 and not lines.apart:
                said.append(self.used.drawn(code + " ", SIZE, YEAR, HEIGHT - top - SIZE))
            for x, size, line in drawn[piece.first : piece.last]:
                said.append(self.used.drawn(line, size, x, HEIGHT - top - SIZE))
                top += LINE
            if size == SMALL:
                said.insert(len(said) - min(len(lines.rest), piece.last - piece.first), ".36 g\n")
                said.append(".11 g\n")
            self._tagged(piece.page, "P", "c" if number else "R", "".join(said))

    def head(self, item: Item, pieces: Sequence[Piece]) -> None:
        title, under = head_lines(item)
        size, line = (16, 22) if item[0] == "F" else (11, 16)
        drawn = [(size, text) for text in title]
        if item[0] == "F":
            drawn.insert(0, (SIZE, item[1] + "　"))
        for number, piece in enumerate(pieces):
            top = piece.top
            said = []
            for height, text in drawn[piece.first : piece.last]:
                said.append(self.used.drawn(text, height, 0, HEIGHT - top - line + 6, HEAD))
                top += line
            self._tagged(piece.page, "H1" if item[0] == "F" else "H2", "c" if number else item[0], "".join(said))
        said = [".36 g\n"]
        for text in under:
            said.append(self.used.drawn(text, 8.5, 0, HEIGHT - top - SIZE - 1))
            top += 12
        self._tagged(pieces[-1].page, "P", item[0].lower(), "".join([*said, ".11 g\n"]))

    def _begun(self, page: int) -> bool:
        return page < len(self.marks) and bool(self.marks[page])

    def _page(self, page: int) -> list[str]:
        while len(self.said) <= page:
            self.said.append(["BT .11 g\n"])
            self.marks.append("")
        return self.said[page]

    def _tagged(self, page: int, tag: str, mark: str, said: str) -> None:
        self._page(page).append(f"/{tag}<</MCID {len(self.marks[page])}>>BDC\n{said}EMC\n")
        self.marks[page] += mark

    def _artifact(self, page: int, said: str) -> None:
        self._page(page).append(f"/Artifact BMC .5 g\n{said}.11 g EMC\n")

    def finished(self) -> list[DrawnPage]:
        return [
            DrawnPage(marks, zlib.compress("".join([*said, "ET\n"]).encode("ascii"), 6))
            for marks, said in zip(self.marks, self.said, strict=True)
        ]


def save_part(part: Part, path: Path) -> None:
    """Write a part so that it is there whole or not at all."""
    head = json.dumps(
        [[[page.marks, len(page.content)] for page in part.pages], part.chars, part.glyphs],
        ensure_ascii=False, separators=(",", ":"),
    ).encode()  # fmt: skip
    body = len(head).to_bytes(4, "big") + head + b"".join(page.content for page in part.pages)
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    beside.write_bytes(_MAGIC + hashlib.sha256(body).digest() + body)
    beside.replace(path)


def load_part(path: Path) -> Part | None:
    """The part kept at `path`; None where there is none, or not all of it."""
    try:
        kept = path.read_bytes()
    except FileNotFoundError:
        return None
    start = len(_MAGIC) + 32
    body = kept[start:]
    if not kept.startswith(_MAGIC) or hashlib.sha256(body).digest() != kept[len(_MAGIC) : start]:
        return None
    at = 4 + int.from_bytes(body[:4], "big")
    sheets, chars, glyphs = json.loads(body[4:at])
    pages = []
    for marks, size in sheets:
        pages.append(DrawnPage(marks, body[at : at + size]))
        at += size
    return Part(tuple(pages), chars, glyphs)
