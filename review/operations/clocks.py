"""Clocks: begun and ended with what they run for, stopped, resumed, extended once, and their rungs fired once each.

Whoever changes a clock holds the ledger first, `tick` as well: they come one after the other, and none waits for the
other's row. Every limit is house policy unless the procedure names an article (policies/procedures).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import OuterRef, Subquery

from policies import clocks as policy
from policies.procedure import ClockRule, Procedure
from policies.sentences import Refusal, Sentence
from review import access, ledger
from review.models import Agency, Batch, Clock, ClockPause, ClockRung, Fonds, Notice, Person
from review.queries.clocks import rule_of, working_days
from review.queries.procedures import procedure_in_force, procedure_of

_AT_ONCE = 500
MANAGE = "review.manage_fonds"
ANSWER = "review.countersign_agency"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A clock that is to begin: its kind (policies.procedure.CLOCK_KINDS) and what it runs for ("task:12")."""

    kind: str
    subject: str
    batch: Batch | None = None
    fonds: Fonds | None = None
    agency: Agency | None = None


@transaction.atomic
def begin(*, clocks: Sequence[Wanted], by: Person | str, at: datetime, today: date) -> list[Clock]:
    """Begin clocks, with one line for them all; each one's ladder is written down now, by its batch's procedure.

    Without a batch the procedure in force says how long. The number of queries is the same for one clock and for fifty.
    """
    days, rules = working_days(since=today), _rules_of(clocks)
    ladders = [policy.ladder(rules[wanted], today, days) for wanted in clocks]
    rows = Clock.objects.bulk_create(
        [
            Clock(
                kind=wanted.kind,
                subject=wanted.subject,
                batch=wanted.batch,
                fonds=wanted.fonds,
                agency=wanted.agency,
                began_on=today,
                due_on=ladder.due_on,
                next_on=min(ladder.rungs, default=None),
            )
            for wanted, ladder in zip(clocks, ladders, strict=True)
        ],
        batch_size=_AT_ONCE,
    )
    ClockRung.objects.bulk_create(
        [
            ClockRung(clock=row, step=step, act=rung.act, to=rung.to, on=on)
            for row, wanted, ladder in zip(rows, clocks, ladders, strict=True)
            for step, (rung, on) in enumerate(zip(rules[wanted].rungs, ladder.rungs, strict=True), 1)
        ],
        batch_size=_AT_ONCE,
    )
    ledger.append(
        act="begin_clock",
        subject=_subject_of(rows),
        by=by,
        at=at,
        facts={
            "clocks": [named(row) for row in rows],
            "due_on": sorted({row.due_on.isoformat() for row in rows}),
        },
    )
    return rows


def _rules_of(clocks: Iterable[Wanted]) -> dict[Wanted, ClockRule]:
    """The rule of each clock. Batches and what has none are asked once each."""
    procedures: dict[int | None, Procedure] = {}
    found = {}
    for wanted in clocks:
        key = wanted.batch.pk if wanted.batch else None
        if key not in procedures:
            procedures[key] = procedure_of(wanted.batch) if wanted.batch else procedure_in_force()
        found[wanted] = procedures[key].clocks[wanted.kind]
    return found


@transaction.atomic
def end(*, subject: str, how: str, by: Person | str, at: datetime) -> Clock | None:
    """End the clock that runs for `subject`: "met", "lapsed" or "dropped". Nothing to do, and no line, where none runs."""
    ledger.hold()
    clock = Clock.objects.select_related("batch", "agency").filter(subject=subject, ended_at=None).first()
    if clock is None:
        return None
    clock.ended_at, clock.ended_how, clock.next_on = at, how, None
    clock.save(update_fields=["ended_at", "ended_how", "next_on"])
    ledger.append(
        act="end_clock", subject=_subject_of([clock]), by=by, at=at, facts={"clocks": [named(clock)], "how": how}
    )
    return clock


@transaction.atomic
def stop(*, clock: Clock, because: str, by: Person, at: datetime, today: date) -> None:
    """Let a clock stand still, with a reason. Nothing fires until it is resumed. Raises Refusal, PermissionDenied."""
    clock = _held(clock, by)
    policy.check_stop(ended=clock.ended_at is not None, stopped=_pause(clock) is not None, because=because)
    ClockPause.objects.create(clock=clock, from_day=today, because=because.strip(), person=by, at=at)
    clock.next_on = None
    clock.save(update_fields=["next_on"])
    ledger.append(
        act="stop_clock",
        subject=_subject_of([clock]),
        by=by,
        at=at,
        facts={"clocks": [named(clock)], "today": today.isoformat()},
        rows_digest=ledger.digest_of_rows([(because.strip(),)]),
    )


@transaction.atomic
def resume(*, clock: Clock, by: Person, at: datetime, today: date) -> None:
    """Let a clock go on: everything still to come is moved by the days that it stood. Raises Refusal, PermissionDenied."""
    clock = _held(clock, by)
    pause = _pause(clock)
    policy.check_resume(ended=clock.ended_at is not None, stopped=pause is not None)
    assert pause is not None  # or check_resume refused
    stopped, working = pause.from_day, rule_of(clock).working
    days = working_days(since=stopped)
    pause.to_day = max(today, stopped)
    pause.save(update_fields=["to_day"])
    _move(clock, lambda on: policy.resumed(on, stopped, today, working, days))
    ledger.append(
        act="resume_clock",
        subject=_subject_of([clock]),
        by=by,
        at=at,
        facts={"clocks": [named(clock)], "today": today.isoformat(), "due_on": [clock.due_on.isoformat()]},
    )


