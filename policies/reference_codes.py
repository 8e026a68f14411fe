"""Reference codes (档号) after DA/T 13—2022, read leniently: what they say, never whether they are right.

By volume: fonds-category-file-item (全宗号-类别号-案卷号-件号), a whole file having no item. By item:
fonds-category-item (全宗号-类别号-件号). The parts of a category are joined by "·". A code stays the opaque, unique text
that it is; reading it only helps to find the file that an item lies in.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from policies.catalogue_rows import same_code

Pattern = Literal["volume", "item"]

_LONGEST = 120  # characters; a longer text is no code
_DOTS = re.compile(r"[·•・‧∙⋅ㆍ.。]+")
_BRACKETS = str.maketrans({"〔": "·", "【": "·", "[": "·", "(": "·", "〕": "·", "】": "·", "]": "·", ")": "·"})
_FONDS = re.compile(r"[^\W\d_]{0,4}\d{1,6}[^\W\d_]?")
_NUMBER = re.compile(r"\d{1,8}[a-zA-Z]?")
# Retention as a part of its own, as codes had it before 2011: J047-2001-Y-办公室-0001.
_RETENTION = re.compile(r"(?i:[YCD]|D?[13]0|永久|长期|短期|D?[13]0年)")


class ParsedCode(NamedTuple):
    """What a reference code says. `category` has its parts; `file` and `item` are numbers as written, None where absent."""

    fonds: str
    category: tuple[str, ...]
    file: str | None
    item: str | None
    pattern: Pattern

    @property
    def text(self) -> str:
        """The code formed of its parts, as DA/T 13 writes it."""
        return "-".join(part for part in (self.fonds, "·".join(self.category), self.file, self.item) if part)


def parse_code(reference_code: str, *, level: str = "") -> ParsedCode | None:
    """What the code says; None for what follows neither pattern. Any text is taken, none raises.

    Old codes, full-width signs, every kind of dash, strokes for dashes and brackets for dots are read as well. Of three
    parts with a simple category the last is a file, with a category of several parts an item, unless `level` ("file",
    "item") says which.
    """
    parts = _split(same_code(reference_code)) if len(reference_code) <= _LONGEST else []
    if len(parts) < 3 or not _FONDS.fullmatch(parts[0]) or not _NUMBER.fullmatch(parts[-1]):
        return None
    fonds, *middle, last = parts
    if len(middle) == 2 and _NUMBER.fullmatch(middle[1]) and level != "file":
        category = _category(middle[:1])
        return ParsedCode(fonds, category, middle[1], last, "volume") if category else None
    if not (category := _category(middle)):
        return None
    if any(_RETENTION.fullmatch(part) for part in middle[1:]):
        return ParsedCode(fonds, category, None, last, "item")
    if len(middle) > 1:
        return None
    if level == "item" or (level != "file" and len(category) > 1):
        return ParsedCode(fonds, category, None, last, "item")
    return ParsedCode(fonds, category, last, None, "volume")


def file_code_of(reference_code: str) -> str | None:
    """The code of the file that an item's code by volume lies in, as same_code writes it; None for any other code."""
    parsed = parse_code(reference_code)
    if parsed is None or parsed.file is None or parsed.item is None:
        return None
    code = same_code(reference_code)
    sign = "-" if "-" in code else "/"
    return code.rpartition(sign)[0].rstrip(sign)


def _split(code: str) -> list[str]:
    parts = re.split(r"-+" if "-" in code else r"/+", code)
    return parts if all(parts) else []


def _category(parts: list[str]) -> tuple[str, ...]:
    named = (name for part in parts for name in _DOTS.split(part.translate(_BRACKETS)))
    return tuple(name for name in named if name)
