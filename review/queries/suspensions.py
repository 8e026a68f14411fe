"""Suspended entries: which release they were opened in, by whose hands, what the panel has said so far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from policies.catalogue_rows import same_code
from policies.suspending import RECLOSE, Result, Vote, result_of
from review.documents.withdrawal import WithdrawalFacts
from review.models import (
    AccessStatus,
    Batch,
    BatchEntry,
    Entry,
    Erratum,
    Opinion,
    Release,
    Statement,
    StatementKind,
    Suspension,
)


def open_entries(code: str) -> QuerySet[Entry]:
    """The opened or suspended entries with this reference code: what anyone may know of."""
    known = [AccessStatus.OPEN, AccessStatus.PARTIAL, AccessStatus.SUSPENDED]
    return (
        Entry.objects.filter(code_key=same_code(code), access_status__in=known)
        .select_related("fonds")
        .order_by("fonds__code", "pk")
    )


def release_of(entry: Entry) -> Release | None:
    """The release that an open or suspended entry stands in: the newest edition of the last batch that opened it."""
    return Release.objects.filter(batch__batch_entries__entry=entry).order_by("-batch", "-pk").first()


def batch_entry_of(suspension: Suspension) -> BatchEntry | None:
    """The row of the entry in the batch that opened it: what is said of the suspension is kept there."""
    return suspension.entry.batch_entries.order_by("-batch").first()


def running_suspension(entry: Entry) -> Suspension | None:
    return entry.suspensions.filter(ended_at__isnull=True).first()


def opened_by(suspension: Suspension) -> set[int]:
    """The ids of all who had a hand in opening the entry: reviewers, units, signers and publisher, and for whom they acted."""
    row = batch_entry_of(suspension)
    if row is None:
        return set()
    hands: set[int | None] = set()
    for pair in Opinion.objects.filter(batch_entry__batch=row.batch_id).values_list("person", "on_behalf").distinct():
        hands.update(pair)
    for pair in row.batch.sign_offs.values_list("person", "on_behalf"):
        hands.update(pair)
    hands.update(Release.objects.filter(batch=row.batch_id).values_list("person", flat=True))
    return {hand for hand in hands if hand is not None}


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel as it stands. `refused`: it closed the entry again and the authority did not consent."""

    votes: tuple[Vote, ...]
    opened_by: frozenset[int]
    result: Result | None
    refused: bool

    @property
    def voted(self) -> set[int]:
        return {vote.person for vote in self.votes}

    @property
    def outsider(self) -> bool:
        """Whether one who had no hand in opening the entry has voted."""
        return any(vote.person not in self.opened_by for vote in self.votes)


def panel_of(suspension: Suspension) -> Panel:
    """The votes on a suspension and what comes of them."""
    votes = tuple(
        Vote(row.person_id, row.outcome, row.ground, row.opens_on) for row in suspension.votes.order_by("pk")
    )
    hands = frozenset(opened_by(suspension))
    result = result_of(votes, opened_by=hands)
    refused = result is not None and result.outcome == RECLOSE and suspension.outcome == ""
    return Panel(votes, hands, result, refused)


def said_of(suspension: Suspension) -> QuerySet[Statement]:
    """What was said of a suspension besides votes: why it was put aside, why the authority refused."""
    row = batch_entry_of(suspension)
    rows = Statement.objects.filter(batch_entry=row, at__gte=suspension.flagged_at)
    if suspension.ended_at is not None:
        rows = rows.filter(at__lte=suspension.ended_at)
    return rows.select_related("person").order_by("pk")


def suspensions_of(fonds: Iterable[int], person: int) -> QuerySet[Suspension]:
    """The suspensions of some fonds, and those that a person raised; the running ones first."""
    return (
        Suspension.objects.filter(Q(entry__fonds__in=fonds) | Q(flagged_by=person))
        .select_related("entry__fonds", "release", "flagged_by", "triaged_by")
        .order_by("ended_at", "-pk")
        .distinct()
    )


def overdue_suspensions(today: date) -> QuerySet[Suspension]:
    """Suspensions whose last day is over although nothing is decided: they stay closed, and somebody has to know."""
    return Suspension.objects.filter(ended_at__isnull=True, cap_on__lt=today).select_related("entry__fonds")


def next_suspension(year: int) -> str:
    """The next suspension number of a year: S2026-1."""
    return _next(f"S{year}-", Suspension.objects.filter(number__startswith=f"S{year}-"))


def next_erratum(release: Release) -> str:
    """The next erratum number of a release: 2026-1-E1."""
    stem = f"{release.number}-E"
    return _next(stem, Erratum.objects.filter(number__startswith=stem))


def _next(stem: str, rows: QuerySet[Any]) -> str:
    taken = (int(number.removeprefix(stem)) for number in rows.values_list("number", flat=True))
    return f"{stem}{max(taken, default=0) + 1}"


def withdrawal_facts(erratum: Erratum) -> WithdrawalFacts:
    """An erratum as its document says it."""
    suspension = erratum.suspension
    return WithdrawalFacts(
        number=erratum.number,
        case=suspension.number,
        kind=erratum.kind,
        release=erratum.release.number,
        manifest=erratum.release.manifest_digest,
        fonds=suspension.entry.fonds.code,
        reference_code=erratum.reference_code,
        issued_on=erratum.issued_on,
    )


def undelivered() -> QuerySet[Erratum]:
    """The errata that the public site does not have yet, in their order."""
    return (
        Erratum.objects.filter(delivered_at__isnull=True)
        .select_related("release", "suspension__entry__fonds")
        .order_by("pk")
    )


def batch_of(suspension: Suspension) -> Batch | None:
    row = batch_entry_of(suspension)
    return row.batch if row else None


def cap_subject(suspension: Suspension) -> str:
    """What the clock over a whole case runs for: the days by which it is decided."""
    return f"suspension:{suspension.pk}"


def before_a_first_answer(cases: Iterable[int]) -> QuerySet[Suspension]:
    """Those of the cases (by id) on which the authority has not refused its consent: after that all of a panel may act."""
    ruled = Statement.objects.filter(
        batch_entry__entry=OuterRef("entry"), kind=StatementKind.RULING, at__gte=OuterRef("flagged_at")
    )
    return Suspension.objects.filter(pk__in=list(cases)).exclude(Exists(ruled))
