"""Carrying out a change of rules on a running batch, as was chosen for it when the ruleset was adopted.

CONTINUE leaves the batch to the rules it was screened by. REBASE_UNDECIDED screens what is undecided by the new ones.
REOPEN_AFFECTED also has decided again what they judge otherwise; what is confirmed or open never changes here.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from policies.outcomes import Stage
from review import access, ledger
from review.models import Batch, Finding, MidBatch, Opinion, Person, RulesChange, ScreeningRun, Suggested
from review.models.bulk import insert_rows
from review.queries.advice import FINDING_INTO, SUGGESTED_INTO
from review.queries.decisions import round_of
from review.queries.mid_batch import Place, must_return, place_of, rescreening_of
from review.queries.rules import screener_of
from review.queries.screened import Screened
from review.queries.second_opinions import adopted_second_opinion, advice_on


@transaction.atomic
def rescreen_batch(*, change: RulesChange, by: Person, at: datetime, today: date) -> RulesChange:
    """Carry out a change of rules on its batch; a second time nothing is done.

    Entries screened anew get new advice, and the old is kept as replaced; all others keep theirs. An affected entry in
    first or second review loses its opinions of this round. Once the batch has left first review it must also return
    there, since both reviewers decide anew; past second review its opinions stand until it does.
    """
    access.demand_keeper(by)
    ledger.hold()  # nobody decides or hands on meanwhile
    change = RulesChange.objects.select_for_update(of=("self",)).select_related("batch", "ruleset").get(pk=change.pk)
    if change.done_at is not None:
        return change
    batch, new = change.batch, screener_of(change.ruleset.number)
    # What a newer ruleset was already applied to does not go back to this one.
    overtaken = batch.rules_changes.filter(pk__gt=change.pk, done_at__isnull=False).exists()
    choice = MidBatch.CONTINUE if overtaken else MidBatch(change.choice)
    place, round_ = place_of(batch), round_of(batch)
    reviewed = place in (Place.FIRST_REVIEW, Place.SECOND_REVIEW)
    run = _run(batch, change, at, today) if reviewed and choice != MidBatch.CONTINUE else None
    for piece in rescreening_of(batch, choice, new, today):
        if piece.again:
            run = run or _run(batch, change, at, today)
            _replace(run, piece.again)
        change.rescreened += len(piece.again)
        change.affected += len(piece.affected)
        if reviewed:
            _reopen(piece.affected, round_)
    change.reopened = 0 if place == Place.CONFIRMED else change.affected
    change.must_return = must_return(place, change.reopened)
    change.round, change.done_at = round_, at
    change.save()
    ledger.append(
        act="rescreen_batch",
        subject=f"batch {batch.number}",
        by=by,
        at=at,
        facts={
            "ruleset": change.ruleset.number, "choice": choice, "stage": place, "round": round_,
            "entries": change.rescreened, "affected": change.affected, "reopened": change.reopened,
            "must_return": change.must_return,
        },
        ruleset_digest=change.ruleset.digest,
        rows_digest=_digest_of(run),
    )  # fmt: skip
    return change


def _run(batch: Batch, change: RulesChange, at: datetime, today: date) -> ScreeningRun:
    return ScreeningRun.objects.create(
        batch=batch,
        ruleset=change.ruleset.number,
        ruleset_digest=change.ruleset.digest,
        day=today,
        at=at,
        whole=False,
    )


def _replace(run: ScreeningRun, piece: list[Screened]) -> None:
    """New advice on these entries in the place of what stood."""
    names = [one.row.pk for one in piece]
    for model in (Suggested, Finding):
        model.objects.filter(batch_entry__in=names, replaced_by=None).update(replaced_by=run)
    advice = advice_on(piece, run.pk, adopted_second_opinion())
    insert_rows(Suggested, SUGGESTED_INTO, advice.suggested)
    insert_rows(Finding, FINDING_INTO, advice.findings)


def _reopen(piece: list[Screened], round_: int) -> None:
    """The opinions of this round on these entries fall: first review, and second, must be given again."""
    Opinion.objects.filter(
        batch_entry__in=[one.row.pk for one in piece],
        stage__in=[Stage.FIRST_REVIEW, Stage.SECOND_REVIEW],
        round=round_,
        standing=True,
    ).update(standing=False)


def _digest_of(run: ScreeningRun | None) -> str:
    """What was screened anew, by reference code, and the advice."""
    if run is None:
        return ""
    rows = run.suggestions.order_by("batch_entry__position").values_list(
        "batch_entry__entry__reference_code", "suggestion", "ground", "opens_on"
    )
    return ledger.digest_of_rows(rows.iterator(chunk_size=5000))
