"""First and second review: recording opinions, and handing the batch on when every entry has one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from policies.outcomes import Stage
from policies.reviewing import Decision, check_all_decided, check_decision, check_rules_applied
from policies.sentences import Refusal, Sentence
from policies.separation import check_second_reviewer
from review import access, ledger
from review.models import Batch, BatchEntry, Opinion, Person
from review.models.bulk import insert_unsaved
from review.queries.decisions import deciders, entries_of, left_reviews, round_of, standing, undecided
from review.queries.mid_batch import held_by_rules
from review.queries.records import standings_of

PERMISSIONS = {Stage.FIRST_REVIEW: "review.first_review_fonds", Stage.SECOND_REVIEW: "review.second_review_fonds"}


@transaction.atomic
def record_opinions(
    *, batch: Batch, stage: Stage, decisions: Mapping[int, Decision], by: Person, at: datetime, today: date
) -> None:
    """Record one decision for each batch entry id; a newer opinion takes the place of the same stage's earlier one.

    All or none. Raises Refusal naming the first entries that may not be decided so; PermissionDenied without the right.
    """
    ledger.hold()  # what the rules advise does not change while it is asked (rescreening)
    _check_hand(batch, stage, by)
    rows = {row.pk: row for row in entries_of(batch, batch.batch_entries.filter(pk__in=list(decisions)))}
    if len(rows) != len(decisions) or not decisions:
        raise Refusal(
            Sentence("所选条目不在本批中，请刷新页面。", "The chosen entries are not in this batch. Reload the page.")
        )
    _check_decisions(batch, rows, decisions, today)
    round_, giver = round_of(batch), access.on_behalf(by, PERMISSIONS[stage], batch.fonds)
    Opinion.objects.filter(batch_entry__in=list(rows), stage=stage, round=round_, standing=True).update(
        standing=False
    )
    insert_unsaved(
        Opinion,
        [
            Opinion(
                batch_entry=rows[pk],
                stage=stage,
                round=round_,
                outcome=decision.outcome,
                ground=decision.ground,
                opens_on=decision.opens_on,
                reason=decision.reason,
                person=by,
                on_behalf=giver,
                at=at,
            )
            for pk, decision in decisions.items()
        ],
    )
    ledger.append(
        act="record_opinions",
        subject=f"batch {batch.number}",
        by=by,
        at=at,
        facts={"stage": stage, "round": round_, "entries": len(decisions), **_for(giver)},
        rows_digest=ledger.digest_of_rows(
            (rows[pk].entry.reference_code, d.outcome, d.ground, d.opens_on, d.reason) for pk, d in decisions.items()
        ),
    )


@transaction.atomic
def hand_on(*, batch: Batch, stage: Stage, by: Person, at: datetime) -> None:
    """Declare a review finished. Raises Refusal while an entry has no opinion: untouched is not approved."""
    _check_hand(batch, stage, by)
    check_rules_applied(**held_by_rules(batch))
    check_all_decided(undecided(batch, stage).count())
    opinions = standing(batch, stage).order_by("batch_entry__position")
    ledger.append(
        act="hand_on",
        subject=f"batch {batch.number}",
        by=by,
        at=at,
        facts={
            "stage": stage,
            "round": round_of(batch),
            "entries": opinions.count(),
            **_for(access.on_behalf(by, PERMISSIONS[stage], batch.fonds)),
        },
        rows_digest=ledger.digest_of_rows(
            opinions.values_list(
                "batch_entry__entry__reference_code", "outcome", "ground", "opens_on", "person__username"
            )
        ),
    )


def _check_hand(batch: Batch, stage: Stage, by: Person) -> None:
    """The right on the fonds, four eyes, and that the batch has not left this desk."""
    access.demand(by, PERMISSIONS[stage], batch.fonds)
    gone = left_reviews(batch)
    if stage is Stage.SECOND_REVIEW:
        hands = access.hands_of(by, PERMISSIONS[stage], batch.fonds)
        check_second_reviewer(hands, deciders(batch, [Stage.FIRST_REVIEW]))
    else:
        gone = gone or standing(batch, Stage.SECOND_REVIEW).exists()
    if gone:
        raise Refusal(
            Sentence(
                "本批已交下一环节，此处意见不能再改。需要时请下一环节退回。",
                "The batch has gone on to the next desk; opinions here can no longer change. Ask that desk to return it.",
            )
        )


def _for(giver: Person | None) -> dict[str, str]:
    return {"for": giver.username} if giver else {}


def _check_decisions(
    batch: Batch, rows: Mapping[int, BatchEntry], decisions: Mapping[int, Decision], today: date
) -> None:
    opening = {pk for pk, decision in decisions.items() if decision.outcome.opens}
    standings = standings_of(batch, {pk: row.entry for pk, row in rows.items()}, today, opening)
    refused: list[Sentence] = []
    for pk, decision in decisions.items():
        try:
            check_decision(decision, standings[pk], today=today)
        except Refusal as refusal:
            refused.append(refusal.sentence)
    if refused:
        more = len(refused) - 3
        raise Refusal(
            Sentence(
                "".join(s.zh for s in refused[:3]) + (f"（另有 {more} 条同样不能记录。）" if more > 0 else ""),
                " ".join(s.en for s in refused[:3]) + (f" ({more} more could not be recorded.)" if more > 0 else ""),
            )
        )
