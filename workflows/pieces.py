"""A piece of work as a line: what it is about, how much of it is done, until when; in a number of queries that stays."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, OuterRef, Subquery
from viewflow.workflow.models import Task

from policies.outcomes import Stage, Suggestion
from review import access
from review.models import (
    AccessRequest,
    Agency,
    Asked,
    Batch,
    BatchEntry,
    BatchReturn,
    ClockPause,
    Countersignature,
    Fonds,
    Opinion,
    Person,
    Plan,
    PlanLine,
    Referral,
    Suggested,
    Suspension,
    TransferRequest,
)
from review.queries.notices import TASK

COUNTED = 50_000  # entries whose opinions and findings are counted for one page; the desk itself counts the rest
QUIET = (Suggestion.OPEN.value, Suggestion.NOT_DUE.value)  # nothing to look at
STAGES = (Stage.FIRST_REVIEW.value, Stage.SECOND_REVIEW.value, Stage.COUNTERSIGN.value)


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of work: the task, what it is about, how much, until when, and for whom where a right is lent.

    What `closely` adds is None where it was not counted: how many entries are `done`, in how many the rules found
    something to `look_at`. `stopped_on`: since when its clock stands still.
    """

    task: Task
    number: str
    fonds: Fonds | None
    agency: Agency | None
    entries: int | None
    due_on: date | None
    on_behalf: tuple[str, ...] = ()
    batch: int = 0
    round: int = 1
    done: int | None = None
    look_at: int | None = None
    stopped_on: date | None = None


@dataclass(frozen=True, slots=True)
class _About:
    number: str
    fonds: Fonds | None
    agency: Agency | None
    entries: int | None
    batch: int = 0
    round: int = 1


def pieces(tasks: Collection[Task], rights: access.Rights | None = None) -> list[Piece]:
    """Each task as a line, in their order: one query for each kind of case among them, one for the units asked."""
    about = _about_cases(tasks)
    units = ContentType.objects.get_for_model(Countersignature).pk
    seeds = [task.seed_object_id for task in tasks if task.seed_content_type_id == units]
    asked = {}
    if seeds:
        rows = Countersignature.objects.filter(pk__in=seeds).select_related("agency")
        asked = rows.annotate(entries=_count(Asked, "countersignature")).order_by().in_bulk()
    lent = rights.lent if rights is not None else {}
    givers = {giver for ids in lent.values() for giver in ids}
    names = dict(Person.objects.filter(pk__in=givers).values_list("pk", "full_name")) if givers else {}
    found = []
    for task in tasks:
        case = about.get((task.process.artifact_content_type_id, task.process.artifact_object_id))
        case = case or _About("", None, None, None)
        seed = asked.get(task.seed_object_id) if task.seed_content_type_id == units else None
        right = (task.owner_permission or "", int(task.owner_permission_obj_pk or 0))
        found.append(
            Piece(
                task,
                case.number,
                case.fonds,
                seed.agency if seed else case.agency,
                seed.entries if seed else case.entries,
                getattr(task, "due_on", None),
                tuple(names[giver] for giver in lent.get(right, ())),
                case.batch,
                case.round,
            )
        )
    return found


def closely(found: list[Piece]) -> list[Piece]:
    """The same pieces with what is done and found in them, and whose clocks stand still. Three queries at most.

    In their order, until COUNTED entries are counted.
    """
    stopped = dict(
        ClockPause.objects.filter(
            to_day=None, clock__ended_at=None, clock__subject__in=[f"{TASK}{piece.task.pk}" for piece in found]
        ).values_list("clock__subject", "from_day")
    )
    batches: dict[int, int] = {}
    for piece in found:
        if piece.batch and sum(batches.values()) + (piece.entries or 0) <= COUNTED:
            batches[piece.batch] = piece.entries or 0
    done = _done(batches) if batches else {}
    look_at = _look_at(batches) if batches else {}
    return [
        replace(
            piece,
            stopped_on=stopped.get(f"{TASK}{piece.task.pk}"),
            done=done.get(_stage_of(piece), 0) if piece.batch in batches and _decides(piece) else None,
            look_at=look_at.get(piece.batch, 0) if piece.batch in batches and piece.agency is None else None,
        )
        for piece in found
    ]


