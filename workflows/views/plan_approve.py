"""The approval of a plan: one page, approved or returned with reasons by somebody who took no part in making it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from viewflow.workflow import Activation
from viewflow.workflow.models import Task

from review.models import Plan
from review.operations import plans
from review.queries.plans import lines_of
from workflows.views import door


def plan_approve(request: HttpRequest, task: Task) -> HttpResponse:
    """Every line of a submitted plan, then one act."""
    plan: Plan = task.process.artifact
    if request.method == "POST":
        return _act(request, task, plan)
    lines = lines_of(plan)
    return render(
        request,
        "workflows/plan_approve.html",
        {
            "task": task,
            "plan": plan,
            "lines": lines,
            "entries": sum(line.entries for line in lines),
            "may_act": door.may_act(request, task),
        },
    )


def _act(request: HttpRequest, task: Task, plan: Plan) -> HttpResponse:
    def take(activation: Activation) -> str:
        return _("The plan is in your hands.")

    def approve(activation: Activation) -> str:
        plans.approve_plan(plan=plan, by=request.user, at=timezone.now())
        door.finish(activation)
        return _("The plan is approved. Its batches can be cut.")

    def send_back(activation: Activation) -> str:
        plans.return_plan(plan=plan, reason=door.written_reason(request), by=request.user, at=timezone.now())
        door.finish(activation, "return")
        return _("The plan went back to its draft.")

    return door.work(request, task, {"take": take, "approve": approve, "return": send_back})
