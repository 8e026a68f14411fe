"""Finding words: folding text so that what one types and what one sees meet, and marking what was found.

Substrings, not tokens: Chinese has no spaces, and a word of two characters (防汛) must be found.
"""

import re
import unicodedata

from django.db.models import Q
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

MOST_WORDS = 8


def folded(text: str) -> str:
    """The text without differences of width and case, character by character: "ＡＢ１２" is "ab12"."""
    return "".join(_folded(character) for character in text)


def _folded(character: str) -> str:
    return unicodedata.normalize("NFKC", character).casefold()


def words_of(query: str) -> list[str]:
    """The folded words of what somebody typed, at most `MOST_WORDS`."""
    return folded(query.replace("\x00", " ")).split()[:MOST_WORDS]


def holding(words: list[str]) -> Q:
    """The entries in which every word is found. A `%` or `_` is a character like any other."""
    condition = Q()
    for word in words:
        condition &= Q(search_text__contains=word)
    return condition


def marked(text: str, words: list[str]) -> SafeString:
    """The text, escaped, with each place where a word was found inside <mark>."""
    places = [place for place, character in enumerate(text) for _ in _folded(character)]
    spans = [match.span() for word in words for match in re.finditer(re.escape(word), folded(text))]
    hit = {places[at] for start, end in spans for at in range(start, end)}
    pieces, begin = [], 0
    for end in range(1, len(text) + 1):
        if end == len(text) or (end in hit) != (begin in hit):
            piece = text[begin:end]
            pieces.append(format_html("<mark>{}</mark>", piece) if begin in hit else conditional_escape(piece))
            begin = end
    return mark_safe("".join(pieces))  # noqa: S308 - each piece was escaped above
