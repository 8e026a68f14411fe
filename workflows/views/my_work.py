"""My work: what waits for me and what is in my hands, oldest first."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from viewflow.workflow.models import Task
from viewflow.workflow.status import STATUS

from policies.roles import ROLES
from policies.separation import EARLIER_STAGES
from review import access
from review.models import Batch, Opinion, Person, SignOff
from review.queries.decisions import entries_asked

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of work as a line: the task, its batch, for a forming unit the agency asked, and how many entries it is about."""

    task: Task
    batch: Batch
    agency: str
    entries: int


@login_required
def my_work(request: HttpRequest) -> HttpResponse:
    """Everything this person may work now; four eyes already taken into account."""
    mine = _pieces(_tasks(Q(owner=request.user, status=STATUS.ASSIGNED)))
    waiting = _pieces(_tasks(_open_to(request.user)))
    barred = _barred_batches(request.user, waiting)
    return render(
        request,
        "workflows/my_work.html",
        {
            "mine": mine,
            "waiting": [p for p in waiting if (p.batch.pk, p.task.flow_task.name) not in barred],
            "roles": access.roles_of(request.user),
        },
    )


def _tasks(condition: Q) -> QuerySet[Task]:
    return (
        Task.objects.filter(condition, flow_task_type="HUMAN")
        .select_related("process", "owner")
        .prefetch_related("seed__agency")
        .order_by("created")[:SHOWN]
    )


def _open_to(person: Person) -> Q:
    """Unowned tasks on records over which this person holds the right that the task asks for."""
    condition = Q(pk__in=[])
    for role in ROLES.values():
        if role.over == "archives":
            continue  # no step of a flow is theirs
        name = f"review.{role.permission}"
        records = access.fonds_of(person, name) if role.over == "fonds" else access.agencies_of(person)
        keys = [str(pk) for pk in records.values_list("pk", flat=True)]
        if keys:
            condition |= Q(owner_permission=name, owner_permission_obj_pk__in=keys)
    return Q(status=STATUS.NEW) & condition


def _pieces(tasks: QuerySet[Task]) -> list[Piece]:
    tasks = list(tasks)
    batches = (
        Batch.objects.filter(pk__in={task.process.artifact_object_id for task in tasks})
        .select_related("fonds")
        .annotate(entries=Count("batch_entries"))
        .in_bulk()
    )
    asked = entries_asked(task.seed.pk for task in tasks if task.seed)
    pieces = []
    for task in tasks:
        batch = batches[task.process.artifact_object_id]
        if task.seed:
            pieces.append(Piece(task, batch, str(task.seed.agency), asked[task.seed.pk]))
        else:
            pieces.append(Piece(task, batch, "", batch.entries))
    return pieces


def _barred_batches(person: Person, pieces: list[Piece]) -> set[tuple[int, str]]:
    """The (batch, desk) pairs that four eyes closes to this person: asked once for the whole list."""
    batches = {piece.batch.pk for piece in pieces}
    decided = set(
        Opinion.objects.filter(person=person, batch_entry__batch__in=batches)
        .order_by()
        .values_list("batch_entry__batch", "stage")
        .distinct()
    )
    signed = set(SignOff.objects.filter(person=person, batch__in=batches).values_list("batch", flat=True))
    return {
        (batch, desk) for desk, stages in EARLIER_STAGES.items() for batch, stage in decided if stage in stages
    } | {(batch, "release") for batch in signed}
