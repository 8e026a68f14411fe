"""Screening a batch: one pass of the rules in force over the whole of it, kept as suggestions and findings. Advice only.

Where a second opinion was adopted it is asked as well; the digests of the run are of what the rules found.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from policies.likeness import likeness_of
from policies.outcomes import Stage
from review import desk_lists, ledger
from review.models import Batch, BatchEntry, Finding, Person, ScreeningRun, Suggested
from review.models.bulk import insert_rows, set_columns
from review.queries.advice import FINDING_INTO, SUGGESTED_INTO, findings_of, suggestions_of
from review.queries.decisions import round_of
from review.queries.rules import current_screener
from review.queries.screened import Digests, screened
from review.queries.second_opinions import Adopted, adopted_second_opinion, advice_on


@transaction.atomic
def screen_batch(*, batch: Batch, by: Person | str, at: datetime, today: date) -> ScreeningRun:
    """Screen every entry of `batch` with the ruleset in force. What earlier runs advised is kept, as replaced by this one."""
    screener, second = current_screener(), adopted_second_opinion()
    run = ScreeningRun.objects.create(
        batch=batch, ruleset=screener.ruleset.number, ruleset_digest=screener.ruleset.digest, day=today, at=at
    )
    suggestions_of(batch).update(replaced_by=run)
    findings_of(batch).update(replaced_by=run)
    entries = findings = looks = 0
    digests = Digests(run.ruleset)
    rows = list(batch.batch_entries.order_by("position").values_list("pk", flat=True))
    for piece in screened(rows, screener, today):
        advice = advice_on(piece, run.pk, second)
        insert_rows(Suggested, SUGGESTED_INTO, advice.suggested)
        insert_rows(Finding, FINDING_INTO, advice.findings)
        alike = ((one.row, likeness_of(one.record.title)) for one in piece)
        set_columns(BatchEntry, ["likeness"], [(row.pk, sign) for row, sign in alike if row.likeness != sign])
        for one in piece:
            digests.add(one.record, one.screening)
        entries += len(piece)
        findings += len(advice.findings)
        looks += advice.looks
    run.records_digest, run.findings_digest = digests.records, digests.findings
    run.save(update_fields=["records_digest", "findings_digest"])
    ledger.append(
        act="screen_batch",
        subject=f"batch {batch.number}",
        by=by,
        at=at,
        facts={
            "entries": entries,
            "findings": findings,
            "ruleset": run.ruleset,
            # Said aloud: rules of kind name found nothing, for want of their model.
            **({"without_names": True} if screener.without_names else {}),
            **_facts_of(second, looks),
        },
        ruleset_digest=run.ruleset_digest,
        rows_digest=run.findings_digest,
    )
    desk_lists.lay_out(batch, Stage.FIRST_REVIEW, round_of(batch))  # so that no page of a large batch waits for it
    return run


def _facts_of(second: Adopted | None, looks: int) -> dict[str, int | str]:
    if second is None:
        return {}
    return {"second_opinion": second.number, "second_opinion_digest": second.opinion.digest, "looks": looks}
