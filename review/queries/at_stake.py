"""What adopting a ruleset would mean for each batch under review: for choosing, before anything is screened anew.

The counts come from the impact that was counted of the draft; what a choice really did is kept on its RulesChange.
"""

from __future__ import annotations

from dataclasses import dataclass

from policies.outcomes import Stage
from review.models import Batch, Impact, ImpactEntry
from review.queries.decisions import standing
from review.queries.mid_batch import Place, place_of
from review.queries.rules import running_batches

_DESKS = {Place.FIRST_REVIEW: Stage.FIRST_REVIEW, Place.SECOND_REVIEW: Stage.SECOND_REVIEW}


@dataclass(frozen=True, slots=True)
class AtStake:
    """One running batch: its entries, those undecided at the desk where it is, and what the draft changes among both.

    `changed_undecided` and `changed_decided` are None where no impact was counted. `confirmed`: signed off already, so
    that nothing of it is decided again.
    """

    batch: Batch
    entries: int
    undecided: int
    confirmed: bool
    changed_undecided: int | None = None
    changed_decided: int | None = None


def at_stake(impact: Impact | None) -> list[AtStake]:
    """Every running batch, by number. The same queries for each batch, whatever its size."""
    return [_one(batch, impact) for batch in running_batches()]


def _one(batch: Batch, impact: Impact | None) -> AtStake:
    place = place_of(batch)
    rows = batch.batch_entries.order_by()
    desk = _DESKS.get(place)
    left = rows.exclude(pk__in=standing(batch, desk).values("batch_entry")) if desk else rows.none()
    if impact is None:
        return AtStake(batch, rows.count(), left.count(), place == Place.CONFIRMED)
    changed = ImpactEntry.objects.filter(impact=impact).values("entry")
    some = standing(batch, Stage.FIRST_REVIEW).values("batch_entry")
    return AtStake(
        batch,
        rows.count(),
        left.count(),
        place == Place.CONFIRMED,
        left.filter(entry__in=changed).count(),
        0 if place == Place.CONFIRMED else rows.filter(entry__in=changed, pk__in=some).count(),
    )
