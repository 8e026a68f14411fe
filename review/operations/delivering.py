"""Proof of delivery (送达证明): how and when a forming unit received what it was asked. Rows are added, never changed."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from policies.delivering import check_delivery
from review import access, ledger
from review.models import Countersignature, Delivery, Person


@transaction.atomic
def record_delivery(
    *, countersignature: Countersignature, how: str, on: date, evidence: str, by: Person, at: datetime, today: date
) -> Delivery:
    """Keep the proof that a request reached its unit: by post, by hand or by mail, with the paper that shows it.

    Raises Refusal without evidence, on a day before the request, after today or after the unit's time was over; PermissionDenied but for reconcilers and
    managers of the fonds.
    """
    fonds = countersignature.batch.fonds
    if not access.holds(by, "review.manage_fonds", fonds):
        access.demand(by, "review.reconcile_fonds", fonds)
    silent = countersignature.silent_at
    until = min(today, timezone.localdate(silent)) if silent else today
    asked = timezone.localdate(countersignature.asked_at)
    check_delivery(how, on=on, asked=asked, evidence=evidence, until=until)
    return _kept(countersignature, how=how, on=on, evidence=evidence.strip(), by=by, at=at)


@transaction.atomic
def note_opened(*, countersignature: Countersignature, by: Person, at: datetime, today: date) -> Delivery | None:
    """Opened at its desk by a person of the unit: that is its delivery. Noted once; nothing to do, and no line, after."""
    access.demand(by, "review.countersign_agency", countersignature.agency)
    if countersignature.deliveries.filter(how="online").exists():
        return None
    ledger.hold()  # two who open it at once note it once
    if countersignature.deliveries.filter(how="online").exists():
        return None
    said = f"{by.username} {at:%Y-%m-%d %H:%M %Z}"
    return _kept(countersignature, how="online", on=today, evidence=said, by=by, at=at)


def _kept(asked: Countersignature, *, how: str, on: date, evidence: str, by: Person, at: datetime) -> Delivery:
    row = Delivery.objects.create(countersignature=asked, how=how, on=on, evidence=evidence, person=by, at=at)
    ledger.append(
        act="record_delivery" if how != "online" else "note_opened",
        subject=f"batch {asked.batch.number}",
        by=by,
        at=at,
        facts={"agency": asked.agency.code, "round": asked.round, "how": how, "day": on.isoformat()},
        rows_digest=ledger.digest_of_rows([(evidence,)]),
    )
    return row
