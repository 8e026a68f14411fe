"""Permanent addresses: a fonds code and a reference code (档号) as segments of a path, without loss.

Codes of DA/T 13 stand as they are (J047-002-0113-008). The few signs that would change the path are written ~HEX~, so
that a code with a slash, or of nothing but dots, still has one address and never leaves its folder.
"""

import re
import unicodedata

# The first segment after /open/ is a fonds code or one of these pages.
RESERVED = frozenset(
    {
        "search",
        "releases",
        "verify",
        "closed",
        "copies",
        "api",
        "oai",
        "ead",
        "feeds",
        "feed",
        "dumps",
        "requests",
        "ask",
        "sitemap.xml",
        "sitemaps",
        "robots.txt",
        "about",
        "help",
    }
)
_WRITTEN = re.compile("~([0-9A-F]{1,6})~")


def to_segment(code: str) -> str:
    """The code as one segment of a path."""
    if code in RESERVED or not code.strip("."):
        return _written(code[:1]) + to_segment(code[1:]) if code else ""
    return "".join(_written(sign) if sign in "/\\~" else sign for sign in code)


def from_segment(segment: str) -> str:
    """The code that `to_segment` wrote. ValueError for a segment it never writes."""
    code = _WRITTEN.sub(lambda written: chr(int(written[1], 16)), segment)
    if to_segment(code) != segment or any(unicodedata.category(sign) in {"Cc", "Cs"} for sign in code):
        raise ValueError("no code is written like this")
    return code


def _written(sign: str) -> str:
    return f"~{ord(sign):X}~" if sign else ""


class CodeConverter:
    """The path converter `<code:...>`."""

    regex = "[^/]+"
    to_python = staticmethod(from_segment)
    to_url = staticmethod(to_segment)
