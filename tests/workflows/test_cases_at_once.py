"""Two clicks, two officers or two ticks at the same moment: a plan is cut, a body asked and an answer recorded once."""

import pytest
from django.test import Client
from django.urls import reverse

from policies.referring import STILL_SECRET
from review import ledger
from review.models import Batch, LedgerLine, Plan, Referral
from review.queries.plans import lines_of
from tests.cases import tasks_of
from tests.review.scenes_hrefer import LATER, STILL, approved, make_plan
from tests.workflows.test_two_at_once import at_once
from tests.world import NOW, TODAY
from workflows.flows import PlanFlow, ReferralFlow
from workflows.flows import plan as plan_flow
from workflows.flows import referral as road

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "catalogue"])


def poster(person, address, **data):
    client = Client()
    client.force_login(person)
    return lambda: client.post(address, data).status_code


def test_two_clicks_cut_a_line_of_a_plan_once(committed_world):
    world = committed_world
    plan = approved(world)
    line = next(line for line in lines_of(plan) if line.state == "due")
    address = reverse("cut-line", args=[plan.number, line.position])
    assert at_once(*(poster(world["planner"], address) for _ in range(2))) == [302, 302]
    assert Batch.objects.filter(plan_line=line).count() == 1
    assert LedgerLine.objects.filter(act="cut_batch").count() == 1
    assert ledger.verify().bad_line is None


def test_two_submits_of_a_draft_put_one_plan_before_the_approver(committed_world):
    world = committed_world
    plan = make_plan(world)
    plan_flow.begin(plan=plan, by=world["planner"])
    (task,) = tasks_of(PlanFlow, plan)
    address = reverse("task", args=[task.pk])
    at_once(*(poster(world["planner"], address, verb="submit") for _ in range(2)))
    assert LedgerLine.objects.filter(act="submit_plan").count() == 1
    assert [one.flow_task.name for one in tasks_of(PlanFlow, Plan.objects.get())] == ["approve"]


def test_two_ticks_and_two_ends_of_a_batch_ask_a_body_once(committed_world):
    world = committed_world
    batch = world.walked("release")
    at_once(*(lambda: road.begin_all(batch=batch, by="flow", at=NOW) for _ in range(2)))
    (referral,) = Referral.objects.all()
    (task,) = tasks_of(ReferralFlow, referral)
    answer = {"verb": "answer", "answer": STILL_SECRET, "evidence": "密函1号", "until": STILL.until}
    at_once(*(poster(world["secrecy"], reverse("task", args=[task.pk]), **answer) for _ in range(2)))
    assert LedgerLine.objects.filter(act="answer_referral").count() == 1
    batch.batch_entries.update(live=False)
    asked = at_once(*(lambda: road.ask_again(at=NOW, today=LATER) for _ in range(2)))
    assert sum(asked) == 1
    assert Referral.objects.count() == 2
    assert len(tasks_of(ReferralFlow, Referral.objects.latest("pk"))) == 1
    assert TODAY < LATER
    assert ledger.verify().bad_line is None
