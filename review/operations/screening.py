"""Screening a batch: one pass of the adopted rules, kept as suggestions and findings. Advice only."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from policies.screening import Screening
from review import ledger
from review.models import Batch, Finding, Person, ScreeningRun, Suggested
from review.queries.records import record_of
from review.queries.rules import current_screener


@transaction.atomic
def screen_batch(*, batch: Batch, by: Person | str, at: datetime, today: date) -> ScreeningRun:
    """Screen every entry of `batch` with the ruleset in force; earlier runs stay as they were."""
    screener = current_screener()
    run = ScreeningRun.objects.create(
        batch=batch, ruleset=screener.ruleset.number, ruleset_digest=screener.ruleset.digest, day=today, at=at
    )
    suggestions: list[Suggested] = []
    findings: list[Finding] = []
    for row in batch.batch_entries.select_related("entry__parent"):
        screening = screener.screen(record_of(row.entry), today)
        suggestions.append(
            Suggested(
                run=run,
                batch_entry=row,
                suggestion=screening.suggestion,
                ground=_ruling_ground(screening),
                opens_on=screening.opens_on,
            )
        )
        findings += [
            Finding(
                run=run,
                batch_entry=row,
                rule=finding.rule_id,
                field=finding.field,
                start=finding.start,
                end=finding.end,
                matched=finding.matched,
                suggests=finding.suggests,
                ground=finding.ground,
                opens_on=finding.opens_on,
                never_public=finding.never_public,
            )
            for finding in screening.findings
        ]
    Suggested.objects.bulk_create(suggestions, batch_size=500)
    Finding.objects.bulk_create(findings, batch_size=500)
    ledger.append(
        act="screen_batch",
        subject=f"batch {batch.number}",
        by=by,
        at=at,
        facts={"entries": len(suggestions), "findings": len(findings), "ruleset": run.ruleset},
        ruleset_digest=run.ruleset_digest,
        rows_digest=ledger.digest_of_rows(
            (row.batch_entry_id, row.suggestion, row.ground, row.opens_on) for row in suggestions
        ),
    )
    return run


def _ruling_ground(screening: Screening) -> str:
    """The ground behind the suggestion: among findings of the same weight, the one that closes longest."""
    ruling = [f for f in screening.findings if f.ground and f.suggests == screening.suggestion]
    ruling.sort(key=lambda finding: finding.opens_on or date.max)
    return ruling[-1].ground if ruling else ""
