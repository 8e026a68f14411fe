"""Clocks as they stand: the working calendar, the rule of a clock, what is due, and what runs where."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from django.db.models import Prefetch, QuerySet

from policies.procedure import ClockRule
from policies.working_days import WorkingDays
from review.models import CalendarDay, Clock, ClockPause, ClockRung
from review.queries.procedures import procedure_of, procedures_in_force_on


def working_days(*, since: date | None) -> WorkingDays:
    """The calendar from `since` on; all of it for None."""
    rows = CalendarDay.objects.filter(day__gte=since) if since else CalendarDay.objects.all()
    return WorkingDays(dict(rows.values_list("day", "works")))


def rule_of(clock: Clock) -> ClockRule:
    """The rule that a clock began under: of its batch's procedure, else of the one in force on that day."""
    return rules_of([clock])[clock.pk]


def rules_of(clocks: Sequence[Clock]) -> dict[int, ClockRule]:
    """`rule_of` of several clocks, by key; one query for all that run for no batch, none where `batch__procedure` is read."""
    days = {clock.began_on for clock in clocks if clock.batch_id is None}
    in_force = procedures_in_force_on(days)
    return {
        clock.pk: (procedure_of(clock.batch) if clock.batch else in_force[clock.began_on]).clocks[clock.kind]
        for clock in clocks
    }


def due(today: date, *, after: int, limit: int) -> list[Clock]:
    """Clocks with a rung to fire today or before, by key, those after the key `after`; `rungs_due` are those rungs."""
    rungs = ClockRung.objects.filter(fired_at=None, on__lte=today).order_by("step")
    return list(
        Clock.objects.filter(next_on__lte=today, pk__gt=after)
        .select_related("batch", "fonds", "agency")
        .prefetch_related(Prefetch("rungs", rungs, to_attr="rungs_due"))
        .order_by("pk")[:limit]
    )


def running(clocks: QuerySet[Clock]) -> QuerySet[Clock]:
    """Those of `clocks` that have not ended, soonest first, with what a page shows of them."""
    return (
        clocks.filter(ended_at=None)
        .select_related("batch", "fonds", "agency")
        .prefetch_related(
            "rungs", Prefetch("pauses", ClockPause.objects.filter(to_day=None), to_attr="standing_still")
        )
        .order_by("due_on", "pk")
    )


def stopped_since(clock: Clock) -> date | None:
    """Since when a clock of `running` stands still; None where it goes."""
    return next((pause.from_day for pause in clock.standing_still), None)  # type: ignore[attr-defined]


def clocks_of(subjects: Iterable[str]) -> dict[str, Clock]:
    """The running clock of each of these subjects that has one ("task:12"), in one query: for a work list's due days."""
    return {clock.subject: clock for clock in Clock.objects.filter(subject__in=list(subjects), ended_at=None)}


def overdue_days(clock: Clock, today: date) -> int:
    """How many days of the calendar a running clock is over its end; 0 before."""
    return max((today - clock.due_on) // timedelta(days=1), 0)
