"""What a forming unit is asked: its entries in groups of one proposal each, a page of them, and the one that comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Max, Min, Q, QuerySet

from policies.outcomes import Answer, Outcome, Stage
from review.models import Asked, BatchEntry, Countersignature, Entry, Opinion
from review.queries.decisions import entries_for, proposals, standing, unanswered

ALL = "all"


@dataclass(frozen=True, slots=True)
class AskedGroup:
    """The entries of one proposal: outcome and ground, the days they would open on, how many, how many without an answer."""

    outcome: str
    ground: str
    first: date | None
    last: date | None
    total: int
    left: int

    @property
    def key(self) -> str:
        return f"{self.outcome}:{self.ground}"


@dataclass(frozen=True, slots=True)
class AskedRow:
    """One entry a unit is asked about: what the archives propose, and what the unit said so far."""

    batch_entry: BatchEntry
    proposal: Opinion
    answer: Opinion | None

    @property
    def entry(self) -> Entry:
        return self.batch_entry.entry

    @property
    def answered(self) -> bool:
        return self.answer is not None and self.answer.answer != Answer.NEED_MORE_TIME


def said_by(asked: Countersignature) -> QuerySet[Opinion]:
    """The unit's standing answers of the current round, a wish for more time among them."""
    return standing(asked.batch, Stage.COUNTERSIGN).filter(agency=asked.agency)


def groups_asked(asked: Countersignature) -> list[AskedGroup]:
    """What the unit is asked, proposal by proposal. One query beside those that find the proposals."""
    answered = said_by(asked).exclude(answer=Answer.NEED_MORE_TIME).order_by().values("batch_entry")
    rows = (
        proposals(asked.batch)
        .filter(batch_entry__asked__countersignature=asked)
        .order_by()
        .values("outcome", "ground")
        .annotate(
            first=Min("opens_on"),
            last=Max("opens_on"),
            total=Count("pk"),
            left=Count("pk", filter=~Q(batch_entry__in=answered)),
        )
    )
    order = list(Outcome)
    return sorted((AskedGroup(**row) for row in rows), key=lambda g: (order.index(Outcome(g.outcome)), g.ground))


def counts_asked(asked: Countersignature) -> tuple[int, int]:
    """How many entries the unit is asked about, and how many are without its answer. Two counts, cheap at any size."""
    total = Asked.objects.filter(countersignature=asked).count()
    return total, total - said_by(asked).exclude(answer=Answer.NEED_MORE_TIME).order_by().count()


def entries_asked_in(asked: Countersignature, group: str, *, only_left: bool = False) -> QuerySet[BatchEntry]:
    """The entries of one group, in archival order; a group that is none is all of them."""
    rows = (unanswered if only_left else entries_for)(asked.batch, asked.agency)
    outcome, _, ground = group.partition(":")
    if outcome in list(Outcome):
        rows = rows.filter(pk__in=proposals(asked.batch).filter(outcome=outcome, ground=ground).values("batch_entry"))
    return rows.order_by("position").prefetch_related("entry__joint_makers__agency")


def untouched(asked: Countersignature) -> QuerySet[BatchEntry]:
    """The entries on which this unit has said nothing, not even that it needs more time."""
    return entries_for(asked.batch, asked.agency).exclude(pk__in=said_by(asked).values("batch_entry"))


def next_asked(asked: Countersignature, group: str, after: int = 0) -> BatchEntry | None:
    """The entry to answer next: the first behind position `after` with no answer, then from the beginning again.

    What was put off with a question or a wish for more time comes last.
    """
    rows = entries_asked_in(asked, group, only_left=True)
    fresh = rows.filter(pk__in=untouched(asked).values("pk"))
    return (
        fresh.filter(position__gt=after).first()
        or fresh.first()
        or rows.filter(position__gt=after).first()
        or rows.first()
    )


def asked_rows(asked: Countersignature, rows: Sequence[BatchEntry]) -> list[AskedRow]:
    """These entries with proposal and answer. Two queries at any length, beside those that find the proposals."""
    pks = [row.pk for row in rows]
    proposed = {row.batch_entry_id: row for row in proposals(asked.batch).filter(batch_entry__in=pks)}
    said = {row.batch_entry_id: row for row in said_by(asked).filter(batch_entry__in=pks)}
    return [AskedRow(row, proposed[row.pk], said.get(row.pk)) for row in rows if row.pk in proposed]
