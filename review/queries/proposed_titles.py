"""The public titles to propose at a review desk, for entries whose own title says too much."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from policies.public_titles import surrogate
from policies.sentences import Refusal
from review.models import Entry
from review.queries.desks import DeskRow
from review.queries.records import for_records, record_of
from review.queries.rules import current_screener


def propose_titles(rows: Iterable[DeskRow], today: date) -> None:
    """Sets `masked_title` of those rows in which words were found that may not be public. Two queries at any length."""
    telling = {row.entry.pk: row for row in rows if any(finding.never_public for finding in row.findings)}
    try:
        screener = current_screener()
    except Refusal:  # whoever words a title is refused with the reason; meanwhile none is proposed
        return
    for entry in for_records(Entry.objects.filter(pk__in=telling)):
        proposal = surrogate(record_of(entry), screener, today)
        telling[entry.pk].masked_title = proposal.text if proposal.text != entry.title else ""
