"""The triage desk: a first look at a doubt that somebody raised; plainly unfounded, or a matter for the panel."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from viewflow.workflow import Activation
from viewflow.workflow.models import Task

from policies.suspending import PANEL, RESTORE
from review.models import Suspension
from review.operations import suspending
from workflows.views import door
from workflows.views.suspension_case import context_of, delivered, end_case


def triage(request: HttpRequest, task: Task) -> HttpResponse:
    """What was flagged, by whom and why; then the panel, or back to the public with a reason."""
    suspension: Suspension = task.process.artifact
    if request.method == "POST":
        return _act(request, task, suspension)
    return render(request, "workflows/triage.html", context_of(request, task))


def _act(request: HttpRequest, task: Task, suspension: Suspension) -> HttpResponse:
    reason = door.written_reason(request)

    def to_panel(activation: Activation) -> str:
        suspending.triage_flag(suspension=suspension, choice=PANEL, reason=reason, by=request.user, at=timezone.now())
        door.finish(activation)
        return _("It is before the panel.")

    def restore(activation: Activation) -> str:
        suspending.triage_flag(
            suspension=suspension, choice=RESTORE, reason=reason, by=request.user, at=timezone.now()
        )
        suspension.refresh_from_db()
        suspending.restore_entry(suspension=suspension, reason="", by=request.user, at=timezone.now())
        end_case(suspension)
        door.finish(activation)
        return _("The entry is open again.")

    return delivered(request, door.work(request, task, {"to_panel": to_panel, "restore": restore}))
