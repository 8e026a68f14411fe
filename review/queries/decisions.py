"""What was decided: standing opinions, the archives' proposal, and the settled outcome of each entry of a batch."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, reduce
from operator import or_

from django.db.models import Exists, QuerySet

from policies.countersigning import differs, is_answer
from policies.outcomes import Answer, Outcome, Stage
from policies.procedure import Signatures, Steps, sensitivity_of
from policies.releasing import signatures_missing
from policies.reviewing import Decision
from review.ledger import digest_of_rows
from review.models import (
    Agency,
    Asked,
    AskedKind,
    Batch,
    BatchEntry,
    Entry,
    LedgerLine,
    Opinion,
    Person,
    SignOff,
)
from review.once import once, once_between_writes
from review.queries.advice import suggestions_of
from review.queries.procedures import procedure_of, steps_of
from review.queries.silence import SilentOn, silences_of


@once
def round_of(batch: Batch) -> int:
    """The current round of a batch: one more than the times it was returned."""
    return batch.returns.count() + 1


def standing(batch: Batch, stage: Stage, round_: int | None = None) -> QuerySet[Opinion]:
    """The opinions that stand at one stage of one round (the current one when none is named)."""
    return Opinion.objects.filter(
        batch_entry__batch=batch, stage=stage, round=round_ or round_of(batch), standing=True
    ).select_related("person")


def review_steps(batch: Batch) -> Steps:
    """The steps of a batch as they were when it left first review: by what the rules advise and first review decided.

    Later hands may add grounds, and with them signatures; whether there is a second review no longer changes by them.
    """
    procedure = procedure_of(batch)
    if not procedure.rules:
        return procedure.steps
    advised = suggestions_of(batch).exclude(ground="").order_by().values_list("ground", flat=True).distinct()
    first = standing(batch, Stage.FIRST_REVIEW).exclude(ground="").order_by().values_list("ground", flat=True)
    grounds = {*advised, *first.distinct()}
    return procedure.steps_of(
        fonds=batch.fonds.code, grounds=grounds, kind=batch.kind, sensitivity=sensitivity_of(grounds)
    )


def proposal_stage(batch: Batch) -> Stage:
    """At which stage the archives' proposal is made: second review, or first review where the procedure has no second."""
    return Stage.SECOND_REVIEW if review_steps(batch).second_review else Stage.FIRST_REVIEW


def proposals(batch: Batch) -> QuerySet[Opinion]:
    """The archives' proposal of the current round, entry by entry: what forming units are asked about."""
    return standing(batch, proposal_stage(batch))


def left_reviews(batch: Batch) -> bool:
    """Whether the current round of a batch has left its reviews: sampled, asked about or signed."""
    round_ = round_of(batch)
    left = (
        batch.samples.filter(round=round_),
        Asked.objects.filter(batch_entry__batch=batch, round=round_),
        batch.countersignatures.filter(round=round_),
        batch.sign_offs.filter(round=round_, standing=True),
    )
    return Batch.objects.filter(reduce(or_, map(Exists, left)), pk=batch.pk).exists()


def undecided(batch: Batch, stage: Stage) -> QuerySet[BatchEntry]:
    """The entries without a standing opinion at a stage of the current round."""
    decided = standing(batch, stage).values("batch_entry")
    return batch.batch_entries.exclude(pk__in=decided)


def deciders(batch: Batch, stages: Iterable[Stage]) -> set[int]:
    """The ids of all who ever gave an opinion at one of `stages`, in any round, standing or not, and for whom they gave it."""
    given = Opinion.objects.filter(batch_entry__batch=batch, stage__in=list(stages))
    pairs = given.order_by().values_list("person", "on_behalf").distinct()
    return {pk for pair in pairs for pk in pair if pk is not None}


def signers(batch: Batch) -> set[int]:
    """The ids of all who ever signed a batch, in any round, and for whom they did."""
    pairs = batch.sign_offs.order_by().values_list("person", "on_behalf")
    return {pk for pair in pairs for pk in pair if pk is not None}


def signatures_of(batch: Batch, digest: str | None = None) -> QuerySet[SignOff]:
    """The signatures that stand under the current round, oldest first; with `digest`, those under these very decisions."""
    rows = batch.sign_offs.filter(round=round_of(batch), standing=True).select_related("person").order_by("pk")
    return rows if digest is None else rows.filter(decisions_digest=digest)


def roles_signed(signatures: Iterable[SignOff]) -> list[list[str]]:
    """For each signature the roles for which it counts, as the ledger noted them when it was given."""
    lines = LedgerLine.objects.in_bulk([signature.ledger_line for signature in signatures])
    return [json.loads(line.facts).get("roles", []) for line in lines.values()]


