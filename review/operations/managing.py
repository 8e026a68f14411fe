"""Cancelling a batch before its sign-off (终止批次): its entries are free again, what was decided stays on record.

The tasks and the clocks of its road are ended by workflows/managing.py, in the same transaction.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from policies.managing import CANCELLED, check_cancel
from review import access, ledger
from review.models import Batch, BatchReturn, Person, Release
from review.once import forget
from review.queries.decisions import round_of


@transaction.atomic
def cancel_batch(*, batch: Batch, reason: str, by: Person, at: datetime) -> BatchReturn:
    """Give up `batch`: no entry of it is under review any more, and the reason is kept with who gave it.

    Raises Refusal once it was signed, released or cancelled; PermissionDenied for whoever does not manage the fonds.
    Source: house policy (domain: a signed batch is returned, never struck out).
    """
    access.demand(by, "review.manage_fonds", batch.fonds)
    Batch.objects.select_for_update().get(pk=batch.pk)
    check_cancel(
        reason,
        cancelled=batch.returns.filter(from_desk=CANCELLED).exists(),
        signed=batch.sign_offs.filter(standing=True, round=round_of(batch)).exists(),
        released=Release.objects.filter(batch=batch).exists() or not batch.batch_entries.filter(live=True).exists(),
    )
    cancelled = BatchReturn.objects.create(
        batch=batch, round=round_of(batch), from_desk=CANCELLED, reason=reason.strip(), person=by, at=at
    )
    forget()
    freed = batch.batch_entries.filter(live=True).update(live=False)
    manager = access.on_behalf(by, "review.manage_fonds", batch.fonds)
    ledger.append(
        act="cancel_batch",
        subject=f"batch {batch.number}",
        by=by,
        at=at,
        facts={"entries": freed, "round": cancelled.round} | ({"for": manager.username} if manager else {}),
        rows_digest=ledger.digest_of_rows([(cancelled.reason,)]),
    )
    return cancelled
