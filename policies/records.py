"""A record as the rules see it: values only, no row of any database."""

from __future__ import annotations

from dataclasses import dataclass

from policies.dates import DateSpan


@dataclass(frozen=True, slots=True)
class Record:
    """One catalogue entry (条目): the fields that rules may look at. Texts are as they stand in the catalogue.

    `fonds` is the code of its fonds, `agency` the name of the unit that formed it, `pages` the full text, page by page.
    """

    reference_code: str
    title: str
    responsible_body: str = ""
    series_title: str = ""
    notes: str = ""
    span: DateSpan | None = None
    retention: str = ""
    classification: str = ""
    access_condition: str = ""
    fonds: str = ""
    agency: str = ""
    pages: tuple[str, ...] = ()


def field_text(record: Record, field: str, page: int = 0) -> str:
    """The text that the offsets of a finding in this field, or on this page (from 1), count in."""
    if field == "span":
        return record.span.text if record.span else ""
    if field == "pages":
        return record.pages[page - 1]
    return str(getattr(record, field))
