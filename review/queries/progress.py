"""How far a batch is on its road, from the facts on record."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from policies.outcomes import Stage
from review.models import Batch, Release
from review.queries.decisions import review_steps, round_of, signatures_of, standing
from review.queries.procedures import steps_of


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
    """The steps of the current round with what is done of each. As many queries at any size.

    A step that the procedure does without, or that nothing came to, has a total of 0 or is left out.
    """
    round_ = round_of(batch)
    total = batch.batch_entries.count()
    asked = list(batch.countersignatures.filter(round=round_).select_related("agency"))
    answered = [row for row in asked if row.answered_at or row.silent_at]
    signed = list(signatures_of(batch))
    lists = list(batch.deferral_lists.filter(round=round_))
    release = Release.objects.filter(batch=batch).first()
    steps, reviews = steps_of(batch), review_steps(batch)
    certificate = batch.certificates.filter(round=round_).first()
    found = [
        Step(_("Screening"), int(batch.screening_runs.exists()), 1),
        Step(_("First review"), standing(batch, Stage.FIRST_REVIEW, round_).count(), total),
    ]
    if reviews.second_review:
        found.append(Step(_("Second review"), standing(batch, Stage.SECOND_REVIEW, round_).count(), total))
    if steps.sample:
        # A round that was only reconciled anew goes by the sample of the round before.
        done = certificate is not None or bool(asked)
        found.append(Step(_("Sample"), int(done), 1, certificate.number if certificate else ""))
    needed = sum(line.needed for line in steps.signatures)
    names = ", ".join(str(signature.person) for signature in signed)
    found += [
        Step(_("Countersign"), len(answered), len(asked), ", ".join(str(row.agency) for row in asked)),
        Step(_("Sign off"), min(len(signed), needed), needed, names),
    ]
    if lists:
        answers = sum(row.answered_at is not None for row in lists)
        found.append(Step(_("Consent"), answers, len(lists), ", ".join(row.number for row in lists)))
    found.append(Step(_("Release"), int(release is not None), 1, release.number if release else ""))
    # The work stands at the first step that has something left; a step that nobody was asked to take is passed over.
    here = next((step for step in found if step.total and step.state != "done"), None)
    return [replace(step, here=step is here) for step in found]
