"""When a record was formed, as a span of days, and when it falls due.

A date in a catalogue is often partial ("1998", "1950年代", "[1962?]"). It is kept as its earliest and latest possible
day; the latest rules, so that doubt keeps a record closed (domain: 档案法 art. 27, "自形成之日起满二十五年").
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from policies.date_texts import NotADateError, read_days
from policies.sentences import Refusal, Sentence

CLOSURE_YEARS = 25  # 档案法 art. 27


@dataclass(frozen=True, slots=True)
class DateSpan:
    """The earliest and the latest day a record can have been formed, and the text as it stood in the source."""

    earliest: date
    latest: date
    text: str

    def __post_init__(self) -> None:
        if self.earliest > self.latest:
            raise ValueError(f"a span ends before it begins: {self.text!r}")


def years_after(day: date, years: int) -> date:
    """The same day `years` later; 29 February becomes 1 March where that year has none (never a day too early)."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def due_date(span: DateSpan, *, years: int = CLOSURE_YEARS) -> date:
    """The day the closure period (封闭期) is over, counted from the latest possible day of the span."""
    return years_after(span.latest, years)


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

    Read are ISO 8601 dates and intervals, Chinese and English dates and parts of them, decades, ranges, lists, and the
    years of 道光 to 宣统 and 民国. Raises Refusal for a text that is no date and for a date that cannot be.
    """
    shown = text[:60].encode("utf-8", "replace").decode()
    try:
        days = read_days(text)
    except NotADateError as error:
        raise Refusal(_UNREAD.filled(text=shown)) from error
    except ValueError as error:
        raise Refusal(_IMPOSSIBLE.filled(text=shown)) from error
    return None if days is None else DateSpan(*days, text=text.strip())
