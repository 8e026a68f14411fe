"""Re-assessing (定期评估): what is closed comes back to review by itself, with its old ground. Nothing opens by it.

Source: 国家档案馆档案开放办法 art. 17. The return of what a batch or a panel closed is made where it is closed (releasing,
suspending), in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import transaction

from policies.reassessing import EVENT, check_event
from policies.sentences import Refusal, Sentence
from review import access, ledger
from review.models import (
    CLOSED,
    Batch,
    BatchEntry,
    BatchKind,
    ClosureEvent,
    Entry,
    Fonds,
    Person,
    Reassessment,
)
from review.queries.procedures import in_force
from review.queries.reassessments import (
    brought_by_event,
    due_returns,
    next_number,
    open_returns,
    returns_for,
    without_return,
)

AT_ONCE = 2000
NOTES = "review.answer_requests_fonds"  # whoever hears the public notes what it proves


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
def note_event(
    *, entry: Entry, kind: str, day: date, evidence: str, by: Person, at: datetime, today: date
) -> ClosureEvent:
    """Note what became known of a closed entry and may end its closure, with its proof: it comes back to be assessed now.

    Nothing opens by it. Raises Refusal, PermissionDenied. Source: 个人信息保护法 art. 49; what ends a closure for life is
    house policy.
    """
    access.demand(by, NOTES, entry.fonds)
    ledger.hold()
    entry.refresh_from_db(fields=["access_status"])
    check_event(kind, day=day, today=today, evidence=evidence, deferred=entry.access_status in CLOSED)
    if ClosureEvent.objects.filter(entry=entry, kind=kind, day=day).exists():
        raise Refusal(Sentence("这一事项已经登记。", "This is noted already."))
    noted = ClosureEvent.objects.create(entry=entry, kind=kind, day=day, evidence=evidence.strip(), person=by, at=at)
    open_returns([entry.pk]).filter(due_on__gt=today).update(due_on=today, because=EVENT)
    ledger.append(
        act="note_event",
        subject=f"entry {entry.reference_code}",
        by=by,
        at=at,
        facts={"what": kind, "day": day.isoformat(), **_for(by, entry.fonds)},
        rows_digest=ledger.digest_of_rows([(entry.reference_code, kind, day, noted.evidence)]),
    )
    return noted


def _for(by: Person, fonds: Fonds) -> dict[str, str]:
    giver = access.on_behalf(by, NOTES, fonds)
    return {"for": giver.username} if giver else {}


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
