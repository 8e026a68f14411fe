"""A record as the rules see it: values only, no row of any database."""

from __future__ import annotations

from dataclasses import dataclass

from policies.dates import DateSpan


@dataclass(frozen=True, slots=True)
class Record:
    """One catalogue entry (条目): the fields that rules may look at. Texts are as they stand in the catalogue."""

    reference_code: str
    title: str
    responsible_body: str = ""
    series_title: str = ""
    notes: str = ""
    span: DateSpan | None = None
    retention: str = ""
    classification: str = ""
    access_condition: str = ""
