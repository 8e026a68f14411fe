"""Elements of EAD 2002: which are components, what text they hold, what dates they state."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from policies.dates import DateSpan, parse_date_span
from policies.sentences import Refusal

_COMPONENT = re.compile(r"c(0[1-9]|1[0-2])?")
_BLOCKS = {"p", "head", "item", "list", "defitem", "label", "note", "lb", "table", "row", "entry", "extent"}


def name_of(element: etree._Element | None) -> str:
    """The local name; "" for what is no element."""
    # Not etree.QName: the parser lets names through ("addr:ssline") that QName refuses.
    return element.tag.rpartition("}")[2] if element is not None and isinstance(element.tag, str) else ""


def is_component(element: etree._Element) -> bool:
    """Whether it is c, or c01 to c12."""
    return _COMPONENT.fullmatch(name_of(element)) is not None


def component_parts(parent: etree._Element) -> Iterator[etree._Element]:
    """The components directly below, also those inside dsc."""
    for child in parent:
        if is_component(child):
            yield child
        elif name_of(child) == "dsc":
            yield from component_parts(child)


def text_of(element: etree._Element, *, without_head: bool = False) -> str:
    """All text inside, white space folded; paragraphs and the like keep a space between them."""
    return " ".join("".join(_pieces(element, without_head)).split())


def _pieces(element: etree._Element, without_head: bool) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        space = " " if name_of(child) in _BLOCKS else ""
        if not (without_head and name_of(child) == "head"):
            yield space
            yield from _pieces(child, without_head)
        yield space + (child.tail or "")


@dataclass(frozen=True)
class Dated:
    """What the dates of one description come to: `span` is None as soon as one of them could not be read."""

    text: str
    span: DateSpan | None
    unread: tuple[str, ...]


def dated(did: etree._Element | None) -> Dated | None:
    """The dates of a did, those inside its unittitle too; None where there are none.

    @normal and the text are both read: where they disagree the span covers both.
    """
    elements = [] if did is None else [e for e in did.iter("{*}unitdate") if text_of(e) or e.get("normal")]
    if not elements:
        return None
    texts = [text_of(element) or element.get("normal", "") for element in elements]
    spans: list[DateSpan] = []
    unread = []
    for element, text in zip(elements, texts, strict=True):
        readings = [_covering(element.get("normal", "").split(","), text), _covering([text], text)]
        spans += filter(None, readings)
        if not any(readings):
            unread.append(text)
    joined = "; ".join(dict.fromkeys(texts))
    return Dated(joined, None if unread else _cover(spans, joined), tuple(unread))


def _covering(parts: list[str], text: str) -> DateSpan | None:
    spans = [_read(part.strip()) for part in parts]
    return _cover([span for span in spans if span], text) if all(spans) else None


def _cover(spans: list[DateSpan], text: str) -> DateSpan:
    return DateSpan(min(span.earliest for span in spans), max(span.latest for span in spans), text)


def _read(text: str) -> DateSpan | None:
    if not text or text.endswith("/"):  # "1951-04-05/" does not say when it ends
        return None
    try:
        return parse_date_span(text)
    except Refusal:
        return None
