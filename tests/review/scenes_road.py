"""Scenes of differences, the authority and its consent."""

from django.utils import timezone

from policies.outcomes import Outcome
from policies.reviewing import Decision
from review.operations import consenting, coordinating, countersigning, reconciling, signing
from review.operations.consenting import Consent
from review.queries.decisions import disputes
from review.queries.deferrals import listed, open_list
from tests.review.scenes import Scene
from tests.world import NOW, TODAY

LATER = Decision(Outcome.DEFER, "CN-8-2", TODAY.replace(year=2036), "经协调，延期至该日")


def state(world, batch):
    reconciling.record_statement(
        batch=batch,
        entries=[row.batch_entry.pk for row in disputes(batch)],
        kind="archives",
        text="内容早已公开",
        by=world["reconciler"],
        at=NOW,
        today=TODAY,
    )


def rule(world, batch):
    rulings = {row.batch_entry.pk: LATER for row in disputes(batch)}
    coordinating.rule(batch=batch, rulings=rulings, by=world["authority"], at=NOW, today=TODAY)


def put(world, batch):
    consenting.put_list(batch=batch, by="test", at=NOW)


def consent(world, batch):
    """Answers every deferral of the open list, and the first of them with no."""
    rows = listed(batch, open_list(batch))
    consents = {row.batch_entry.pk: Consent(place > 0, "理由不足") for place, row in enumerate(rows)}
    consenting.record_consents(batch=batch, consents=consents, by=world["authority"], at=timezone.now())


SCENES = {
    "countersigning.lapse": Scene(
        "countersign",
        lambda w, b: countersigning.lapse(countersignature=b.countersignatures.first(), at=NOW),
    ),
    "reconciling.record_statement": Scene("reconcile", state),
    "reconciling.put_to_authority": Scene(
        "reconcile",
        lambda w, b: reconciling.put_to_authority(batch=b, by=w["reconciler"], at=NOW),
        before=state,
    ),
    "coordinating.rule": Scene("coordinate", rule),
    "coordinating.hand_on": Scene(
        "coordinate", lambda w, b: coordinating.hand_on(batch=b, by=w["authority"], at=NOW), before=rule
    ),
    "coordinating.send_back": Scene(
        "coordinate",
        lambda w, b: coordinating.send_back(batch=b, reason="请双方再议", by=w["authority"], at=NOW),
    ),
    "consenting.put_list": Scene(
        "sign_off", put, before=lambda w, b: signing.sign_off(batch=b, by=w["confirmer"], at=NOW)
    ),
    "consenting.record_consents": Scene("consent", consent),
    "consenting.answer_list": Scene(
        "consent",
        lambda w, b: consenting.answer_list(batch=b, by=w["authority"], at=timezone.now()),
        before=consent,
    ),
}
