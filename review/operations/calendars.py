"""The working calendar (工作日历): the days that were moved, and what that does to every limit that runs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from policies.clocks import recounted
from policies.sentences import Refusal, Sentence
from policies.working_days import MovedDay, WorkingDays
from review import access, ledger
from review.models import CalendarDay, Clock, ClockRung, Person
from review.queries.clocks import rules_of, running, stopped_since, working_days


@transaction.atomic
def move_days(*, days: Sequence[MovedDay], by: Person, at: datetime, today: date) -> int:
    """Keep days that are worked or not whatever their weekday (调休), and move every running limit that spans them.

    A day named before is named anew; none is taken away. A limit in working days keeps as many of them as it had. Returns
    how many clocks moved. Raises Refusal, PermissionDenied.
    """
    access.demand_keeper(by)
    if not days:
        raise Refusal(Sentence("文件里没有日期。", "There is no day in the file."))
    ledger.hold()
    before = working_days(since=None)
    CalendarDay.objects.bulk_create(
        [CalendarDay(day=moved.day, works=moved.works, name=moved.name) for moved in days],
        update_conflicts=True,
        unique_fields=["day"],
        update_fields=["works", "name"],
    )
    moved = _recount(before, working_days(since=None), today)
    ledger.append(
        act="move_days",
        subject="calendar",
        by=by,
        at=at,
        facts={"from_day": min(d.day for d in days).isoformat(), "to_day": max(d.day for d in days).isoformat(),
               "days": len(days), "clocks_moved": moved},
        rows_digest=ledger.digest_of_rows((d.day, d.works, d.name) for d in days),
    )  # fmt: skip
    return moved


def _recount(before: WorkingDays, after: WorkingDays, today: date) -> int:
    """Move the end and the rungs still to come of every running clock in working days; of one that stands, from there."""
    moved = 0
    clocks = list(running(Clock.objects.select_related("batch__procedure")))
    rules = rules_of(clocks)
    for clock in clocks:
        if not rules[clock.pk].working:
            continue
        stopped = stopped_since(clock)
        since = stopped or max(today, clock.began_on)
        rungs = [rung for rung in clock.rungs.all() if rung.fired_at is None]
        was = [clock.due_on, *(rung.on for rung in rungs)]
        clock.due_on, *ons = (recounted(on, since, before, after) for on in was)
        if was == [clock.due_on, *ons]:
            continue
        for rung, on in zip(rungs, ons, strict=True):
            rung.on = on
        ClockRung.objects.bulk_update(rungs, ["on"])
        clock.next_on = None if stopped else min(ons, default=None)
        clock.save(update_fields=["due_on", "next_on"])
        moved += 1
    return moved
