"""The year's plan: drafted from the due list, changed line by line, submitted, and approved by another person."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from policies.plans import (
    check_approving,
    check_drafting,
    check_line,
    check_lines,
    check_returned_why,
    check_year,
)
from policies.sentences import Refusal, Sentence
from policies.separation import check_plan_approver
from review import access, ledger
from review.models import Agency, Fonds, Person, Plan, PlanLine, Series
from review.queries.plans import counted, lines_of, makers_of, proposed_lines

PLAN, APPROVE = "review.plan_fonds", "review.approve_plan_fonds"


@dataclass(frozen=True, slots=True)
class LineChoice:
    """What one line is to be: of which series and agency (None: all others), what of it, by when due, in what portions."""

    state: str
    size: int
    begin_by: date
    due_to: date | None = None
    series: Series | None = None
    agency: Agency | None = None


@transaction.atomic
def make_plan(*, year: int, fonds: Collection[Fonds], by: Person, at: datetime, today: date) -> Plan:
    """Draft the plan of a year for some fonds, with the lines that the due list proposes. Raises Refusal for no line.

    Source: 国家档案馆档案开放办法 art. 13 (the plan comes first).
    """
    for one in fonds:
        access.demand(by, PLAN, one)
    ledger.hold()
    check_year(year, today)
    lines = proposed_lines(fonds, year=year, today=today)
    if not lines:
        raise Refusal(
            Sentence(
                f"所选全宗到 {year} 年底没有到期或可提前开放的条目，无须编制计划。",
                f"Nothing of these fonds falls due, or may open early, by the end of {year}: no plan is needed.",
            )
        )
    plan = Plan.objects.create(number=_next_number(year), year=year, made_at=at, made_by=by)
    for line in lines:
        line.plan = plan
    PlanLine.objects.bulk_create(lines)
    _note("make_plan", plan, by, at, fonds=sorted(one.code for one in fonds))
    return plan


@transaction.atomic
def add_line(*, plan: Plan, fonds: Fonds, choice: LineChoice, by: Person, at: datetime) -> PlanLine:
    """Put a further line before the lines of "all others", so that it takes its entries from them. Raises Refusal."""
    _open_draft(plan, by, fonds)
    _check(plan, fonds, choice)
    lines = lines_of(plan)
    place = _place(lines, fonds, choice)
    # From the end, so that no two lines ever have one position.
    for line in reversed(lines[place:]):
        line.position += 1
        line.save(update_fields=["position"])
    line = PlanLine.objects.create(
        plan=plan,
        position=lines[place].position - 1 if place < len(lines) else (lines[-1].position + 1 if lines else 1),
        fonds=fonds,
        series=choice.series,
        agency=choice.agency,
        state=choice.state,
        due_to=choice.due_to,
        size=choice.size,
        begin_by=choice.begin_by,
        entries=0,
    )
    _count_anew(plan)
    _note("add_plan_line", plan, by, at, line=line.position)
    line.refresh_from_db()
    return line


@transaction.atomic
def change_line(*, line: PlanLine, size: int, begin_by: date, due_to: date | None, by: Person, at: datetime) -> None:
    """Change how large the batches of a line are, by when it is begun and what is due for it. Raises Refusal."""
    plan = line.plan
    _open_draft(plan, by, line.fonds)
    check_line(state=line.state, size=size, due_to=due_to, begin_by=begin_by, year=plan.year)
    line.size, line.begin_by, line.due_to = size, begin_by, due_to
    line.save(update_fields=["size", "begin_by", "due_to"])
    _count_anew(plan)
    _note("change_plan_line", plan, by, at, line=line.position)


@transaction.atomic
def drop_line(*, line: PlanLine, by: Person, at: datetime) -> None:
    """Take a line out of a draft: what it named is left to the lines of "all others", or waits. Raises Refusal."""
    plan = line.plan
    _open_draft(plan, by, line.fonds)
    check_lines(plan.lines.count() - 1)
    position = line.position
    line.delete()
    _count_anew(plan)
    _note("drop_plan_line", plan, by, at, line=position)


@transaction.atomic
def submit_plan(*, plan: Plan, by: Person, at: datetime) -> None:
    """Put a draft to the approver, with the numbers as they are now. Raises Refusal."""
    _open_draft(plan, by)
    check_lines(plan.lines.count())
    _count_anew(plan)
    plan.submitted_at = at
    plan.save(update_fields=["submitted_at"])
    _note("submit_plan", plan, by, at)


@transaction.atomic
def approve_plan(*, plan: Plan, by: Person, at: datetime) -> None:
    """Approve a submitted plan; from now on batches are cut of it. Raises Refusal for whoever took part in making it."""
    _demand(plan, by, APPROVE)
    _hold(plan)
    _check_waits(plan)
    check_plan_approver(_hands(plan, by), makers_of(plan))
    plan.approved_at, plan.approved_by = at, by
    plan.save(update_fields=["approved_at", "approved_by"])
    _note("approve_plan", plan, by, at)


@transaction.atomic
def return_plan(*, plan: Plan, reason: str, by: Person, at: datetime) -> None:
    """Send a submitted plan back to its draft, with the reason. Raises Refusal."""
    _demand(plan, by, APPROVE)
    _hold(plan)
    _check_waits(plan)
    check_plan_approver(_hands(plan, by), makers_of(plan))
    check_returned_why(reason)
    plan.submitted_at, plan.returned_because = None, reason.strip()
    plan.save(update_fields=["submitted_at", "returned_because"])
    _note("return_plan", plan, by, at, reason=plan.returned_because)


@transaction.atomic
def give_up_plan(*, plan: Plan, by: Person, at: datetime) -> None:
    """Give a draft up; it stays on record. Raises Refusal."""
    _open_draft(plan, by)
    plan.given_up_at = at
    plan.save(update_fields=["given_up_at"])
    _note("give_up_plan", plan, by, at)


def _open_draft(plan: Plan, by: Person, *fonds: Fonds) -> None:
    """The draft is this planner's to change: a right on every fonds of it, and nobody has it for approval."""
    _demand(plan, by, PLAN, *fonds)
    _hold(plan)
    check_drafting(
        submitted=plan.submitted_at is not None,
        approved=plan.approved_at is not None,
        given_up=plan.given_up_at is not None,
    )


