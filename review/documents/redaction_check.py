"""Reading a finished copy again for what it must not hold: by other programs than wrote it, and by the bytes.

The check believes nothing of how the copy was made. Any fault keeps a copy closed; a file that it cannot read, or that
holds anything but pictures and their words, is a fault too.
"""

from __future__ import annotations

import io
import re
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pypdf
import pypdfium2
from PIL import Image
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

from policies.redacting import Box, Mark, label_of
from policies.sentences import Sentence
from review.documents.page_images import one_at_a_time
from review.documents.page_words import PageText, around, core_of, folded, places_of, read_page, text_of
from review.documents.redacted_copy import WIDTH, Master, labels_on, pixels_of, words_left, write_copy
from review.documents.redaction_colophon import Colophon

FAULTS: dict[str, Sentence] = {
    "unreadable": Sentence("文件无法完整读取", "the file cannot be read whole"),
    "pages": Sentence("页数与原件不符", "its pages are not those of the master"),
    "built": Sentence("含有图像和文字以外的内容（附件、批注、缩略图、脚本等）", "it holds more than pictures and words (attachments, notes, thumbnails, scripts)"),
    "history": Sentence("含有此前的版本或无用的残余数据", "it holds an earlier version, or data that belongs to no page"),
    "metadata": Sentence("文件属性中有不属于遮蔽件的内容", "its properties say more than those of a redacted copy"),
    "words": Sentence("仍能提取到应遮蔽的词语", "words that are withheld can still be extracted"),
    "beneath": Sentence("遮蔽框下仍有文字", "there is text beneath a mark"),
    "more_text": Sentence("文字层多于未遮蔽的部分", "its text is more than what is not withheld"),
    "pixels": Sentence("遮蔽框内仍有图像", "there is a picture beneath a mark"),
}  # fmt: skip

_PAINTED = 8  # of 255: what a JPEG makes of plain black
_EDGE, _EDGE_PAINTED = 8, 96  # pixels of a JPEG's block at the edge of a mark, where what is beside it shimmers
_CATALOG = {"/Type", "/Pages"}
_PAGE = {"/Type", "/Parent", "/MediaBox", "/Resources", "/Contents"}
_IMAGE = {"/Type", "/Subtype", "/Width", "/Height", "/ColorSpace", "/BitsPerComponent", "/Filter", "/Length"}
_MAX_INFLATED = 64_000_000
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_JPEG = b"\xff\xd8\xff"
_HEX = re.compile(rb"<([0-9a-fA-F\s]{4,})>")
_OWN_SEGMENTS = {0xE0, 0xEE}  # JFIF and Adobe: how the picture is coded; all other APPn and comments say more


class Fault(NamedTuple):
    """What is wrong, by its key in FAULTS, and on which page; 0: with the file as a whole."""

    what: str
    page: int = 0


def check_copy(copy: Path, master: Master, colophon: Colophon) -> list[Fault]:
    """The faults of a copy, each once, in the order of the pages. Raises Refusal where the master cannot be read."""
    marks = colophon.marks
    withheld = sorted({words for mark in marks if (words := folded(mark.words))})
    own = _own_part(colophon)
    # What every copy says of itself (its last page, how a PDF is written) is looked for on the other pages only.
    elsewhere = [words for words in withheld if not any(_holds(text, [words]) for text in _texts(own))]
    found = [
        *_by_bytes(copy, elsewhere),
        *_by_pypdf(copy, master, colophon, withheld, elsewhere),
        *_by_pdfium(copy, master, marks, withheld, own),
    ]
    return sorted(dict.fromkeys(found), key=lambda fault: (fault.page, list(FAULTS).index(fault.what)))


def _own_part(colophon: Colophon) -> bytes:
    """A copy of a master without pages: all that a copy holds which is not of its master."""
    out = io.BytesIO()
    write_copy(Master(Path(), "", 0), (), colophon, out, lambda page: None)
    return out.getvalue()


_SURE = 5  # signs; fewer are looked for in one piece, for by chance they stand across the ends of two others


def _holds(text: str, withheld: Collection[str]) -> bool:
    if not withheld:
        return False
    plain = folded(text)
    near = [words for words in withheld if words in plain]
    return any(len(words) >= _SURE for words in near) or (
        bool(near) and any(words in folded(piece) for piece in text.split() for words in near)
    )


# By its bytes ------------------------------------------------------------------------------------------------------


def _by_bytes(copy: Path, withheld: Collection[str]) -> Iterator[Fault]:
    """Words anywhere in the file, in whatever of the usual codings; earlier versions behind its first end."""
    content = copy.read_bytes()
    if content.count(b"%%EOF") != 1 or content.count(b"startxref") != 1 or not content.rstrip().endswith(b"%%EOF"):
        yield Fault("history")
    if withheld and any(_holds(text, withheld) for text in _texts(content)):
        yield Fault("words")


