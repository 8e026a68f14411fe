"""The panel's desk: its members vote one after another, each in person, until there are votes enough."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from viewflow.workflow import Activation
from viewflow.workflow.models import Task

from policies.sentences import Refusal, Sentence
from policies.suspending import RECLOSE, RESTORE
from review.models import Suspension
from review.operations import suspending
from workflows.later_forms import VoteForm
from workflows.views import door
from workflows.views.suspension_case import context_of, delivered, end_case


def panel(request: HttpRequest, task: Task) -> HttpResponse:
    """The case and the votes so far; one vote more. After each the task goes back until the panel is complete."""
    suspension: Suspension = task.process.artifact
    if request.method == "POST":
        return _act(request, task, suspension)
    context = context_of(request, task)
    context["voted"] = request.user.pk in context["panel"].voted
    return render(request, "workflows/panel.html", context | {"form": VoteForm()})


def _act(request: HttpRequest, task: Task, suspension: Suspension) -> HttpResponse:
    waits = False

    def vote(activation: Activation) -> str:
        nonlocal waits
        form = VoteForm(request.POST)
        if not form.is_valid():
            raise Refusal(
                Sentence("请选定意见；日期须为 年-月-日。", "Choose a decision; a day is written YYYY-MM-DD.")
            )
        result = suspending.record_vote(
            suspension=suspension,
            **form.vote(),
            by=request.user,
            at=timezone.now(),
            today=timezone.localdate(),
        )
        if result is None:
            waits = True
            activation.unassign()
            return _("Your vote is recorded. The panel is not complete yet.")
        if result.outcome == RECLOSE:
            door.finish(activation)
            return _("The panel closes it again; the archives authority is asked for its consent.")
        return put_back(activation)

    def restore(activation: Activation) -> str:
        return put_back(activation, reason=door.written_reason(request))

    def put_back(activation: Activation, reason: str = "") -> str:
        suspension.refresh_from_db()
        suspending.restore_entry(suspension=suspension, reason=reason, by=request.user, at=timezone.now())
        end_case(suspension)
        door.finish(activation, RESTORE)
        return _("The entry is open again.")

    answer = delivered(request, door.work(request, task, {"vote": vote, "restore": restore}))
    return redirect("my-work") if waits else answer