def unsigned(batch: Batch, digest: str) -> tuple[Signatures, ...]:
    """The signatures that these decisions still need."""
    return signatures_missing(steps_of(batch).signatures, roles_signed(signatures_of(batch, digest)))


def decision_of(opinion: Opinion) -> Decision:
    """An opinion row as the value that policies speak of."""
    return Decision(Outcome(opinion.outcome), opinion.ground, opinion.opens_on, opinion.reason)


def unanswered(batch: Batch, agency: Agency) -> QuerySet[BatchEntry]:
    """The entries an agency must still answer: its own, in the archives' proposal, without its standing answer.

    Whoever asked for more time has not answered.
    """
    answers = standing(batch, Stage.COUNTERSIGN).filter(agency=agency)
    answered = answers.exclude(answer=Answer.NEED_MORE_TIME).values("batch_entry")
    return entries_for(batch, agency).exclude(pk__in=answered)


def entries_for(batch: Batch, agency: Agency) -> QuerySet[BatchEntry]:
    """The entries of a batch that an agency is asked about in the current round: those it answers for."""
    return batch.batch_entries.filter(
        asked__round=round_of(batch), asked__countersignature__agency=agency
    ).select_related("entry")


@dataclass(frozen=True)
class Settled:
    """The outcome of one entry as things stand; `decision` is None while it is undecided or in dispute.

    `answers` are the forming units' explicit ones; `silences` the units whose time was over without one.
    """

    batch_entry: BatchEntry
    proposal: Opinion | None
    answers: tuple[Opinion, ...]
    settlement: Opinion | None
    asked: tuple[Asked, ...]
    ruling: Opinion | None = None
    consent: Opinion | None = None
    silences: tuple[SilentOn, ...] = ()

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
    def agreement(self) -> Opinion | None:
        """What settled a difference: the authority's ruling, else what archives and unit agreed on."""
        return self.ruling or self.settlement

    @property
    def unknown(self) -> bool:
        """Whether it is not known who answers for the entry."""
        return any(row.kind == AskedKind.UNKNOWN for row in self.asked)

    @property
    def alone(self) -> bool:
        """Whether the archives decide alone: nobody continues the forming unit (实施条例 art. 30)."""
        return any(row.kind == AskedKind.ARCHIVES_ALONE for row in self.asked)

    @property
    def silent(self) -> tuple[SilentOn, ...]:
        """The units whose silence counts as no agreement."""
        return tuple(silence for silence in self.silences if not silence.deemed)

    @property
    def unheard(self) -> tuple[str, ...]:
        """The names of the silent units that were not heard afterwards either."""
        return tuple(silence.agency.name for silence in self.silent if not silence.heard)

    @property
    def refused(self) -> bool:
        """Whether the authority refused to have it deferred, and nothing was settled since."""
        return self.consent is not None and self.consent.answer == Answer.OBJECT

    @property
    def in_dispute(self) -> bool:
        open_ = bool(self.objections) or self.unknown or bool(self.silent)
        return self.refused or (self.agreement is None and open_)

    @property
    def complete(self) -> bool:
        """Whether it was asked who answers for the entry, and each of them did, or its silence is on record."""
        answered = {answer.agency_id for answer in self.answers} | {silence.agency.pk for silence in self.silences}
        requests = [row.countersignature for row in self.asked if row.countersignature is not None]
        return bool(self.asked) and all(request.agency_id in answered for request in requests)

    @cached_property
    def decision(self) -> Decision | None:
        """Fail closed: no proposal, a missing answer of an agency that answers for it or an open dispute gives None.

        Nor does anything open that a unit was silent on and was never heard about, but by the authority's ruling.
        """
        if self.proposal is None:
            return None
        proposal = decision_of(self.proposal)
        if proposal.outcome is Outcome.REFER:
            return proposal
        agreed = decision_of(self.agreement) if self.agreement is not None else proposal
        barred = self.unknown or (self.ruling is None and bool(self.unheard))
        closed = self.in_dispute or not self.complete or (barred and agreed.outcome.shows)
        return None if closed else agreed

    @property
    def consented(self) -> bool:
        """Whether the authority consented to this very deferral: its ground and its day."""
        decision, consent = self.decision, self.consent
        if decision is None or consent is None or consent.answer != Answer.AGREE:
            return False
        said = (Outcome(consent.outcome), consent.ground, consent.opens_on)
        return said == (decision.outcome, decision.ground, decision.opens_on)

    @property
    def needs_consent(self) -> bool:
        """Whether a record stays closed and the authority has not consented to it (档案法实施条例 art. 31)."""
        return self.decision is not None and self.decision.outcome.closes and not self.consented


