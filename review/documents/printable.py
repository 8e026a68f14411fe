"""The fonts that the documents carry with them, and how any text becomes one that these fonts can print.

Only the fonts of review/documents/fonts are ever used: the same edition then looks the same, byte for byte, on every
machine. What none of them can draw is printed as its description, never as an empty box and never as nothing.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

FONTS = Path(__file__).resolve().parent / "fonts"


@dataclass(frozen=True, slots=True)
class Face:
    """One font file under the name that the style sheet calls it by, limited to `ranges` where it is given."""

    family: str
    file: str
    ranges: tuple[tuple[int, int], ...] = ()

    def covers(self) -> frozenset[int]:
        from fontTools.ttLib import TTFont  # noqa: PLC0415  only documents pay for it

        with TTFont(FONTS / self.file, lazy=True) as font:
            points = font.getBestCmap().keys()
        if not self.ranges:
            return frozenset(points)
        return frozenset(p for p in points if any(first <= p <= last for first, last in self.ranges))


# Latin, Greek and Cyrillic letters come from one face, so that no letter with a rare accent stands out of its word.
# Signs that Chinese shares with them (double quotation marks, the em dash, the middle dot) stay with the Chinese face;
# the other dashes do not, for there they share the em dash's glyph, and whoever copies the text would get an em dash.
_LETTERS = (
    *((0x20, 0x7E), (0xA1, 0xB6), (0xB8, 0x52F), (0x1E00, 0x1FFF)),
    *((0x2010, 0x2013), (0x2015, 0x2015), (0x2018, 0x2019), (0x2C60, 0x2C7F), (0xA720, 0xA7FF)),
)

FACES = (
    Face("Qifeng Letters", "NotoSerif-Regular.ttf", _LETTERS),
    Face("Qifeng Song", "NotoSerifSC-Regular.ttf"),
    Face("Qifeng Hei", "NotoSansSC-Medium.ttf"),
    Face("Qifeng Wide", "DejaVuSans.ttf"),
)


@functools.cache
def _covered() -> frozenset[int]:
    """What can be drawn. A private-use character means nothing by itself: what a font draws for it would be a guess."""
    covered = frozenset().union(*(face.covers() for face in FACES))
    return frozenset(point for point in covered if unicodedata.category(chr(point)) != "Co")


def character_class(points: Iterable[int]) -> str:
    """A character class of a regular expression that has exactly `points`."""
    ranges: list[list[int]] = []
    for point in sorted(points):
        if ranges and point == ranges[-1][1] + 1:
            ranges[-1][1] = point
        else:
            ranges.append([point, point])
    return "[" + "".join(rf"\U{first:08x}-\U{last:08x}" for first, last in ranges) + "]"


@functools.cache
def _trouble() -> re.Pattern[str]:
    """Finds whatever keeps a text from being printed as it stands."""
    kept = (p for p in _covered() if not _draws_nothing(chr(p)) and (p == 0x20 or not chr(p).isspace()))
    return re.compile(f"[^{character_class(kept)[1:]}|  |^ | $")


def printable(text: str) -> str:
    """`text` as the PDF prints it, and as a reader who copies it out of the PDF gets it.

    - every run of white space (also U+2002, U+3000, tabs, line ends) becomes one space; none at either end;
    - characters that draw nothing are left out: controls, format characters (zero-width space, byte-order mark,
      direction marks, which could also make a title read otherwise than it is written), variation selectors;
    - a character that no font here has becomes its description, as 〔U+2B740〕;
    - all else, traditional script and compatibility forms included, stays as it stands in the record.
    """
    if not _trouble().search(text):
        return text
    covered = _covered()
    kept = []
    for char in " ".join(text.split()):
        if _draws_nothing(char):
            continue
        kept.append(char if ord(char) in covered else f"〔U+{ord(char):04X}〕")
    return " ".join("".join(kept).split())


def _draws_nothing(char: str) -> bool:
    return (
        unicodedata.category(char) in ("Cc", "Cf")
        or "\ufe00" <= char <= "\ufe0f"
        or "\U000e0100" <= char <= "\U000e01ef"
    )


@functools.cache
def _letter_widths() -> dict[int, float]:
    from fontTools.ttLib import TTFont  # noqa: PLC0415

    with TTFont(FONTS / FACES[0].file, lazy=True) as font:
        ems = font["head"].unitsPerEm
        return {point: font["hmtx"][glyph][0] / ems for point, glyph in font.getBestCmap().items() if point < 0x7F}


def width(text: str) -> float:
    """How wide a line of `text` is in the text face, in ems: exact for ASCII but for kerning, 1 for all else."""
    letters = _letter_widths()
    return sum(letters.get(ord(char), 1.0) for char in text)
