"""Reading the dates that stand in catalogues: the earliest and the latest day a text can mean.

Read are calendar dates (ISO 8601, Chinese, English), parts of dates, decades, ranges, lists of those, and regnal years.
A list is read as the span that holds all of it. A text that names undated papers too has no latest day: it is undated.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from policies.regnal_years import chinese_number, in_our_years

_LONGEST = 200  # characters; a longer text is no date
_YEARS = range(
    1000, 2200
)  # outside of these a number is a slip of the pen, and adding a closure period could overflow

_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name[:3]: number for name, number in _MONTHS.items()} | {"sept": 9}
_MONTH = "(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
_Y, _M, _D = r"(?P<year>\d{4})", r"(?P<month>\d{1,2})", r"(?P<day>\d{1,2})"

# One date, whole or in part. A part without its year takes it from the other end of its range.
_FORMS = [
    re.compile(form)
    for form in (
        rf"{_Y}-{_M}-{_D}", rf"{_Y}/{_M}/{_D}", rf"{_Y}\.{_M}\.{_D}", rf"{_Y}年{_M}月{_D}[日号]?",
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})",
        rf"{_Y}-{_M}", rf"{_Y}/{_M}", rf"{_Y}\.{_M}", rf"{_Y}年{_M}月?",
        rf"{_Y}年?", r"(?:spring|summer|autumn|fall|winter) (?P<year>\d{4})", r"(?P<year>\d{4})年?[春夏秋冬]季?",
        rf"{_Y} {_MONTH}(?: {_D})?", rf"{_MONTH} (?:{_D} )?{_Y}", rf"{_D} {_MONTH} {_Y}",
        rf"{_MONTH}(?: {_D})?", rf"{_D} {_MONTH}", rf"{_D} {_Y}", rf"{_M}月(?:{_D}[日号]?)?", rf"{_D}[日号]?",
    )
]  # fmt: skip
_DECADE = re.compile(r"(?:(?P<century>\d{2})世纪(?P<tens>\d)0年代|(?P<year>\d{3}0)(?:s|'s|年代))[初中末]?期?")
_SHORT_END = re.compile(r"(?P<year>\d{4})-(?P<end>\d{2})")

_UNDATED = re.compile(r"undated|unknown|n\.? ?d\.?|no date|s\.? ?d\.?|无日期|日期不详|时间不详|年代不详|不详|无")
_UNDATED_PART = re.compile(r"undated|\bn\.d\.|无日期|日期不详")
_CLOCK = re.compile(r"(?<=\d)[t ]\d{2}:\d{2}(?::\d{2})?(?:\.\d{1,6})?z?$")
_BULK = re.compile(r"\(?,? ?\bbulk\b[^)]*\)?")
_ABOUT = re.compile(r"\b(?:circa|ca?\.?(?= ?\d)|about|early|mid|late|early-mid|mid-late)[ -]?|\bc\. ?|约|大约")
_WRAPPING = re.compile(r"[\[\]()〔〕【】<>?]")
_DAY_COMMA = re.compile(r"(?<!\d{3})(?<=\d), ?(?=\d{4}\b)|(?<=^\d{4}), ?(?=[a-z]{3,9}\.?$)|(?<=[a-z]), ?(?=\d{4}\b)")
_CHINESE_DATE = re.compile(r"[〇零○一二三四五六七八九十廿卅元]+(?=[年月日号])")
_RANGE_SIGNS = ("至", "到", " to ", "~", "--", "-", "/")
_LIST_SIGNS = re.compile(r"\s*(?:[,;、]|\band\b|\bor\b|&)\s*(?:and )?")


class NotADateError(ValueError):
    """The text cannot be read as a date at all."""


class ImpossibleDateError(ValueError):
    """The text reads like a date, but no such day exists, or it ends before it begins."""


@dataclass(frozen=True, slots=True)
class _Part:
    """What one end of a range says; what is missing is None."""

    year: int | None = None
    month: int | None = None
    day: int | None = None


def read_days(text: str) -> tuple[date, date] | None:
    """The earliest and the latest day the text can mean; None for an undated record.

    "c. 1962" and "[1962?]" are read as 1962. Raises NotADateError and ImpossibleDateError (and NoSuchYearError of
    policies.regnal_years), all of them ValueErrors.
    """
    if len(text) > _LONGEST:
        raise NotADateError(text[:_LONGEST])
    plain = _plain(text)
    if not plain or _UNDATED.fullmatch(plain) or _UNDATED_PART.search(plain):
        return None
    plain = _WRAPPING.sub("", _ABOUT.sub("", _BULK.sub("", _CLOCK.sub("", plain)))).strip()
    parts = [part for part in _LIST_SIGNS.split(_DAY_COMMA.sub(" ", plain)) if part]
    if not parts:
        raise NotADateError(text)
    try:
        spans = [_span(part) for part in parts]
    except NotADateError:  # "Feb 28 and Mar 5 1975": the first takes its year from the last
        spans = [both] if len(parts) == 2 and (both := _range(*parts)) else []
        if not spans:
            raise
    return min(span[0] for span in spans), max(span[1] for span in spans)


def _plain(text: str) -> str:
    """Half-width, lower case, one kind of dash and space, Chinese numerals and regnal years as digits of our years."""
    plain = unicodedata.normalize("NFKC", text).lower()
    plain = re.sub(r"[‐-―−—]+|一直至", "-", plain)
    plain = re.sub(r"\s+", " ", plain).strip()
    plain = re.sub(r"(?<=[年月日号代]) (?=\d)|(?<=\d) (?=[年月日号])", "", plain)
    plain = in_our_years(plain)
    return _CHINESE_DATE.sub(lambda found: str(chinese_number(found[0])), plain)


def _span(text: str) -> tuple[date, date]:
    """One date or one range."""
    text = text.strip()
    if decade := _DECADE.fullmatch(text):
        first = int(decade["year"] or (int(decade["century"]) - 1) * 100 + int(decade["tens"]) * 10)
        return _days(_Part(first))[0], _days(_Part(first + 9))[1]
    if (short := _SHORT_END.fullmatch(text)) and int(short["end"]) > max(12, int(short["year"]) % 100):
        return _span(f"{short['year']}-{short['year'][:2]}{short['end']}")  # 1968-74
    for part in _parts(text):
        if part.year is not None:
            return _days(part)
    for left, right in _halves(text):
        if (ends := _range(left, right)) is not None:
            return ends
    raise NotADateError(text)


def _parts(text: str) -> Iterator[_Part]:
    """The readings of one date, the fullest first."""
    for form in _FORMS:
        if found := form.fullmatch(text):
            said = found.groupdict()
            month = said.get("month")
            yield _Part(
                int(said["year"]) if said.get("year") else None,
                None if month is None else _MONTHS[month] if month in _MONTHS else int(month),
                int(said["day"]) if said.get("day") else None,
            )


def _halves(text: str) -> Iterator[tuple[str, str]]:
    """Every way to cut the text in two at a range sign, the plainest signs first."""
    for sign in _RANGE_SIGNS:
        at = text.find(sign)
        while at > 0:
            left, right = text[:at].strip(), text[at + len(sign) :].strip()
            if left and right:
                yield left, right
            at = text.find(sign, at + 1)


def _range(left: str, right: str) -> tuple[date, date] | None:
    """The span of a range whose ends may lend each other the year or the month; None where an end is no date."""
    if _DECADE.fullmatch(left) or _DECADE.fullmatch(right):
        ends = _span(left), _span(right)
        return _in_order(ends[0][0], ends[1][1], f"{left}-{right}")
    for begin in _parts(left):
        for end in _parts(right):
            filled = _lend(begin, end)
            if filled is not None:
                return _in_order(_days(filled[0])[0], _days(filled[1])[1], f"{left}-{right}")
    return None


def _lend(begin: _Part, end: _Part) -> tuple[_Part, _Part] | None:
    """ "June 11-14 1969" and "1998年3月至5月": each end takes what it lacks from the other."""
    if begin.year is None and end.year is None:
        return None
    if end.year is None:
        end = replace(end, year=begin.year)
    if begin.year is None:
        begin = replace(begin, year=end.year, month=begin.month or end.month)
        if begin.month is None:
            return None
    if end.day is not None and end.month is None:
        if begin.month is None:
            return None
        end = replace(end, month=begin.month)
    return begin, end


def _days(part: _Part) -> tuple[date, date]:
    """The first and the last day of a year, a month or a day. 00 for month or day says that it is not known."""
    year, month, day = part.year, part.month or None, part.day or None
    if year is None or year not in _YEARS:
        raise ImpossibleDateError(f"{year}")
    try:
        if month is None:
            if day is not None:
                raise ImpossibleDateError(f"{year}-00-{day}")
            return date(year, 1, 1), date(year, 12, 31)
        if day is None:
            return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
        return date(year, month, day), date(year, month, day)
    except ValueError as error:  # also calendar.IllegalMonthError
        raise ImpossibleDateError(f"{year}-{month}-{day}") from error


def _in_order(earliest: date, latest: date, text: str) -> tuple[date, date]:
    if earliest > latest:
        raise ImpossibleDateError(text)
    return earliest, latest
