"""Reconciliation (协商): both sides heard, the minutes kept, and what archives and forming unit see differently settled.

What cannot be settled goes to the archives authority with the statements of both sides; until then it stays closed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime

from django.db import transaction

from policies.countersigning import (
    check_answerer_known,
    check_for_authority,
    check_heard,
    check_settlement,
    check_statement,
)
from policies.outcomes import Stage
from policies.reviewing import Decision, check_all_decided, check_decision, check_rules_applied
from policies.sentences import Refusal, Sentence
from review import access, ledger
from review.models import Agency, Batch, Opinion, Person, Statement, StatementKind
from review.models.opinions import Hand, insert_opinions
from review.queries.decisions import Settled, decision_of, disputes, round_of, settled, signatures_of, standing
from review.queries.mid_batch import held_by_rules
from review.queries.records import standings_of

PERMISSION = "review.reconcile_fonds"
OF_THE_DESK = (StatementKind.ARCHIVES, StatementKind.AGENCY, StatementKind.MINUTES)


@transaction.atomic
def settle(*, batch: Batch, settlements: Mapping[int, Decision], by: Person, at: datetime, today: date) -> None:
    """Record the agreed outcome of entries in difference; each decision's reason is the record of the agreement.

    An entry of which nobody knows who answers comes here too, and can be settled as anything but open; what a unit was
    silent on opens only when the unit was heard. A deferral that the authority refused is settled anew, and goes to the
    authority again if it is still one. What the authority ruled is not settled here.
    All or none. Raises Refusal, PermissionDenied. Source: 国家档案馆档案开放办法 art. 15 (协商一致).
    """
    _check_hand(batch, by)
    differing = {row.batch_entry.pk: row for row in _at_the_desk(batch)}
    _check_chosen(settlements, differing)
    standings = standings_of(batch, settlements, today)
    for pk, decision in settlements.items():
        row = differing[pk]
        counters = tuple(decision_of(answer) for answer in row.answers if answer.outcome)
        check_answerer_known(row.entry.reference_code, decision, known=not row.unknown)
        check_heard(row.entry.reference_code, decision, silent=row.unheard)
        check_settlement(row.entry.reference_code, decision, counters, decision.reason)
        check_decision(decision, standings[pk], today=today)
    round_, giver = round_of(batch), access.on_behalf(by, PERMISSION, batch.fonds)
    # What was agreed before, and what the authority refused, no longer stands.
    Opinion.objects.filter(
        batch_entry__in=list(settlements), stage=Stage.RECONCILE, round=round_, standing=True
    ).update(standing=False)
    Opinion.objects.filter(
        batch_entry__in=list(settlements), stage=Stage.CONSENT, answer="object", round=round_, standing=True
    ).update(standing=False)
    hand = Hand(Stage.RECONCILE, round_, by, giver, at)
    insert_opinions([hand.gives(pk, decision) for pk, decision in settlements.items()])
    ledger.append(
        act="settle",
        subject=f"batch {batch.number}",
        by=by,
        at=at,
        facts={"round": round_, "entries": len(settlements), **_for(giver)},
        rows_digest=ledger.digest_of_rows(
            (differing[pk].entry.reference_code, d.outcome, d.ground, d.opens_on, d.reason)
            for pk, d in settlements.items()
        ),
    )


@transaction.atomic
def record_statement(
    *,
    batch: Batch,
    entries: Collection[int],
    kind: str,
    text: str,
    by: Person,
    at: datetime,
    today: date,
    agency: Agency | None = None,
    met_on: date | None = None,
) -> None:
    """Record what one side said of entries in difference (by batch entry id), or the minutes of a meeting on them.

    `kind` is of StatementKind: archives, agency (names the one) or minutes (names the day). Raises Refusal,
    PermissionDenied.
    """
    _check_hand(batch, by)
    differing = {row.batch_entry.pk: row for row in _at_the_desk(batch)}
    _check_chosen(entries, differing)
    if kind not in OF_THE_DESK or (kind == StatementKind.AGENCY) is (agency is None):
        raise Refusal(
            Sentence(
                "请选定是谁的陈述；形成单位的陈述须注明单位。",
                "Say whose statement it is; a forming unit's names the unit.",
            )
        )
    minutes = kind == StatementKind.MINUTES
    for pk in entries:
        row = differing[pk]
        check_statement(row.entry.reference_code, text, minutes=minutes, met_on=met_on, today=today)
        if agency is not None and agency.pk not in _agencies(row):
            raise Refusal(
                Sentence(
                    f"{row.entry.reference_code}：{agency} 不是本条目的征求对象。",
                    f"{row.entry.reference_code}: {agency} was not asked about this entry.",
                )
            )
    round_ = round_of(batch)
    Statement.objects.bulk_create(
        [
            Statement(
                batch_entry_id=pk,
                round=round_,
                kind=kind,
                agency=agency,
                text=text.strip(),
                met_on=met_on if minutes else None,
                person=by,
                at=at,
            )
            for pk in entries
        ]
    )
    ledger.append(
        act="record_statement",
        subject=f"batch {batch.number}",
        by=by,
        at=at,
        facts={
            "round": round_,
            "statement": kind,
            "entries": len(entries),
            **({"agency": agency.code} if agency else {}),
            **_for(access.on_behalf(by, PERMISSION, batch.fonds)),
        },
        rows_digest=ledger.digest_of_rows((differing[pk].entry.reference_code, kind, text.strip()) for pk in entries),
    )


@transaction.atomic
def put_to_authority(*, batch: Batch, by: Person, at: datetime) -> None:
    """Put every open difference to the archives authority, with the statements of both sides.

    The unit's side is its answer, with its reason. Raises Refusal while the archives' statement on one is missing, or
    nothing is open. Source: 档案法实施条例 art. 30 (档案主管部门协调).
    """
    _check_hand(batch, by)
    check_rules_applied(**held_by_rules(batch))
    rows = disputes(batch)
    if not rows:
        raise Refusal(
            Sentence(
                "没有未协商一致的条目，无须报请协调。", "No difference is open; nothing need go to the authority."
            )
        )
    heard = set(
        Statement.objects.filter(
            batch_entry__in=[row.batch_entry.pk for row in rows], round=round_of(batch), kind=StatementKind.ARCHIVES
        ).values_list("batch_entry", flat=True)
    )
    for row in rows:
        check_for_authority(row.entry.reference_code, archives_heard=row.batch_entry.pk in heard)
    ledger.append(
        act="put_to_authority",
        subject=f"batch {batch.number}",
        by=by,
        at=at,
        facts={
            "round": round_of(batch),
            "entries": len(rows),
            **_for(access.on_behalf(by, PERMISSION, batch.fonds)),
        },
        rows_digest=ledger.digest_of_rows((row.entry.reference_code,) for row in rows),
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
        facts={
            "stage": Stage.RECONCILE,
            "round": round_of(batch),
            **_for(access.on_behalf(by, PERMISSION, batch.fonds)),
        },
        rows_digest=ledger.digest_of_rows(
            standing(batch, Stage.RECONCILE)
            .order_by("batch_entry__position")
            .values_list("batch_entry__entry__reference_code", "outcome", "ground", "opens_on")
        ),
    )


def _at_the_desk(batch: Batch) -> list[Settled]:
    """What is in difference, and what was settled here; not what the authority ruled."""
    return [row for row in settled(batch) if row.in_dispute or (row.settlement is not None and row.ruling is None)]


def _agencies(row: Settled) -> set[int]:
    return {asked.countersignature.agency_id for asked in row.asked if asked.countersignature is not None}


def _check_chosen(chosen: Collection[int], differing: Mapping[int, Settled]) -> None:
    if not chosen or not set(chosen) <= set(differing):
        raise Refusal(
            Sentence("所选条目没有分歧，请刷新页面。", "The chosen entries are not in difference. Reload the page.")
        )


def _for(giver: Person | None) -> dict[str, str]:
    return {"for": giver.username} if giver else {}


def _check_hand(batch: Batch, by: Person) -> None:
    access.demand(by, PERMISSION, batch.fonds)
    if signatures_of(batch).exists():
        raise Refusal(
            Sentence(
                "本批已审定签发，协商结果不能再改。需要时请退回。",
                "The batch is signed off; settlements can no longer change. Return it if they must.",
            )
        )
