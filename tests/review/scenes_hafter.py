"""Scenes of what happens after a decision: returns, suspensions, errata, requests."""

from datetime import date, timedelta

from policies.suspending import PANEL, RECLOSE, RESTORE
from review.models import AccessRequest, AccessStatus, BatchKind, Entry, Erratum, Reassessment, Suspension
from review.operations import planning, reassessing, requesting, suspending
from tests.review.scenes import Scene
from tests.world import NOW, TODAY
from workflows import rehearsal

LATER = date(2040, 12, 31)
FAR = date(2060, 1, 1)


def released(world, batch) -> None:
    rehearsal.release(batch, world["publisher"])


def closed_only(world, batch) -> None:
    """A released batch whose closed entries nothing calls back, as from before returns were kept."""
    released(world, batch)
    Reassessment.objects.all().delete()


def an_open_entry(world) -> Entry:
    return world.fonds.entries.filter(access_status=AccessStatus.OPEN).order_by("pk").first()


def suspended(world, batch) -> Suspension:
    released(world, batch)
    return suspending.suspend_entry(
        entry=an_open_entry(world), reason="疑有不当", secret=False, by=world["unit-mzt"], at=NOW
    )


def case() -> Suspension:
    return Suspension.objects.latest("pk")


def at_panel(world, batch) -> None:
    suspended(world, batch)
    suspending.triage_flag(suspension=case(), choice=PANEL, reason="", by=world["manager"], at=NOW)


def vote(world, who: str, outcome: str, opens_on=LATER):
    return suspending.record_vote(
        suspension=case(),
        outcome=outcome,
        ground="CN-8-3-PI" if outcome == RECLOSE else "",
        opens_on=opens_on if outcome == RECLOSE else None,
        reason="经复核",
        by=world[who],
        at=NOW,
        today=TODAY,
    )


def voted(outcome: str):
    def walk(world, batch) -> None:
        at_panel(world, batch)
        for who in ("panel", "panel2", "panel3"):
            vote(world, who, outcome)

    return walk


def asked(world, batch=None, kind="request") -> AccessRequest:
    return requesting.register_request(
        kind=kind,
        asker="某读者",
        contact="某街1号",
        text="想查阅一份处分决定",
        fonds=world.fonds,
        entry=world.fonds.entries.get(reference_code="Z001-001-0004"),
        by=world["requests"],
        at=NOW,
    )


def answer(world, code: str = "review", text: str = "已安排审核") -> None:
    requesting.answer_request(
        request=AccessRequest.objects.latest("pk"), answer=code, text=text, by=world["requests"], at=NOW
    )


def promised(world, batch) -> None:
    asked(world)
    answer(world)
    planning.cut_batch(
        fonds=world.fonds, by=world["planner"], at=NOW, today=TODAY, codes=["Z001-001-0004"], kind=BatchKind.ON_DEMAND
    )


SCENES = {
    "reassessing.enter_returns": Scene(
        "release", lambda w, b: reassessing.enter_returns(by="tick", at=NOW), before=closed_only
    ),
    "reassessing.bring_back_entries": Scene(
        "release",
        lambda w, b: reassessing.bring_back_entries(
            fonds=w.fonds, by="tick", at=NOW + timedelta(days=9000), today=FAR
        ),
        before=released,
    ),
    "reassessing.note_event": Scene(
        "release",
        lambda w, b: reassessing.note_event(
            entry=w.fonds.entries.filter(access_status="deferred").first(),
            kind="death",
            day=TODAY,
            evidence="死亡证明 2026-1",
            by=w["requests"],
            at=NOW,
            today=TODAY,
        ),
        before=released,
    ),
    "suspending.suspend_entry": Scene(
        "release",
        lambda w, b: suspending.suspend_entry(
            entry=an_open_entry(w), reason="疑有不当", secret=True, by=w["unit-mzt"], at=NOW
        ),
        before=released,
    ),
    "suspending.triage_flag": Scene(
        "release",
        lambda w, b: suspending.triage_flag(
            suspension=case(), choice=RESTORE, reason="误报", by=w["manager"], at=NOW
        ),
        before=suspended,
    ),
    "suspending.record_vote": Scene("release", lambda w, b: vote(w, "panel", RECLOSE), before=at_panel),
    "suspending.restore_entry": Scene(
        "release",
        lambda w, b: suspending.restore_entry(suspension=case(), reason="", by=w["panel"], at=NOW),
        before=voted(RESTORE),
    ),
    "suspending.answer_reclosure": Scene(
        "release",
        lambda w, b: suspending.answer_reclosure(
            suspension=case(), agrees=True, reason="", by=w["authority"], at=NOW
        ),
        before=voted(RECLOSE),
    ),
    "suspending.deliver_erratum": Scene(
        "release",
        lambda w, b: suspending.deliver_erratum(erratum=Erratum.objects.get(), at=NOW),
        before=suspended,
    ),
    "requesting.register_request": Scene(None, asked),
    "requesting.register_visitor_request": Scene(
        None,
        lambda w, b: requesting.register_visitor_request(
            receipt="R20261121-ABCDEF",
            kind="objection",
            asker="某读者",
            contact="某街1号",
            text="该条目不应公布",
            fonds=w.fonds,
            entry=None,
            by="visitors",
            at=NOW,
        ),
    ),
    "requesting.answer_request": Scene(None, lambda w, b: answer(w), before=asked),
    "requesting.note_review": Scene(
        None,
        lambda w, b: requesting.note_review(
            request=AccessRequest.objects.get(),
            batch=w.fonds.batches.latest("pk"),
            by=w["planner"],
            at=NOW,
        ),
        before=promised,
    ),
}
