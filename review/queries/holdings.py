"""What is held and what of it is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from review.models import CLOSED, AccessStatus, Entry, Fonds
from review.queries.due import last_due, with_past


@dataclass(frozen=True, slots=True)
class DueLine:
    """One fonds of the due list: entries held, due and waiting, in a live batch, open, deferred, undated."""

    fonds: Fonds
    held: int
    due: int
    under_review: int
    open: int
    deferred: int
    undated: int


def due_list(fonds: QuerySet[Fonds], today: date) -> list[DueLine]:
    """Each fonds with its counts. Two queries at any size. Due: 25 years after the latest possible day (档案法 art. 27)."""
    waiting = Q(
        live=False, held_back=False, access_status__in=[AccessStatus.NOT_REVIEWED, AccessStatus.LEGACY_CONTROL]
    )
    counts = {
        row["fonds"]: row
        for row in with_past(Entry.objects.filter(fonds__in=fonds))
        .order_by()
        .values("fonds")
        .annotate(
            held=Count("pk"),
            due=Count("pk", filter=waiting & Q(latest__lte=last_due(today))),
            under_review=Count("pk", filter=Q(live=True)),
            open=Count("pk", filter=Q(access_status=AccessStatus.OPEN)),
            deferred=Count("pk", filter=Q(access_status__in=CLOSED)),
            undated=Count("pk", filter=Q(latest__isnull=True)),
        )
    }
    names = ("held", "due", "under_review", "open", "deferred", "undated")
    return [DueLine(row, *(counts.get(row.pk, {}).get(name, 0) for name in names)) for row in fonds]
