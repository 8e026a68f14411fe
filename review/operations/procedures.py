"""The archives' procedure (办理规程): proposed by one policy keeper, adopted by another; running batches moved by name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from policies import proposing as policy
from policies.procedure import read_procedure
from review import access, ledger
from review.models import Batch, Person, Procedure
from review.queries.due import profile
from review.queries.procedures import in_force


@transaction.atomic
def propose(*, text: str, why: str, by: Person, at: datetime) -> Procedure:
    """Keep a procedure as proposed, whole and checked. Raises Refusal naming what is wrong with it, PermissionDenied."""
    access.demand_keeper(by)
    policy.check_why(why)
    read = read_procedure(text)
    policy.check_jurisdiction(read, here=profile().jurisdiction)
    ledger.hold()  # the next number is chosen here
    last = Procedure.objects.aggregate(last=Max("number"))["last"] or 0
    row = Procedure.objects.create(
        number=last + 1, text=text, digest=read.digest, why=why.strip(), proposed_at=at, proposed_by=by
    )
    _note("propose_procedure", row, by, at)
    return row


@transaction.atomic
def adopt(*, procedure: Procedure, by: Person, at: datetime) -> Procedure:
    """Put a proposed procedure in force: new batches begin under it, running ones keep theirs. By another keeper."""
    row = _waiting(procedure, by)
    policy.check_adopter(by=by.pk, proposed_by=row.proposed_by_id)
    policy.check_jurisdiction(read_procedure(row.text), here=profile().jurisdiction)
    newest = in_force()
    policy.check_newest(row.number, in_force=newest.number if newest else 0)
    row.adopted_at, row.adopted_by = at, by
    row.save(update_fields=["adopted_at", "adopted_by"])
    _note("adopt_procedure", row, by, at)
    return row


@transaction.atomic
def withdraw(*, procedure: Procedure, by: Person, at: datetime) -> Procedure:
    """Give up a proposed procedure before it is adopted."""
    row = _waiting(procedure, by)
    row.withdrawn_at = at
    row.save(update_fields=["withdrawn_at"])
    _note("withdraw_procedure", row, by, at)
    return row


@transaction.atomic
def move_batches(*, batches: Sequence[Batch], by: Person, at: datetime) -> int:
    """Put running batches under the procedure in force; all or none. What it would change, `queries.simulating` says first.

    Clocks that run keep their days; those that follow are counted by the new procedure. Raises Refusal for a batch that
    bears a signature. Returns how many batches were under another one.
    """
    access.demand_keeper(by)
    ledger.hold()
    row = in_force()
    held = list(Batch.objects.select_for_update().filter(pk__in=[batch.pk for batch in batches]).order_by("number"))
    for batch in held:
        policy.check_movable(batch.number, signed=batch.sign_offs.filter(standing=True).exists())
    moved = [batch for batch in held if batch.procedure_id != (row.pk if row else None)]
    Batch.objects.filter(pk__in=[batch.pk for batch in moved]).update(procedure=row)
    ledger.append(
        act="move_batches",
        subject=f"procedure {row or '—'}",
        by=by,
        at=at,
        facts={"batches_moved": [batch.number for batch in moved], "procedure_digest": row.digest if row else ""},
    )
    return len(moved)


def _waiting(procedure: Procedure, by: Person) -> Procedure:
    """The proposed procedure as it is now, held to the end of the transaction."""
    access.demand_keeper(by)
    ledger.hold()
    row = Procedure.objects.select_for_update().get(pk=procedure.pk)
    policy.check_waiting(adopted=row.adopted_at is not None, withdrawn=row.withdrawn_at is not None)
    return row


def _note(act: str, row: Procedure, by: Person, at: datetime) -> None:
    ledger.append(
        act=act,
        subject=f"procedure {row}",
        by=by,
        at=at,
        facts={"procedure_digest": row.digest, "proposed_by": row.proposed_by.username},
        rows_digest=ledger.digest_of_rows([(row.why,)]),
    )
