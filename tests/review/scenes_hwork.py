"""Scenes of standing in and of managing: who is away, whose right is lent, which batch is given up."""

from datetime import timedelta

from django.utils import timezone

from review.models import Absence, Batch, Delegation
from review.operations import managing, standing_in
from tests.review.scenes import Scene
from tests.world import NOW, TODAY, World


def lend(world: World, lender: str, to: str, permission: str, **changed) -> Delegation:
    """`lender` lends a right over the world's fonds to somebody for a week from today."""
    today = timezone.localdate()
    given = {
        "giver": world[lender],
        "receiver": world[to],
        "permission": permission,
        "over": world.fonds,
        "from_day": today,
        "to_day": today + timedelta(days=7),
        "reason": "外出学习",
        "proof": "馆办〔2026〕7号",
        "by": world[lender],
        "at": NOW,
        "today": today,
    }
    return standing_in.delegate(**given | changed)


def _away(world: World, _batch: Batch | None) -> Absence:
    return standing_in.record_absence(
        person=world["first"],
        from_day=TODAY,
        to_day=TODAY + timedelta(days=3),
        stand_in=world["first2"],
        by=world["first"],
        at=NOW,
        today=TODAY,
    )


SCENES = {
    "standing_in.record_absence": Scene(None, _away),
    "standing_in.withdraw_absence": Scene(
        None,
        lambda w, b: standing_in.withdraw_absence(absence=Absence.objects.get(), by=w["first"], at=NOW),
        before=_away,
    ),
    "standing_in.delegate": Scene(
        None,
        lambda w, b: lend(w, "confirmer", "second", "review.sign_off_fonds"),
    ),
    "standing_in.revoke": Scene(
        None,
        lambda w, b: standing_in.revoke(delegation=Delegation.objects.get(), by=w["confirmer"], at=NOW),
        before=lambda w, b: lend(w, "confirmer", "second", "review.sign_off_fonds"),
    ),
    "managing.cancel_batch": Scene(
        "first_review",
        lambda w, b: managing.cancel_batch(batch=b, reason="目录有误，须重新建批", by=w["manager"], at=NOW),
    ),
}