def _demand(plan: Plan, by: Person, permission: str, *more: Fonds) -> None:
    for fonds in {*more, *Fonds.objects.filter(plan_lines__plan=plan)}:
        access.demand(by, permission, fonds)


def _hold(plan: Plan) -> None:
    ledger.hold()
    plan.refresh_from_db()


def _check_waits(plan: Plan) -> None:
    check_approving(
        submitted=plan.submitted_at is not None,
        approved=plan.approved_at is not None,
        given_up=plan.given_up_at is not None,
    )


def _hands(plan: Plan, by: Person) -> set[int]:
    return {hand for line in lines_of(plan) for hand in access.hands_of(by, APPROVE, line.fonds)}


def _check(plan: Plan, fonds: Fonds, choice: LineChoice) -> None:
    check_lines(plan.lines.count() + 1)
    check_line(state=choice.state, size=choice.size, due_to=choice.due_to, begin_by=choice.begin_by, year=plan.year)
    if choice.series is not None and choice.series.fonds_id != fonds.pk:
        raise Refusal(Sentence("该类目不在此全宗内。", "That series is not in this fonds."))


def _place(lines: list[PlanLine], fonds: Fonds, choice: LineChoice) -> int:
    """Before the first line of this fonds that would take its entries away: an equal one, or one that names less."""

    def named(series: object, agency: object) -> int:
        return (series is not None) + (agency is not None)

    mine = named(choice.series, choice.agency)
    for place, line in enumerate(lines):
        if line.fonds_id == fonds.pk and not line.asked_for_id and named(line.series_id, line.agency_id) <= mine:
            return place
    return len(lines)


def _count_anew(plan: Plan) -> None:
    lines = lines_of(plan)
    counts = counted(lines)
    for line in lines:
        line.entries = counts.get(line.pk, 0)
    PlanLine.objects.bulk_update(lines, ["entries"], batch_size=300)


def _note(act: str, plan: Plan, by: Person, at: datetime, **facts: ledger.Fact) -> None:
    lines = lines_of(plan)
    rows = (
        (line.position, line.fonds.code, line.series_id, line.agency_id, line.state, line.due_to, line.size,
         line.entries, line.begin_by)
        for line in lines
    )  # fmt: skip
    ledger.append(
        act=act,
        subject=f"plan {plan.number}",
        by=by,
        at=at,
        facts={"lines": len(lines), "entries": sum(line.entries for line in lines), **facts},
        rows_digest=ledger.digest_of_rows(rows),
    )


def _next_number(year: int) -> str:
    stem = f"JH-{year}-"
    taken = Plan.objects.filter(number__startswith=stem).values_list("number", flat=True)
    return f"{stem}{max((int(number.removeprefix(stem)) for number in taken), default=0) + 1}"
