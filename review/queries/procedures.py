"""The procedure a batch is under: the one it began with, else the one in force, else the one that ships."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from functools import lru_cache

from django.utils import timezone

from policies.procedure import Procedure, Steps, read_procedure, sensitivity_of, shipped
from review.models import Batch, Opinion, Suggested
from review.models import Procedure as Row
from review.queries.due import profile


def in_force() -> Row | None:
    """The adopted procedure new batches begin under; None while the archives adopted none."""
    return Row.objects.filter(adopted_at__isnull=False).order_by("-number").first()


def procedure_in_force() -> Procedure:
    """The procedure in force, read."""
    row = in_force()
    return _read(row.text) if row else shipped(profile().jurisdiction)


def procedures_in_force_on(days: Collection[date]) -> dict[date, Procedure]:
    """For each of these days the procedure that was in force at its end; one query, none for no day."""
    if not days:
        return {}
    adopted = list(Row.objects.filter(adopted_at__isnull=False).order_by("-number"))
    found = {}
    for day in days:
        row = next((row for row in adopted if row.adopted_at and timezone.localdate(row.adopted_at) <= day), None)
        found[day] = _read(row.text) if row else shipped(profile().jurisdiction)
    return found


def procedure_of(batch: Batch) -> Procedure:
    """The procedure that a batch is under."""
    return _read(batch.procedure.text) if batch.procedure is not None else shipped(profile().jurisdiction)


def steps_of(batch: Batch) -> Steps:
    """The steps of a batch as its procedure has them for its fonds, kind and the grounds found or decided in it."""
    procedure = procedure_of(batch)
    grounds = grounds_in(batch) if procedure.rules else ()  # without rules the same steps hold for every batch
    return procedure.steps_of(
        fonds=batch.fonds.code, grounds=grounds, kind=batch.kind, sensitivity=sensitivity_of(grounds)
    )


def grounds_in(batch: Batch) -> Collection[str]:
    """Every ground that the rules advise or somebody decided in a batch."""
    return grounds_of([batch])[batch.pk]


def grounds_of(batches: Iterable[Batch]) -> dict[int, set[str]]:
    """`grounds_in` of several batches at once, in two queries."""
    found: dict[int, set[str]] = defaultdict(set)
    keys = [batch.pk for batch in batches]
    advised = Suggested.objects.filter(batch_entry__batch__in=keys, replaced_by=None)
    decided = Opinion.objects.filter(batch_entry__batch__in=keys, standing=True)
    for rows in (advised, decided):
        said = rows.exclude(ground="").order_by().values_list("batch_entry__batch", "ground").distinct()
        for batch, ground in said:
            found[batch].add(ground)
    return found


@lru_cache(maxsize=16)
def _read(text: str) -> Procedure:
    return read_procedure(text)
