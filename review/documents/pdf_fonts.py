"""Our faces inside a PDF: each cut down once to what the whole file draws, and told to readers character by character."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from review.documents.faces import BY_LETTER, Metrics, metrics
from review.documents.pdf_file import PdfFile
from review.documents.shaping import subset
from review.documents.text_drawing import Used

_NAMES = {"L": "Qifeng-Letters", "S": "Qifeng-Song", "H": "Qifeng-Hei-Medium", "W": "Qifeng-Wide"}


def embed_fonts(out: PdfFile, used: Used, reserved: Mapping[str, int]) -> str:
    """Writes the fonts of all that was `used`, those of `reserved` under their numbers; the entries of /Font."""
    entries = []
    for letter in BY_LETTER:
        said = metrics(letter)
        chars = {font: sorted(map(ord, used.chars[font])) for font in sorted(used.chars) if font[0] == letter}
        joined = used.glyphs.get(letter, {})
        glyphs = {said.glyphs[point] for points in chars.values() for point in points} | set(joined)
        if not glyphs:
            continue
        name = f"{_tag(letter, glyphs)}+{_NAMES[letter]}"
        descriptor = _descriptor(out, letter, name, said, glyphs)
        for font, points in chars.items():
            body = _by_character(out, name, descriptor, said, points)
            entries.append(f"/{font} {out.put(reserved.get(font) or out.reserve(), body)} 0 R")
        if joined:
            body = _by_glyph(out, name, descriptor, said, joined)
            entries.append(f"/{letter}g {out.put(reserved.get(f'{letter}g') or out.reserve(), body)} 0 R")
    return "".join(entries)


def _tag(letter: str, glyphs: Iterable[int]) -> str:
    digest = hashlib.sha256(f"{letter}{sorted(glyphs)}".encode()).digest()
    return "".join(chr(65 + byte % 26) for byte in digest[:6])


def _descriptor(out: PdfFile, letter: str, name: str, said: Metrics, glyphs: set[int]) -> int:
    content = subset(letter, glyphs | {0})
    file = out.stream(content, f"/Length1 {len(content)}")
    box = " ".join(map(str, said.box))
    return out.add(
        f"<</Type/FontDescriptor/FontName/{name}/Flags 4/FontBBox[{box}]/ItalicAngle 0/Ascent {said.ascent}"
        f"/Descent {said.descent}/CapHeight 720/StemV 80/FontFile2 {file} 0 R>>"
    )


def _by_character(out: PdfFile, name: str, descriptor: int, said: Metrics, points: list[int]) -> str:
    """A font whose codes are characters of one plane."""
    numbers = bytearray(2 * ((points[-1] & 0xFFFF) + 1))
    for point in points:
        at = 2 * (point & 0xFFFF)
        numbers[at : at + 2] = said.glyphs[point].to_bytes(2, "big")
    codes = [(point & 0xFFFF, said.widths[point]) for point in points]
    to_unicode = _to_unicode([(point & 0xFFFF, chr(point)) for point in points])
    return _font(
        out, name, descriptor, codes=codes, to_unicode=to_unicode, numbers=f"{out.stream(bytes(numbers))} 0 R"
    )


def _by_glyph(out: PdfFile, name: str, descriptor: int, said: Metrics, glyphs: dict[int, str]) -> str:
    """A font whose codes are the glyphs of its file."""
    codes = [(glyph, said.advances[glyph]) for glyph in sorted(glyphs)]
    return _font(
        out, name, descriptor, codes=codes, to_unicode=_to_unicode(sorted(glyphs.items())), numbers="/Identity"
    )


def _font(
    out: PdfFile, name: str, descriptor: int, *, codes: list[tuple[int, int]], to_unicode: bytes, numbers: str
) -> str:
    inner = out.add(
        f"<</Type/Font/Subtype/CIDFontType2/BaseFont/{name}/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)"
        f"/Supplement 0>>/FontDescriptor {descriptor} 0 R/DW 1000/W[{_widths(codes)}]/CIDToGIDMap {numbers}>>"
    )
    unicode = out.stream(to_unicode)
    return (
        f"<</Type/Font/Subtype/Type0/BaseFont/{name}/Encoding/Identity-H/DescendantFonts[{inner} 0 R]"
        f"/ToUnicode {unicode} 0 R>>"
    )


def _widths(codes: list[tuple[int, int]]) -> str:
    """Only what differs from the width of a Chinese character."""
    return "".join(f"{code}[{width}]" for code, width in codes if width != 1000)


def _to_unicode(said: list[tuple[int, str]]) -> bytes:
    lines = []
    for first in range(0, len(said), 100):
        hundred = said[first : first + 100]
        lines.append(f"{len(hundred)} beginbfchar")
        lines += [f"<{code:04X}> <{text.encode('utf-16-be').hex().upper()}>" for code, text in hundred]
        lines.append("endbfchar")
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
        + "\n".join(lines)
        + "\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode("ascii")
