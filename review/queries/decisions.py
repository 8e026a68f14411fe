"""What was decided: standing opinions, the archives' proposal, and the settled outcome of each entry of a batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet

from policies.countersigning import differs
from policies.outcomes import Answer, Outcome, Stage
from policies.reviewing import Decision
from review.ledger import digest_of_rows
from review.models import Agency, Asked, AskedKind, Batch, BatchEntry, Countersignature, Entry, Opinion


def round_of(batch: Batch) -> int:
    """The current round of a batch: one more than the times it was returned."""
    return batch.returns.count() + 1


def standing(batch: Batch, stage: Stage, round_: int | None = None) -> QuerySet[Opinion]:
    """The opinions that stand at one stage of one round (the current one when none is named)."""
    return Opinion.objects.filter(
        batch_entry__batch=batch, stage=stage, round=round_ or round_of(batch), standing=True
    ).select_related("person")


def undecided(batch: Batch, stage: Stage) -> QuerySet[BatchEntry]:
    """The entries without a standing opinion at a stage of the current round."""
    decided = standing(batch, stage).values("batch_entry")
    return batch.batch_entries.exclude(pk__in=decided)


def deciders(batch: Batch, stages: Iterable[Stage]) -> set[int]:
    """The ids of all who ever gave an opinion at one of `stages`, in any round, standing or not."""
    return set(
        Opinion.objects.filter(batch_entry__batch=batch, stage__in=list(stages))
        .order_by()
        .values_list("person", flat=True)
        .distinct()
    )


def decision_of(opinion: Opinion) -> Decision:
    """An opinion row as the value that policies speak of."""
    return Decision(Outcome(opinion.outcome), opinion.ground, opinion.opens_on, opinion.reason)


def unanswered(batch: Batch, agency: Agency) -> QuerySet[BatchEntry]:
    """The entries an agency must still answer: its own, in the archives' proposal, without its standing answer."""
    answered = standing(batch, Stage.COUNTERSIGN).filter(agency=agency).values("batch_entry")
    return entries_for(batch, agency).exclude(pk__in=answered)


def entries_for(batch: Batch, agency: Agency) -> QuerySet[BatchEntry]:
    """The entries of a batch that an agency is asked about in the current round: those it answers for."""
    return batch.batch_entries.filter(
        asked__round=round_of(batch), asked__countersignature__agency=agency
    ).select_related("entry")


def entries_asked(asked: Iterable[int]) -> dict[int, int]:
    """How many entries each countersignature (by id) is about. One query."""
    rows = Countersignature.objects.filter(pk__in=list(asked)).annotate(entries=Count("asked"))
    return dict(rows.order_by().values_list("pk", "entries"))


@dataclass(frozen=True, slots=True)
class Settled:
    """The outcome of one entry as things stand; `decision` is None while it is undecided or in dispute."""

    batch_entry: BatchEntry
    proposal: Opinion | None
    answers: tuple[Opinion, ...]
    settlement: Opinion | None
    asked: tuple[Asked, ...]

    @property
    def entry(self) -> Entry:
        return self.batch_entry.entry

    @property
    def objections(self) -> tuple[Opinion, ...]:
        """The answers that differ from the proposal; one is enough for a dispute."""
        return tuple(answer for answer in self.answers if differs(Answer(answer.answer)))

    @property
    def answer(self) -> Opinion | None:
        """The answer that weighs: the first that differs, else the first."""
        return next(iter(self.objections or self.answers), None)

    @property
    def unknown(self) -> bool:
        """Whether it is not known who answers for the entry."""
        return any(row.kind == AskedKind.UNKNOWN for row in self.asked)

    @property
    def alone(self) -> bool:
        """Whether the archives decide alone: nobody continues the forming unit (实施条例 art. 30)."""
        return any(row.kind == AskedKind.ARCHIVES_ALONE for row in self.asked)

    @property
    def in_dispute(self) -> bool:
        return self.settlement is None and (bool(self.objections) or self.unknown)

    @property
    def complete(self) -> bool:
        """Whether it was asked who answers for the entry, and each of them did."""
        answered = {answer.agency_id for answer in self.answers}
        requests = [row.countersignature for row in self.asked if row.countersignature is not None]
        return bool(self.asked) and all(request.agency_id in answered for request in requests)

    @property
    def decision(self) -> Decision | None:
        """Fail closed: no proposal, a missing answer of an agency that answers for it or an open dispute gives None."""
        if self.proposal is None:
            return None
        proposal = decision_of(self.proposal)
        if proposal.outcome is Outcome.REFER:
            return proposal
        agreed = decision_of(self.settlement) if self.settlement is not None else proposal
        closed = self.in_dispute or not self.complete or (self.unknown and agreed.outcome.opens)
        return None if closed else agreed


