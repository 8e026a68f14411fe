"""The bookmarks of a file, on two levels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from review.documents.pdf_file import PdfFile, text_string


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A bookmark of level 1 or 2: its words, the object of its page, and the height on it."""

    level: int
    text: str
    page: int
    top: float


def put_outline(out: PdfFile, marks: Sequence[Bookmark]) -> int:
    """Writes the bookmarks, the second level folded; the number of their root."""
    root = out.reserve()
    first = out.reserve(len(marks))
    tops = [at for at, mark in enumerate(marks) if mark.level == 1 or at == 0]
    highest = [first + one for one in tops]
    for at, top in enumerate(tops):
        under = range(top + 1, tops[at + 1] if at + 1 < len(tops) else len(marks))
        kids = f"/First {first + under[0]} 0 R/Last {first + under[-1]} 0 R/Count -{len(under)}" if under else ""
        _put(out, marks[top], root, row=highest, at=at, kids=kids)
        row = [first + one for one in under]
        for place, kid in enumerate(under):
            _put(out, marks[kid], first + top, row=row, at=place)
    return out.put(
        root,
        f"<</Type/Outlines/First {first + tops[0]} 0 R/Last {first + tops[-1]} 0 R/Count {len(tops)}>>"
        if tops
        else "<<>>",
    )


def _put(out: PdfFile, mark: Bookmark, parent: int, *, row: Sequence[int], at: int, kids: str = "") -> None:
    beside = f"/Prev {row[at - 1]} 0 R" if at else ""
    beside += f"/Next {row[at + 1]} 0 R" if at + 1 < len(row) else ""
    out.put(
        row[at],
        f"<</Title{text_string(mark.text)}/Parent {parent} 0 R{beside}{kids}"
        f"/Dest[{mark.page} 0 R/XYZ null {mark.top:.1f} null]>>",
    )
