"""The date columns of a row: one text, a pair of ends, or the span as our own exports write it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from policies.catalogue_rows import on_one_line
from policies.dates import DateSpan, parse_date_span
from policies.sentences import Refusal, Sentence
from review.readers.vocabularies import CLOSED_LISTS, known_word

DATE_FIELDS = ("date", "date_from", "date_to", "earliest", "latest", "date_precision", "date_certainty")

_read_span = lru_cache(maxsize=20_000)(parse_date_span)  # the same dates come again and again in one catalogue


class Dates(NamedTuple):
    """The dates of a row as CatalogueRow has them; `faults` are (field, value, sentence)."""

    date_text: str = ""
    earliest: str | None = None
    latest: str | None = None
    precision: str = ""
    certainty: str = ""
    faults: tuple[tuple[str, str, Sentence], ...] = ()


def read_dates(texts: Mapping[str, str]) -> Dates:
    """What the date columns of a row say, by the names of DATE_FIELDS; a column the table does not have is missing.

    A table with a column of earliest or latest days says its spans there, and "date" is only their text. Otherwise
    the span covers all that the columns say; where the end is not said there is none.
    """
    texts = {field: on_one_line(text) for field, text in texts.items()}
    faults: list[tuple[str, str, Sentence]] = []
    words = {field: _word(field, texts.get(field, ""), faults) for field in ("date_precision", "date_certainty")}
    if "earliest" in texts or "latest" in texts:
        text, days, precision, certainty = texts.get("date", ""), _stated_span(texts, faults), "", ""
    else:
        text, days, precision, certainty = _covering_span(texts, faults)
    if not days:
        days, precision, certainty = (None, None), "", ""
    return Dates(
        text, *days, words["date_precision"] or precision, words["date_certainty"] or certainty, tuple(faults)
    )


def latest_day(text: str) -> str | None:
    """The latest day a text can mean, in ISO 8601; None where it says that there is none. Raises Refusal."""
    span = _read_span(text)
    return span.latest.isoformat() if span else None


def _word(field: str, text: str, faults: list[tuple[str, str, Sentence]]) -> str:
    if not text:
        return ""
    if (word := known_word(field, text)) is None:
        faults.append((field, text, unknown_word(field, text)))
    return word or ""


def _stated_span(
    texts: Mapping[str, str], faults: list[tuple[str, str, Sentence]]
) -> tuple[str | None, str | None] | None:
    ends = {}
    for field in ("earliest", "latest"):
        text = texts.get(field, "")
        if span := _span(field, text, faults):
            ends[field] = span.earliest if field == "earliest" else span.latest
    if faults or not ends:
        return None
    if len(ends) == 1:
        (given,) = ends
        faults.append((given, texts[given], _ONE_END))
        return None
    if ends["earliest"] > ends["latest"]:
        faults.append(("latest", f"{texts['earliest']}/{texts['latest']}", _ENDS_FIRST))
        return None
    return ends["earliest"].isoformat(), ends["latest"].isoformat()


def _covering_span(
    texts: Mapping[str, str], faults: list[tuple[str, str, Sentence]]
) -> tuple[str, tuple[str | None, str | None] | None, str, str]:
    given = {field: text for field in ("date", "date_from", "date_to") if (text := texts.get(field, ""))}
    between = f"{given.get('date_from', '')}/{given.get('date_to', '')}"
    text = given.get("date") or (between if given else "")
    spans = {field: span for field, own in given.items() if (span := _span(field, own, faults))}
    if not spans or given.keys() != spans.keys() or spans.keys() == {"date_from"}:
        return text, None, "", ""
    if spans.keys() >= {"date_from", "date_to"} and spans["date_from"].earliest > spans["date_to"].latest:
        faults.append(("date_to", between, _ENDS_FIRST))
        return text, None, "", ""
    earliest = min(span.earliest for span in spans.values())
    latest = max(span.latest for span in spans.values())
    own = next((span for span in spans.values() if (span.earliest, span.latest) == (earliest, latest)), None)
    certainties = [span.certainty for span in spans.values() if span.certainty]
    return (
        text,
        (earliest.isoformat(), latest.isoformat()),
        own.precision if own else "span",
        certainties[0] if certainties else "",
    )


def _span(field: str, text: str, faults: list[tuple[str, str, Sentence]]) -> DateSpan | None:
    if not text:
        return None
    try:
        return _read_span(text)
    except Refusal as refusal:
        faults.append((field, text, refusal.sentence))
        return None


def is_future(dates: Dates, today: date | None) -> bool:
    """Whether a record would have been formed after today."""
    return bool(today and dates.earliest and dates.earliest > today.isoformat())


def unknown_word(field: str, word: str) -> Sentence:
    """The sentence about a word that a closed list does not know."""
    return _UNKNOWN_WORD.filled(word=word[:40], known="、".join(CLOSED_LISTS[field]))


_UNKNOWN_WORD = Sentence(
    "不认识“{word}”。可填：{known}。",
    "“{word}” is not known here. Known are: {known}.",
)
_ONE_END = Sentence(
    "最早日期与最晚日期须同时填写或同时留空。请补全。",
    "The earliest and the latest day have to be there both, or neither. Fill in the other.",
)
_ENDS_FIRST = Sentence(
    "终止日期早于起始日期。请核对。",
    "The end date lies before the start date. Check both.",
)
