"""Text as PDF draws it: the operators for one line, and a note of every character that the fonts then must have."""

from __future__ import annotations

from collections import defaultdict

from policies.sentences import Refusal
from review.documents.faces import TEXT, advance, metrics, runs, shaped, widths
from review.documents.shaping import glyphs_of, in_visual_order
from review.documents.typesetting import ILL_SET


class Used:
    """What was drawn: the characters of each font, and the glyphs (with the text they stand for) of each face."""

    def __init__(self) -> None:
        self.chars: dict[str, set[str]] = defaultdict(set)
        self.glyphs: dict[str, dict[int, str]] = defaultdict(dict)

    def add(self, chars: dict[str, str], glyphs: dict[str, dict[str, str]]) -> None:
        """Takes in what another one `as_data` noted."""
        for font, text in chars.items():
            self.chars[font].update(text)
        for letter, noted in glyphs.items():
            for number, text in noted.items():
                self._note(letter, int(number), text)

    def as_data(self) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
        return (
            {font: "".join(sorted(chars)) for font, chars in sorted(self.chars.items())},
            {
                letter: {str(number): text for number, text in sorted(noted.items())}
                for letter, noted in sorted(self.glyphs.items())
            },
        )

    def _note(self, letter: str, number: int, text: str) -> None:
        # the same whichever part is read first
        self.glyphs[letter][number] = min(text, self.glyphs[letter].get(number, text))

    def drawn(self, text: str, size: float, x: float, y: float, order: str = TEXT) -> str:
        """The operators that draw `text` with its left end at (x, y), within a text object.

        Raises Refusal where no face has a character of it: printable() lets none through.
        """
        if shaped().search(text):
            return self._drawn_shaped(text, size, x, y, order)
        said = [f"1 0 0 1 {x:.5g} {y:.6g} Tm"]
        seen = 0
        for run in runs(order).finditer(text):
            font, piece = str(run.lastgroup), run.group()
            seen += len(piece)
            self.chars[font].update(piece)
            said.append(f"/{font} {size:g} Tf<{coded(piece, font)}>Tj")
        if seen != len(text):
            missing = runs(order).sub("", text)[0]
            raise Refusal(ILL_SET.filled(complaint=f"U+{ord(missing):04X}"))
        return "".join(said) + "\n"

    def _drawn_shaped(self, text: str, size: float, x: float, y: float, order: str) -> str:
        """A line with marks or letters from the right: glyph after glyph, each run with the text it stands for."""
        said = []
        for piece, from_right in in_visual_order(text):
            found = list(runs(order).finditer(_without_marks(piece, order)))
            if sum(len(run.group()) for run in found) != len(piece):
                raise Refusal(ILL_SET.filled(complaint=" ".join(f"U+{ord(char):04X}" for char in piece)))
            for run in reversed(found) if from_right else found:
                letter = str(run.lastgroup)[0]
                stands_for = piece[run.start() : run.end()]
                # What runs from the right is told by its glyphs alone: readers of text turn it around by themselves.
                if not from_right:
                    said.append(f"/Span<</ActualText<FEFF{stands_for.encode('utf-16-be').hex()}>>>BDC\n")
                said.append(f"/{letter}g {size:g} Tf\n")
                for glyph in glyphs_of(stands_for, letter, from_right=from_right):
                    self._note(letter, glyph.number, glyph.text)
                    left, up = x + glyph.right * size / 1000, y + glyph.up * size / 1000
                    said.append(f"1 0 0 1 {left:.6g} {up:.6g} Tm<{glyph.number:04x}>Tj\n")
                    x += glyph.advance * size / 1000
                if not from_right:
                    said.append("EMC\n")
        return "".join(said)


def _without_marks(text: str, order: str) -> str:
    """The text with each combining mark, and each sign between two letters of one face, taken for its letter, if the
    face has it: HarfBuzz joins only what is in one run."""
    chars = list(text)
    for at in range(1, len(chars)):
        run = runs(order).match(chars[at - 1])
        if run and shaped().match(text[at]) and ord(text[at]) in metrics(str(run.lastgroup)[0]).glyphs:
            chars[at] = chars[at - 1]
    return "".join(chars)


def coded(text: str, font: str) -> str:
    """The codes of `text` in a font of the PDF, hexadecimal."""
    if font[1:] == "0":
        return text.encode("utf-16-be").hex()
    return "".join(f"{ord(char) & 0xFFFF:04x}" for char in text)


def length(text: str, size: float, order: str = TEXT) -> float:
    """How long a line of `text` is, in points: exact but for scripts that join."""
    return advance(text, widths(order)) * size / 1000
