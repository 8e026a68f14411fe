"""Consent to deferral (延期审批): the list of what is to stay closed, and the authority's answer to each entry of it.

Source: 档案法实施条例 art. 31 (延期开放须经同级档案主管部门同意).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from policies.countersigning import check_consent
from policies.outcomes import Answer, Stage
from policies.reviewing import check_all_decided
from policies.sentences import Refusal, Sentence
from policies.separation import EARLIER_STAGES, check_authority
from review import access, ledger
from review.models import Batch, DeferralList, Opinion, Person
from review.models.opinions import Hand, insert_opinions
from review.queries.decisions import (
    deciders,
    round_of,
    settled,
    signatures_of,
    signers,
    unconsented,
)
from review.queries.deferrals import digest_of_list, listed, open_list

PERMISSION = "review.oversee_fonds"


@dataclass(frozen=True, slots=True)
class Consent:
    """The authority's answer on one deferral; a refusal has its reason."""

    agrees: bool
    reason: str = ""


@transaction.atomic
def put_list(*, batch: Batch, by: Person | str, at: datetime) -> DeferralList:
    """Put the signed deferrals of a batch that have no consent yet to the authority, as a numbered list. Raises Refusal.

    What was consented to before and did not change is not asked about again.
    """
    ledger.hold()
    rows = unconsented(batch, settled(batch))
    if not rows or open_list(batch) is not None:
        raise Refusal(
            Sentence(
                "没有待报批的延期条目，或延期目录已在审批中。",
                "No deferral waits for consent, or the list of them is with the authority already.",
            )
        )
    made = DeferralList.objects.create(
        number=f"{batch.number}-D{batch.deferral_lists.count() + 1}",
        batch=batch,
        round=round_of(batch),
        digest=digest_of_list(rows),
        entries=len(rows),
        made_at=at,
    )
    ledger.append(
        act="put_list",
        subject=f"deferral_list {made.number}",
        by=by,
        at=at,
        facts={"batch": batch.number, "round": made.round, "entries": made.entries},
        rows_digest=made.digest,
    )
    return made


@transaction.atomic
def record_consents(*, batch: Batch, consents: Mapping[int, Consent], by: Person, at: datetime) -> None:
    """Record the authority's answer to deferrals of the open list, by batch entry id. All or none.

    Each answer is given to one ground and one day; it does not hold for another. Raises Refusal, PermissionDenied.
    """
    made = _check_hand(batch, by)
    rows = {row.batch_entry.pk: row for row in listed(batch, made)}
    if not consents or not set(consents) <= set(rows):
        raise Refusal(
            Sentence(
                "所选条目不在本次延期目录中，请刷新页面。",
                "The chosen entries are not on this list. Reload the page.",
            )
        )
    if at < made.made_at:
        raise Refusal(
            Sentence(
                "系统时钟早于本目录的报送时间，答复未记录。请告知管理员校准时钟。",
                "The clock is behind the time at which the list was put; nothing was recorded. Have the clock set right.",
            )
        )
    for pk, consent in consents.items():
        check_consent(rows[pk].entry.reference_code, agrees=consent.agrees, reason=consent.reason)
    giver = access.on_behalf(by, PERMISSION, batch.fonds)
    Opinion.objects.filter(
        batch_entry_id__among=consents, stage=Stage.CONSENT, round=made.round, standing=True
    ).update(standing=False)
    hand = Hand(Stage.CONSENT, made.round, by, giver, at)
    opinions = [
        hand.gives(
            pk,
            rows[pk].deferral,
            answer=Answer.AGREE if consent.agrees else Answer.OBJECT,
            reason=consent.reason.strip(),
        )
        for pk, consent in consents.items()
    ]
    insert_opinions(opinions)
    ledger.append(
        act="record_consents",
        subject=f"deferral_list {made.number}",
        by=by,
        at=at,
        facts={
            "batch": batch.number,
            "entries": len(opinions),
            "refused_deferrals": sum(not consent.agrees for consent in consents.values()),
            **_for(giver),
        },
        rows_digest=ledger.digest_of_rows(
            (rows[o.batch_entry_id].entry.reference_code, o.answer, o.ground, o.opens_on, o.reason) for o in opinions
        ),
    )


@transaction.atomic
def answer_list(*, batch: Batch, by: Person, at: datetime, reauthenticated: bool = False) -> DeferralList:
    """Declare the authority's answer complete. Raises Refusal while an entry of the list has none.

    A refused deferral is a difference again: what had settled it falls, and with it every signature of the round. What was
    consented to keeps its consent. The ledger notes whether the password was typed again for it.
    """
    made = _check_hand(batch, by)
    rows = listed(batch, made)
    check_all_decided(sum(row.consent is None for row in rows))
    refused = [row.batch_entry.pk for row in rows if row.refused]
    made.answered_at, made.answered_by, made.refused = at, by, len(refused)
    made.save(update_fields=["answered_at", "answered_by", "refused"])
    if refused:
        Opinion.objects.filter(
            batch_entry__in=refused, stage__in=[Stage.RECONCILE, Stage.COORDINATE], round=made.round, standing=True
        ).update(standing=False)
        signatures_of(batch).order_by().update(standing=False)
    ledger.append(
        act="answer_list",
        subject=f"deferral_list {made.number}",
        by=by,
        at=at,
        facts={
            "batch": batch.number,
            "entries": made.entries,
            "refused_deferrals": len(refused),
            "reauthenticated": reauthenticated,
            **_for(access.on_behalf(by, PERMISSION, batch.fonds)),
        },
        rows_digest=ledger.digest_of_rows(
            (row.entry.reference_code, row.consent.answer if row.consent else "") for row in rows
        ),
    )
    return made


def _for(giver: Person | None) -> dict[str, str]:
    return {"for": giver.username} if giver else {}


def _check_hand(batch: Batch, by: Person) -> DeferralList:
    """The right on the fonds, separation, and the list that waits for its answer."""
    access.demand(by, PERMISSION, batch.fonds)
    earlier = deciders(batch, EARLIER_STAGES["consent"]) | signers(batch)
    check_authority(access.hands_of(by, PERMISSION, batch.fonds), earlier)
    made = open_list(batch)
    if made is None:
        raise Refusal(
            Sentence("延期目录已经答复，不能再改。", "The deferral list has been answered; it can no longer change.")
        )
    return made
