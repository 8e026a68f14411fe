"""Scenes of the quality sample."""

from review.models import Sampled
from review.operations import sampling
from review.operations.sampling import Verdict
from tests.review.scenes import Scene
from tests.world import NOW


def draw(world, batch):
    sampling.draw_samples(batch=batch, by=world["sampler"], at=NOW)


def judge(world, batch, verdict=None):
    rows = Sampled.objects.filter(sample__batch=batch)
    verdicts = {row.pk: verdict or Verdict(True) for row in rows}
    sampling.record_verdicts(batch=batch, verdicts=verdicts, by=world["sampler"], at=NOW)


def drawn_and_judged(world, batch):
    draw(world, batch)
    judge(world, batch)


SCENES = {
    "sampling.draw_samples": Scene("sample", draw),
    "sampling.record_verdicts": Scene("sample", judge, before=draw),
    "sampling.certify": Scene(
        "sample",
        lambda w, b: sampling.certify(batch=b, by=w["sampler"], at=NOW),
        before=drawn_and_judged,
    ),
}
