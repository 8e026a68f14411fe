"""Where a line of Chinese or of letters may end, and how a text becomes lines no wider than their column.

Source for Chinese: 《中文排版需求》(W3C clreq) §3.1.3 (no punctuation at the wrong end of a line) and §3.1.6 (hanging).
"""

from __future__ import annotations

from collections.abc import Mapping

_NO_START = frozenset(
    "，。、；：？！）》」』】〕〉］｝〗〙〛”’…—～·‧.,;:?!)]}%℃°‰′″ー々〻ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ％"
)
_NO_END = frozenset("（《「『【〔〈［｛〖〘〚“‘([{$£¥￥＄№")
_HANGING = frozenset("，。、．")
_TWINS = frozenset("—…―⸺")
_AFTER = frozenset("-‐–/—")


def broken(text: str, room: float, widths: Mapping[str, int]) -> list[str]:
    """`text` as lines of at most `room` thousandths of an em; spaces stay at the end of their line.

    A comma or a full stop of Chinese may hang beyond the edge. A word wider than a whole line is broken anywhere.
    """
    lines: list[str] = []
    start = last = at = 0
    width = 0
    while at < len(text):
        char = text[at]
        if at > start and _may_break(text[at - 1], char):
            last = at
        advance = widths.get(char, 1000)
        if width + advance > room and at > start and char != " " and not (char in _HANGING and width <= room):
            cut = last if last > start else at
            lines.append(text[start:cut])
            start = last = cut
            width = sum(widths.get(kept, 1000) for kept in text[start:at])
            continue
        width += advance
        at += 1
    lines.append(text[start:])
    return lines


def _may_break(before: str, after: str) -> bool:
    if after == " " or after in _NO_START or before in _NO_END:
        return False
    if before == " ":
        return True
    if before in _TWINS and before == after:
        return False
    return _stands_alone(before) or _stands_alone(after) or (before in _AFTER and after.isalnum())


def _stands_alone(char: str) -> bool:
    """Chinese, kana and their punctuation, and all that is not part of a word."""
    return char >= "\u2e80" or char in "…—“”‘’·"
