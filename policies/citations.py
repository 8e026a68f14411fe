"""Citations in a text: which article of which instrument it names. Plain text in, citations and what leads nowhere out.

Read are the two ways in which this house cites: 档案法实施条例第三十条第一款、第三十一条, and "档案法 arts. 12-13, 17(2)" or
"Archives Law, art. 27". A short name (实施条例, "art. 30" alone) means what was last named in the same text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from policies.laws import INSTRUMENTS

_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"两": 2}
_PLACES = {"十": 10, "百": 100, "千": 1000}
# Short for the regulations under the law that was named last.
_SHORT = {
    "实施条例": ("AR", "SSR"),
    "Implementing Regulations": ("AR", "SSR"),
    "its regulations": ("AR", "SSR"),
    "Measures": ("D19",),
}
_NAMES = sorted(
    [(alias, code) for code, law in INSTRUMENTS.items() for alias in law.aliases] + [(short, "") for short in _SHORT],
    key=lambda pair: -len(pair[0]),
)
_NAME = re.compile("|".join(re.escape(name) for name, _ in _NAMES))
_CODE = dict(_NAMES)
_EN = r"\d+(?:\.\d+)?(?:\([\w,]+\))*"
_NUMBER = re.compile(
    r"第(?P<zh>[零一二三四五六七八九十百千]+)条"
    r"|第(?P<zh_digits>\d+)(?:\([\w]+\))*(?:\.\d+)?条"
    rf"|\b(?:arts|regs|ss)\. ?(?P<many>{_EN}(?:(?: ?[-–] ?|, ?| and ){_EN})*)"
    rf"|\b(?:art|reg|s)\. ?(?P<one>{_EN})"
)
_ONE = re.compile(r"(?P<first>\d+)(?:\.\d+)?(?:\([\w,]+\))*(?:\s?[-–]\s?(?P<last>\d+)(?:\([\w,]+\))*)?")
# A name that reads like an instrument's, right before an article.
_UNKNOWN = re.compile(
    r"([\u4e00-\u9fff〇0-9]{1,20}(?:法|条例|办法|规定|法典))第[零一二三四五六七八九十百千]+条"
    r"|((?:[A-Z][\w-]+ )*(?:Act|Law|Regulations|Code|Measures)(?: \d{4})?),? (?:arts?|regs?|ss?)\. ?\d"
)


@dataclass(frozen=True, slots=True)
class Citation:
    """An article of an instrument, or the instrument itself where no article is named."""

    instrument: str
    article: int | None


@dataclass(frozen=True, slots=True)
class Nowhere:
    """A citation that leads nowhere, as it stands in the text, and why."""

    text: str
    why: str


def number_of(text: str) -> int:
    """A Chinese number below ten thousand: 一千零三十二 is 1032."""
    total = digit = 0
    for sign in text:
        if sign in _PLACES:
            total += (digit or 1) * _PLACES[sign]
            digit = 0
        else:
            digit = _DIGITS[sign]
    return total + digit


def citations_in(text: str, *, about: Sequence[Citation] = ()) -> tuple[list[Citation], list[Nowhere]]:
    """What `text` cites, in order and each once. `about`: what was cited around it, for an article that names no law."""
    found: dict[Citation, None] = {}
    lost: list[Nowhere] = []
    named, bare = "", False
    for what, value, at in _marks(" ".join(text.split())):
        if what == "name":
            if bare:
                found[Citation(named, None)] = None
            named, bare = _meant(value, named), True
        elif what == "unknown":
            lost.append(Nowhere(value, "no instrument of this name is registered in policies/laws.py"))
        else:
            for article in _articles(value):
                law = INSTRUMENTS.get(named or _around(article, about))
                if law is None:
                    lost.append(Nowhere(at, "an article without its law"))
                elif not law.numbered:
                    found[Citation(law.code, None)] = None
                elif law.has(article):
                    found[Citation(law.code, article)] = None
                else:
                    lost.append(Nowhere(at, f"{law.name.en} has no such article"))
            bare = False
    if bare:
        found[Citation(named, None)] = None
    return list(found), lost


def _around(article: int, about: Sequence[Citation]) -> str:
    """The instrument of which this very article was cited around a text, else the first that was cited there."""
    same = [one.instrument for one in about if one.article == article]
    return next(iter(same or [one.instrument for one in about]), "")


def _marks(text: str) -> Iterator[tuple[str, str, str]]:
    """Names, article numbers and unknown names of a text, a name before its articles: also in "art. 29 of the X"."""
    names = list(_NAME.finditer(text))
    starts = {match.start(): match for match in names}
    marks = [(match.start(), 0, "name", match.group(), match.group()) for match in names]
    for match in _NUMBER.finditer(text):
        value = match["zh"] or match["zh_digits"] or match["many"] or match["one"]
        after = re.match(r" of (?:the |its )?", text[match.end() :])
        law = starts.get(match.end() + after.end()) if after else None
        if law is not None:
            marks.append((match.start(), 0, "name", law.group(), law.group()))
            marks.remove((law.start(), 0, "name", law.group(), law.group()))
        marks.append((match.start(), 1, "number", value, match.group().strip()))
    known = {match.end() for match in names}
    for match in _UNKNOWN.finditer(text):
        group = 1 if match[1] else 2
        if match.end(group) not in known:
            marks.append((match.start(), 0, "unknown", match[group], match[group]))
    for _, _, what, value, at in sorted(marks):
        yield what, value, at


def _meant(name: str, before: str) -> str:
    """The instrument that a name means; a short name, the one that `before` makes likely."""
    if code := _CODE[name]:
        return code
    choices = _SHORT[name]
    if before in choices:
        return before
    return "SSR" if before in ("SSL", "DECL") and "SSR" in choices else choices[0]


def _articles(value: str) -> list[int]:
    """The numbers in "12-13, 17(2)", "3.3" or 二十七."""
    if value[0] not in "0123456789":
        return [number_of(value)]
    found: list[int] = []
    for match in _ONE.finditer(value):
        first, last = int(match["first"]), int(match["last"] or match["first"])
        found += range(first, last + 1) if first <= last <= first + 20 else [first]
    return found
