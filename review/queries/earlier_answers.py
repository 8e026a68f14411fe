"""What became of a forming unit's answers: entry by entry, who decided otherwise and why, and in which release it opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from policies.countersigning import differs
from policies.outcomes import Answer, Outcome, Stage
from review.models import Agency, Batch, Countersignature, Entry, Opinion, Release

_PROPOSING = (Stage.FIRST_REVIEW, Stage.SECOND_REVIEW)  # the second is the proposal where there is one
_ENDING = (Stage.RECONCILE, Stage.COORDINATE)  # a ruling is above what was settled before it


@dataclass(frozen=True, slots=True)
class EarlierAnswer:
    """One answer that was handed in; what was proposed, and what ended a difference, if there was one."""

    answer: Opinion
    proposal: Opinion | None
    ending: Opinion | None

    @property
    def entry(self) -> Entry:
        return self.answer.batch_entry.entry

    @property
    def batch(self) -> Batch:
        return self.answer.batch_entry.batch

    @property
    def differed(self) -> bool:
        return differs(Answer(self.answer.answer))

    @property
    def decided(self) -> Opinion | None:
        """What decided the entry: what ended the difference, else what was proposed and agreed to."""
        return self.ending or (None if self.differed else self.proposal)

    @property
    def as_wanted(self) -> bool:
        """Whether the unit got what it had asked for instead."""
        said, end = self.answer, self.ending
        return end is not None and (end.outcome, end.ground, end.opens_on) == (
            said.outcome,
            said.ground,
            said.opens_on,
        )

    @property
    def ruled(self) -> bool:
        return self.ending is not None and self.ending.stage == Stage.COORDINATE

    @property
    def release(self) -> Release | None:
        """The release in which the entry was opened, in whole or in part; None where it was not."""
        decided = self.decided
        if decided is None or not Outcome(decided.outcome).shows:
            return None
        return self.batch.release


def answers_of(agency: Agency, *, only_differing: bool = False) -> QuerySet[Opinion]:
    """The answers that this agency handed in, newest first, with entry, batch and release."""
    handed_in = Countersignature.objects.filter(
        batch=OuterRef("batch_entry__batch"), agency=agency, round=OuterRef("round"), answered_at__isnull=False
    )
    rows = Opinion.objects.filter(Exists(handed_in), stage=Stage.COUNTERSIGN, agency=agency, standing=True)
    if only_differing:
        rows = rows.exclude(answer=Answer.AGREE)
    return (
        rows.select_related("batch_entry__entry", "batch_entry__batch", "person")
        .prefetch_related("batch_entry__batch__releases")
        .order_by("-pk")
    )


def what_became(answers: Sequence[Opinion]) -> list[EarlierAnswer]:
    """These answers with what came of each. One query at any length."""
    beside = Opinion.objects.filter(
        batch_entry__in=[answer.batch_entry_id for answer in answers],
        stage__in=[*_PROPOSING, *_ENDING],
        standing=True,
    )
    found: dict[tuple[int, int], dict[str, Opinion]] = {}
    for opinion in beside.select_related("person"):
        found.setdefault((opinion.batch_entry_id, opinion.round), {})[opinion.stage] = opinion
    return [_of(answer, found.get((answer.batch_entry_id, answer.round), {})) for answer in answers]


def _of(answer: Opinion, said: dict[str, Opinion]) -> EarlierAnswer:
    proposal, ending = ([said[stage] for stage in stages if stage in said] for stages in (_PROPOSING, _ENDING))
    return EarlierAnswer(answer, proposal[-1] if proposal else None, ending[-1] if ending else None)
