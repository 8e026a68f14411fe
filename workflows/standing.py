"""Where the batches of some fonds stand (办理进度): what waits at each desk since when, and how fast a desk passes it on.

Desks are counted, never persons. Where the work is, Viewflow's tasks say; how much it is, the batches.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from viewflow.workflow.models import Task
from viewflow.workflow.status import STATUS

from review.models import Batch, BatchEntry

PACE_WEEKS = 8
OPEN = (STATUS.NEW, STATUS.ASSIGNED)
# The desks of the road in the order in which a batch comes to them, by the names that the flow gives its nodes.
DESKS = {
    "first_review": _("First review"),
    "second_review": _("Second review"),
    "sample": _("Sample"),
    "countersign": _("Countersign"),
    "reconcile": _("Reconcile"),
    "coordinate": _("Coordinate"),
    "sign_off": _("Sign off"),
    "consent": _("Consent to deferral"),
    "release": _("Release"),
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """One batch at one desk: since when, how many entries, how many of its pieces of work nobody has taken."""

    batch: int
    since: date
    entries: int
    untaken: int


@dataclass(slots=True)
class Desk:
    """One desk of the road: the batches that wait there now, the oldest first, and its pace in the last weeks."""

    name: str
    title: str
    waiting: list[Waiting] = field(default_factory=list)
    passed: int = 0  # entries, in the last PACE_WEEKS weeks
    stay: float | None = None  # days that a batch stood here, on the average of those that were passed on

    @property
    def batches(self) -> int:
        return len(self.waiting)

    @property
    def entries(self) -> int:
        return sum(one.entries for one in self.waiting)

    @property
    def oldest(self) -> date | None:
        return self.waiting[0].since if self.waiting else None

    @property
    def untaken(self) -> int:
        return sum(one.untaken > 0 for one in self.waiting)

    @property
    def weekly(self) -> int:
        return round(self.passed / PACE_WEEKS)

    @property
    def weeks_left(self) -> float | None:
        """How many weeks what waits here would take at this pace; None without a pace."""
        return self.entries * PACE_WEEKS / self.passed if self.passed else None


@dataclass(frozen=True, slots=True)
class Standing:
    """The road of some fonds at one moment; `requests`: the countersignatures (by id) whose desk is open."""

    desks: list[Desk]
    requests: set[int]

    def desk(self, name: str) -> Desk:
        return next(desk for desk in self.desks if desk.name == name)


def standing_of(fonds: Collection[int], now: datetime) -> Standing:
    """What stands where on the road of some fonds. Four queries at any number of batches, tasks and entries."""
    desks = {name: Desk(name, str(title)) for name, title in DESKS.items()}
    open_ = _tasks(fonds).filter(status__in=OPEN).order_by("created", "pk")
    rows = list(open_.values_list("flow_task", "process__artifact_object_id", "seed_object_id", "created", "owner"))
    since = now - timedelta(weeks=PACE_WEEKS)
    passed = _tasks(fonds).filter(status=STATUS.DONE, finished__gte=since)
    done = list(passed.values_list("flow_task", "process__artifact_object_id", "created", "finished"))
    sizes = _sizes({row[1] for row in (*rows, *done)})
    requests: set[int] = set()
    found: dict[tuple[str, int], list] = {}
    for node, batch, seed, created, owner in rows:
        if node is None or node.name not in desks:
            continue  # a task of a node that is no desk any more: `manage.py check_flows` names it
        if node.name == "countersign":
            requests.add(seed)
        here = found.setdefault((node.name, batch), [timezone.localdate(created), 0])
        here[1] += owner is None
    for (name, batch), (day, untaken) in found.items():
        desks[name].waiting.append(Waiting(batch, day, sizes.get(batch, 0), untaken))
    _add_pace(desks, done, sizes)
    return Standing(list(desks.values()), requests)


def _add_pace(desks: dict[str, Desk], done: list[tuple], sizes: dict[int, int]) -> None:
    """A batch counts once at a desk, however many units countersigned it or however often it came back."""
    stays: dict[str, list[float]] = {}
    passed: dict[str, set[int]] = {}
    for node, batch, created, finished in done:
        if node is not None and node.name in desks:
            passed.setdefault(node.name, set()).add(batch)
            stays.setdefault(node.name, []).append((finished - created) / timedelta(days=1))
    for name, batches in passed.items():
        desks[name].passed = sum(sizes.get(batch, 0) for batch in batches)
        desks[name].stay = sum(stays[name]) / len(stays[name])


def _tasks(fonds: Collection[int]) -> QuerySet[Task]:
    """The desks' tasks of every batch of some fonds, of whichever version of the road."""
    batches = Batch.objects.filter(fonds__in=fonds).order_by()
    return Task.objects.filter(
        flow_task_type="HUMAN",
        process__artifact_content_type=ContentType.objects.get_for_model(Batch),
        process__artifact_object_id__in=batches.values("pk"),
    ).order_by()


def _sizes(batches: Collection[int]) -> dict[int, int]:
    """How many entries each batch has. One query."""
    rows = BatchEntry.objects.filter(batch__in=batches).order_by().values_list("batch")
    return dict(rows.annotate(n=Count("pk")))
