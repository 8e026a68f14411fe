"""Sending a batch back to first review, from any later desk, with a reason. Old opinions stay; a new round begins."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from policies.reviewing import check_return_reason
from review import access, ledger
from review.models import Agency, Batch, BatchReturn, Person
from review.queries.decisions import round_of

PERMISSIONS = {
    "second_review": "review.second_review_fonds",
    "reconcile": "review.reconcile_fonds",
    "sign_off": "review.sign_off_fonds",
    "release": "review.release_fonds",
}


@transaction.atomic
def return_batch(
    *, batch: Batch, from_desk: str, reason: str, by: Person, at: datetime, agency: Agency | None = None
) -> BatchReturn:
    """Begin a new round of `batch`. From the countersign desk, `agency` is the unit that asked for it."""
    if agency is not None:
        access.demand(by, "review.countersign_agency", agency)
    else:
        access.demand(by, PERMISSIONS[from_desk], batch.fonds)
    check_return_reason(reason)
    returned = BatchReturn.objects.create(
        batch=batch, round=round_of(batch), from_desk=from_desk, reason=reason.strip(), person=by, at=at
    )
    ledger.append(
        act="return_batch",
        subject=f"batch {batch.number}",
        by=by,
        at=at,
        facts={"from": from_desk, "round": returned.round},
        rows_digest=ledger.digest_of_rows([(returned.reason,)]),
    )
    return returned
