"""The year's plan: the lines to propose, and what each line takes. How far its review has come: plan_progress.py.

An entry belongs to the first line, by position, that it fits: so a line without a series or a unit means "all others",
and no entry is counted or cut twice.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Sum, Value, When

from policies.plans import MOST_LINES, SIZE, begin_by, due_days
from review.models import (
    AccessRequest,
    AccessStatus,
    Entry,
    Fonds,
    LedgerLine,
    Person,
    Plan,
    PlanLine,
    Series,
)
from review.queries.due import last_due, not_held, states_on
from review.queries.procedures import procedure_in_force

_WAITING = (AccessStatus.NOT_REVIEWED, AccessStatus.LEGACY_CONTROL)
MAKING = ("make_plan", "add_plan_line", "change_plan_line", "drop_plan_line", "submit_plan")


def waiting(fonds: Collection[Fonds]) -> QuerySet[Entry]:
    """The entries of some fonds that a plan can be about: not decided, in no running batch, not held back."""
    return not_held(Entry.objects.filter(fonds__in=fonds, access_status__in=_WAITING, latest__isnull=False))


def proposed_lines(fonds: Collection[Fonds], *, year: int, today: date) -> list[PlanLine]:
    """The lines that the due list proposes for a year, unsaved, in the order in which they take their entries.

    What requests ask for comes first; then what is due, by fonds, series, responsible agency and due year; last the
    early candidates of each fonds. Where these would be more lines than a plan holds, series are not told apart, then
    agencies neither. Three queries at most; nothing is screened.
    """
    asked = _asked_for(fonds, year, today)
    early = _early(fonds, year, today)
    for names in (("fonds", "series", "agency"), ("fonds", "agency"), ("fonds",)):
        due = _due(fonds, names, year, today)
        if len(asked) + len(due) + len(early) <= MOST_LINES:
            break
    lines = [*asked, *due, *early]
    for position, line in enumerate(lines, 1):
        line.position = position
    return lines


def _due(fonds: Collection[Fonds], names: Sequence[str], year: int, today: date) -> list[PlanLine]:
    days = due_days(year)
    bucket = Case(
        *(When(latest__lte=last_due(day), then=Value(place)) for place, day in enumerate(days)),
        output_field=IntegerField(),
    )
    rows = (
        waiting(fonds)
        .filter(latest__lte=last_due(days[-1]))
        .annotate(bucket=bucket)
        .order_by()
        .values(*names, "bucket")
        .annotate(n=Count("pk"))
    )
    found = [
        _line(
            row["fonds"], year, today, entries=row["n"], due_to=days[row["bucket"]], series=row.get("series"),
            agency=row.get("agency"),
        )
        for row in rows
    ]  # fmt: skip
    # What names a series or a unit stands before what takes the others of the same fonds, a series before the one above it.
    depth = _depths(fonds) if "series" in names else {}
    last = float("inf")
    return sorted(
        found,
        key=lambda line: (
            line.fonds_id,
            -depth.get(line.series_id, 0),
            line.series_id or last,
            line.agency_id or last,
            line.due_to,
        ),
    )


def _depths(fonds: Collection[Fonds]) -> dict[int, int]:
    """How deep each series lies, 1 at the top. One query."""
    parents = dict(Series.objects.filter(fonds__in=fonds).order_by().values_list("pk", "parent"))
    depths: dict[int, int] = {}
    for pk, parent in parents.items():
        way, above = [pk], parent
        while above is not None and above not in depths:
            way.append(above)
            above = parents.get(above)
        base = depths[above] if above is not None else 0
        for place, one in enumerate(reversed(way), 1):
            depths[one] = base + place
    return depths


def _early(fonds: Collection[Fonds], year: int, today: date) -> list[PlanLine]:
    rows = (
        waiting(fonds)
        .filter(states_on(today)["early"], latest__gt=last_due(date(year, 12, 31)))
        .order_by()
        .values("fonds")
        .annotate(n=Count("pk"))
        .order_by("fonds")
    )
    return [_line(row["fonds"], year, today, entries=row["n"], state="early") for row in rows]


def _asked_for(fonds: Collection[Fonds], year: int, today: date) -> list[PlanLine]:
    """What was asked for and is in no batch: of an open request, or one answered by "it will be reviewed"."""
    free = waiting(fonds)
    rows = AccessRequest.objects.filter(entry__in=free, batch__isnull=True).filter(
        Q(answered_at__isnull=True) | Q(answer="review")
    )
    lines = {}
    for request in rows.order_by("pk"):
        if request.entry_id not in lines:
            line = _line(request.fonds_id, year, today, entries=1)
            line.asked_for = request
            line.begin_by = begin_by(today, year=year, today=today, look_ahead=0)
            lines[request.entry_id] = line
    return list(lines.values())


def _line(
    fonds: int,
    year: int,
    today: date,
    *,
    entries: int,
    state: str = "due",
    due_to: date | None = None,
    series: int | None = None,
    agency: int | None = None,
) -> PlanLine:
    look_ahead = procedure_in_force().look_ahead_days
    return PlanLine(
        fonds_id=fonds,
        series_id=series,
        agency_id=agency,
        state=state,
        due_to=due_to,
        size=SIZE,
        entries=entries,
        begin_by=begin_by(due_to, year=year, today=today, look_ahead=look_ahead),
    )


def first_fit(lines: Sequence[PlanLine]) -> Case:
    """The id of the first of the lines (ordered by position) that an entry fits; None where it fits none."""
    below = _series_below({line.fonds_id for line in lines if line.series_id})
    when = [When(_fits(line, below), then=Value(line.pk)) for line in lines]
    return Case(*when, default=None, output_field=IntegerField())


def _fits(line: PlanLine, below: Callable[[int], list[int]]) -> Q:
    if line.asked_for_id and line.asked_for is not None:
        return Q(pk=line.asked_for.entry_id)
    fits = Q(fonds=line.fonds_id)
    if line.series_id:
        fits &= Q(series__in=below(line.series_id))
    if line.agency_id:
        fits &= Q(agency=line.agency_id)
    if line.due_to is not None:
        fits &= Q(latest__lte=last_due(line.due_to))
    if line.state == "early":
        unmarked = Q(stub=False, classification="", access_condition="")
        return fits & unmarked & Q(latest__gt=last_due(date(line.plan.year, 12, 31)))
    if line.due_to is None:
        fits &= Q(latest__lte=last_due(date(line.plan.year, 12, 31)))
    return fits & Q(ever=False) if line.state == "overdue" else fits


def _series_below(fonds: Collection[int]) -> Callable[[int], list[int]]:
    """For a series, it and all below it. One query, none where no line names a series."""
    children: dict[int | None, list[int]] = {}
    if fonds:
        for pk, parent in Series.objects.filter(fonds__in=fonds).order_by().values_list("pk", "parent"):
            children.setdefault(parent, []).append(pk)

    def below(series: int) -> list[int]:
        found = [series]
        for pk in found:
            found += children.get(pk, ())
        return found

    return below


def lines_of(plan: Plan) -> list[PlanLine]:
    """The lines of a plan in their order, with all that a page says of them. One query."""
    lines = plan.lines.select_related("fonds", "series", "agency", "asked_for__entry").order_by("position")
    found = list(lines)
    for line in found:
        line.plan = plan
    return found


def counted(lines: Sequence[PlanLine]) -> dict[int, int]:
    """How many entries wait for each line (by id), whether they are due yet or not. Two queries at most."""
    if not lines:
        return {}
    fonds = {line.fonds_id: line.fonds for line in lines}
    rows = (
        waiting(list(fonds.values()))
        .annotate(line=first_fit(lines))
        .order_by()
        .values("line")
        .annotate(n=Count("pk"))
    )
    return {row["line"]: row["n"] for row in rows if row["line"] is not None}


def entries_of(line: PlanLine) -> QuerySet[Entry]:
    """The entries that wait for one line of a plan and for none before it."""
    return waiting([line.fonds]).annotate(line=first_fit(lines_of(line.plan))).filter(line=line.pk)


def left_in(line: PlanLine, today: date) -> bool:
    """Whether a batch can be cut of a line today. Of early candidates the rules say how many, when it is cut."""
    entries = entries_of(line)
    if line.state != "early" and not line.asked_for_id:
        entries = entries.filter(latest__lte=last_due(today))
    return entries.exists()


def makers_of(plan: Plan) -> set[int]:
    """The ids of all who had a hand in making a plan, as the ledger has them."""
    names = LedgerLine.objects.filter(subject=f"plan {plan.number}", act__in=MAKING).values_list("actor", flat=True)
    return {plan.made_by_id, *Person.objects.filter(username__in=list(names)).values_list("pk", flat=True)}


def fonds_in(plan: Plan) -> QuerySet[Fonds]:
    """The fonds that a plan has lines of."""
    return Fonds.objects.filter(plan_lines__plan=plan).distinct()


def plans_over(fonds: QuerySet[Fonds], most: int = 20) -> list[Plan]:
    """The newest plans that are about any of these fonds and were not given up. One query."""
    rows = Plan.objects.filter(pk__in=PlanLine.objects.filter(fonds__in=fonds).values("plan"), given_up_at=None)
    return list(
        rows.select_related("made_by", "approved_by")
        .annotate(line_count=Count("lines"), planned=Sum("lines__entries"))
        .order_by("-year", "-pk")[:most]
    )
