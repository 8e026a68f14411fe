"""Re-assessing (定期评估): what is closed comes back to review by itself, with its old ground. Nothing opens by it.

Source: 国家档案馆档案开放办法 art. 17. The return of what a batch or a panel closed is made where it is closed (releasing,
suspending), in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import transaction

from policies.sentences import Refusal, Sentence
from review import ledger
from review.models import Batch, BatchEntry, BatchKind, Fonds, Person, Reassessment
from review.queries.procedures import in_force
from review.queries.reassessments import brought_by_event, due_returns, next_number, returns_for, without_return

AT_ONCE = 2000


@transaction.atomic
def bring_back_entries(*, fonds: Fonds, by: Person | str, at: datetime, today: date) -> Batch:
    """Put what is due of `fonds` to be assessed again, at most AT_ONCE entries, in one batch, in archival order.

    The entries stay closed while they are looked at. The batch counts as made by whoever made the last one that they were
    in. Raises Refusal where nothing is due: asked twice, it is done once.
    """
    ledger.hold()
    due = [brought_by_event(row, today) for row in due_returns(today).filter(entry__fonds=fonds)[:AT_ONCE]]
    if not due:
        raise Refusal(
            Sentence(
                f"全宗“{fonds}”没有到期应重新评估的条目。",
                f"In “{fonds}” no closed entry is due to be assessed again.",
            )
        )
    taken = Batch.objects.filter(number__startswith=f"{fonds.code}-R{today.year}-").values_list("number", flat=True)
    batch = Batch.objects.create(
        kind=BatchKind.REASSESSMENT,
        procedure=in_force(),
        number=next_number(fonds.code, today.year, taken),
        fonds=fonds,
        made_at=at,
        made_by=_maker([row.entry_id for row in due], fonds),
    )
    BatchEntry.objects.bulk_create(
        [BatchEntry(batch=batch, entry=row.entry, position=place) for place, row in enumerate(due, 1)],
        batch_size=1000,
    )
    for row in due:
        row.batch = batch
    Reassessment.objects.bulk_update(due, ["batch", "due_on", "because"], batch_size=300)
    ledger.append(
        act="bring_back_entries",
        subject=f"batch {batch.number}",
        by=by,
        at=at,
        facts={"entries": len(due), "today": today.isoformat(), "because": _counted(row.because for row in due)},
        rows_digest=ledger.digest_of_rows([(row.entry.reference_code,) for row in due]),
    )
    return batch


@transaction.atomic
def enter_returns(*, by: Person | str, at: datetime) -> int:
    """Give every closed entry that nothing calls back its return; how many. None: no line is written.

    Such are entries that were closed before returns were kept.
    """
    ledger.hold()
    made = returns_for(without_return()[:AT_ONCE], at=at)
    if made:
        Reassessment.objects.bulk_create(made, batch_size=500)
        ledger.append(
            act="enter_returns",
            subject="archives",
            by=by,
            at=at,
            facts={"entries": len(made)},
            rows_digest=ledger.digest_of_rows([(row.entry.reference_code, row.due_on) for row in made]),
        )
    return len(made)


def _maker(entries: Sequence[int], fonds: Fonds) -> Person:
    """Whoever made the last batch that one of the first entries was in, else the last of their fonds."""
    made = Batch.objects.filter(fonds=fonds).order_by("-pk").select_related("made_by")
    last = made.filter(batch_entries__entry__in=entries[:100]).first() or made.first()
    if last is None:
        raise Refusal(
            Sentence(
                f"全宗“{fonds}”还没有组过批，无从确定由谁组批；请计划员处理。",
                f"In “{fonds}” no batch was ever made, so that nobody is known to make this one; ask the planner.",
            )
        )
    return last.made_by


def _counted(reasons: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for reason in reasons:
        counts[reason] = counts.get(reason, 0) + 1
    return counts
