"""Scenes of plans, referrals and opinions at transfer."""

from __future__ import annotations

from datetime import date

from policies.outcomes import Outcome
from policies.referring import STILL_SECRET, ReferralReply
from policies.transferring import TransferAdvice
from review.models import Plan, Referral, TransferRequest
from review.operations import planning, plans, referring, transferring
from review.queries.transfers import asked_about
from tests.review.scenes import Scene
from tests.world import NOW, TODAY, World

LATER = date(2028, 3, 4)
STILL = ReferralReply(STILL_SECRET, "密函〔2026〕3号", until=LATER)


def make_plan(world: World, year: int = TODAY.year) -> Plan:
    """A plan of the world's fonds as the due list proposes it."""
    return plans.make_plan(year=year, fonds=[world.fonds], by=world["planner"], at=NOW, today=TODAY)


def submitted(world: World, year: int = TODAY.year) -> Plan:
    plan = make_plan(world, year)
    plans.submit_plan(plan=plan, by=world["planner"], at=NOW)
    return plan


def approved(world: World, year: int = TODAY.year) -> Plan:
    plan = submitted(world, year)
    plans.approve_plan(plan=plan, by=world["confirmer"], at=NOW)
    return plan


def choice(world: World, **more: object) -> plans.LineChoice:
    given = {"state": "due", "size": 5, "begin_by": date(TODAY.year, 12, 1), "agency": world.agencies[1]}
    return plans.LineChoice(**{**given, **more})


def referred(world: World, batch: object = None) -> Referral:
    """The stub of the world, referred by a batch that waits for its release."""
    (referral,) = referring.open_referrals(batch=batch or world.walked("release"), by="flow", at=NOW)
    return referral


def asked(world: World) -> TransferRequest:
    """The first unit asked about its one entry that is not yet due."""
    return transferring.ask_opinion(fonds=world.fonds, agency=world.agencies[0], by=world["planner"], at=NOW)


def advise(world: World, request: TransferRequest, **more: object) -> None:
    advice = TransferAdvice(**{"outcome": Outcome.OPEN, **more})
    transferring.record_opinions(
        request=request,
        opinions={entry.pk: advice for entry in asked_about(request)},
        by=world["unit-mzt"],
        at=NOW,
    )


def still_secret(world: World, batch: object) -> Referral:
    referral = Referral.objects.filter(batch=batch).first() or referred(world, batch)
    referring.record_answer(referral=referral, reply=STILL, by=world["secrecy"], at=NOW, today=TODAY)
    return referral


SCENES = {
    "plans.make_plan": Scene(None, lambda w, b: make_plan(w)),
    "plans.add_line": Scene(
        None,
        lambda w, b: plans.add_line(
            plan=Plan.objects.get(),
            fonds=w.fonds,
            choice=choice(w, due_to=date(2000, 12, 31)),
            by=w["planner"],
            at=NOW,
        ),
        before=lambda w, b: make_plan(w),
    ),
    "plans.change_line": Scene(
        None,
        lambda w, b: plans.change_line(
            line=Plan.objects.get().lines.first(),
            size=3,
            begin_by=date(TODAY.year, 12, 2),
            due_to=date(TODAY.year, 6, 30),
            by=w["planner"],
            at=NOW,
        ),
        before=lambda w, b: make_plan(w),
    ),
    "plans.drop_line": Scene(
        None,
        lambda w, b: plans.drop_line(line=Plan.objects.get().lines.first(), by=w["planner"], at=NOW),
        before=lambda w, b: make_plan(w),
    ),
    "plans.submit_plan": Scene(
        None,
        lambda w, b: plans.submit_plan(plan=Plan.objects.get(), by=w["planner"], at=NOW),
        before=lambda w, b: make_plan(w),
    ),
    "plans.approve_plan": Scene(
        None,
        lambda w, b: plans.approve_plan(plan=Plan.objects.get(), by=w["confirmer"], at=NOW),
        before=lambda w, b: submitted(w),
    ),
    "plans.return_plan": Scene(
        None,
        lambda w, b: plans.return_plan(plan=Plan.objects.get(), reason="再核", by=w["confirmer"], at=NOW),
        before=lambda w, b: submitted(w),
    ),
    "plans.give_up_plan": Scene(
        None,
        lambda w, b: plans.give_up_plan(plan=Plan.objects.get(), by=w["planner"], at=NOW),
        before=lambda w, b: make_plan(w),
    ),
    "planning.cut_planned": Scene(
        None,
        lambda w, b: planning.cut_planned(
            line=Plan.objects.get().lines.first(), by=w["planner"], at=NOW, today=TODAY
        ),
        before=lambda w, b: approved(w),
    ),
    "referring.open_referrals": Scene("release", referred),
    "referring.record_answer": Scene(
        "release",
        lambda w, b: referring.record_answer(
            referral=Referral.objects.get(), reply=STILL, by=w["secrecy"], at=NOW, today=TODAY
        ),
        before=referred,
    ),
    "referring.ask_again": Scene(
        "",
        lambda w, b: referring.ask_again(
            referral=Referral.objects.order_by("pk").last(), by="tick", at=NOW, today=LATER
        ),
        before=still_secret,
    ),
    "transferring.ask_opinion": Scene(None, lambda w, b: asked(w)),
    "transferring.record_opinions": Scene(
        None, lambda w, b: advise(w, TransferRequest.objects.get()), before=lambda w, b: asked(w)
    ),
    "transferring.hand_in": Scene(
        None,
        lambda w, b: transferring.hand_in(request=TransferRequest.objects.get(), by=w["unit-mzt"], at=NOW),
        before=lambda w, b: advise(w, asked(w)),
    ),
}