def _texts(content: bytes) -> Iterator[str]:
    """What the file between its streams, and each stream unpacked, can be read as. Pictures are read as pictures."""
    for piece in _pieces(content):
        for coding in ("utf-8", "utf-16-be", "utf-16-le", "gb18030", "latin-1"):
            yield piece.decode(coding, "ignore")
        for found in _HEX.finditer(piece):
            digits = b"".join(found[1].split())
            coded = bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())
            yield coded.decode("utf-16-be", "ignore")
            yield coded.decode("latin-1")


def _pieces(content: bytes) -> Iterator[bytes]:
    yield _STREAM.sub(b"", content)
    for found in _STREAM.finditer(content):
        unpacking = zlib.decompressobj()
        try:
            yield unpacking.decompress(found[1], _MAX_INFLATED)
        except zlib.error:
            if not found[1].startswith(_JPEG):
                yield found[1]


# By pypdf: what the file is built of -------------------------------------------------------------------------------


def _by_pypdf(
    copy: Path, master: Master, colophon: Colophon, withheld: Collection[str], elsewhere: Collection[str]
) -> Iterator[Fault]:
    marks = colophon.marks
    labels = {label_of(mark.ground) for mark in marks}
    try:
        reader = pypdf.PdfReader(copy, strict=False)
        if reader.is_encrypted or len(reader.pages) != master.pages + 1:
            yield Fault("pages")
            if reader.is_encrypted:
                return
        yield from _structure(reader, colophon.title)
        for number, page in enumerate(reader.pages, 1):
            lines = (page.extract_text() or "").splitlines()
            text = "\n".join(line for line in lines if line.strip() not in labels)
            if _holds(text, withheld if number <= master.pages else elsewhere):
                yield Fault("words", number)
            if set(page.keys()) - _PAGE:
                yield Fault("built", number)
            yield from _picture(page, number, [mark for mark in marks if mark.page == number])
    except Exception:
        yield Fault("unreadable")


def _structure(reader: pypdf.PdfReader, title: str) -> Iterator[Fault]:
    """Nothing but pages hangs on the file, and there is nothing in it that hangs nowhere."""
    root: Any = reader.trailer["/Root"].get_object()
    info: Any = reader.trailer.get("/Info")
    if set(root.keys()) - _CATALOG or set(reader.trailer.keys()) - {"/Size", "/Root", "/Info"}:
        yield Fault("built")
    said = info.get_object() if info is not None else {}
    if dict(said) != {"/Title": title, "/Producer": "Qifeng"}:
        yield Fault("metadata")
    seen: set[int] = set()
    _walk(reader.trailer, seen)
    if {number for numbers in reader.xref.values() for number in numbers} - seen - {0} or reader.xref_objStm:
        yield Fault("history")


def _walk(value: Any, seen: set[int]) -> None:
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, IndirectObject):
            if value.idnum in seen:
                continue
            seen.add(value.idnum)
            value = value.get_object()
        if isinstance(value, DictionaryObject):
            waiting += [value.raw_get(key) for key in value]
        elif isinstance(value, ArrayObject):
            waiting += list(value)


def _picture(page: pypdf.PageObject, number: int, marks: Sequence[Mark]) -> Iterator[Fault]:
    """The page is one plain JPEG, and that JPEG itself is painted in every mark."""
    resources: Any = page["/Resources"].get_object()
    drawn = [item.get_object() for item in resources.get("/XObject", DictionaryObject()).get_object().values()]
    fonts = [item.get_object() for item in resources.get("/Font", DictionaryObject()).get_object().values()]
    built = set(resources.keys()) <= {"/XObject", "/Font"} and len(drawn) == 1 and not any(map(_draws, fonts))
    image = drawn[0] if built else None
    if not isinstance(image, StreamObject) or set(image.keys()) - _IMAGE or image.get("/Filter") != "/DCTDecode":
        yield Fault("built", number)
        return
    coded = image._data
    if set(_segments(coded)) - _OWN_SEGMENTS:
        yield Fault("metadata", number)
    with Image.open(io.BytesIO(coded), formats=["JPEG"]) as picture:
        if any(not _is_painted(picture, mark.box) for mark in marks):
            yield Fault("pixels", number)


def _draws(font: DictionaryObject) -> bool:
    """Whether a font could draw anything but a label: only Helvetica, and words without shapes, belong in a copy."""
    if font.get("/Subtype") == "/Type1":
        return font.get("/BaseFont") != "/Helvetica-Bold"
    return font.get("/Subtype") != "/Type0" or font.get("/BaseFont") != "/QifengWords"


def _segments(coded: bytes) -> Iterator[int]:
    """The kinds of the application and comment segments of a JPEG."""
    place = 2
    while place + 4 <= len(coded) and coded[place] == 0xFF and coded[place + 1] != 0xDA:
        kind = coded[place + 1]
        if 0xE0 <= kind <= 0xEF or kind == 0xFE:
            yield kind
        place += 2 + int.from_bytes(coded[place + 2 : place + 4], "big")


