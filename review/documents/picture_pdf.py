"""A PDF that is pictures with the words on them: written page by page, so that no page before is held in memory.

Each page is one JPEG, the labels printed on it, and words that are not drawn but can be searched and copied. Nothing else
is in the file: no thumbnail, attachment, link, form, script or earlier version. The same pages give the same bytes.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import BinaryIO, NamedTuple

from PIL import Image

_CATALOG, _TREE, _WORDS, _LABELS, _CID, _DESCRIPTOR, _GLYPHS, _UNICODE, _INFO = range(1, 10)
_FIRST_FREE = 10
_EM = 1000
_LABEL_WIDTH = 0.56  # of its size, a sign of Helvetica's figures
_LABEL_FITS = 0.86  # of the width of its place

# Every code is its own sign: a file whose words are not drawn needs no shapes of letters.
_TO_UNICODE = b"""/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
1 beginbfrange
<0000> <FFFF> <0000>
endbfrange
endcmap
CMapName currentdict /CMap defineresource pop
end
end
"""


class Run(NamedTuple):
    """Words in one line of a page: their text, and where they stand in points from the upper left."""

    text: str
    x: float
    y: float
    width: float
    height: float


class PicturePdf:
    """A PDF being written to `file`; `finish` ends it."""

    def __init__(self, file: BinaryIO, title: str) -> None:
        self._file, self._title = file, title
        self._places: dict[int, int] = {}
        self._pages: list[int] = []
        self._next = _FIRST_FREE
        self._at = 0
        self._put(b"%PDF-1.7\n%\xe5\x90\xaf\xe5\xb0\x81\n")

    def add_page(
        self, picture: Image.Image, size: tuple[float, float], words: Iterable[Run], labels: Sequence[Run]
    ) -> None:
        """Add a page of `size` (in points) that shows `picture`."""
        width, height = size
        image, content, page = self._next, self._next + 1, self._next + 2
        self._next += 3
        self._stream(image, _image_head(picture), _jpeg(picture))
        drawn = [f"q {_n(width)} 0 0 {_n(height)} 0 0 cm /P Do Q"]
        drawn += [_label(run, height) for run in labels]
        drawn += [_hidden(run, height) for run in words if run.text]
        self._stream(content, "/Filter /FlateDecode", zlib.compress("\n".join(drawn).encode("ascii"), 9))
        self._object(
            page,
            f"<< /Type /Page /Parent {_TREE} 0 R /MediaBox [0 0 {_n(width)} {_n(height)}] /Contents {content} 0 R "
            f"/Resources << /XObject << /P {image} 0 R >> /Font << /W {_WORDS} 0 R /L {_LABELS} 0 R >> >> >>",
        )
        self._pages.append(page)

    def finish(self) -> None:
        """Write what holds the pages together, and the end of the file."""
        kids = " ".join(f"{page} 0 R" for page in self._pages)
        self._object(_CATALOG, f"<< /Type /Catalog /Pages {_TREE} 0 R >>")
        self._object(_TREE, f"<< /Type /Pages /Count {len(self._pages)} /Kids [{kids}] >>")
        self._object(
            _WORDS,
            f"<< /Type /Font /Subtype /Type0 /BaseFont /QifengWords /Encoding /Identity-H "
            f"/DescendantFonts [{_CID} 0 R] /ToUnicode {_UNICODE} 0 R >>",
        )
        self._object(
            _LABELS, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>"
        )
        self._object(
            _CID,
            f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /QifengWords /DW {_EM} /CIDToGIDMap /Identity "
            f"/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> "
            f"/FontDescriptor {_DESCRIPTOR} 0 R >>",
        )
        self._object(
            _DESCRIPTOR,
            f"<< /Type /FontDescriptor /FontName /QifengWords /Flags 4 /FontBBox [0 -200 {_EM} 800] /ItalicAngle 0 "
            f"/Ascent 800 /Descent -200 /CapHeight 800 /StemV 80 /FontFile2 {_GLYPHS} 0 R >>",
        )
        glyphs = zlib.compress(_no_glyphs(), 9)
        self._stream(_GLYPHS, f"/Filter /FlateDecode /Length1 {len(_no_glyphs())}", glyphs)
        self._stream(_UNICODE, "/Filter /FlateDecode", zlib.compress(_TO_UNICODE, 9))
        self._object(_INFO, f"<< /Title {_said(self._title)} /Producer (Qifeng) >>")
        start = self._at
        self._put(f"xref\n0 {self._next}\n0000000000 65535 f \n".encode())
        for number in range(1, self._next):
            self._put(b"%010d 00000 n \n" % self._places[number])
        trailer = (
            f"trailer\n<< /Size {self._next} /Root {_CATALOG} 0 R /Info {_INFO} 0 R >>\nstartxref\n{start}\n%%EOF\n"
        )
        self._put(trailer.encode("ascii"))

    def _object(self, number: int, text: str) -> None:
        self._places[number] = self._at
        self._put(f"{number} 0 obj\n{text}\nendobj\n".encode("ascii"))

    def _stream(self, number: int, head: str, content: bytes) -> None:
        self._places[number] = self._at
        self._put(f"{number} 0 obj\n<< {head} /Length {len(content)} >>\nstream\n".encode("ascii"))
        self._put(content)
        self._put(b"\nendstream\nendobj\n")

    def _put(self, content: bytes) -> None:
        self._at += self._file.write(content)


def label_place(label: str, place: Run) -> Run | None:
    """Where a label is printed in the middle of a place; None where it cannot be read there."""
    size = min(place.height * 0.7, _LABEL_FITS * place.width / (_LABEL_WIDTH * max(len(label), 1)), 11.0)
    if size < 4 or not label.isascii():
        return None
    width = size * _LABEL_WIDTH * len(label)
    return Run(label, place.x + (place.width - width) / 2, place.y + (place.height - size) / 2, width, size)


def _label(run: Run, page_height: float) -> str:
    base = page_height - run.y - run.height * 0.85
    text = run.text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT 1 g 0 Tr /L {_n(run.height)} Tf 100 Tz 1 0 0 1 {_n(run.x)} {_n(base)} Tm ({text}) Tj ET"


def _hidden(run: Run, page_height: float) -> str:
    """Words that are not drawn (render mode 3), stretched to the width that they take on the page."""
    codes = run.text.encode("utf-16-be").hex()
    stretch = 100 * run.width / (run.height * len(run.text))
    base = page_height - run.y - run.height * 0.8
    return f"BT 3 Tr /W {_n(run.height)} Tf {_n(stretch)} Tz 1 0 0 1 {_n(run.x)} {_n(base)} Tm <{codes}> Tj ET"


def _image_head(picture: Image.Image) -> str:
    space = {"L": "/DeviceGray", "RGB": "/DeviceRGB"}[picture.mode]
    return (
        f"/Type /XObject /Subtype /Image /Width {picture.width} /Height {picture.height} /ColorSpace {space} "
        "/BitsPerComponent 8 /Filter /DCTDecode"
    )


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    # Colours are kept at full width: else those beside a mark would run into it.
    picture.save(out, "JPEG", quality=86, subsampling=0, optimize=False)
    return out.getvalue()


def _said(text: str) -> str:
    return f"<feff{text.encode('utf-16-be').hex()}>"


def _n(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".") or "0"


@lru_cache(maxsize=1)
def _no_glyphs() -> bytes:
    """A font without shapes, the same bytes every time."""
    from fontTools.fontBuilder import FontBuilder  # noqa: PLC0415  only documents pay for it
    from fontTools.ttLib.tables._g_l_y_f import Glyph  # noqa: PLC0415

    made = FontBuilder(_EM, isTTF=True)
    made.setupGlyphOrder([".notdef"])
    made.setupCharacterMap({})
    made.setupGlyf({".notdef": Glyph()})
    made.setupHorizontalMetrics({".notdef": (_EM, 0)})
    made.setupHorizontalHeader(ascent=800, descent=-200)
    made.setupNameTable({"familyName": "QifengWords", "styleName": "Regular"})
    made.setupOS2(sTypoAscender=800, sTypoDescender=-200)
    made.setupPost()
    made.font["head"].created = made.font["head"].modified = 0
    made.font.recalcTimestamp = False
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()
