"""The rules' advice as rows: what stands for a batch, and how the advice on one entry is written down.

What stands is what no later run replaced. Rows are added and marked as replaced, never changed or thrown away.
"""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from policies.finding_lines import context_of
from policies.records import Record
from policies.screening import Screening
from review.models import Batch, Finding, Suggested

SUGGESTED_INTO = ("run_id", "batch_entry_id", "suggestion", "ground", "opens_on")
FINDING_INTO = (
    "run_id", "batch_entry_id", "rule", "field", "start", "end", "page", "matched", "context", "level", "suggests",
    "ground", "opens_on", "never_public",
)  # fmt: skip


def suggestions_of(batch: Batch) -> QuerySet[Suggested]:
    """What the rules advise on each entry of a batch, as it stands."""
    return Suggested.objects.filter(batch_entry__batch=batch, replaced_by=None)


def findings_of(batch: Batch) -> QuerySet[Finding]:
    """What the rules found in a batch, as it stands."""
    return Finding.objects.filter(batch_entry__batch=batch, replaced_by=None)


def suggested_row(run: int, batch_entry: int, screening: Screening) -> tuple[object, ...]:
    """The advice on one entry as the columns SUGGESTED_INTO."""
    day = screening.opens_on.isoformat() if screening.opens_on else None
    return run, batch_entry, str(screening.suggestion), ruling_ground(screening), day


def finding_rows(run: int, batch_entry: int, record: Record, screening: Screening) -> list[tuple[object, ...]]:
    """What was found in one entry as the columns FINDING_INTO."""
    return [
        (
            run,
            batch_entry,
            finding.rule_id,
            finding.field,
            finding.start,
            finding.end,
            finding.page,
            finding.matched,
            context_of(record, finding),
            finding.level,
            str(finding.suggests),
            finding.ground,
            finding.opens_on.isoformat() if finding.opens_on else None,
            finding.never_public,
        )
        for finding in screening.findings
    ]


def ruling_ground(screening: Screening) -> str:
    """The ground behind the suggestion: among findings of the same weight, the one that closes longest."""
    ruling = [f for f in screening.findings if f.ground and f.suggests == screening.suggestion]
    ruling.sort(key=lambda finding: finding.opens_on or date.max)
    return ruling[-1].ground if ruling else ""
