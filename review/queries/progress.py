"""How far a batch is on its road, from the facts on record."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from policies.outcomes import Stage
from review.models import Batch, Release
from review.queries.decisions import round_of, standing


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the road: done of total, and who or what to name."""

    name: str
    done: int
    total: int
    note: str = ""
    here: bool = False

    @property
    def state(self) -> str:
        return "done" if self.total and self.done >= self.total else "ahead"


def progress_of(batch: Batch) -> list[Step]:
    """The steps of the current round with what is done of each. Seven queries at any size."""
    round_ = round_of(batch)
    total = batch.batch_entries.count()
    asked = list(batch.countersignatures.filter(round=round_).select_related("agency"))
    answered = [row for row in asked if row.answered_at]
    signed = batch.sign_offs.filter(round=round_).select_related("person").first()
    release = Release.objects.filter(batch=batch).first()
    steps = [
        Step(_("Screening"), int(batch.screening_runs.exists()), 1),
        Step(_("First review"), standing(batch, Stage.FIRST_REVIEW, round_).count(), total),
        Step(_("Second review"), standing(batch, Stage.SECOND_REVIEW, round_).count(), total),
        Step(_("Countersign"), len(answered), len(asked), ", ".join(str(row.agency) for row in asked)),
        Step(_("Sign off"), int(signed is not None), 1, str(signed.person) if signed else ""),
        Step(_("Release"), int(release is not None), 1, release.number if release else ""),
    ]
    # The work stands at the first step that has something left; a step that nobody was asked to take is passed over.
    here = next((step for step in steps if step.total and step.state != "done"), None)
    return [replace(step, here=step is here) for step in steps]
