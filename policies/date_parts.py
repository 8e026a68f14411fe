"""The parts of which dates are made: a year, a month, a day, as far as a text says them; decades and school years."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal, NamedTuple

from policies.date_words import MONTH, MONTHS, SEASON

Precision = Literal["day", "month", "year", "decade", "span"]
Certainty = Literal["", "approximate", "inferred"]

# Outside of these a number is a slip of the pen, and adding a closure period could overflow.
FIRST_YEAR, LAST_YEAR = 1000, 2199
_Y, _M, _D = r"(?P<year>\d{4})", r"(?P<month>\d{1,2})", r"(?P<day>\d{1,2})"
_LATE_D = r"(?P<day>1[3-9]|2\d|3[01])"  # a day that cannot be a month

# One date, whole or in part. A part without its year takes it from another part of its range or list.
_FORMS = [
    re.compile(form)
    for form in (
        rf"{_Y}-{_M}-{_D}", rf"{_Y}/{_M}/{_D}", rf"{_Y}\.{_M}\.{_D}", rf"{_Y}年{_M}月{_D}[日号]?",
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})",
        rf"{_Y}-{_M}", rf"{_Y}/{_M}", rf"{_Y}\.{_M}", rf"{_Y}年{_M}月?",
        rf"{_Y}年?", rf"(?:{SEASON} ?[-/] ?)?{SEASON} {_Y}", r"(?P<year>\d{4})年?[春夏秋冬]季?",
        rf"{_D}\. ?{_M}\. ?{_Y}", rf"{_M}\.{_Y}",
        rf"{_M}/{_LATE_D}/{_Y}", rf"{_LATE_D}/{_M}/{_Y}", rf"{_M}/{_Y}",
        rf"{_Y} {MONTH}(?: {_D})?", rf"{MONTH} (?:{_D} )?{_Y}", rf"{_D}\.? {MONTH} {_Y}",
        rf"{MONTH}(?: {_D})?", rf"{_D}\.? {MONTH}", rf"{_D} {_Y}", rf"{_M}月(?:{_D}[日号]?)?", rf"{_D}[日号]?",
    )
]  # fmt: skip
DECADE = re.compile(
    r"(?:(?P<century>\d{2})世纪(?P<tens>\d)0年代|(?P<year>\d{3}0)(?:s|'s|年代)|(?:années|jaren) (?P<y>\d{3}0)"
    r"|(?P<er>\d{3}0)er(?: jahre)?)(?:初期|中期|末期|后期|初|中|末)?"
)
_SHORT_END = re.compile(r"(?P<year>\d{4})(?P<sign>[-/])(?P<end>\d{2})")
_WHOLE_END = re.compile(r"(?P<year>\d{4}) ?[-/] ?(?P<end>\d{4})")


class NotADateError(ValueError):
    """The text cannot be read as a date at all."""


class ImpossibleDateError(ValueError):
    """The text reads like a date, but no such day exists, or it ends before it begins."""


class Days(NamedTuple):
    """The first and the last day that a text can mean, and how fine it says so."""

    earliest: date
    latest: date
    precision: Precision


class Part(NamedTuple):
    """What a text says of one date; what it leaves out is None."""

    year: int | None = None
    month: int | None = None
    day: int | None = None


def parts_of(text: str) -> Iterator[Part]:
    """The readings of one date, the fullest first."""
    for form in _FORMS:
        if found := form.fullmatch(text):
            said = found.groupdict()
            month = said.get("month")
            yield Part(
                int(said["year"]) if said.get("year") else None,
                None if month is None else MONTHS[month] if month in MONTHS else int(month),
                int(said["day"]) if said.get("day") else None,
            )


def years_of(text: str) -> Days | None:
    """The days of a text that names several whole years by itself: 1950s, 1968-74, 1968/1974, 1923/24; None otherwise.

    "1909/10" may be a month or two years that follow one another, as a school year does: it is read as both.
    """
    if decade := DECADE.fullmatch(text):
        said = decade["year"] or decade["y"] or decade["er"]
        first = int(said) if said else (int(decade["century"]) - 1) * 100 + int(decade["tens"]) * 10
        return Days(days_of(Part(first)).earliest, days_of(Part(first + 9)).latest, "decade")
    if whole := _WHOLE_END.fullmatch(text):
        if whole["year"] == whole["end"]:
            return days_of(Part(int(whole["year"])))
        return days_between(days_of(Part(int(whole["year"]))).earliest, days_of(Part(int(whole["end"]))).latest, text)
    if short := _SHORT_END.fullmatch(text):
        year, end = int(short["year"]), int(short["end"])
        follows = short["sign"] == "/" and end == (year + 1) % 100
        if follows or end > max(12, year % 100):
            last = year + 1 if follows else year - year % 100 + end
            return days_between(days_of(Part(year)).earliest, days_of(Part(last)).latest, text)
    return None


def days_of(part: Part) -> Days:
    """The first and the last day of a year, a month or a day. 00 for month or day says that it is not known."""
    year, month, day = part.year, part.month or None, part.day or None
    if year is None or not FIRST_YEAR <= year <= LAST_YEAR:
        raise ImpossibleDateError(f"{year}")
    try:
        if month is None:
            if day is not None:
                raise ImpossibleDateError(f"{year}-00-{day}")
            return Days(date(year, 1, 1), date(year, 12, 31), "year")
        if day is None:
            last = calendar.monthrange(year, month)[1]
            return Days(date(year, month, 1), date(year, month, last), "month")
        return Days(date(year, month, day), date(year, month, day), "day")
    except ValueError as error:  # also calendar.IllegalMonthError
        raise ImpossibleDateError(f"{year}-{month}-{day}") from error


def days_between(earliest: date, latest: date, text: str) -> Days:
    """A span of several days, or the one day that is its beginning and its end. Raises ImpossibleDateError."""
    if earliest > latest:
        raise ImpossibleDateError(text)
    return Days(earliest, latest, "day" if earliest == latest else "span")


def completed(parts: Sequence[Part], text: str) -> list[Part] | None:
    """The parts of one range or list in their order, each with the year and month it lacks, taken from its neighbours.

    "June 11-14 1969", "1998年3月至5月", "13, 21-22 Feb. 2001". A text that begins with the year is read from the left,
    one that begins with the day from the right. None where something is still missing, or where a day stands alone
    beside a month without days ("10-12/1998").
    """
    year_first, day_first = re.match(r"\d{4}", text) is not None, re.match(r"\d{1,2}(?!\d)", text) is not None
    years = _lent([part.year for part in parts], needed=[True] * len(parts), from_left=year_first)
    days_only = [part.day is not None and part.month is None for part in parts]
    lenders = [None if part.day is None else part.month for part in parts]
    months = _lent(lenders, needed=days_only, from_left=not day_first)
    whole = [
        Part(year, part.month or month, part.day) for part, year, month in zip(parts, years, months, strict=True)
    ]
    for part, said in zip(whole, parts, strict=True):
        if part.year is None or (part.month is None and (said.year is None or said.day is not None)):
            return None
    return whole


def _lent(values: Sequence[int | None], *, needed: Sequence[bool], from_left: bool) -> list[int | None]:
    """The values, each missing one that is needed taken from the nearest neighbour on one side, else on the other."""
    filled: list[int | None] = []
    for at, value in enumerate(values):
        if value is not None or not needed[at]:
            filled.append(value)
            continue
        left = next((known for known in reversed(values[:at]) if known is not None), None)
        right = next((known for known in values[at + 1 :] if known is not None), None)
        first, second = (left, right) if from_left else (right, left)
        filled.append(second if first is None else first)
    return filled
