"""What a reviewer follows: the rules' advice, or at second review what first review decided, where that is shown."""

from __future__ import annotations

from collections.abc import Collection

from policies.outcomes import Stage, Suggestion
from policies.reviewing import Decision, advised
from review.models import Batch
from review.queries.advice import suggestions_of
from review.queries.decisions import decision_of, review_steps, standing


def is_blind(batch: Batch, stage: Stage) -> bool:
    """Whether this desk shows records and findings only, and of first review nothing until second review is given."""
    return stage is Stage.SECOND_REVIEW and review_steps(batch).blind


def followed(batch: Batch, stage: Stage, pks: Collection[int]) -> dict[int, Decision]:
    """First review follows the rules' advice, second review follows first review; a blind one the rules as well."""
    if stage is Stage.SECOND_REVIEW and not is_blind(batch, stage):
        first = standing(batch, Stage.FIRST_REVIEW).filter(batch_entry_id__among=pks)
        return {opinion.batch_entry_id: decision_of(opinion) for opinion in first}
    rows = suggestions_of(batch).filter(batch_entry_id__among=pks).order_by()
    found = {
        pk: advised(Suggestion(suggestion), ground, opens_on)
        for pk, suggestion, ground, opens_on in rows.values_list("batch_entry", "suggestion", "ground", "opens_on")
    }
    return {pk: decision for pk, decision in found.items() if decision is not None}
