"""Scenes of the review desks."""

from policies.outcomes import Outcome, Stage
from policies.reviewing import Decision
from review.models import Opinion
from review.operations import reviewing
from tests.review.scenes import Scene
from tests.world import NOW, TODAY


def deferred(world, batch):
    decisions = {
        row.pk: Decision(Outcome.DEFER, "CN-8-2", TODAY.replace(year=2036), "未了结")
        for row in batch.batch_entries.all()[:2]
    }
    reviewing.record_opinions(
        batch=batch, stage=Stage.FIRST_REVIEW, decisions=decisions, by=world["first"], at=NOW, today=TODAY
    )


def take_back(world, batch):
    last = Opinion.objects.filter(batch_entry__batch=batch, standing=True).latest("at")
    return reviewing.take_back(
        batch=batch, stage=Stage.FIRST_REVIEW, given_at=last.at, by=world["first"], at=NOW.replace(hour=10)
    )


SCENES = {"reviewing.take_back": Scene("first_review", take_back, before=deferred)}
