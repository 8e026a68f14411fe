"""Which closed entries come back when, and what was decided on them before."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from policies.reassessing import EVENT, next_return
from review.models import CLOSED, BatchEntry, ClosureEvent, Entry, Opinion, Reassessment, Referral
from review.models.referrals import ReferralAnswer
from review.queries.procedures import procedure_in_force


def open_returns(entries: Collection[int]) -> QuerySet[Reassessment]:
    """The open re-assessments of some entries (by id)."""
    return Reassessment.objects.filter(entry_id__among=entries, done_at__isnull=True)


def returns_for(entries: Iterable[Entry], *, at: datetime) -> list[Reassessment]:
    """The return of each closed entry after a decision made now, not saved. By the procedure in force."""
    procedure, decided_on = procedure_in_force(), timezone.localdate(at)
    made = []
    for entry in entries:
        found = next_return(
            decided_on=decided_on,
            opens_on=entry.opens_on,
            years=procedure.reassess_years,
            look_ahead_days=procedure.look_ahead_days,
            secret_until=entry.declassify_on,
        )
        made.append(
            Reassessment(entry=entry, due_on=found.due_on, because=found.because, ground=entry.ground, made_at=at)
        )
    return made


def without_return() -> QuerySet[Entry]:
    """Closed entries that nothing calls back: closed before returns were kept, or taken over so from elsewhere."""
    waiting = Reassessment.objects.filter(entry=OuterRef("pk"), done_at__isnull=True)
    return Entry.objects.filter(access_status__in=CLOSED).exclude(Exists(waiting)).order_by("pk")


def due_returns(today: date) -> QuerySet[Reassessment]:
    """What is due to come back on `today`, in archival order; declassified since it was closed, or its day reached.

    Left waiting: what is in a running batch already, suspended, or referred without an answer.
    """
    entry = OuterRef("entry")
    referrals = Referral.objects.filter(entry=entry)
    declassified = referrals.filter(answer=ReferralAnswer.DECLASSIFIED, answered_at__gt=OuterRef("made_at"))
    return (
        Reassessment.objects.filter(done_at__isnull=True, entry__access_status__in=CLOSED)
        .alias(declassified=Exists(declassified))
        .filter(Q(due_on__lte=today) | Q(declassified=True))
        .exclude(Exists(BatchEntry.objects.filter(entry=entry, live=True)))
        .exclude(Exists(referrals.filter(answered_at__isnull=True)))
        .select_related("entry__fonds")
        .order_by("entry__fonds", "entry__position", "entry")
    )


def brought_by_event(row: Reassessment, today: date) -> Reassessment:
    """The same return, saying that an event brought it where its own day is still to come. Not saved."""
    if row.due_on > today:
        row.due_on, row.because = today, EVENT
    return row


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was decided before on an entry that came back: why it was closed until when, and every hand's opinion then."""

    because: str
    due_on: date
    ground: str
    opens_on: date | None
    opinions: tuple[Opinion, ...]
    events: tuple[ClosureEvent, ...] = ()


def earlier_of(rows: Sequence[BatchEntry]) -> dict[int, Earlier]:
    """The earlier decision on each entry of a batch that came back, by the id of its row. Three queries at any size."""
    entries = {row.entry_id: row.pk for row in rows}
    returns = {
        each.entry_id: each
        for each in Reassessment.objects.filter(
            entry__in=entries, batch__in={row.batch_id for row in rows}
        ).select_related("entry")
    }
    opinions: dict[int, list[Opinion]] = {}
    known = Opinion.objects.filter(batch_entry__entry__in=returns, standing=True).exclude(
        batch_entry__in=[row.pk for row in rows]
    )
    for opinion in known.select_related("person", "agency", "batch_entry__batch").order_by("-batch_entry", "id"):
        kept = opinions.setdefault(opinion.batch_entry.entry_id, [])
        if not kept or kept[0].batch_entry_id == opinion.batch_entry_id:  # the last batch before this one
            kept.append(opinion)
    events: dict[int, list[ClosureEvent]] = {}
    for event in ClosureEvent.objects.filter(entry__in=returns).select_related("person"):
        events.setdefault(event.entry_id, []).append(event)
    return {
        entries[pk]: Earlier(
            each.because,
            each.due_on,
            each.ground,
            each.entry.opens_on,
            tuple(opinions.get(pk, ())),
            tuple(events.get(pk, ())),
        )
        for pk, each in returns.items()
    }


def next_number(fonds_code: str, year: int, taken: Iterable[str]) -> str:
    """The next number of a re-assessment batch of a fonds and year: J047-R2031-01."""
    stem = f"{fonds_code}-R{year}-"
    return f"{stem}{max((int(number.removeprefix(stem)) for number in taken), default=0) + 1:02d}"