def _decides(piece: Piece) -> bool:
    return piece.task.flow_task.name in STAGES


def _stage_of(piece: Piece) -> tuple[int, str, int | None, int]:
    return piece.batch, piece.task.flow_task.name, piece.agency.pk if piece.agency else None, piece.round


def _done(batches: Collection[int]) -> dict[tuple[int, str, int | None, int], int]:
    """How many entries have their opinion, by batch, stage, agency and round."""
    rows = Opinion.objects.filter(batch_entry__batch__in=batches, stage__in=STAGES, standing=True).order_by()
    counted = rows.values_list("batch_entry__batch", "stage", "agency", "round").annotate(n=Count("pk"))
    return {(batch, stage, agency, round_): n for batch, stage, agency, round_, n in counted}


def _look_at(batches: Collection[int]) -> dict[int, int]:
    """In how many entries of each batch the rules found something."""
    rows = Suggested.objects.filter(run__batch__in=batches, replaced_by=None).exclude(suggestion__in=QUIET)
    return dict(rows.order_by().values_list("run__batch").annotate(n=Count("pk")))


def _about_cases(tasks: Iterable[Task]) -> dict[tuple[int, int], _About]:
    """What each case is about, by content type and id of its artifact. No title of a record: a number and its fonds."""
    wanted: dict[int, set[int]] = {}
    for task in tasks:
        if task.process.artifact_object_id:
            wanted.setdefault(task.process.artifact_content_type_id, set()).add(task.process.artifact_object_id)
    found = {}
    for kind, ids in wanted.items():
        read = _READERS.get(ContentType.objects.get_for_id(kind).model_class())
        for pk, about in read(ids) if read is not None else ():
            found[kind, pk] = about
    return found


def _count(model: type[Asked | BatchEntry | BatchReturn], of: str) -> Subquery:
    """How many rows point at each: counted row by row through the index, not by joining whole tables."""
    rows = model.objects.filter(**{of: OuterRef("pk")}).order_by().values(of)
    return Subquery(rows.annotate(rows=Count("pk")).values("rows"))


def _batches(ids: set[int]) -> Iterable[tuple[int, _About]]:
    rows = Batch.objects.filter(pk__in=ids).select_related("fonds").annotate(entries=_count(BatchEntry, "batch"))
    rows = rows.annotate(returned=_count(BatchReturn, "batch"))
    for row in rows.order_by():
        yield row.pk, _About(row.number, row.fonds, None, row.entries, row.pk, (row.returned or 0) + 1)


def _plans(ids: set[int]) -> Iterable[tuple[int, _About]]:
    lines = PlanLine.objects.filter(plan__in=ids).select_related("plan", "fonds").order_by("-pk")
    first = {line.plan_id: line for line in lines}
    for row in Plan.objects.filter(pk__in=ids):
        line = first.get(row.pk)
        yield row.pk, _About(row.number, line.fonds if line else None, None, None)


def _of_entries(ids: set[int], model: type[Referral | Suspension]) -> Iterable[tuple[int, _About]]:
    for row in model.objects.filter(pk__in=ids).select_related("entry__fonds"):
        yield row.pk, _About(row.number, row.entry.fonds, None, 1)


def _transfers(ids: set[int]) -> Iterable[tuple[int, _About]]:
    for row in TransferRequest.objects.filter(pk__in=ids).select_related("fonds", "agency"):
        yield row.pk, _About(row.number, row.fonds, row.agency, None)


def _requests(ids: set[int]) -> Iterable[tuple[int, _About]]:
    for row in AccessRequest.objects.filter(pk__in=ids).select_related("fonds"):
        yield row.pk, _About(row.number, row.fonds, None, None)


_READERS = {
    Batch: _batches,
    Plan: _plans,
    Referral: lambda ids: _of_entries(ids, Referral),
    Suspension: lambda ids: _of_entries(ids, Suspension),
    TransferRequest: _transfers,
    AccessRequest: _requests,
}
