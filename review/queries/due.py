"""The due list (到期清单): which entries fall due when, by fonds and agency, and the entries behind each number.

Due: so many years after the latest possible day as the archives' profile says (档案法 art. 27: 25), counted as
settings.DUE_MODE says where the profile leaves a choice. All days here are days on which entries fall due. Nothing is screened: an early candidate is any entry that is not due and that nothing
on its own catalogue line keeps closed; which of them open early the rules say when a batch is cut.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple

from django.conf import settings
from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    ExpressionWrapper,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)

from policies.dates import DateSpan, DueMode, due_date, years_after
from policies.profiles import Profile, profile_of
from review.models import (
    CLOSED,
    AccessStatus,
    Agency,
    BatchEntry,
    Entry,
    Fonds,
    Reassessment,
    Referral,
    ReferralAnswer,
    Series,
    Suspension,
)

State = Literal[
    "all", "due", "overdue", "under_review", "held", "open", "deferred", "undated", "ahead", "early", "stubs",
    "undecided", "later",
]  # fmt: skip
STATES: tuple[State, ...] = (
    "all", "due", "overdue", "under_review", "held", "open", "deferred", "undated", "ahead", "early", "stubs",
    "undecided", "later",
)  # fmt: skip
CUT_STATES: tuple[State, ...] = ("due", "overdue", "early")
PAST_YEARS = 5
_DAY = timedelta(days=1)


def profile() -> Profile:
    """The profile of this archives: that of settings.RULESET. Adoption never changes it, so no row is asked."""
    return profile_of(settings.RULESET)


def due_mode() -> DueMode:
    """How this archives counts: settings.DUE_MODE where its profile allows it."""
    return profile().due_mode(settings.DUE_MODE)


def due_on(latest: date) -> date:
    """The day on which a record whose latest possible day is `latest` falls due, counted as this archives counts."""
    return profile().due_on(DateSpan(latest, latest, ""), settings.DUE_MODE)


def last_due(day: date) -> date:
    """The last of the latest possible days that are due on `day`: what is later is not. Exact, 29 February included."""
    return _last_due(day, profile().closure_years, due_mode())


@lru_cache(maxsize=512)
def _last_due(day: date, years: int, mode: DueMode) -> date:
    # The policy is asked, not repeated: it never falls, so that halving finds the day whatever the way of counting.
    low, high = date.min.toordinal(), day.toordinal()
    while low < high:
        middle = (low + high + 1) // 2
        if due_date(DateSpan(date.fromordinal(middle), date.fromordinal(middle), ""), years=years, mode=mode) <= day:
            low = middle
        else:
            high = middle - 1
    return date.fromordinal(low)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which entries: fallen or falling due from one day to another, of one agency (0: of none), below one series, on one ground."""

    state: State = "all"
    due_from: date | None = None
    due_to: date | None = None
    agency: int | None = None
    series: int | None = None
    ground: str = ""


def chosen(entries: QuerySet[Entry], choice: Choice, today: date) -> QuerySet[Entry]:
    """The entries of `entries` that a choice means. One query, and one more for the series below a series."""
    if choice.due_from is not None:
        entries = entries.filter(latest__gt=last_due(choice.due_from - _DAY))
    if choice.due_to is not None:
        entries = entries.filter(latest__lte=last_due(choice.due_to))
    if choice.agency is not None:
        entries = entries.filter(agency=choice.agency or None)
    if choice.series is not None:
        entries = entries.filter(series__in=series_below(choice.series))
    if choice.ground:
        entries = entries.filter(ground=choice.ground)
    return with_past(entries).filter(states_on(today)[choice.state])


def series_below(series: int) -> list[int]:
    """A series and all below it, by id."""
    fonds = Series.objects.filter(pk=series).values("fonds")
    parents = dict(Series.objects.filter(fonds__in=fonds).order_by().values_list("pk", "parent"))
    below: dict[int | None, list[int]] = {}
    for pk, parent in parents.items():
        below.setdefault(parent, []).append(pk)
    found = [series]
    for pk in found:
        found += below.get(pk, ())
    return found


