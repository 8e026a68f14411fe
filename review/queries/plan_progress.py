"""The year's plan against what came of it, line by line. Never writes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from policies.managing import CANCELLED
from policies.plans import is_late
from review.models import AccessStatus, Batch, BatchEntry, PlanLine


@dataclass(frozen=True, slots=True)
class LineProgress:
    """One line of a plan against what was planned; the batches cut of it, newest last."""

    line: PlanLine
    batches: tuple[str, ...]
    in_batches: int
    decided: int
    released: int
    late: bool


def progress_of(lines: Iterable[PlanLine], today: date) -> list[LineProgress]:
    """How far the review of each line has come. Two queries at any number of lines, entries or batches.

    In batches: put into a batch of this line. Decided: its outcome is signed and on record. Released: open to the public.
    Late: entries wait although their review should have begun. A line of early candidates is late while none was taken.
    """
    lines = list(lines)
    rows = (
        BatchEntry.objects.filter(batch__plan_line__in=[line.pk for line in lines])
        .exclude(batch__returns__from_desk=CANCELLED)  # given up: nothing of it was decided
        .order_by()
        .values("batch__plan_line")
        .annotate(
            entries=Count("pk"),
            decided=Count("pk", filter=Q(live=False)),
            released=Count("pk", filter=Q(live=False, entry__access_status=AccessStatus.OPEN)),
        )
    )
    counts = {row["batch__plan_line"]: row for row in rows}
    batches: dict[int, list[str]] = {}
    cut = Batch.objects.filter(plan_line__in=[line.pk for line in lines]).order_by("pk")
    for line_pk, number in cut.values_list("plan_line", "number"):
        batches.setdefault(line_pk, []).append(number)
    result = []
    for line in lines:
        found = counts.get(line.pk, {"entries": 0, "decided": 0, "released": 0})
        planned = min(line.entries, 1) if line.state == "early" else line.entries
        late = is_late(line.begin_by, planned=planned, in_batches=found["entries"], today=today)
        result.append(
            LineProgress(
                line,
                tuple(batches.get(line.pk, ())),
                found["entries"],
                found["decided"],
                found["released"],
                late,
            )
        )
    return result
