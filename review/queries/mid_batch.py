"""A running batch when the rules change: where it is, what each choice would do to it, and whether it may move on.

Undecided are the entries without an opinion at the desk where the batch is; later than second review nothing is
undecided. Decided otherwise: an opinion of this round stands on the entry, and the new rules advise something else.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import Q, QuerySet

from policies.outcomes import Stage
from policies.reach import reach
from policies.rules import Expression
from policies.screening import Screener
from policies.sentences import Refusal
from review.models import Batch, BatchEntry, LedgerLine, MidBatch, RulesChange, ScreeningRun
from review.queries.advice import suggestions_of
from review.queries.decisions import proposal_stage, round_of, standing
from review.queries.impact import judged_otherwise
from review.queries.rules import screener_of
from review.queries.scanning import batch_entries_touched
from review.queries.screened import Screened, screened


class Place(StrEnum):
    """Where a batch is on its road, as far as a change of rules goes."""

    FIRST_REVIEW = "first_review"
    SECOND_REVIEW = "second_review"
    PROPOSED = "proposed"  # the forming units are asked, or differences settled, or it waits for its signature
    CONFIRMED = "confirmed"
    OVER = "over"


def place_of(batch: Batch) -> Place:
    """Where a batch is, from the facts on record."""
    round_ = round_of(batch)
    if not batch.batch_entries.filter(live=True).exists():
        return Place.OVER
    if batch.sign_offs.filter(round=round_, standing=True).exists():
        return Place.CONFIRMED
    acts = ["hand_on", "ask_agencies", "return_batch"]
    lines = LedgerLine.objects.filter(subject=f"batch {batch.number}", act__in=acts)
    done = [(line.act, json.loads(line.facts)) for line in lines]
    this_round = {(act, facts.get("stage")) for act, facts in done if facts["round"] == round_}
    # A round begins at the desk that the one before was sent back to.
    begun = {facts.get("to") for act, facts in done if act == "return_batch" and facts["round"] == round_ - 1}
    if (
        ("ask_agencies", None) in this_round
        or ("hand_on", proposal_stage(batch)) in this_round
        or "reconcile" in begun
    ):
        return Place.PROPOSED
    seen = ("hand_on", Stage.FIRST_REVIEW) in this_round or "second_review" in begun
    return Place.SECOND_REVIEW if seen else Place.FIRST_REVIEW


def held_by_rules(batch: Batch) -> dict[str, bool]:
    """What of a change of rules keeps a batch where it is: policies.reviewing.check_rules_applied. One query, or two."""
    rows = RulesChange.objects.filter(batch=batch).filter(Q(done_at=None) | Q(must_return=True))
    changes = list(rows.values_list("done_at", "must_return", "round"))
    round_ = round_of(batch) if changes else 0
    return {
        "pending": any(done is None for done, _, _ in changes),
        "must_return": any(must and round_ == of for _, must, of in changes),
    }


@dataclass(frozen=True, slots=True)
class Rescreening:
    """A piece of a batch under new rules: what is screened anew, and of it what was decided and is judged otherwise.

    Once the batch is confirmed, nothing of what is judged otherwise is screened anew.
    """

    again: list[Screened]
    affected: list[Screened]


def rescreening_of(batch: Batch, choice: str, new: Screener, today: date) -> Iterator[Rescreening]:
    """What a choice (MidBatch) does to a running batch, a piece at a time; nothing is written.

    Looked at is only what the change of rules can touch, or the days since what stands was screened.
    """
    place = place_of(batch)
    if choice == MidBatch.CONTINUE or place == Place.OVER:
        return
    reviewed = place in (Place.FIRST_REVIEW, Place.SECOND_REVIEW)
    done = _decided(batch, Stage(place) if reviewed else proposal_stage(batch))
    decided = done | _decided(batch, Stage.FIRST_REVIEW)
    runs = list(batch.screening_runs.filter(pk__in=suggestions_of(batch).order_by().values("run")))
    for run in runs:
        rows = batch.batch_entries.all()
        if len(runs) > 1:
            rows = rows.filter(suggestions__run=run, suggestions__replaced_by=None)
        old = _screener_of(run)
        for piece in screened(_touched(rows, run, old, new, today), new, today):
            affected: list[Screened] = []
            if choice == MidBatch.REOPEN_AFFECTED:
                affected = _judged_otherwise([one for one in piece if one.row.pk in decided], old, today)
            again = {one.row.pk: one for one in piece if reviewed and one.row.pk not in done}
            if place != Place.CONFIRMED:
                again |= {one.row.pk: one for one in affected}
            yield Rescreening(list(again.values()), affected)


def _decided(batch: Batch, stage: Stage) -> set[int]:
    return set(standing(batch, stage).order_by().values_list("batch_entry", flat=True))


def _touched(
    rows: QuerySet[BatchEntry], run: ScreeningRun, old: Screener | None, new: Screener, today: date
) -> list[int]:
    """The entries of a run, by their ids in the batch, on which the new rules may today say something else."""
    if old is None or _way(old) != _way(new):
        return sorted(rows.order_by().values_list("pk", flat=True))
    touched = set(batch_entries_touched(rows, reach(old.ruleset, new.ruleset)))
    if run.day != today:
        touched.update(_touched_by_days(rows, run, new, today))
    return sorted(touched)


def _way(screener: Screener) -> tuple[object, ...]:
    """How a screener reads and counts, its rules aside."""
    return screener.closure_years, screener.due_mode, screener.without_names


def _touched_by_days(rows: QuerySet[BatchEntry], run: ScreeningRun, new: Screener, today: date) -> Iterator[int]:
    """What may be advised on otherwise because days went by: what has findings, what came due, what a rule asks the day of."""
    if any(isinstance(rule.looks_for, Expression) for rule in new.ruleset.rules):
        yield from rows.order_by().values_list("pk", flat=True)
        return
    yield from run.findings.filter(replaced_by=None).order_by().values_list("batch_entry", flat=True).distinct()
    first, last = sorted((run.day, today))
    years = (first.year - new.closure_years - 2, last.year - new.closure_years)  # whatever the way of counting
    yield from rows.filter(entry__latest__year__range=years).order_by().values_list("pk", flat=True)


def _judged_otherwise(piece: list[Screened], old: Screener | None, today: date) -> list[Screened]:
    """Those on which the rules they were screened by, asked today, say something else; all, where these are lost."""
    if old is None or not piece:
        return piece
    before = old.screen_all([one.record for one in piece], today)
    return [one for one, was in zip(piece, before, strict=True) if judged_otherwise(was, one.screening)]


def _screener_of(run: ScreeningRun) -> Screener | None:
    """The rules of a run; None where they are no longer what they were."""
    try:
        screener = screener_of(run.ruleset)
    except Refusal:
        return None
    return screener if screener.ruleset.digest == run.ruleset_digest else None


@dataclass(frozen=True, slots=True)
class Preview:
    """What each choice would do to one running batch: the entries screened anew, and those that must be decided again.

    `affected`: decided, and judged otherwise. `reopened`: of these, what REOPEN_AFFECTED opens again.
    """

    batch: Batch
    place: Place
    rebased: int
    affected: int
    reopened: int
    must_return: bool


def preview(batch: Batch, new: Screener, today: date) -> Preview:
    """What each choice would do to a running batch if the rules of `new` came into force. Nothing is written."""
    place = place_of(batch)
    rebased = sum(len(piece.again) for piece in rescreening_of(batch, MidBatch.REBASE_UNDECIDED, new, today))
    affected = sum(len(piece.affected) for piece in rescreening_of(batch, MidBatch.REOPEN_AFFECTED, new, today))
    reopened = 0 if place == Place.CONFIRMED else affected
    return Preview(batch, place, rebased, affected, reopened, must_return(place, reopened))


def must_return(place: Place, reopened: int) -> bool:
    """Whether a batch must go back to first review for what is decided again: once it has left it."""
    return bool(reopened) and place in (Place.SECOND_REVIEW, Place.PROPOSED)
