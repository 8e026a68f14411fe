"""Entries of a batch, screened piece by piece: many of them in bounded memory, with their full text."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import date
from operator import attrgetter
from typing import NamedTuple

from policies.finding_lines import line_of
from policies.records import Record
from policies.screening import Screener, Screening
from review.models import BatchEntry
from review.queries.records import records_of

_words_of = attrgetter(
    "reference_code", "title", "responsible_body", "series_title", "notes", "retention", "classification",
    "access_condition", "fonds", "agency", "pages",
)  # fmt: skip
AT_ONCE = 4000  # entries that are in memory


class Screened(NamedTuple):
    """One entry of a batch, as the rules saw it and what they advise."""

    row: BatchEntry
    record: Record
    screening: Screening


def screened(rows: Sequence[int], screener: Screener, today: date) -> Iterator[list[Screened]]:
    """What the rules advise on these entries of batches (by id), in the order given, a piece at a time."""
    for first in range(0, len(rows), AT_ONCE):
        part = rows[first : first + AT_ONCE]
        found = BatchEntry.objects.select_related("entry__parent", "entry__fonds", "entry__agency").in_bulk(
            list(part)
        )
        by_entry = {row.entry_id: row for row in found.values()}
        for piece in records_of([found[pk].entry for pk in part]):
            records = [record for _, record in piece]
            screenings = screener.screen_all(records, today)
            yield [
                Screened(by_entry[entry.pk], record, screening)
                for (entry, record), screening in zip(piece, screenings, strict=True)
            ]


class Digests:
    """SHA-256 over the records of a run as they were screened, and over what was found: a line each, in their order."""

    def __init__(self, ruleset: str) -> None:
        self._ruleset = ruleset
        self._records, self._findings = hashlib.sha256(), hashlib.sha256()

    def add(self, record: Record, screening: Screening) -> None:
        """One more entry."""
        span = record.span and (record.span.earliest, record.span.latest, record.span.text)
        values = json.dumps((*_words_of(record), span), default=str)
        self._records.update(f"{values}\n".encode())
        self._findings.update(f"{line_of(record, screening, self._ruleset)}\n".encode())

    @property
    def records(self) -> str:
        return self._records.hexdigest()

    @property
    def findings(self) -> str:
        return self._findings.hexdigest()
