"""Reading the dates that stand in catalogues: the earliest and the latest day a text can mean, and how fine it is.

Read are calendar dates (ISO 8601, Chinese, English, French, German, Dutch), parts of dates, decades, ranges, lists of
those, and regnal years. A list is read as the span that holds all of it. A text that names undated papers too has no
latest day: it is undated.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from policies import date_words
from policies.date_parts import (
    Certainty,
    Days,
    ImpossibleDateError,
    NotADateError,
    Part,
    completed,
    days_between,
    days_of,
    parts_of,
    years_of,
)
from policies.regnal_years import chinese_number, in_our_years

_LONGEST = 200  # characters; a longer text is no date

_BARE_ALREADY = re.compile(r"[0-9年月日./-]+")  # nothing in it to make plain: most texts are so
_CLOCK = re.compile(r"(?<=\d)[t ]\d{2}:\d{2}(?::\d{2})?(?:\.\d{1,6})?(?:z|[+-]\d{2}:?\d{2})?$")
_WRAPPING = re.compile(r"[\[\]()〔〕【】<>?]")
_DAY_COMMA = re.compile(
    r"(?<!\d{3})(?<=\d), ?(?=\d{4}\b)|(?<=^\d{4}), ?(?=[a-z]{3,9}\.?$)|(?:(?<=[^\W\d_])|(?<=[^\W\d_]\.)), ?(?=\d{4}\b)"
)
_YEAR_FIRST = re.compile(r"\d{4} [a-z]")
_CHINESE_DATE = re.compile(r"[〇零○一二三四五六七八九十廿卅元]+(?=[年月日号])")
_OTHER_CALENDAR = re.compile(r"(?<=[年月日])\((?=\d)")  # 民国二十六年(1937年): both count
_RANGE_SIGNS = ("至", "到", " to ", "~", "--", "-", "/")
_INTERVAL = re.compile(r"\d{4}(?:-\d{1,2}){1,2}/")  # ISO 8601: the stroke parts, whatever follows
_INTERVAL_FIRST = ("/", *_RANGE_SIGNS[:-1])
_LIST_SIGNS = re.compile(r"\s*(?:[,;、]|\band\b|\bor\b|\bet\b|\bund\b|\ben\b|&)\s*(?:and )?")


class Reading(NamedTuple):
    """What a date text means. `certainty`: "", "approximate" (circa), "inferred" (bracketed, queried)."""

    days: Days
    certainty: Certainty


def read_days(text: str) -> Reading | None:
    """The days the text can mean; None for an undated record.

    "c. 1962" and "[1962?]" are read as 1962 and said to be approximate and inferred. Raises NotADateError and
    ImpossibleDateError (and NoSuchYearError of policies.regnal_years), all of them ValueErrors.
    """
    if len(text) > _LONGEST:
        raise NotADateError(text[:_LONGEST])
    if _BARE_ALREADY.fullmatch(text):
        return Reading(_span(text.rstrip(".")), "")
    plain = _plain(text)
    if not plain or date_words.UNDATED.fullmatch(plain.strip("[]().? ")) or date_words.UNDATED_PART.search(plain):
        return None
    certainty = _certainty(plain)
    parts = _listed(_bare(plain))
    if not parts:
        raise NotADateError(text)
    if len(parts) == 1:
        return Reading(_span(parts[0]), certainty)
    try:
        spans = [_span(part) for part in parts]
    except (NotADateError, ImpossibleDateError):
        spans = _lending(parts)  # "Feb 28 and Mar 5 1975": the first takes its year from the last
    return Reading(
        days_between(min(span.earliest for span in spans), max(span.latest for span in spans), plain), certainty
    )


def _certainty(plain: str) -> Certainty:
    if date_words.ABOUT.search(plain):
        return "approximate"
    return "inferred" if date_words.INFERRED.search(plain) else ""


def _plain(text: str) -> str:
    """Half-width, lower case, one kind of dash and space, Chinese numerals and regnal years as digits of our years."""
    plain = unicodedata.normalize("NFKC", text).lower()
    plain = re.sub(r"[‐-―−—]+|一直至", "-", plain)
    plain = re.sub(r"\s+", " ", plain).strip()
    plain = re.sub(r"(?<=[年月日号代]) (?=\d)|(?<=\d) (?=[年月日号])", "", plain)
    plain = in_our_years(plain)
    plain = _CHINESE_DATE.sub(lambda found: str(chinese_number(found[0])), plain)
    plain = re.sub(r"\b1er\b", "1", plain)
    return re.sub(r"(?<=[^\W\d_]{3}\.)(?=\d)|(?<=[^\W\d_]{4}\.)(?=\d)", " ", plain)  # "14 Nov.1992"


def _bare(plain: str) -> str:
    """The text without what says how sure it is, what part of the papers it is about, or the time of day."""
    bare = _OTHER_CALENDAR.sub(",", date_words.OR_ELSE.sub(", ", _CLOCK.sub("", plain)))
    for words in (date_words.ASIDES, date_words.ABOUT, date_words.EARLY_OR_LATE, date_words.DOUBT, _WRAPPING):
        bare = words.sub("", bare)
    bare = bare.strip()
    if bare.startswith("between ") and " and " in bare:
        bare = bare.removeprefix("between ")
    return bare.rstrip(". ")


def _listed(bare: str) -> list[str]:
    if _YEAR_FIRST.match(bare) is None:
        bare = _DAY_COMMA.sub(" ", bare)
    return [part for part in _LIST_SIGNS.split(bare) if part]


def _span(text: str) -> Days:
    """One date or one range."""
    text = text.strip()
    if (years := years_of(text)) is not None:
        return years
    for part in parts_of(text):
        if part.year is not None:
            return days_of(part)
    for left, right in _halves(text):
        if (ends := _range(left, right)) is not None:
            return ends
    raise NotADateError(text)


def _halves(text: str) -> Iterator[tuple[str, str]]:
    """Every way to cut the text in two at a range sign, the plainest signs first."""
    for sign in _INTERVAL_FIRST if _INTERVAL.match(text) else _RANGE_SIGNS:
        at = text.find(sign)
        while at > 0:
            left, right = text[:at].strip(), text[at + len(sign) :].strip()
            # A stroke stands between two whole dates (ISO 8601), and in 12/03/1998, which may be of March or December.
            if left and right and (sign != "/" or re.search(r"\d{4}", left) or not re.match(r"\d", left)):
                yield left, right
            at = text.find(sign, at + 1)


def _range(left: str, right: str) -> Days | None:
    """The span of a range whose ends may lend each other the year or the month; None where an end is no date."""
    text = f"{left}-{right}"
    if years_of(left) is not None or years_of(right) is not None:
        ends = _end(left), _end(right)
        return None if ends[0] is None or ends[1] is None else days_between(ends[0].earliest, ends[1].latest, text)
    for begin in parts_of(left):
        for end in parts_of(right):
            whole = completed((begin, end), text)
            if whole is not None:
                return days_between(days_of(whole[0]).earliest, days_of(whole[1]).latest, text)
    return None


def _end(text: str) -> Days | None:
    """The end of a range that is whole by itself: a decade, a school year, a date with its year."""
    if (years := years_of(text)) is not None:
        return years
    return next((days_of(part) for part in parts_of(text) if part.year is not None), None)


def _lending(texts: list[str]) -> list[Days]:
    """The members of a list that lend each other the year or the month: "13, 21-22 Feb. 2001". Raises NotADateError."""
    ends = [_ends(text) for text in texts]
    flat = completed([part for pair in ends for part in pair], ", ".join(texts))
    if flat is None:
        raise NotADateError(", ".join(texts))
    whole = iter(flat)
    return [
        days_between(days_of(next(whole)).earliest, days_of(next(whole)).latest, text) if len(pair) == 2
        else days_of(next(whole))
        for text, pair in zip(texts, ends, strict=True)
    ]  # fmt: skip


def _ends(text: str) -> tuple[Part, ...]:
    """One date or the two ends of a range, as far as they are said. Raises NotADateError."""
    if (one := next(parts_of(text), None)) is not None:
        return (one,)
    for left, right in _halves(text):
        for begin in parts_of(left):
            for end in parts_of(right):
                return begin, end
    raise NotADateError(text)