def with_past(entries: QuerySet[Entry]) -> QuerySet[Entry]:
    """Whether each entry is in a running batch, whether it ever was in any, and whether it is held back from all."""
    batches = BatchEntry.objects.filter(entry=OuterRef("pk"))
    return entries.annotate(live=Exists(batches.filter(live=True)), ever=Exists(batches), held_back=_held_back())


def not_held(entries: QuerySet[Entry]) -> QuerySet[Entry]:
    """The entries that a batch may take: in no running one, and not held back."""
    return with_past(entries).filter(Q(live=False, held_back=False))


def _held_back() -> ExpressionWrapper[Q]:
    """Whether an entry is kept out of every batch: another body is asked about it, it is suspended, it comes back by a
    re-assessment that runs, or it was declassified and is still a stub without a title to be reviewed by.

    The few that are held are looked up once for all entries, not once for each.
    """
    asked = Referral.objects.filter(answered_at__isnull=True)
    suspended = Suspension.objects.filter(ended_at__isnull=True)
    returning = Reassessment.objects.filter(done_at__isnull=True, batch__isnull=False)
    declassified = Referral.objects.filter(answer=ReferralAnswer.DECLASSIFIED)
    held = Q(stub=True, pk__in=declassified.order_by().values("entry"))
    for rows in (asked, suspended, returning):
        held |= Q(pk__in=rows.order_by().values("entry"))
    return ExpressionWrapper(held, output_field=BooleanField())


def states_on(today: date) -> dict[State, Q]:
    """What puts an entry into each column of the list. Due counts what a batch would take: stubs too, to be referred.

    Undecided and later are the same two without a look at the batches: what is under review or held is in them as well.
    """
    unsettled = Q(access_status__in=[AccessStatus.NOT_REVIEWED, AccessStatus.LEGACY_CONTROL])
    waiting = Q(live=False, held_back=False) & unsettled
    due = waiting & Q(latest__lte=last_due(today))
    ahead = waiting & Q(latest__gt=last_due(today))
    return {
        "all": Q(),
        "due": due,
        "overdue": due & Q(ever=False),
        "under_review": Q(live=True),
        "held": Q(live=False, held_back=True),
        "open": Q(access_status=AccessStatus.OPEN),
        "deferred": Q(access_status__in=CLOSED),
        "undated": Q(latest__isnull=True),
        "ahead": ahead,
        "early": ahead & Q(stub=False, classification="", access_condition=""),
        "stubs": Q(stub=True),
        "undecided": unsettled & Q(latest__lte=last_due(today)),
        "later": unsettled & Q(latest__gt=last_due(today)),
    }


class Period(NamedTuple):
    """A line of the list by time: the entries that fall due from one day to another (None: without end)."""

    kind: Literal["before", "past", "month", "year"]
    first: date | None
    last: date | None


def periods_of(today: date) -> list[Period]:
    """Everything before the past five years, these as one, this month and the eleven after it, then year by year."""
    this_month = today.replace(day=1)
    months = [_months_after(this_month, number) for number in range(13)]
    past = this_month.replace(year=this_month.year - PAST_YEARS)
    periods = [Period("before", None, past - _DAY), Period("past", past, this_month - _DAY)]
    periods += [Period("month", months[n], months[n + 1] - _DAY) for n in range(12)]
    first = months[12]
    # Nothing formed up to today falls due later than this, however it is counted.
    for year in range(first.year, years_after(today, profile().closure_years).year + 3):
        periods.append(Period("year", max(first, date(year, 1, 1)), date(year, 12, 31)))
    return [*periods[:-1], Period("year", periods[-1].first, None)]


def _months_after(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, 1)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many entries of a line are in each state."""

    all: int = 0
    due: int = 0
    overdue: int = 0
    under_review: int = 0
    held: int = 0
    open: int = 0
    deferred: int = 0
    undated: int = 0
    ahead: int = 0
    early: int = 0
    stubs: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, name) + getattr(other, name) for name in COUNTED))


COUNTED = tuple(field.name for field in fields(Counts))


class Cell(NamedTuple):
    """The counts of one fonds, agency and period; `period` -1: the date is unknown."""

    fonds: int
    agency: int | None
    period: int
    counts: Counts


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: what it is about, and its counts."""

    about: Period | Fonds | Agency | None
    counts: Counts


