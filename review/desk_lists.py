"""The working lists of the review desks: laid out from the record, moved with every decision, thrown away when done.

A batch may have a million entries; a desk shows one page of them with the counts of every group. What is found by an index
and counted once is not found and counted by every page. In doubt the record holds: `lay_out` makes the list anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from django.db import connection, transaction
from django.db.models import Count, F, Max

from policies.outcomes import Stage
from review import ledger
from review.models import Batch, BatchEntry, DeskEntry, DeskLeft, DeskList, DeskTally, Finding, ScreeningRun
from review.models.bulk import insert_rows

# Kind of group -> the column of the list; an entry is in one group of each kind, or in none (what is empty).
KINDS = {
    "suggestion": "suggestion",
    "ground": "ground",
    "series": "series",
    "decade": "decade",
    "agency": "agency",
    "opinion": "said",
}
_NONE: tuple[object, ...] = ("", 0)

_ENTRIES = """
INSERT INTO review_deskentry (batch_entry_id, batch_id, position, suggestion, ground, series, agency, decade, likeness,
  alike, said, day, text)
SELECT b.id, b.batch_id, b.position, COALESCE(s.suggestion, ''), COALESCE(s.ground, ''), e.series_title,
  COALESCE(e.agency_id, 0), COALESCE(SUBSTR(CAST(e.latest AS text), 1, 3), ''), b.likeness,
  CASE WHEN b.likeness = '' THEN 0 ELSE COUNT(*) OVER (PARTITION BY b.likeness) END, {said}, e.latest,
  LOWER(e.reference_code || ' ' || e.title || ' ' || e.responsible_body)
FROM review_batchentry b
JOIN review_entry e ON e.id = b.entry_id
LEFT JOIN review_suggested s ON s.batch_entry_id = b.id AND s.replaced_by_id IS NULL
{first}
WHERE b.batch_id = %(batch)s
ORDER BY b.position
"""
_FIRST = """LEFT JOIN review_opinion o
ON o.batch_entry_id = b.id AND o.stage = 'first_review' AND o.round = %(round)s AND o.standing"""
_LEFT = """
INSERT INTO review_deskleft (batch_entry_id, batch_id, position)
SELECT b.id, b.batch_id, b.position FROM review_batchentry b
LEFT JOIN review_opinion o ON o.batch_entry_id = b.id AND o.stage = %(stage)s AND o.round = %(round)s AND o.standing
WHERE b.batch_id = %(batch)s AND o.id IS NULL
ORDER BY b.position
"""


@transaction.atomic
def lay_out(batch: Batch, stage: Stage, round_: int) -> DeskList:
    """The list of a batch at one desk, as the record stands; made only where it is not there yet, or is another's."""
    if found := _laid(batch, stage, round_):
        return found
    ledger.hold()  # nobody decides meanwhile, nor lays it out a second time
    if found := _laid(batch, stage, round_):
        return found
    drop(batch)
    second = stage is Stage.SECOND_REVIEW
    entries = _ENTRIES.format(said="COALESCE(o.outcome, '')" if second else "''", first=_FIRST if second else "")
    told = {"batch": batch.pk, "round": round_, "stage": stage.value}
    with connection.cursor() as cursor:
        cursor.execute(entries, {name: told[name] for name in ("batch", "round")} if second else {"batch": batch.pk})
        cursor.execute(_LEFT, told)
    _count(batch)
    return DeskList.objects.create(
        batch=batch, stage=stage, round=round_, run=_run(batch), entries=batch.batch_entries.count()
    )


def drop(batch: Batch) -> None:
    """Throw the list of a batch away: it has left the desk."""
    for model in (DeskList, DeskTally, DeskLeft, DeskEntry):
        rows = model.objects.filter(batch=batch)
        if not rows._raw_delete(rows.db) and model is DeskList:  # a million rows that nothing hangs on
            return


