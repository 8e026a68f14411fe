"""When a record was formed, as a span of days, and when it falls due.

A date in a catalogue is often partial ("1998", "1950年代", "[1962?]"). It is kept as its earliest and latest possible
day; the latest rules, so that doubt keeps a record closed (domain: 档案法 art. 27, "自形成之日起满二十五年").
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from policies.date_parts import FIRST_YEAR, LAST_YEAR, Certainty, NotADateError, Precision
from policies.date_texts import read_days
from policies.sentences import Refusal, Sentence

ONE_DAY = timedelta(days=1)
CLOSURE_YEARS = 25  # 档案法 art. 27

DueMode = Literal["exact", "next_day", "next_january", "year_end"]


@dataclass(frozen=True, slots=True)
class DateSpan:
    """The earliest and the latest day a record can have been formed, and the text as it stood in the source.

    `precision` says how fine the text is; left out, it is worked out from the days. `certainty`: "approximate" for
    circa and 约, "inferred" for what stands in brackets or is queried ([1962?]), "" for a date as the record has it.
    """

    earliest: date
    latest: date
    text: str
    precision: Precision | Literal[""] = ""
    certainty: Certainty = ""

    def __post_init__(self) -> None:
        if self.earliest > self.latest:
            raise ValueError(f"a span ends before it begins: {self.text!r}")
        if not self.precision:
            object.__setattr__(self, "precision", precision_of(self.earliest, self.latest))


def precision_of(earliest: date, latest: date) -> Precision:
    """How fine a span of days is: one day, one whole month, year or decade, or any other span."""
    if earliest == latest:
        return "day"
    if earliest.day != 1 or (latest + ONE_DAY).day != 1:
        return "span"
    if (earliest.year, earliest.month) == (latest.year, latest.month):
        return "month"
    if earliest.month != 1 or latest.month != 12:
        return "span"
    if earliest.year == latest.year:
        return "year"
    return "decade" if earliest.year % 10 == 0 and latest.year == earliest.year + 9 else "span"


def years_after(day: date, years: int) -> date:
    """The same day `years` later; 29 February becomes 1 March where that year has none (never a day too early)."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def due_date(span: DateSpan, *, years: int = CLOSURE_YEARS, mode: DueMode = "exact") -> date:
    """The day from which the closure period (封闭期) is over, counted from the latest possible day of the span.

    "exact": the same day `years` later (档案法 art. 27, 满二十五年). "next_day": the day after it, as the United Kingdom's
    closure periods of transferred files are counted. "next_january": the first of January after the year in which the
    period ends (Freedom of Information Act 2000, s. 62; Archives Act 1983 of Australia). "year_end": the last day of that
    year (Executive Order 13526, s. 3.3).
    """
    if mode == "next_january":
        return date(span.latest.year + years + 1, 1, 1)
    if mode == "year_end":
        return date(span.latest.year + years, 12, 31)
    over = years_after(span.latest, years)
    return over if mode == "exact" else over + ONE_DAY


_UNREAD = Sentence(
    "日期“{text}”无法识别。应为公历日期（1998-03-12、1998年3月、1998、1950年代）、起止日期（1968-1974）"
    "或年号纪年（民国26年）；日期不详的，请留空或填“无日期”。",
    "The date “{text}” cannot be read. Expected is a date (1998-03-12, March 1998, 1998, 1950s), a range (1968-1974) "
    "or a regnal year (民国26年); where the date is not known, leave the cell empty or write “undated”.",
)
_IMPOSSIBLE = Sentence(
    "日期“{text}”不存在：月、日或年号年数超出范围，或者止期早于起期。请对照原件改正。",
    "The date “{text}” does not exist: its month, day or regnal year is out of range, or it ends before it begins. "
    "Compare it with the record and correct it.",
)


def parse_date_span(text: str) -> DateSpan | None:
    """The span of days a catalogue's date text means; None for an empty text and for "undated", "n.d.", "无日期".

    Read are ISO 8601 dates and intervals, Chinese, English, French, German and Dutch dates and parts of them, decades,
    school years, ranges, lists, and the years of 顺治 to 宣统, 民国, 大同 and 康德. Raises Refusal for a text that is no
    date and for a date that cannot be.
    """
    # Nearly all dates of most catalogues are written so, and the way below is fifty times as long.
    if (len(text) == 10 and text[4] == "-" == text[7]) or (len(text) == 8 and text.isdecimal()):
        try:
            day = date.fromisoformat(text)
        except ValueError:
            pass
        else:
            if FIRST_YEAR <= day.year <= LAST_YEAR:
                return DateSpan(day, day, text, "day")
    shown = text[:60].encode("utf-8", "replace").decode()
    try:
        reading = read_days(text)
    except NotADateError as error:
        raise Refusal(_UNREAD.filled(text=shown)) from error
    except ValueError as error:
        raise Refusal(_IMPOSSIBLE.filled(text=shown)) from error
    if reading is None:
        return None
    earliest, latest, precision = reading.days
    return DateSpan(earliest, latest, text.strip(), precision, reading.certainty)
