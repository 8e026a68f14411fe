"""Forming units whose time to answer is over, or ran out: for how many days they have been silent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from review.models import Agency, Batch, BatchEntry, Clock, ClockPause, Fonds

MOST = 100


@dataclass(frozen=True, slots=True)
class Overdue:
    """One unit that did not answer one batch in time; `lapsed`: it was recorded as silence."""

    agency: Agency
    batch: Batch
    due_on: date
    days: int
    lapsed: bool


def overdue_units(fonds: QuerySet[Fonds], today: date) -> list[Overdue]:
    """The silent units over these fonds, longest first: overdue, or lapsed in a batch that is not finished. One query."""
    stopped = ClockPause.objects.filter(clock=OuterRef("pk"), to_day=None)
    unfinished = BatchEntry.objects.filter(batch=OuterRef("batch"), live=True)
    late = Q(ended_at=None, due_on__lt=today) | Q(Exists(unfinished), ended_how="lapsed")
    clocks = Clock.objects.filter(late, ~Exists(stopped), kind="countersign", fonds__in=fonds)
    return [
        Overdue(
            clock.agency,
            clock.batch,
            clock.due_on,
            (today - clock.due_on) // timedelta(days=1),
            bool(clock.ended_how),
        )
        for clock in clocks.select_related("agency", "batch").order_by("due_on", "pk")[:MOST]
        if clock.agency is not None and clock.batch is not None
    ]
