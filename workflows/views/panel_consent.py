"""The authority's desk: its consent to close an entry again that the panel judged should not have been opened."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from viewflow.workflow import Activation
from viewflow.workflow.models import Task

from review.models import Suspension
from review.operations import suspending
from workflows.views import door, sealing
from workflows.views.suspension_case import context_of, delivered, end_case


def panel_consent(request: HttpRequest, task: Task) -> HttpResponse:
    """The case, the votes and what is proposed; then consent, or a refusal with its reason."""
    suspension: Suspension = task.process.artifact
    if request.method == "POST":
        return _act(request, task, suspension)
    return render(request, "workflows/panel_consent.html", context_of(request, task))


def _act(request: HttpRequest, task: Task, suspension: Suspension) -> HttpResponse:
    reason = door.written_reason(request)

    def answer(activation: Activation, agrees: bool) -> None:
        suspending.answer_reclosure(
            suspension=suspension,
            agrees=agrees,
            reason=reason,
            by=request.user,
            at=timezone.now(),
            reauthenticated=agrees,
        )
        suspension.refresh_from_db()
        if suspension.ended_at is not None:
            end_case(suspension)

    def agree(activation: Activation) -> str:
        answer(activation, True)
        door.finish(activation)
        return _("The entry is closed again. It will be assessed again in time.")

    def refuse(activation: Activation) -> str:
        answer(activation, False)
        door.finish(activation, "return")
        return _("Refused. The entry stays suspended until the panel has acted.")

    return delivered(request, sealing.work(request, task, "agree", {"agree": agree, "refuse": refuse}))
