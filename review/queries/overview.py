"""What a leader asks of his fonds: what falls due against what was decided, how much opens, who is waited for, how it goes.

Every number is of the fonds that are named and of no other. Entries are counted by the day on which they fall due
(review/queries/due.py says what each state means), decisions by the batch that recorded them. Never writes.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from datetime import date, timedelta

from django.db.models import (
    Avg,
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import ExtractYear
from django.utils import timezone

from policies.agreement import Agreement, agreement_of
from policies.forecasting import WEEKS
from policies.managing import CANCELLED
from policies.outcomes import Stage
from review.models import (
    CLOSED,
    CLOSING,
    Agency,
    Asked,
    Batch,
    BatchEntry,
    BatchReturn,
    Countersignature,
    DeferralList,
    Entry,
    Opinion,
    Plan,
    PlanLine,
    SignOff,
)
from review.queries.due import due_on, last_due, states_on

RECENT_BATCHES, RECENT = 200, 20_000  # of the latest batches so many opinions are compared, and no more


@dataclass(slots=True)
class Tally:
    """How many entries are open, deferred, due and undecided, undecided and not yet due; the rest is undated or suspended.

    `overdue` are those of the undecided that fell due in an earlier year.
    """

    all: int = 0
    open: int = 0
    deferred: int = 0
    undecided: int = 0
    later: int = 0
    overdue: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, name) + getattr(other, name) for name in TALLIED))

    @property
    def decided(self) -> int:
        return self.open + self.deferred


TALLIED = tuple(field.name for field in fields(Tally))


def tallies_by_year(entries: QuerySet[Entry], today: date) -> dict[int, Tally]:
    """Entries by the year in which they fall due; what has no date is in none. One query.

    Whichever way due is counted, all that is formed in one year falls due in one year.
    """
    dated = entries.filter(latest__isnull=False).annotate(formed=ExtractYear("latest"))
    found = {due_on(date(formed, 7, 1)).year: tally for formed, tally in _tallies(dated, "formed", today).items()}
    return dict(sorted(found.items()))


def tallies_by_fonds(entries: QuerySet[Entry], today: date) -> dict[int, Tally]:
    """Entries by their fonds (by id). One query."""
    return _tallies(entries, "fonds", today)


def grounds_of_closed(entries: QuerySet[Entry]) -> list[tuple[str, int]]:
    """How many of the entries each ground keeps closed now, the most first. One query."""
    rows = entries.filter(access_status__in=CLOSED).order_by().values_list("ground").annotate(n=Count("pk"))
    return sorted(rows, key=lambda row: (-row[1], row[0]))


def falling_due_in(year: int | None) -> Q:
    """The entries that fall due in a year; all of them where none is named."""
    if year is None:
        return Q()
    return Q(latest__gt=last_due(date(year - 1, 12, 31)), latest__lte=last_due(date(year, 12, 31)))


def _tallies(entries: QuerySet[Entry], by: str, today: date) -> dict[int, Tally]:
    """Counted in one pass, by one key: by two at once the server would sort all rows on disk."""
    states = states_on(today)
    overdue = states["undecided"] & Q(latest__lte=last_due(date(today.year - 1, 12, 31)))
    asked = {name: states[name] for name in TALLIED if name not in ("all", "overdue")} | {"overdue": overdue}
    rows = entries.order_by().values(by).annotate(n_all=Count("pk"))
    rows = rows.annotate(**{f"n_{name}": Count("pk", filter=state) for name, state in asked.items()})
    return {row[by]: Tally(*(row[f"n_{name}"] for name in TALLIED)) for row in rows}


@dataclass(frozen=True, slots=True)
class Recorded:
    """What one batch recorded at its end, and on which day."""

    batch: int
    fonds: int
    plan_line: int | None
    on: date
    opened: int
    deferred: int
    referred: int

    @property
    def decided(self) -> int:
        return self.opened + self.deferred + self.referred


def recorded_by(fonds: Collection[int]) -> list[Recorded]:
    """What every ended batch of some fonds recorded, oldest first: released, or closed without anything to open.

    Two queries at any size. A batch that was given up recorded nothing.
    """
    batches = Batch.objects.filter(fonds__in=fonds)
    released = batches.filter(releases__isnull=False, releases__corrects=None).values_list(
        "pk", "fonds", "plan_line", "releases__issued_on", "releases__counts"
    )
    found = [Recorded(*row[:4], *_outcomes(row[4])) for row in released.order_by()]
    consented = DeferralList.objects.filter(batch=OuterRef("batch"), answered_at__isnull=False).order_by(
        "-answered_at"
    )
    signed = (
        SignOff.objects.filter(standing=True, batch__in=batches.filter(releases__isnull=True).order_by())
        .exclude(Exists(BatchEntry.objects.filter(batch=OuterRef("batch"), live=True)))
        .exclude(Exists(BatchReturn.objects.filter(batch=OuterRef("batch"), from_desk=CANCELLED)))
        .order_by("pk")
        .values_list(
            "batch", "batch__fonds", "batch__plan_line", "at", Subquery(consented.values("answered_at")[:1]), "counts"
        )
    )  # fmt: skip
    closed = {}
    for pk, over, line, at, agreed, counts in signed:  # every signature of a batch is under the same decisions
        day = timezone.localdate(max(filter(None, (at, agreed))))
        closed[pk] = Recorded(pk, over, line, day, *_outcomes(counts))
    found += closed.values()
    return sorted(found, key=lambda row: (row.on, row.batch))


def _outcomes(counts: dict) -> tuple[int, int, int]:
    return counts["opened"], sum(counts["deferred"].values()), counts["referred"]


def recorded_by_year(recorded: Iterable[Recorded]) -> list[tuple[int, int, int, int]]:
    """What was recorded year by year, the newest first: year, opened, deferred, referred."""
    years: dict[int, list[int]] = {}
    for row in recorded:
        sums = years.setdefault(row.on.year, [0, 0, 0])
        for place, count in enumerate((row.opened, row.deferred, row.referred)):
            sums[place] += count
    return [(year, *years[year]) for year in sorted(years, reverse=True)]


@dataclass(frozen=True, slots=True)
class PlanLeft:
    """What a running plan holds of some fonds, and how much of it is not on record yet. Early candidates are not in it."""

    plan: Plan
    planned: int
    left: int


def plans_left(fonds: Collection[int], recorded: Iterable[Recorded]) -> list[PlanLeft]:
    """The approved plans of which something is left in these fonds, the oldest first. One query."""
    done: Counter[int | None] = Counter()
    for row in recorded:
        done[row.plan_line] += row.decided
    lines = PlanLine.objects.filter(fonds__in=fonds, plan__approved_at__isnull=False, plan__given_up_at__isnull=True)
    found: dict[int, PlanLeft] = {}
    for line in lines.exclude(state="early").select_related("plan").order_by("plan", "position"):
        so_far = found.get(line.plan_id, PlanLeft(line.plan, 0, 0))
        left = max(0, line.entries - done[line.pk])
        found[line.plan_id] = PlanLeft(line.plan, so_far.planned + line.entries, so_far.left + left)
    return [one for one in found.values() if one.left]


def open_requests(fonds: Collection[int], pks: Collection[int]) -> QuerySet[Countersignature]:
    """Those of the requests (by id) that are about some fonds, the oldest first, with `entries`: how many they ask about."""
    requests = Countersignature.objects.filter(pk__in=pks, batch__fonds__in=fonds)
    return (
        requests.select_related("batch__fonds", "agency").annotate(entries=Count("asked")).order_by("asked_at", "pk")
    )


def weekly(recorded: Iterable[Recorded], today: date) -> list[int]:
    """How many entries were decided in each of the last weeks, oldest first; a week that began before the first batch is none."""
    days = {row.on: 0 for row in recorded}
    if not days:
        return []
    weeks = min(WEEKS, ((today - min(days)).days + 7) // 7)
    found = [0] * weeks
    for row in recorded:
        ago = (today - row.on).days // 7
        if 0 <= ago < weeks:
            found[weeks - 1 - ago] += row.decided
    return found


@dataclass(frozen=True, slots=True)
class Silence:
    """One forming unit: how long it has been waited for, on how many entries, and how it answered before."""

    agency: Agency
    days: int  # since the oldest request that is open; 0: nothing is
    open: int
    entries: int
    answered: int
    usual: int | None  # days, on the average of what it answered
    lapsed: int


def silences(fonds: Collection[int], open_requests: Collection[int], today: date) -> list[Silence]:
    """The forming units that were ever asked about some fonds, the longest silent first. Three queries at any size.

    `open_requests`: the countersignatures (by id) at whose desk work still waits; those of a round that was sent back do not.
    """
    asked = Countersignature.objects.filter(batch__fonds__in=fonds).order_by()
    took = ExpressionWrapper(F("answered_at") - F("asked_at"), output_field=DurationField())
    rows = asked.values_list("agency").annotate(
        answered=Count("pk", filter=Q(answered_at__isnull=False)),
        usual=Avg(took, filter=Q(answered_at__isnull=False)),
        lapsed=Count("pk", filter=Q(silent_at__isnull=False)),
        oldest=Min("asked_at", filter=Q(pk__in=open_requests)),
        open=Count("pk", filter=Q(pk__in=open_requests)),
    )
    about = Asked.objects.filter(countersignature__in=open_requests, countersignature__batch__fonds__in=fonds)
    entries = dict(about.order_by().values_list("countersignature__agency").annotate(n=Count("pk")))
    agencies = Agency.objects.in_bulk([row[0] for row in rows])
    found = [
        Silence(
            agencies[pk],
            (today - timezone.localdate(oldest)).days if oldest else 0,
            waiting,
            entries.get(pk, 0),
            answered,
            round(usual / timedelta(days=1)) if usual is not None else None,
            lapsed,
        )
        for pk, answered, usual, lapsed, oldest, waiting in rows
    ]
    return sorted(found, key=lambda one: (-one.days, -one.open, one.agency.code))


@dataclass(frozen=True, slots=True)
class Hands:
    """How often the second hand agreed with the first, and how often a later hand decided otherwise than the one before."""

    agreement: Agreement
    looked_again: int
    reversed: int


_ORDER = [Stage.FIRST_REVIEW, Stage.SECOND_REVIEW, Stage.RECONCILE, Stage.COORDINATE]


def recent_hands(fonds: Collection[int]) -> Hands:
    """Agreement and reversal in the latest batches of some fonds. Two queries; at most RECENT opinions are compared."""
    batches = list(
        Batch.objects.filter(fonds__in=fonds).order_by("-pk").values_list("pk", flat=True)[:RECENT_BATCHES]
    )
    rows = (
        Opinion.objects.filter(batch_entry__batch__in=batches, standing=True, stage__in=_ORDER)
        .order_by("-pk")
        .values_list("batch_entry", "round", "stage", "outcome", "ground")[:RECENT]
    )
    said: dict[tuple[int, int], dict[str, str]] = defaultdict(dict)
    for entry, round_, stage, outcome, ground in rows:
        said[entry, round_][stage] = f"{outcome}/{ground if outcome in CLOSING else ''}"
    pairs, again, reversed_ = [], 0, 0
    for hands in said.values():
        given = [hands[stage] for stage in _ORDER if stage in hands]
        again += len(given) > 1
        reversed_ += any(one != other for one, other in itertools.pairwise(given))
        if Stage.FIRST_REVIEW in hands and Stage.SECOND_REVIEW in hands:
            pairs.append((hands[Stage.FIRST_REVIEW], hands[Stage.SECOND_REVIEW]))
    return Hands(agreement_of(pairs), again, reversed_)