@transaction.atomic
def extend(*, clock: Clock, by: Person, at: datetime, today: date) -> None:
    """Extend a clock, once, by the days of its procedure: the end and every rung still to come move with it.

    A manager does, or the unit itself where the clock is for its answer.
    """
    clock = _held(clock, by, unit=True)
    rule = rule_of(clock)
    policy.check_extend(
        ended=clock.ended_at is not None,
        stopped=_pause(clock) is not None,
        extended=clock.extended_on is not None,
        extension=rule.extension,
        due_on=clock.due_on,
        today=today,
    )
    days = working_days(since=clock.began_on)
    clock.extended_on = today
    _move(clock, lambda on: policy.later(on, rule.extension, rule.working, days))
    ledger.append(
        act="extend_clock",
        subject=_subject_of([clock]),
        by=by,
        at=at,
        facts={"clocks": [named(clock)], "today": today.isoformat(), "due_on": [clock.due_on.isoformat()]},
    )


def _move(clock: Clock, moved: Callable[[date], date]) -> None:
    """Move the end of a clock and its rungs still to come; what fired stays as it was."""
    rungs = list(clock.rungs.filter(fired_at=None))
    for rung in rungs:
        rung.on = moved(rung.on)
    ClockRung.objects.bulk_update(rungs, ["on"])
    clock.due_on = moved(clock.due_on)
    clock.next_on = min((rung.on for rung in rungs), default=None)
    clock.save(update_fields=["due_on", "next_on", "extended_on"])


@dataclass(frozen=True, slots=True)
class Ring:
    """A rung that is due, and the notices that it makes (review.queries.notices; not saved)."""

    clock: int
    step: int
    notices: Sequence[Notice]


@transaction.atomic
def fire(*, rings: Sequence[Ring], by: Person | str, at: datetime, today: date) -> list[ClockRung]:
    """Fire those of these rungs that have not fired and are due, with their notices, and return them.

    Another `tick` may have been here first, the clock may have been stopped or ended since: what is no longer due is left
    out, so that each rung fires once. One line names them all; no line where none was left.
    """
    ledger.hold()
    asked = {(ring.clock, ring.step): ring for ring in rings}
    due = ClockRung.objects.filter(
        clock__in={ring.clock for ring in rings}, fired_at=None, on__lte=today, clock__next_on__lte=today
    ).select_related("clock__batch", "clock__agency")
    fired = [rung for rung in due.order_by("clock", "step") if (rung.clock_id, rung.step) in asked]
    if not fired:
        return []
    ClockRung.objects.filter(pk__in=[rung.pk for rung in fired]).update(fired_at=at)
    _set_next({rung.clock_id for rung in fired})
    notices = [notice for rung in fired for notice in asked[rung.clock_id, rung.step].notices]
    for notice in notices:
        notice.at = at
    Notice.objects.bulk_create(notices, batch_size=_AT_ONCE, ignore_conflicts=True)
    ledger.append(
        act="fire_rungs",
        subject=_subject_of([rung.clock for rung in fired]),
        by=by,
        at=at,
        facts={
            **{act: said for act in ("remind", "escalate", "lapse") if (said := _said(fired, act))},
            "told": sorted({notice.person.username for notice in notices}),
        },
    )
    return fired


def _said(fired: Iterable[ClockRung], act: str) -> list[str]:
    return [named(rung.clock) for rung in fired if rung.act == act]


def _set_next(clocks: Iterable[int]) -> None:
    """Write down again the day of the next rung of each of these clocks; empty where none is left."""
    left = ClockRung.objects.filter(clock=OuterRef("pk"), fired_at=None).order_by("on").values("on")
    Clock.objects.filter(pk__in=list(clocks)).update(next_on=Subquery(left[:1]))


def _held(clock: Clock, by: Person, *, unit: bool = False) -> Clock:
    """The clock as it is now, held to the end of the transaction, when `by` manages where it runs; or, with `unit`, is of
    the unit whose clock it is."""
    ledger.hold()
    clock = (
        Clock.objects.select_for_update(of=("self",))
        .select_related("batch__procedure", "fonds", "agency")
        .get(pk=clock.pk)
    )
    if unit and clock.agency is not None and access.holds(by, ANSWER, clock.agency):
        return clock
    if clock.fonds is not None:
        access.demand(by, MANAGE, clock.fonds)
    elif not access.fonds_of(by, MANAGE).exists():
        raise Refusal(Sentence("须由流程管理员办理。", "This is for a manager."))
    return clock


def _pause(clock: Clock) -> ClockPause | None:
    return clock.pauses.filter(to_day=None).first()


def _subject_of(rows: Sequence[Clock]) -> str:
    """One clock by its key; of several, how many: the facts name each."""
    keys = {row.pk for row in rows}
    return f"clock {rows[0].pk}" if len(keys) == 1 else f"clocks {len(keys)}"


def named(clock: Clock) -> str:
    """A clock as the ledger says it: kind, public number and agency; never a title."""
    return " ".join(
        [
            clock.kind,
            clock.batch.number if clock.batch else clock.subject,
            *([clock.agency.code] if clock.agency else []),
        ]
    )