@dataclass(frozen=True, slots=True)
class DueTables:
    """The due list three ways, each adding up to `total`; `coming`: what falls due in the twelve months ahead."""

    by_time: list[Line]
    by_fonds: list[Line]
    by_agency: list[Line]
    total: Counts
    coming: int


def cells_of(entries: QuerySet[Entry], periods: list[Period], today: date) -> list[Cell]:
    """The entries counted by fonds, agency, period and state. One query that goes over them once."""
    when = [When(latest__isnull=True, then=Value(-1))]
    when += [When(latest__lte=last_due(p.last), then=Value(n)) for n, p in enumerate(periods) if p.last is not None]
    period = Case(*when, default=Value(len(periods) - 1), output_field=IntegerField())
    states = states_on(today)
    rows = (
        with_past(entries)
        .annotate(period=period)
        .order_by()
        .values("fonds", "agency", "period")
        .annotate(**{f"n_{name}": Count("pk", filter=states[name]) for name in COUNTED if name != "all"})
        .annotate(n_all=Count("pk"))
    )
    return [
        Cell(row["fonds"], row["agency"], row["period"], Counts(*(row[f"n_{name}"] for name in COUNTED)))
        for row in rows
    ]


def due_tables(fonds: QuerySet[Fonds], today: date, *, agency: int | None = None) -> DueTables:
    """The due list of some fonds (of one agency, if named), by time, fonds and agency. Three queries at any size."""
    entries = entries_held(fonds, agency)
    periods = periods_of(today)
    cells = cells_of(entries, periods, today)
    times = _summed((cell.period, cell.counts) for cell in cells)
    shown = [n for n, period in enumerate(periods) if n in times or period.kind == "month"]
    by_time = [Line(periods[n], times.get(n, Counts())) for n in shown]
    if -1 in times:
        by_time.append(Line(None, times[-1]))
    total = sum((line.counts for line in by_time), Counts())
    coming = sum(cell.counts.ahead for cell in cells if cell.period >= 0 and periods[cell.period].kind == "month")
    by_fonds = _summed((cell.fonds, cell.counts) for cell in cells)
    by_agency = _summed((cell.agency, cell.counts) for cell in cells)
    agencies = Agency.objects.in_bulk([pk for pk in by_agency if pk is not None])
    lines = [Line(row, by_fonds.get(row.pk, Counts())) for row in fonds]
    return DueTables(by_time, lines, _agency_lines(agencies, by_agency), total, coming)


def entries_held(fonds: QuerySet[Fonds], agency: int | None = None) -> QuerySet[Entry]:
    """The entries of some fonds, of one agency if it is named."""
    entries = Entry.objects.filter(fonds__in=fonds)
    return entries if agency is None else entries.filter(agency=agency or None)


def agencies_of(fonds: QuerySet[Fonds]) -> QuerySet[Agency]:
    """The agencies that answer for any entry of some fonds."""
    return Agency.objects.filter(Exists(Entry.objects.filter(agency=OuterRef("pk"), fonds__in=fonds)))


def _agency_lines(agencies: dict[int, Agency], counts: dict[int | None, Counts]) -> list[Line]:
    """The agencies with most that waits first; what nobody but the archives answers for, last."""
    lines = [Line(agencies[pk], found) for pk, found in counts.items() if pk is not None]
    lines.sort(key=lambda line: (-line.counts.due, -line.counts.all, str(line.about)))
    return [*lines, Line(None, counts[None])] if None in counts else lines


def _summed(pairs: Iterable[tuple[int | None, Counts]]) -> dict[int | None, Counts]:
    result: dict[int | None, Counts] = {}
    for key, counts in pairs:
        result[key] = result.get(key, Counts()) + counts
    return result