def settled(batch: Batch, round_: int | None = None) -> list[Settled]:
    """Every entry of a batch, in order, with the opinions that decide it. Six queries at any size."""
    round_ = round_ or round_of(batch)
    by_stage: dict[str, dict[int, Opinion]] = {stage: {} for stage in Stage}
    answers: dict[int, list[Opinion]] = {}
    opinions = Opinion.objects.filter(batch_entry__batch=batch, round=round_, standing=True)
    for opinion in opinions.select_related("person", "agency"):
        if opinion.stage == Stage.COUNTERSIGN:
            answers.setdefault(opinion.batch_entry_id, []).append(opinion)
        by_stage[opinion.stage][opinion.batch_entry_id] = opinion
    asked: dict[int, list[Asked]] = {}
    for row in Asked.objects.filter(batch_entry__batch=batch, round=round_).select_related("countersignature"):
        asked.setdefault(row.batch_entry_id, []).append(row)
    return [
        Settled(
            row,
            by_stage[Stage.SECOND_REVIEW].get(row.pk),
            tuple(answers.get(row.pk, ())),
            by_stage[Stage.RECONCILE].get(row.pk),
            tuple(asked.get(row.pk, ())),
        )
        for row in batch.batch_entries.select_related("entry__fonds", "entry__agency")
    ]


def disputes(batch: Batch) -> list[Settled]:
    """The entries on which archives and unit differ, or of which nobody knows who answers, and nothing is settled yet."""
    return [row for row in settled(batch) if row.in_dispute]


def decisions_digest(rows: Iterable[Settled]) -> str:
    """What a signature covers: reference code, outcome, ground, day and every public field of each entry."""
    return digest_of_rows(
        (
            row.entry.reference_code,
            row.decision.outcome if row.decision else "",
            row.decision.ground if row.decision else "",
            row.decision.opens_on if row.decision else "",
            row.entry.shown_title,
            row.entry.responsible_body,
            row.entry.date_text,
            row.entry.extent,
            row.entry.series_title,
        )
        for row in rows
    )


@dataclass(frozen=True, slots=True)
class Closure:
    """What one ground keeps closed: how many entries, and the first and the last day on which one of them opens."""

    ground: str
    entries: int
    first: date
    last: date


def closures_of(rows: Iterable[Settled]) -> list[Closure]:
    """The deferrals of a batch, ground by ground."""
    days: dict[str, list[date]] = {}
    for row in rows:
        if row.decision and row.decision.opens_on:
            days.setdefault(row.decision.ground, []).append(row.decision.opens_on)
    return [Closure(ground, len(found), min(found), max(found)) for ground, found in sorted(days.items())]


def counts_of(rows: Iterable[Settled]) -> dict[str, int | dict[str, int]]:
    """How many open, open early, are deferred by ground, referred or undecided."""
    outcomes: Counter[str] = Counter()
    grounds: Counter[str] = Counter()
    for row in rows:
        decision = row.decision
        outcomes[decision.outcome if decision else "undecided"] += 1
        if decision and decision.outcome is Outcome.DEFER:
            grounds[decision.ground] += 1
    return {
        "opened": outcomes[Outcome.OPEN] + outcomes[Outcome.OPEN_EARLY],
        "opened_early": outcomes[Outcome.OPEN_EARLY],
        "deferred": dict(sorted(grounds.items())),
        "referred": outcomes[Outcome.REFER],
        "undecided": outcomes["undecided"],
    }
