"""What a new procedure would change for the batches that run, before anybody adopts it. Writes nothing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from policies.procedure import Procedure, sensitivity_of
from policies.proposing import Change, changes
from review.models import Batch, BatchEntry, Clock, SignOff
from review.queries.procedures import grounds_of, procedure_of


@dataclass(frozen=True, slots=True)
class Simulated:
    """What another procedure would change for one running batch; its clocks that run now keep their days."""

    batch: Batch
    changes: tuple[Change, ...]
    clocks: tuple[str, ...]  # the kinds of its running clocks: those that follow would be counted anew
    signed: bool  # it bears a signature, so that it cannot be moved


def running_batches() -> QuerySet[Batch]:
    """The batches with entries under review."""
    live = BatchEntry.objects.filter(batch=OuterRef("pk"), live=True)
    return Batch.objects.filter(Exists(live)).order_by("number")


def simulate(procedure: Procedure, batches: QuerySet[Batch] | None = None) -> list[Simulated]:
    """What `procedure` would change for each running batch. Writes nothing; as many queries for one batch as for many."""
    rows = list(
        (running_batches() if batches is None else batches)
        .select_related("fonds", "procedure")
        .annotate(is_signed=Exists(SignOff.objects.filter(batch=OuterRef("pk"), standing=True)))
    )
    grounds = grounds_of(rows)
    clocks = defaultdict(set)
    for batch, kind in Clock.objects.filter(batch__in=rows, ended_at=None).values_list("batch", "kind"):
        clocks[batch].add(kind)
    found = []
    for batch in rows:
        now = procedure_of(batch)
        steps = tuple(
            one.steps_of(
                fonds=batch.fonds.code,
                grounds=grounds[batch.pk],
                kind=batch.kind,
                sensitivity=sensitivity_of(grounds[batch.pk]),
            )
            for one in (now, procedure)
        )
        differs = changes(now, procedure, (steps[0], steps[1]))
        found.append(Simulated(batch, differs, tuple(sorted(clocks[batch.pk])), batch.is_signed))
    return found