def settled(batch: Batch, round_: int | None = None) -> list[Settled]:
    """Every entry of a batch, in order, with the opinions that decide it. As many queries at any size."""
    return list(_settled(batch, round_ or round_of(batch)))


@once_between_writes
def _settled(batch: Batch, round_: int) -> list[Settled]:
    by_stage: dict[str, dict[int, Opinion]] = {stage: {} for stage in Stage}
    answers: dict[int, list[Opinion]] = {}
    opinions = list(Opinion.objects.filter(batch_entry__batch=batch, round=round_, standing=True))
    people = Person.objects.in_bulk({opinion.person_id for opinion in opinions})
    agencies = Agency.objects.in_bulk({opinion.agency_id for opinion in opinions} - {None})
    for opinion in opinions:
        # The same few people and agencies on every row: joined to each, they would cost more than the opinions.
        opinion.person, opinion.agency = people[opinion.person_id], agencies.get(opinion.agency_id or 0)
        if opinion.stage != Stage.COUNTERSIGN:
            by_stage[opinion.stage][opinion.batch_entry_id] = opinion
        elif is_answer(Answer(opinion.answer)):
            answers.setdefault(opinion.batch_entry_id, []).append(opinion)
    requests = {row.pk: row for row in batch.countersignatures.filter(round=round_).select_related("agency")}
    asked: dict[int, list[Asked]] = {}
    for row in Asked.objects.filter(batch_entry__batch=batch, round=round_):
        row.countersignature = requests.get(row.countersignature_id or 0)
        asked.setdefault(row.batch_entry_id, []).append(row)
    silences = silences_of(batch, round_, asked, answers)
    proposed = by_stage[proposal_stage(batch)]
    return [
        Settled(
            row,
            proposed.get(row.pk),
            tuple(answers.get(row.pk, ())),
            by_stage[Stage.RECONCILE].get(row.pk),
            tuple(asked.get(row.pk, ())),
            by_stage[Stage.COORDINATE].get(row.pk),
            by_stage[Stage.CONSENT].get(row.pk),
            tuple(silences.get(row.pk, ())),
        )
        for row in entries_of(batch, batch.batch_entries.all())
    ]


def entries_of(batch: Batch, chosen: QuerySet[BatchEntry]) -> list[BatchEntry]:
    """These entries of a batch with fonds and agency, which many have in common. Two queries at any size."""
    rows = list(chosen.select_related("entry"))
    agencies = Agency.objects.in_bulk({row.entry.agency_id for row in rows} - {None})
    for row in rows:
        row.entry.fonds, row.entry.agency = batch.fonds, agencies.get(row.entry.agency_id or 0)
    return rows


def disputes(batch: Batch) -> list[Settled]:
    """The entries in difference that nothing has settled: units that differ or were silent, or nobody known to answer,
    and deferrals that the authority refused."""
    return [row for row in settled(batch) if row.in_dispute]


def had_differences(rows: Iterable[Settled]) -> bool:
    """Whether there is, or was, something to reconcile among these entries."""
    return any(row.objections or row.unknown or row.silent or row.agreement or row.consent for row in rows)


def unconsented(batch: Batch, rows: Iterable[Settled]) -> list[Settled]:
    """The deferrals that still need the authority's consent; none where the procedure does without it."""
    needing = [row for row in rows if row.needs_consent]
    return needing if needing and steps_of(batch).consent else []


def decisions_digest(rows: Iterable[Settled], copies: Mapping[int, str]) -> str:
    """What a signature covers: reference code, outcome, ground, day and every public field of each entry.

    `copies`: by entry id, the digest of the redacted copy that opens of it (queries/redactions.py, `signed_digest`).
    """
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
            *([copies[row.entry.pk]] if row.entry.pk in copies else ()),
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
    """How many open, open early, stay closed by ground (of them open in part), are referred or undecided."""
    outcomes: Counter[str] = Counter()
    grounds: Counter[str] = Counter()
    for row in rows:
        decision = row.decision
        outcomes[decision.outcome if decision else "undecided"] += 1
        if decision and decision.outcome.closes:
            grounds[decision.ground] += 1
    return {
        "opened": outcomes[Outcome.OPEN] + outcomes[Outcome.OPEN_EARLY],
        "opened_early": outcomes[Outcome.OPEN_EARLY],
        "opened_in_part": outcomes[Outcome.PARTIAL],
        "deferred": dict(sorted(grounds.items())),
        "referred": outcomes[Outcome.REFER],
        "undecided": outcomes["undecided"],
    }
