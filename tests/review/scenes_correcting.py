"""The scene of a corrected edition: an entry was closed again, and the publisher issues the catalogue without it."""

from policies.suspending import RECLOSE
from review.models import Release
from review.operations import correcting, suspending
from tests.review.scenes import Scene
from tests.review.scenes_hafter import case, voted
from tests.world import NOW, TODAY


def closed_again(world, batch) -> None:
    """A released batch of which a panel, with the authority's consent, closed one entry again."""
    voted(RECLOSE)(world, batch)
    suspending.answer_reclosure(suspension=case(), agrees=True, reason="", by=world["authority"], at=NOW)


def corrected(world, release: Release | None = None) -> Release:
    release = release or Release.objects.latest("pk")
    made = correcting.prepare_correction(release=release, issued_on=TODAY)
    return correcting.correct(release=release, manifest=made, by=world["publisher"], at=NOW, issued_on=TODAY)


def _correct(world, _batch):
    return corrected(world)


SCENES = {"correcting.correct": Scene("release", _correct, before=closed_again)}