def decided(batch: Batch, stage: Stage, round_: int, rows: Collection[int]) -> None:
    """Note that these entries (by batch entry id) have an opinion now. Within the transaction of whoever gave it."""
    if not _is_of(batch, stage, round_):
        return
    left = DeskLeft.objects.filter(batch_entry_id__among=rows)
    moved = list(left.values_list("pk", flat=True))
    left._raw_delete(left.db)
    _move(batch, moved, -1)


def reopened(batch: Batch, stage: Stage, round_: int, rows: Collection[int]) -> None:
    """Note that these entries have no opinion any more."""
    if not _is_of(batch, stage, round_):
        return
    there = set(DeskLeft.objects.filter(batch_entry_id__among=rows).values_list("pk", flat=True))
    found = BatchEntry.objects.filter(pk__among=set(rows) - there).values_list("pk", "position")
    moved = [(pk, batch.pk, position) for pk, position in found]
    insert_rows(DeskLeft, ("batch_entry_id", "batch_id", "position"), moved)
    _move(batch, [pk for pk, *_ in moved], 1)


def keys_of(rows: Collection[int]) -> Counter[str]:
    """The groups that these entries are in, each with how many of them."""
    found: Counter[str] = Counter()
    columns = list(KINDS.values())
    for *values, alike in DeskEntry.objects.filter(batch_entry_id__among=rows).values_list(*columns, "alike"):
        found.update(f"{kind}:{v}" for kind, v in zip(KINDS, values, strict=True) if v not in _NONE)
        found["alike:any"] += alike > 1
    fired = Finding.objects.filter(batch_entry_id__among=rows, replaced_by=None).order_by()
    found.update(f"rule:{rule}" for rule, _ in fired.values_list("rule", "batch_entry").distinct())
    return +found


def _laid(batch: Batch, stage: Stage, round_: int) -> DeskList | None:
    return DeskList.objects.filter(batch=batch, stage=stage, round=round_, run=_run(batch)).first()


def _is_of(batch: Batch, stage: Stage, round_: int) -> bool:
    """Whether the list is of this desk. A list of another desk rests on what changes now: it is thrown away."""
    laid = DeskList.objects.filter(batch=batch).first()
    if laid is None:
        return False
    if (laid.stage, laid.round) != (stage, round_):
        drop(batch)
        return False
    return True


def _run(batch: Batch) -> int:
    return ScreeningRun.objects.filter(batch=batch).aggregate(last=Max("pk"))["last"] or 0


def _move(batch: Batch, rows: Collection[int], step: int) -> None:
    by_count: dict[int, list[str]] = {}
    for key, count in keys_of(rows).items():
        by_count.setdefault(count, []).append(key)
    by_count.setdefault(len(rows), []).append("all")
    for count, keys in by_count.items():
        DeskTally.objects.filter(batch=batch, key__in=keys).update(left=F("left") + step * count)


def _count(batch: Batch) -> None:
    """Every group of the list with its counts: one query a kind."""
    listed = DeskEntry.objects.filter(batch=batch).order_by()
    left = DeskLeft.objects.filter(batch=batch)
    found = [("all", listed.count(), left.count())]
    for kind, column in KINDS.items():
        counts = listed.values_list(column).annotate(n=Count("pk"), left=Count("batch_entry__desk_left"))
        found += [(f"{kind}:{value}", n, still) for value, n, still in counts if value not in _NONE]
    alike = listed.filter(alike__gt=1)
    if near := alike.count():
        found.append(("alike:any", near, alike.filter(batch_entry__desk_left__isnull=False).count()))
    fired = Finding.objects.filter(batch_entry__batch=batch, replaced_by=None).order_by().values_list("rule")
    rules = fired.annotate(n=Count("batch_entry", distinct=True), left=Count("batch_entry__desk_left", distinct=True))
    found += [(f"rule:{rule}", n, still) for rule, n, still in rules]
    _write(batch, found)


def _write(batch: Batch, found: Iterable[tuple[str, int, int]]) -> None:
    rows = [DeskTally(batch=batch, key=key, count=count, left=left) for key, count, left in found]
    DeskTally.objects.bulk_create(rows, batch_size=500)
