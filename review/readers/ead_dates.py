"""The dates of one description in EAD 2002 (unitdate) and EAD3 (unitdate, unitdatestructured), as one span.

What is in doubt makes it later: @normal and the text are both read, and where they disagree the span covers both; as
soon as one of the dates cannot be read there is no span, and such a unit is never due.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from lxml import etree

from policies.dates import parse_date_span
from policies.sentences import Refusal
from review.readers.ead_elements import name_of, text_of


class Dates(NamedTuple):
    """What the dates come to: days as ISO texts (None: no span), precision and certainty as in CatalogueRow.

    `unread` holds the texts that are no date; one that says there is none ("undated") is not among them.
    """

    text: str
    earliest: str | None = None
    latest: str | None = None
    precision: str = ""
    certainty: str = ""
    unread: tuple[str, ...] = ()


class _Reading(NamedTuple):
    earliest: date
    latest: date
    precision: str
    certainty: str


class _Statement(NamedTuple):
    """One date: its text, and the ways it is given; each way is a list of texts whose days it covers together."""

    text: str
    ways: list[list[str]]
    certainty: str


_UNDATED = "undated"
_LONGEST = 500  # characters
_ABOUT = re.compile(r"\b(?:circa|ca\.|c\. ?(?=\d)|ca (?=\d))", re.IGNORECASE)
_INFERRED = re.compile(r"infer|suppl|estimat|attribut|推|考", re.IGNORECASE)
_SURE = re.compile(r"\W*(?:certain|exact|known|sure|确定)?\W*", re.IGNORECASE)


def dates_of(did: etree._Element) -> Dates | None:
    """The dates of a did, those inside its unittitle too; None where there are none."""
    statements = [_plain(element) for element in did.iter("{*}unitdate")]
    statements += [_structured(element) for element in did.iter("{*}unitdatestructured")]
    statements = [statement for statement in statements if statement.text]
    if not statements:
        return None
    text = "; ".join(dict.fromkeys(statement.text for statement in statements))
    readings: list[_Reading] = []
    unread = []
    undated = False
    for statement in statements:
        ways = [_covering(way) for way in statement.ways]
        found = [way for way in ways if isinstance(way, _Reading)]
        readings += [way._replace(certainty=way.certainty or statement.certainty) for way in found]
        if not found:
            undated = True
            if _UNDATED not in ways:
                unread.append(statement.text)
    if undated:
        return Dates(text, unread=tuple(unread))
    return _dates(text, _cover(readings))


def _dates(text: str, whole: _Reading) -> Dates:
    return Dates(text, whole.earliest.isoformat(), whole.latest.isoformat(), whole.precision, whole.certainty)


def _plain(element: etree._Element) -> _Statement:
    normal = element.get("normal") or element.get("standarddate") or _bounds(element)
    text = text_of(element) or normal.strip()
    return _Statement(text, [[part.strip() for part in normal.split(",")], [text]], _certainty(element, text))


def _structured(element: etree._Element) -> _Statement:
    texts: list[str] = []
    standard: list[str] = []
    written: list[str] = []
    for part in element.iter("{*}datesingle", "{*}daterange"):
        ends = [part] if name_of(part) == "datesingle" else list(part.iterchildren("{*}fromdate", "{*}todate"))
        words = [text_of(end) or end.get("standarddate") or _bounds(end) for end in ends]
        if name_of(part) == "daterange" and len(ends) < 2:  # it does not say when it begins, or when it ends
            words = ["", *words] if ends and name_of(ends[0]) == "todate" else [*words, ""]
        texts.append("-".join(words))
        written += words
        standard += [end.get("standarddate") or _bounds(end) for end in ends] + [""] * (len(words) - len(ends))
    text = ", ".join(text for text in texts if text.strip("-"))
    return _Statement(text, [standard, written], _certainty(element, text))


def _bounds(element: etree._Element) -> str:
    first, last = element.get("notbefore", ""), element.get("notafter", "")
    return f"{first}/{last}" if first or last else ""


def _certainty(element: etree._Element, text: str) -> str:
    said = element.get("certainty", "")
    if not _SURE.fullmatch(said):
        return "inferred" if _INFERRED.search(said) else "approximate"
    return "approximate" if _ABOUT.search(text) else ""


def _covering(parts: list[str]) -> _Reading | str | None:
    """What the parts cover together; None as soon as one is no date."""
    readings = [_read(part) for part in parts]
    dated = [reading for reading in readings if isinstance(reading, _Reading)]
    if dated and len(dated) == len(readings):
        return _cover(dated)
    return _UNDATED if _UNDATED in readings else None


def _cover(readings: list[_Reading]) -> _Reading:
    """From the first day to the last. It is as precise as the one of them that covers it alone, or else a span."""
    earliest, latest = min(r.earliest for r in readings), max(r.latest for r in readings)
    alone = [r.precision for r in readings if (r.earliest, r.latest) == (earliest, latest)]
    certainties = {r.certainty for r in readings}
    certainty = "inferred" if "inferred" in certainties else max(certainties)
    return _Reading(earliest, latest, alone[0] if alone else "span", certainty)


@lru_cache(maxsize=10_000)
def _read(text: str) -> _Reading | str | None:
    # "1951-04-05/" does not say when it ends; what is longer than any date is a slip of the element.
    if not text or len(text) > _LONGEST or text.endswith("/") or text.startswith("/"):
        return None
    try:
        span = parse_date_span(text)
    except Refusal:
        return None
    if span is None:
        return _UNDATED
    return _Reading(span.earliest, span.latest, getattr(span, "precision", ""), getattr(span, "certainty", ""))
