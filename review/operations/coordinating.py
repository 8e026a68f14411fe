"""Coordination (协调) by the archives authority: it rules on what archives and forming unit could not settle."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from policies.countersigning import check_answerer_known, check_ruling
from policies.outcomes import Stage
from policies.reviewing import Decision, check_all_decided, check_decision, check_rules_applied
from policies.sentences import Refusal, Sentence
from policies.separation import EARLIER_STAGES, check_authority
from review import access, ledger
from review.models import Batch, Opinion, Person, Statement, StatementKind
from review.models.opinions import Hand, insert_opinions
from review.queries.decisions import deciders, disputes, round_of, settled, signatures_of, signers, standing
from review.queries.mid_batch import held_by_rules
from review.queries.records import standings_of

PERMISSION = "review.oversee_fonds"


@transaction.atomic
def rule(*, batch: Batch, rulings: Mapping[int, Decision], by: Person, at: datetime, today: date) -> None:
    """Record the authority's ruling on entries in difference (by batch entry id); its reason is the ruling. It settles.

    Nothing that no reviewer may open opens by a ruling, nor what nobody is known to answer for. All or none.
    Raises Refusal, PermissionDenied. Source: 档案法实施条例 art. 30.
    """
    _check_hand(batch, by)
    rows = {row.batch_entry.pk: row for row in settled(batch) if row.in_dispute or row.ruling is not None}
    if not rulings or not set(rulings) <= set(rows):
        raise Refusal(
            Sentence("所选条目没有分歧，请刷新页面。", "The chosen entries are not in difference. Reload the page.")
        )
    standings = standings_of(batch, rulings, today)
    for pk, decision in rulings.items():
        check_answerer_known(rows[pk].entry.reference_code, decision, known=not rows[pk].unknown)
        check_ruling(rows[pk].entry.reference_code, decision.reason)
        check_decision(decision, standings[pk], today=today)
    round_, giver = round_of(batch), access.on_behalf(by, PERMISSION, batch.fonds)
    chosen = Opinion.objects.filter(batch_entry__in=list(rulings), round=round_, standing=True)
    chosen.filter(stage=Stage.COORDINATE).update(standing=False)
    chosen.filter(stage=Stage.CONSENT, answer="object").update(standing=False)
    hand = Hand(Stage.COORDINATE, round_, by, giver, at)
    insert_opinions([hand.gives(pk, decision) for pk, decision in rulings.items()])
    Statement.objects.bulk_create(
        [
            Statement(
                batch_entry_id=pk, round=round_, kind=StatementKind.RULING, text=decision.reason, person=by, at=at
            )
            for pk, decision in rulings.items()
        ]
    )
    ledger.append(
        act="rule",
        subject=f"batch {batch.number}",
        by=by,
        at=at,
        facts={"round": round_, "entries": len(rulings), **_for(giver)},
        rows_digest=ledger.digest_of_rows(
            (rows[pk].entry.reference_code, d.outcome, d.ground, d.opens_on, d.reason) for pk, d in rulings.items()
        ),
    )


@transaction.atomic
def hand_on(*, batch: Batch, by: Person, at: datetime) -> None:
    """Declare the coordination finished. Raises Refusal while a difference is open."""
    _check_hand(batch, by)
    check_rules_applied(**held_by_rules(batch))
    check_all_decided(len(disputes(batch)))
    rulings = standing(batch, Stage.COORDINATE).order_by("batch_entry__position")
    ledger.append(
        act="hand_on",
        subject=f"batch {batch.number}",
        by=by,
        at=at,
        facts={
            "stage": Stage.COORDINATE,
            "round": round_of(batch),
            "entries": rulings.count(),
            **_for(access.on_behalf(by, PERMISSION, batch.fonds)),
        },
        rows_digest=ledger.digest_of_rows(
            rulings.values_list("batch_entry__entry__reference_code", "outcome", "ground", "opens_on")
        ),
    )


@transaction.atomic
def send_back(*, batch: Batch, reason: str, by: Person, at: datetime) -> None:
    """Ask archives and forming units to reconcile what is still open once more; what was ruled stays. Raises Refusal."""
    _check_hand(batch, by)
    rows = disputes(batch)
    if not rows:
        raise Refusal(
            Sentence("分歧均已裁定，请直接移交。", "Every difference is ruled on; hand the batch on instead.")
        )
    for row in rows[:1]:
        check_ruling(row.entry.reference_code, reason)
    Statement.objects.bulk_create(
        [
            Statement(
                batch_entry=row.batch_entry,
                round=round_of(batch),
                kind=StatementKind.RULING,
                text=reason.strip(),
                person=by,
                at=at,
            )
            for row in rows
        ]
    )
    ledger.append(
        act="send_back",
        subject=f"batch {batch.number}",
        by=by,
        at=at,
        facts={
            "round": round_of(batch),
            "entries": len(rows),
            **_for(access.on_behalf(by, PERMISSION, batch.fonds)),
        },
        rows_digest=ledger.digest_of_rows((row.entry.reference_code, reason.strip()) for row in rows),
    )


def _for(giver: Person | None) -> dict[str, str]:
    return {"for": giver.username} if giver else {}


def _check_hand(batch: Batch, by: Person) -> None:
    """The right on the fonds, separation, and that the batch is not signed."""
    access.demand(by, PERMISSION, batch.fonds)
    earlier = deciders(batch, EARLIER_STAGES["coordinate"]) | signers(batch)
    check_authority(access.hands_of(by, PERMISSION, batch.fonds), earlier)
    if signatures_of(batch).exists():
        raise Refusal(
            Sentence(
                "本批已审定签发，协调结论不能再改。",
                "The batch is signed off; rulings can no longer change.",
            )
        )
