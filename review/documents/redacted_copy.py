"""The redacted copy (遮蔽件): a PDF made anew from the pixels of a master, without what the marks withhold.

Nothing of the master's file is copied. Each page is rendered, painted where it is marked, and given back only those
words that lie outside every mark. A last page says what was withheld, on which grounds and until when.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

from PIL import Image, ImageDraw

from policies.redacting import WHOLE, Box, Mark, label_of
from review.documents.page_images import PDF, render_page
from review.documents.page_words import PageText, Word, around, core_of, is_wide, same_line, text_of, words_of
from review.documents.picture_pdf import PicturePdf, Run, label_place
from review.documents.redaction_colophon import Colophon, colophon_pdf

WIDTH = 1_800  # pixels of a page
PAINT = {"L": 0, "RGB": (0, 0, 0)}
_A4_WIDTH, _A4_HEIGHT = 595.0, 842.0


class Master(NamedTuple):
    """The file that a copy is made of."""

    path: Path
    media_type: str
    pages: int


def write_copy(
    master: Master, marks: Sequence[Mark], colophon: Colophon, file: BinaryIO, report: Callable[[int], None]
) -> None:
    """Write the copy of a master, one page after the other; `report` hears of each. Raises Refusal for unreadable pages."""
    out = PicturePdf(file, colophon.title)
    for page in range(1, master.pages + 1):
        _add(out, master, page, [mark for mark in marks if mark.page == page])
        report(page)
    with tempfile.NamedTemporaryFile(suffix=".pdf") as own:
        own.write(colophon_pdf(colophon))
        own.flush()
        _add(out, Master(Path(own.name), PDF, 1), 1, ())
    out.finish()


def _add(out: PicturePdf, master: Master, page: int, marks: Sequence[Mark]) -> None:
    boxes = [mark.box for mark in marks]
    picture = painted(master, page, boxes)
    text = text_of(master.path, master.media_type, page)
    size = size_of(picture, text if master.media_type == PDF else None)
    runs = [_run(line, size) for line in lines_of(words_left(text, boxes), boxes)]
    out.add_page(picture, size, runs, labels_on(marks, size))


def painted(master: Master, page: int, boxes: Iterable[Box], width: int = WIDTH) -> Image.Image:
    """The picture of a page with nothing but paint in these boxes."""
    with Image.open(io.BytesIO(render_page(master.path, master.media_type, page, width))) as shown:
        picture = shown.copy() if shown.mode in PAINT else shown.convert("RGB")
    draw = ImageDraw.Draw(picture)
    for box in boxes:
        left, top, right, bottom = pixels_of(box, picture.size)
        draw.rectangle((left, top, right - 1, bottom - 1), fill=PAINT[picture.mode])
    return picture


def pixels_of(box: Box, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """The pixels of a picture that a box touches: left, top, right, bottom; the last two are outside."""
    width, height = size
    return (
        box.x * width // WHOLE,
        box.y * height // WHOLE,
        -(-(box.x + box.width) * width // WHOLE),
        -(-(box.y + box.height) * height // WHOLE),
    )


def words_left(text: PageText, boxes: Sequence[Box]) -> list[Word]:
    """The words of a page that no box touches; a word that is touched goes whole."""
    return [word for word in words_of(text) if not any(core_of(word.box).meets(box) for box in boxes)]


def lines_of(words: Sequence[Word], boxes: Sequence[Box]) -> list[Word]:
    """Words that follow each other closely in one line, as one; a wide gap parts them, and so does a mark."""
    lines: list[Word] = []
    for word in words:
        if lines and same_line(lines[-1].box, word.box):
            last, whole = lines[-1], around([lines[-1].box, word.box])
            gap, near = word.box.x - last.box.x - last.box.width, min(last.box.height, word.box.height)
            if -near < 4 * gap < 3 * near and not any(core_of(whole).meets(box) for box in boxes):
                apart = "" if is_wide(last.text[-1]) or is_wide(word.text[0]) else " "
                lines[-1] = Word(last.text + apart + word.text, whole)
                continue
        lines.append(word)
    return lines


def size_of(picture: Image.Image, text: PageText | None) -> tuple[float, float]:
    """The size of a page in points: that of the master's page, or A4 as wide as it lies."""
    if text is not None:
        return text.width, text.height
    scale = (_A4_WIDTH if picture.height >= picture.width else _A4_HEIGHT) / picture.width
    return picture.width * scale, picture.height * scale


def labels_on(marks: Sequence[Mark], size: tuple[float, float]) -> list[Run]:
    """The numbers of their grounds, printed on marks where they fit; on marks that lie in another, on that other alone."""
    boxes = [mark.box for mark in marks]
    alone = [mark for mark in marks if not any(box != mark.box and box.holds(mark.box) for box in boxes)]
    labels = [label_place(label_of(mark.ground), _run(Word("", mark.box), size)) for mark in alone]
    return [label for label in labels if label is not None]


def _run(word: Word, size: tuple[float, float]) -> Run:
    (width, height), box = size, word.box
    text = "".join(sign for sign in word.text if ord(sign) <= 0xFFFF)
    return Run(
        text, box.x * width / WHOLE, box.y * height / WHOLE, box.width * width / WHOLE, box.height * height / WHOLE
    )
