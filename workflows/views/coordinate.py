"""The authority's desk for differences: both sides' statements, the minutes, and its ruling, which settles."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from viewflow.workflow import Activation
from viewflow.workflow.models import Task

from review import access
from review.models import Batch
from review.operations import coordinating
from review.queries.decisions import round_of, settled
from review.queries.overdue import overdue_units
from workflows.views import door, settling


def coordinate(request: HttpRequest, task: Task) -> HttpResponse:
    """Rule on each difference that archives and forming units could not settle, or send them back to try once more."""
    batch: Batch = task.process.artifact
    if request.method == "POST":
        return _act(request, task, batch)
    rows = [row for row in settled(batch) if row.in_dispute or row.ruling is not None]
    return render(
        request,
        "workflows/coordinate.html",
        {
            "task": task,
            "batch": batch,
            "may_act": door.may_act(request, task),
            "overdue": overdue_units(access.fonds_of(request.user, coordinating.PERMISSION), timezone.localdate()),
            "round": round_of(batch),
            **settling.page_of(request, rows),
        },
    )


def _act(request: HttpRequest, task: Task, batch: Batch) -> HttpResponse:
    def rule(activation: Activation) -> str:
        coordinating.rule(
            batch=batch,
            rulings={door.entry_of(request): settling.decision_in(request, batch)},
            by=request.user,
            at=timezone.now(),
            today=timezone.localdate(),
        )
        return _("The ruling is recorded.")

    def hand_on(activation: Activation) -> str:
        coordinating.hand_on(batch=batch, by=request.user, at=timezone.now())
        door.finish(activation)
        return _("Handed on to the next desk.")

    def send_back(activation: Activation) -> str:
        reason = door.written_reason(request)
        coordinating.send_back(batch=batch, reason=reason, by=request.user, at=timezone.now())
        door.finish(activation, "reconcile")
        return _("Sent back to be reconciled.")

    return door.work(request, task, {"rule": rule, "hand_on": hand_on, "return": send_back})
