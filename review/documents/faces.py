"""Which of our faces draws a character, and how wide: what setting a line by ourselves has to know of the fonts.

A run is a piece of text drawn in one font of the PDF. A font of the PDF is named by the face and the plane of Unicode,
as "S0": Song, basic plane; "S2": Song, plane 2. Its codes are the lower sixteen bits of the characters themselves, so
that what is on a page does not depend on which other characters the document has.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass

from review.documents.printable import FACES, FONTS, Face, character_class

LETTERS = {"Qifeng Letters": "L", "Qifeng Song": "S", "Qifeng Hei": "H", "Qifeng Wide": "W"}
BY_LETTER: dict[str, Face] = {LETTERS[face.family]: face for face in FACES}

TEXT, HEAD = "LSWH", "HLWS"
"""The order in which faces are asked for a character: in text, and in heads."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """What a font file says: glyph numbers, and advances in thousandths of an em."""

    glyphs: dict[int, int]
    widths: dict[int, int]
    ascent: int
    descent: int
    box: tuple[int, int, int, int]
    advances: tuple[int, ...]


@functools.cache
def metrics(letter: str) -> Metrics:
    from fontTools.ttLib import TTFont  # noqa: PLC0415  only documents pay for it

    face = BY_LETTER[letter]
    with TTFont(FONTS / face.file, lazy=True) as font:
        units = 1000 / font["head"].unitsPerEm
        names = font.getBestCmap()
        advances = font["hmtx"].metrics
        order = font.getReverseGlyphMap()
        kept = face.covers()
        return Metrics(
            glyphs={point: order[name] for point, name in names.items() if point in kept},
            widths={point: round(advances[name][0] * units) for point, name in names.items() if point in kept},
            ascent=round(font["hhea"].ascent * units),
            descent=round(font["hhea"].descent * units),
            box=tuple(round(getattr(font["head"], edge) * units) for edge in ("xMin", "yMin", "xMax", "yMax")),
            advances=tuple(round(advances[name][0] * units) for name in font.getGlyphOrder()),
        )


@functools.cache
def _owners(order: str) -> dict[int, str]:
    """Each character that can be drawn, with the face that draws it."""
    owners: dict[int, str] = {}
    for letter in reversed(order):
        owners.update(dict.fromkeys(metrics(letter).glyphs, letter))
    return owners


@functools.cache
def widths(order: str) -> dict[str, int]:
    """The advance of every character that can be drawn, in thousandths of an em."""
    return {chr(point): metrics(letter).widths[point] for point, letter in _owners(order).items()}


def advance(text: str, known: dict[str, int]) -> int:
    """How far a line of `text` goes, in thousandths of an em; what no face draws is taken for a Chinese character."""
    try:
        return sum(map(known.__getitem__, text))
    except KeyError:
        return sum(known.get(char, 1000) for char in text)


@functools.cache
def runs(order: str) -> re.Pattern[str]:
    """Finds the runs of a text; `lastgroup` is the font. What no face draws is in no run."""
    fonts: dict[str, list[int]] = {}
    for point, letter in _owners(order).items():
        fonts.setdefault(f"{letter}{point >> 16}", []).append(point)
    return re.compile("|".join(f"(?P<{font}>{character_class(points)}+)" for font, points in sorted(fonts.items())))


@functools.cache
def shaped() -> re.Pattern[str]:
    """Finds a character that cannot be set by itself: combining marks, and scripts written from the right."""
    return re.compile(character_class(point for point in _owners(TEXT) if _needs_shaping(chr(point))))


def _needs_shaping(char: str) -> bool:
    return unicodedata.category(char)[0] == "M" or unicodedata.bidirectional(char) in ("R", "AL", "AN", "NSM")
