"""Reading the marks that records and catalogues carry: the secrecy mark (密级) and the condition of access.

Sources: 保守国家秘密法 art. 20 (levels and longest terms); GB/T 7156 (letter codes); DA/T 18 (密级, as in 机密★10年).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from policies.dates import DateSpan, parse_date_span, years_after
from policies.sentences import Refusal

Level = Literal["绝密", "机密", "秘密"]

_LEVEL_OF: dict[str, Level] = {
    "绝密": "绝密", "机密": "机密", "秘密": "秘密", "um": "绝密", "jm": "机密", "mm": "秘密",
    "top secret": "绝密", "secret": "机密", "confidential": "秘密",
}  # fmt: skip
_LEVEL = r"(?P<level>绝密|机密|秘密|top secret|secret|confidential|um|jm|mm)"
_TERM = r"(?:(?P<number>[0-9]{1,3})(?P<unit>年|个月|月|天|日|years?|y)|(?P<other>[^）)\]】〕]{1,20}))"
_SIGN = r"\s?[★☆*·:：（(\-]?\s?"
_WHOLE_MARK = re.compile(rf"[（(\[【〔]?{_LEVEL}(?:级|件)?{_SIGN}(?:{_TERM})?[）)\]】〕]?")
_IN_TEXT = re.compile(
    rf"(?:[（(\[【〔]|密级[:：]?){_LEVEL}(?:级|件)?{_SIGN}(?:{_TERM})?[）)\]】〕]|密级[:：]?(?P<plain>绝密|机密|秘密)"
    rf"|(?P<starred>绝密|机密|秘密)[★☆](?:(?P<n>[0-9]{{1,3}})(?P<u>年|个月|月|天|日)|(?P<o>长期|启用前|公布前))?"
)


@dataclass(frozen=True, slots=True)
class SecrecyMark:
    """One secrecy mark: where it stands, its level, and its term; `readable` is False where the term is not a number."""

    start: int
    end: int
    level: Level
    years: int | None = None
    until: date | None = None
    readable: bool = True

    def ends_on(self, span: DateSpan | None, longest: Mapping[Level, int]) -> date | None:
        """The day the secret lapses; None where it cannot be told. Without a stated term the longest one counts."""
        if not self.readable:
            return None
        if self.until is not None:
            return self.until
        if span is None:
            return None
        return years_after(span.latest, longest[self.level] if self.years is None else self.years)


def read_secrecy_mark(mark: str) -> SecrecyMark | None:
    """The secrecy mark that a folded classification consists of; None where it is no secrecy mark."""
    found = _WHOLE_MARK.fullmatch(mark.strip())
    if found is None:
        return None
    return _mark((0, len(mark)), found["level"], found["number"], found["unit"], found["other"])


def find_secrecy_mark(text: str) -> SecrecyMark | None:
    """The first secrecy mark inside a folded title or note: bracketed, starred or after 密级."""
    found = _IN_TEXT.search(text)
    if found is None:
        return None
    level = found["level"] or found["plain"] or found["starred"]
    number, unit, other = found["number"] or found["n"], found["unit"] or found["u"], found["other"] or found["o"]
    return _mark(found.span(), level, number, unit, other)


def _mark(
    place: tuple[int, int], written: str, number: str | None, unit: str | None, other: str | None
) -> SecrecyMark:
    level = _LEVEL_OF[written]
    if number is not None and unit is not None:
        years = int(number) if unit.startswith(("年", "y")) else -(-int(number) // (12 if "月" in unit else 365))
        return SecrecyMark(*place, level, years=years)
    if other is None:
        return SecrecyMark(*place, level)
    stated = find_until(other) or find_until(f"至{other}")
    if stated is not None:
        return SecrecyMark(*place, level, until=stated)
    return SecrecyMark(*place, level, readable=False)


_UNTIL = re.compile(
    r"(?:\buntil\b|\btill\b|\bthrough\b|\bclosed to\b|\bopens? (?:on|in)\b|至|到|开放日期[:：]?)\s?"
    r"(?P<day>[0-9]{4}(?:[-/.年][0-9]{1,2}(?:[-/.月][0-9]{1,2}日?|月)?|年)?"
    r"|[a-z]{3,9}\.? (?:[0-9]{1,2},? )?[0-9]{4}|[0-9]{1,2} [a-z]{3,9}\.? [0-9]{4})(?![0-9])"
)


def find_until(text: str) -> date | None:
    """The latest day that "until ..." or "至……" can mean in a folded condition of access; None where none is stated.

    A month or a year means its last day. Where several are stated, the latest counts.
    """
    days = []
    for found in _UNTIL.finditer(text):
        try:
            span = parse_date_span(found["day"])
        except Refusal:
            continue
        if span is not None:
            days.append(span.latest)
    return max(days, default=None)
