"""Reconciliation: settling, with its record, what archives and forming unit answered differently."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from policies.countersigning import check_answerer_known, check_settlement
from policies.outcomes import Stage
from policies.reviewing import Decision, check_all_decided, check_decision, check_rules_applied
from policies.sentences import Refusal, Sentence
from review import access, ledger
from review.models import Batch, Opinion, Person
from review.queries.decisions import decision_of, disputes, round_of, settled, standing
from review.queries.mid_batch import held_by_rules
from review.queries.records import standings_of


@transaction.atomic
def settle(*, batch: Batch, settlements: Mapping[int, Decision], by: Person, at: datetime, today: date) -> None:
    """Record the agreed outcome of entries in difference; each decision's reason is the record of the agreement.

    An entry of which nobody knows who answers comes here too, and can be settled as anything but open.
    All or none. Raises Refusal, PermissionDenied. Source: 国家档案馆档案开放办法 art. 15 (协商一致).
    """
    _check_hand(batch, by)
    differing = {row.batch_entry.pk: row for row in settled(batch) if row.in_dispute or row.settlement is not None}
    if not settlements or not set(settlements) <= set(differing):
        raise Refusal(
            Sentence("所选条目没有分歧，请刷新页面。", "The chosen entries are not in difference. Reload the page.")
        )
    standings = standings_of(batch, {pk: differing[pk].entry for pk in settlements}, today)
    for pk, decision in settlements.items():
        row = differing[pk]
        counters = tuple(decision_of(answer) for answer in row.objections if answer.outcome)
        check_answerer_known(row.entry.reference_code, decision, known=not row.unknown)
        check_settlement(row.entry.reference_code, decision, counters, decision.reason)
        check_decision(decision, standings[pk], today=today)
    round_ = round_of(batch)
    Opinion.objects.filter(
        batch_entry__in=list(settlements), stage=Stage.RECONCILE, round=round_, standing=True
    ).update(standing=False)
    Opinion.objects.bulk_create(
        [
            Opinion(
                batch_entry_id=pk,
                stage=Stage.RECONCILE,
                round=round_,
                outcome=decision.outcome,
                ground=decision.ground,
                opens_on=decision.opens_on,
                reason=decision.reason,
                person=by,
                at=at,
            )
            for pk, decision in settlements.items()
        ]
    )
    ledger.append(
        act="settle",
        subject=f"batch {batch.number}",
        by=by,
        at=at,
        facts={"round": round_, "entries": len(settlements)},
        rows_digest=ledger.digest_of_rows(
            (differing[pk].entry.reference_code, d.outcome, d.ground, d.opens_on, d.reason)
            for pk, d in settlements.items()
        ),
    )


@transaction.atomic
def hand_on(*, batch: Batch, by: Person, at: datetime) -> None:
    """Declare every difference settled. Raises Refusal while one is open."""
    _check_hand(batch, by)
    check_rules_applied(**held_by_rules(batch))
    check_all_decided(len(disputes(batch)))
    ledger.append(
        act="hand_on",
        subject=f"batch {batch.number}",
        by=by,
        at=at,
        facts={"stage": Stage.RECONCILE, "round": round_of(batch)},
        rows_digest=ledger.digest_of_rows(
            standing(batch, Stage.RECONCILE)
            .order_by("batch_entry__position")
            .values_list("batch_entry__entry__reference_code", "outcome", "ground", "opens_on")
        ),
    )


def _check_hand(batch: Batch, by: Person) -> None:
    access.demand(by, "review.reconcile_fonds", batch.fonds)
    if batch.sign_offs.filter(round=round_of(batch)).exists():
        raise Refusal(
            Sentence(
                "本批已审定签发，协商结果不能再改。需要时请退回。",
                "The batch is signed off; settlements can no longer change. Return it if they must.",
            )
        )
