"""Masters for tests of redaction: PDFs with words in known places, and a scan; real files that a real reader opens."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import pypdf
from PIL import Image, ImageDraw
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from policies.sentences import Sentence
from review.documents.page_images import PDF
from review.documents.redacted_copy import Master
from review.documents.redaction_colophon import Colophon
from tests.world import TODAY

WIDTH, HEIGHT = 595, 842
LINE = 24


def lined(pages: Sequence[Sequence[str]], rotate: int = 0) -> pypdf.PdfWriter:
    """Pages of lines of Latin text, one below the other."""
    writer = pypdf.PdfWriter()
    for lines in pages:
        page = writer.add_blank_page(WIDTH, HEIGHT)
        drawn = []
        for number, line in enumerate(lines):
            said = line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
            drawn.append(f"BT /F 12 Tf 1 0 0 1 60 {HEIGHT - 80 - LINE * number} Tm ({said}) Tj ET")
        draw(writer, page, "\n".join(drawn))
        if rotate:
            page.rotate(rotate)
    return writer


def draw(writer: pypdf.PdfWriter, page: pypdf.PageObject, content: str) -> None:
    """Put more on a page: PDF operators, with Helvetica as /F."""
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
            NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
        }
    )
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/Font"): DictionaryObject({NameObject("/F"): font})}
    )
    before = page.get_contents()
    stream = DecodedStreamObject()
    stream.set_data((before.get_data() if before is not None else b"") + b"\n" + content.encode("latin-1"))
    page[NameObject("/Contents")] = writer._add_object(stream)


def written(writer: pypdf.PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def master_of(path: Path, content: bytes, pages: int = 1, media_type: str = PDF) -> Master:
    path.write_bytes(content)
    return Master(path, media_type, pages)


def scan() -> bytes:
    """A grey page with dark strokes, as JPEG with a comment in it."""
    picture = Image.new("L", (1200, 1700), 235)
    pen = ImageDraw.Draw(picture)
    for line in range(20):
        pen.rectangle((150, 150 + 70 * line, 1050, 170 + 70 * line), fill=40)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80, comment=b"scanned for Wang Jianguo")
    return out.getvalue()


def colophon(marks: Sequence, pages: int = 1) -> Colophon:
    return Colophon(
        Sentence("示例档案馆", "Sample Archives"), "zh-hans", "Z001", "Z001-001-0004", pages, TODAY, tuple(marks)
    )
