"""Sending a batch back to an earlier desk, with a reason. Old opinions stay; a new round begins."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from policies.outcomes import Stage
from policies.reviewing import check_return_reason, check_return_to
from policies.sentences import Refusal, Sentence
from policies.separation import CHECKS, EARLIER_STAGES
from review import access, ledger
from review.models import Agency, Asked, Batch, BatchReturn, Countersignature, Delivery, Opinion, Person
from review.once import forget
from review.queries.decisions import deciders, had_differences, review_steps, round_of, settled, signers

PERMISSIONS = {
    "second_review": "review.second_review_fonds",
    "sample": "review.sample_fonds",
    "reconcile": "review.reconcile_fonds",
    "sign_off": "review.sign_off_fonds",
    "release": "review.release_fonds",
}
# What was decided before the desk that the batch returns to, and holds on in the new round.
_CARRIED: dict[str, tuple[Stage, ...]] = {
    "first_review": (),
    "second_review": (Stage.FIRST_REVIEW,),
    "reconcile": tuple(Stage),
}


@transaction.atomic
def return_batch(
    *,
    batch: Batch,
    from_desk: str,
    reason: str,
    by: Person,
    at: datetime,
    agency: Agency | None = None,
    to_desk: str = "first_review",
) -> BatchReturn:
    """Begin a new round of `batch` at `to_desk`. From the countersign desk, `agency` is the unit that asked for it.

    What was decided before that desk holds on in the new round, as the same people gave it at the same time; the rows of
    the old round stay as they are. Raises Refusal, PermissionDenied.
    """
    if agency is not None:
        access.demand(by, "review.countersign_agency", agency)
    else:
        _check_hand(batch, from_desk, by)
    check_return_to(
        from_desk,
        to_desk,
        second_review=review_steps(batch).second_review,
        differences=to_desk == "reconcile" and had_differences(settled(batch)),
    )
    check_return_reason(reason, to_desk)
    ended = round_of(batch)
    returned = BatchReturn.objects.create(
        batch=batch, round=ended, from_desk=from_desk, reason=reason.strip(), person=by, at=at
    )
    forget()
    carried = _carry_opinions(batch, ended, _CARRIED[to_desk])
    if to_desk == "reconcile":
        _carry_asked(batch, ended, _carry_requests(batch, ended))
    giver = None if agency is not None else access.on_behalf(by, PERMISSIONS[from_desk], batch.fonds)
    ledger.append(
        act="return_batch",
        subject=f"batch {batch.number}",
        by=by,
        at=at,
        facts={
            "from": from_desk,
            "round": returned.round,
            **({"to": to_desk, "carried": carried} if to_desk != "first_review" else {}),
            **({"for": giver.username} if giver else {}),
        },
        rows_digest=ledger.digest_of_rows([(returned.reason,)]),
    )
    return returned


def _check_hand(batch: Batch, from_desk: str, by: Person) -> None:
    """The right of the desk, and the same separation as for its other acts. Raises Refusal, PermissionDenied."""
    if from_desk not in PERMISSIONS:
        raise Refusal(Sentence("此环节不能退回。", "This desk cannot send a batch back."))
    access.demand(by, PERMISSIONS[from_desk], batch.fonds)
    if from_desk in CHECKS:
        earlier = deciders(batch, EARLIER_STAGES[from_desk])
        if from_desk == "release":
            earlier |= signers(batch)
        CHECKS[from_desk](access.hands_of(by, PERMISSIONS[from_desk], batch.fonds), earlier)


def _carry_opinions(batch: Batch, ended: int, stages: tuple[Stage, ...]) -> int:
    """The standing opinions of these stages, once more in the new round; how many."""
    rows = list(Opinion.objects.filter(batch_entry__batch=batch, round=ended, standing=True, stage__in=stages))
    for row in rows:
        row.pk, row.round, row._state.adding = None, ended + 1, True
    Opinion.objects.bulk_create(rows, batch_size=500)
    return len(rows)


def _carry_requests(batch: Batch, ended: int) -> dict[int, Countersignature]:
    """The requests of the round with what came of them and the proof of their delivery, once more in the new round."""
    carried = {}
    for request in list(batch.countersignatures.filter(round=ended)):
        old = request.pk
        request.pk, request.round, request._state.adding = None, ended + 1, True
        request.save(force_insert=True)
        carried[old] = request
    proofs = list(Delivery.objects.filter(countersignature__in=list(carried)))
    for proof in proofs:
        proof.pk, proof.countersignature, proof._state.adding = None, carried[proof.countersignature_id], True
    Delivery.objects.bulk_create(proofs)
    return carried


def _carry_asked(batch: Batch, ended: int, requests: dict[int, Countersignature]) -> None:
    """Who was asked about which entry, once more in the new round; where nobody was asked, that too."""
    rows = list(Asked.objects.filter(batch_entry__batch=batch, round=ended))
    for row in rows:
        if row.countersignature_id is not None:
            row.countersignature = requests[row.countersignature_id]
        row.pk, row.round, row._state.adding = None, ended + 1, True
    Asked.objects.bulk_create(rows, batch_size=500)
