"""The text of a PDF's pages with the place of each sign; image files have none.

Places are parts of the page as it is shown (policies/redacting.py Box), grown to whole units, so that nothing of a sign
lies outside its box.
"""

from __future__ import annotations

import ctypes
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

from policies.redacting import WHOLE, Box
from policies.sentences import Refusal
from review.documents.page_images import NO_SUCH_PAGE, PDF, UNREADABLE, one_at_a_time

_FINE = 100  # units asked of PDFium for each unit of a box: it answers in whole numbers
_BESIDE = 5  # one part in so many of a line's height: lines and signs of Chinese stand that close to each other
_A4 = (595.0, 842.0)


class Sign(NamedTuple):
    """One sign of a page; `box` is None where it takes no place: white space, or what lies beside the page."""

    text: str
    box: Box | None


class PageText(NamedTuple):
    """The size of a page as it is shown, in points, and its signs in the order of the file."""

    width: float
    height: float
    signs: tuple[Sign, ...]

    @property
    def text(self) -> str:
        return "".join(sign.text for sign in self.signs)


class Word(NamedTuple):
    """Signs that stand together in one line: a word of letters, or one sign of Chinese."""

    text: str
    box: Box


@lru_cache(maxsize=32)
def text_of(path: Path, media_type: str, page: int) -> PageText:
    """The text of page `page` (from 1). The file is one kept under its digest: it never changes. Raises Refusal."""
    if media_type != PDF:
        return PageText(*_A4, ())
    try:
        with one_at_a_time, pypdfium2.PdfDocument(path) as document:
            if not 0 < page <= len(document):
                raise Refusal(NO_SUCH_PAGE)
            return read_page(document[page - 1])
    except pypdfium2.PdfiumError as fault:
        raise Refusal(UNREADABLE) from fault


def read_page(page: pypdfium2.PdfPage) -> PageText:
    """The signs of a page of an open document."""
    across, down = page.get_size()
    found = page.get_textpage()
    signs: list[Sign] = []
    for index in range(found.count_chars()):
        code = pdfium.FPDFText_GetUnicode(found, index)
        text = chr(code) if 0 < code < 0x110000 else ""
        if signs and 0xDC00 <= code < 0xE000 and 0xD800 <= ord(signs[-1].text or " ") < 0xDC00:
            # Half of a rare sign: the two halves stand in one place.
            high = ord(signs.pop().text)
            text = chr(0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00))
        signs.append(Sign(text, _box(page, found, index) if text.strip() else None))
    return PageText(across, down, tuple(sign for sign in signs if sign.text))


def _box(page: pypdfium2.PdfPage, found: pypdfium2.PdfTextPage, index: int) -> Box | None:
    """Where a sign stands: as high as its font is, so that no stroke of it stands out; None beside the page."""
    try:
        left, bottom, right, top = _joined(found.get_charbox(index), found.get_charbox(index, loose=True))
    except pypdfium2.PdfiumError:
        return None
    size = WHOLE * _FINE
    across, down = ctypes.c_int(), ctypes.c_int()
    corners = []
    for x, y in ((left, bottom), (left, top), (right, bottom), (right, top)):
        pdfium.FPDF_PageToDevice(page, 0, 0, size, size, 0, x, y, across, down)
        corners.append((across.value, down.value))
    first = [max(min(c[axis] for c in corners) // _FINE, 0) for axis in (0, 1)]
    last = [min(-(-max(c[axis] for c in corners) // _FINE), WHOLE) for axis in (0, 1)]
    if last[0] <= first[0] or last[1] <= first[1]:
        return None
    return Box(first[0], first[1], last[0] - first[0], last[1] - first[1])


def _joined(tight: tuple[float, ...], loose: tuple[float, ...]) -> tuple[float, float, float, float]:
    """Both boxes of a sign as one: fonts that state a wrong height are held to what is drawn, and the other way round."""
    return (
        min(tight[0], loose[0]), min(tight[1], loose[1]), max(tight[2], loose[2]), max(tight[3], loose[3]),
    )  # fmt: skip


def words_of(page: PageText) -> list[Word]:
    """The words of a page that can be seen, in order."""
    words: list[Word] = []
    joins = False
    for sign in page.signs:
        if sign.box is None:
            joins = False
            continue
        alone = is_wide(sign.text)
        if joins and not alone and _follows(words[-1].box, sign.box):
            words[-1] = Word(words[-1].text + sign.text, around([words[-1].box, sign.box]))
        else:
            words.append(Word(sign.text, sign.box))
        joins = not alone
    return words


def core_of(box: Box) -> Box:
    """What a word takes of its page without the air around it: a mark on the next line, or the next sign, is not on it."""
    air = min(box.width, box.height) // _BESIDE
    side = air // 2
    return Box(box.x + side, box.y + air, max(box.width - 2 * side, 1), max(box.height - 2 * air, 1))


def is_wide(sign: str) -> bool:
    """Whether a sign stands for itself as those of Chinese do, without spaces around words."""
    return unicodedata.east_asian_width(sign) in ("W", "F")


def same_line(one: Box, other: Box) -> bool:
    """Whether two boxes stand in one line: half of the lower one's height in common."""
    common = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    return 2 * common >= min(one.height, other.height)


def around(boxes: Sequence[Box]) -> Box:
    """The smallest box that holds these."""
    left, top = min(b.x for b in boxes), min(b.y for b in boxes)
    right, bottom = max(b.x + b.width for b in boxes), max(b.y + b.height for b in boxes)
    return Box(left, top, right - left, bottom - top)


def folded(text: str) -> str:
    """A text as words are looked for in it: without white space, in one width and one case."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def places_of(page: PageText, words: str) -> list[list[Box]]:
    """Every place of a page where these words stand, each as its boxes, one a line; also across the ends of lines."""
    wanted = folded(words)
    if not wanted:
        return []
    letters, owner = [], []
    for number, sign in enumerate(page.signs):
        for letter in folded(sign.text):
            letters.append(letter)
            owner.append(number)
    text, found, start = "".join(letters), [], 0
    while (start := text.find(wanted, start)) >= 0:
        numbers = dict.fromkeys(owner[start : start + len(wanted)])
        boxes = list(_by_line(box for n in numbers if (box := page.signs[n].box) is not None))
        if boxes:
            found.append(boxes)
        start += 1
    return found


def _by_line(boxes: Iterable[Box]) -> Iterator[Box]:
    """Boxes of signs that follow each other, joined line by line (or column by column)."""
    run: list[Box] = []
    for box in boxes:
        if run and not _follows(around(run), box):
            yield around(run)
            run = []
        run.append(box)
    if run:
        yield around(run)


def _follows(one: Box, other: Box) -> bool:
    """Whether a sign continues a line, or a column close above or below (of Chinese, or of a page that lies turned)."""
    if same_line(one, other):
        return True
    common = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    gap = max(other.y - one.y - one.height, one.y - other.y - other.height)
    return 2 * common >= max(one.width, other.width) and gap < other.height