def _is_painted(picture: Image.Image, box: Box) -> bool:
    """Whether a box of a picture is nothing but paint; at its edge the coding lets what is beside it shimmer."""
    left, top, right, bottom = pixels_of(box, picture.size)
    if _lightest(picture, (left, top, right, bottom)) > _EDGE_PAINTED:
        return False
    inner = (left + _EDGE, top + _EDGE, right - _EDGE, bottom - _EDGE)
    return inner[0] >= inner[2] or inner[1] >= inner[3] or _lightest(picture, inner) <= _PAINTED


def _lightest(picture: Image.Image, place: tuple[int, int, int, int]) -> int:
    extremes = picture.crop(place).convert("RGB").getextrema()
    return max(int(high) for _, high in extremes)  # type: ignore[misc]


# By PDFium: what a reader sees and copies --------------------------------------------------------------------------


def _by_pdfium(
    copy: Path, master: Master, marks: Sequence[Mark], withheld: Collection[str], own: bytes
) -> Iterator[Fault]:
    try:
        with one_at_a_time, pypdfium2.PdfDocument(own) as document:
            last = Counter(folded(read_page(document[0]).text))
        with one_at_a_time, pypdfium2.PdfDocument(copy) as document:
            count = len(document)
            if document.count_attachments() or document.get_formtype():
                yield Fault("built")
        if count != master.pages + 1:
            yield Fault("pages")
        for number in range(1, count + 1):
            on_page = [mark for mark in marks if mark.page == number]
            with one_at_a_time, pypdfium2.PdfDocument(copy) as document:
                text = read_page(document[number - 1])
                shown = _shown(document[number - 1]) if on_page else None
            if number > master.pages:
                if Counter(folded(text.text)) - last:
                    yield Fault("more_text", number)
                continue
            if any(_stands(text, words, on_page) for words in withheld):
                yield Fault("words", number)
            yield from _text_faults(text, text_of(master.path, master.media_type, number), on_page, number)
            if shown is not None and not _shows_paint(shown, text, on_page):
                yield Fault("pixels", number)
    except pypdfium2.PdfiumError:
        yield Fault("unreadable")


def _stands(text: PageText, words: str, marks: Sequence[Mark]) -> bool:
    """Whether words stand on a page of the copy; not where they come together only across a mark between them."""
    return any(
        not any(box.meets(mark.box) for box in [around(places), *places] for mark in marks)
        for places in places_of(text, words)
    )


def _shown(page: pypdfium2.PdfPage) -> Image.Image:
    shown: Image.Image = page.render(scale=WIDTH / page.get_width()).to_pil().convert("RGB")
    return shown.copy()


def _text_faults(copy: PageText, master: PageText, marks: Sequence[Mark], number: int) -> Iterator[Fault]:
    """Beneath a mark stands its label at most, and outside the marks nothing that the master has not there."""
    labels = Counter(letter for mark in marks for letter in folded(label_of(mark.ground)))
    for mark in marks:
        beneath = "".join(s.text for s in copy.signs if s.box is not None and core_of(s.box).meets(mark.box))
        if folded(beneath) not in {"", folded(label_of(mark.ground))} and not _only_labels(beneath, mark, marks):
            yield Fault("beneath", number)
    left = Counter(sign for word in words_left(master, [mark.box for mark in marks]) for sign in folded(word.text))
    if Counter(folded(copy.text)) - left - labels:
        yield Fault("more_text", number)


def _only_labels(beneath: str, mark: Mark, marks: Sequence[Mark]) -> bool:
    """Whether what stands beneath a mark are the labels of the marks that lie on one another there."""
    labels = Counter("".join(folded(label_of(m.ground)) for m in marks if m.box.meets(mark.box)))
    return not Counter(folded(beneath)) - labels


def _shows_paint(shown: Image.Image, text: PageText, marks: Sequence[Mark]) -> bool:
    """Whether a page, as a reader draws it, shows paint in every mark: all around the labels."""
    scale = shown.width / text.width
    for label in labels_on(marks, (text.width, text.height)):
        left, top = int(label.x * scale) - 3, int(label.y * scale) - 3
        shown.paste((0, 0, 0), (left, top, left + int(label.width * scale) + 7, top + int(label.height * scale) + 7))
    for mark in marks:
        left, top, right, bottom = pixels_of(mark.box, shown.size)
        inner = (left + 2, top + 2, right - 2, bottom - 2)
        if inner[0] < inner[2] and inner[1] < inner[3] and _lightest(shown, inner) > _EDGE_PAINTED:
            return False
    return True


def faults_said(found: Iterable[Sequence[Any]]) -> list[tuple[Sentence, list[int]]]:
    """Faults as they are kept ([what, page]) in words, each with its pages."""
    pages: dict[str, list[int]] = {}
    for what, page in found:
        pages.setdefault(what, [])
        if page:
            pages[what].append(page)
    return [(FAULTS[what], numbers) for what, numbers in pages.items()]
