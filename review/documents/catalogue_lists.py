"""The contents and the indexes of a volume: pages of lines that name pages, as many as their lines take."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from review.documents.catalogue_layout import HEIGHT, WIDTH
from review.documents.catalogue_parts import DrawnPage
from review.documents.faces import HEAD, TEXT, widths
from review.documents.line_breaking import broken
from review.documents.text_drawing import Used, length

_NUMBERS = 34.0  # room for a page number and some dots
_HEADING, _FIRST = 24.0, 54.0  # the baseline of the heading, and where lines begin under it


@dataclass(frozen=True, slots=True)
class ContentsLine:
    """One line of the contents: level 1 or 2, what it names, how much that is, its page in the volume (0: in no page of
    this volume) and the height on that page."""

    level: int
    text: str
    count: str
    page: int = 0
    top: float = 0.0


@dataclass(frozen=True, slots=True)
class Link:
    """The place of a line of the contents on its page, as a rectangle in the text block, and what it leads to."""

    mark: int
    box: tuple[float, float, float, float]
    line: ContentsLine


@dataclass(frozen=True, slots=True)
class ContentsPage:
    """A page of the contents with its links. Its marks: F the heading, T a line that leads to a page, R
    another line, c more of a line."""

    drawn: DrawnPage
    links: tuple[Link, ...]


class _Sheet:
    def __init__(self) -> None:
        self.said: list[str] = ["BT .11 g\n"]
        self.marks = ""
        self.links: list[Link] = []

    def tagged(self, tag: str, mark: str, said: str) -> None:
        self.said.append(f"/{tag}<</MCID {len(self.marks)}>>BDC\n{said}EMC\n")
        self.marks += mark

    def drawn(self) -> DrawnPage:
        return DrawnPage(self.marks, zlib.compress("".join([*self.said, "ET\n"]).encode("ascii"), 6))


def contents_pages(title: str, lines: Sequence[ContentsLine], used: Used) -> list[ContentsPage]:
    """The contents drawn. How many pages they take does not depend on the numbers of pages in them."""
    sheets = [_Sheet()]
    sheets[0].tagged("H1", "F", used.drawn(title, 19, 0, HEIGHT - _HEADING, HEAD))
    top = _FIRST
    for line in lines:
        indent, size, order = (0.0, 10.5, HEAD) if line.level == 1 else (17.0, 9.5, TEXT)
        room = WIDTH - indent - _NUMBERS - (length("　" + line.count, 8.5) if line.count else 0)
        texts = broken(line.text, room * 1000 / size, widths(order))
        if line.level == 1 and top > _FIRST and top:
            top += 9
        if top + 15 * min(len(texts), 3) + (15 if line.level == 1 else 0) > HEIGHT:
            sheets.append(_Sheet())
            top = 0.0
        first = top
        said: list[str] = []
        mark = "T"
        for text in texts:
            if top + 15 > HEIGHT:
                sheets[-1].tagged(
                    "Link" if line.page else "P", mark if line.page or mark == "c" else "R", "".join(said)
                )
                sheets.append(_Sheet())
                top = first = 0.0
                said, mark = [], "c"
            top += 15
            said.append(used.drawn(text, size, indent, HEIGHT - top + 4, order))
        end = indent + length(texts[-1], size, order)
        if line.count:
            said.append(".45 g\n" + used.drawn("　" + line.count, 8.5, end, HEIGHT - top + 4) + ".11 g\n")
            end += length("　" + line.count, 8.5)
        _lead_to(sheets[-1], line, said, used, end=end, top=top, mark=mark)
        if line.page:
            box = (indent, HEIGHT - top, WIDTH, HEIGHT - first)
            sheets[-1].links.append(Link(len(sheets[-1].marks) - 1, box, line))
    return [ContentsPage(sheet.drawn(), tuple(sheet.links)) for sheet in sheets]


def _lead_to(
    sheet: _Sheet, line: ContentsLine, said: list[str], used: Used, *, end: float, top: float, mark: str
) -> None:
    """The end of a line: dots, which nobody reads aloud, and the number of the page."""
    baseline = HEIGHT - top + 4
    if not line.page:
        sheet.tagged("P", "R" if mark == "T" else mark, "".join(said))
        return
    number = str(line.page)
    at = WIDTH - length(number, 9.5)
    dots = int((at - 5 - end - 5) / length(". ", 9.5))
    if dots > 0:
        start = at - 5 - dots * length(". ", 9.5)
        sheet.said.append("/Artifact BMC .6 g\n" + used.drawn(". " * dots, 9.5, start, baseline) + ".11 g EMC\n")
    said.append(used.drawn(" " + number, 9.5, at - length(" ", 9.5), baseline))
    sheet.tagged("Link", mark, "".join(said))


@dataclass(frozen=True, slots=True)
class IndexList:
    """One list of an index: its heading, and names with their pages in ascending order."""

    title: str
    names: Iterable[tuple[str, Sequence[int]]]


def index_pages(title: str, note: str, lists: Sequence[IndexList], used: Used) -> list[DrawnPage]:
    """The indexes, in two columns."""
    columns = _Columns()
    columns.sheets[0].tagged("H1", "F", used.drawn(title, 19, 0, HEIGHT - _HEADING, HEAD))
    columns.sheets[0].tagged("P", "f", ".36 g\n" + used.drawn(note, 8.5, 0, HEIGHT - _HEADING - 16) + ".11 g\n")
    for one in lists:
        columns.head(one.title, used)
        for name, pages in one.names:
            columns.line(name, ranges(pages), used)
    return [sheet.drawn() for sheet in columns.sheets]


class _Columns:
    """Lines down one column, then down the next, then on the next page."""

    wide = (WIDTH - 24) / 2
    size, step, hang = 8.5, 12.0, 10.0

    def __init__(self) -> None:
        self.sheets = [_Sheet()]
        self.column = 0
        self.start = self.top = _FIRST + 10

    def head(self, title: str, used: Used) -> None:
        if self.top > self.start:
            self.top += 16
        self._room(4 * self.step + 8)
        self.top += 16
        self.sheets[-1].tagged("H2", "S", used.drawn(title, 11, self._x(), HEIGHT - self.top + 4, HEAD))
        self.top += 4

    def line(self, name: str, pages: str, used: Used) -> None:
        texts = broken(f"{name}　{pages}", (self.wide - self.hang) * 1000 / self.size, widths(TEXT))
        self._room(self.step * min(2, len(texts)))
        said: list[str] = []
        mark = "R"
        for number, text in enumerate(texts):
            if self.top + self.step > HEIGHT:
                sheet = self.sheets[-1]
                if self.column == 1:
                    sheet.tagged("P", mark, "".join(said))
                    said, mark = [], "c"
                self._next()
            self.top += self.step
            indent = self.hang if number else 0
            said.append(used.drawn(text, self.size, self._x() + indent, HEIGHT - self.top + 3.5))
        self.sheets[-1].tagged("P", mark, "".join(said))

    def _x(self) -> float:
        return self.column * (self.wide + 24)

    def _room(self, height: float) -> None:
        if self.top + height > HEIGHT:
            self._next()

    def _next(self) -> None:
        if self.column == 0:
            self.column = 1
        else:
            self.column = 0
            self.sheets.append(_Sheet())
            self.start = 0.0
        self.top = self.start


def ranges(pages: Iterable[int]) -> str:
    """3, 5–8, 12"""
    runs: list[list[int]] = []
    for page in pages:
        if runs and page == runs[-1][1] + 1:
            runs[-1][1] = page
        else:
            runs.append([page, page])
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in runs)


def in_reading_order(name: str) -> bytes:
    """What names are sorted by: the order of GB 18030, which is that of pinyin for the common characters."""
    return name.encode("gb18030")
