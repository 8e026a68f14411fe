"""The reconciliation desk: only the differences, both statements side by side."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from viewflow.workflow import Activation
from viewflow.workflow.models import Task

from policies.sentences import Refusal, Sentence
from review.models import Batch
from review.operations import reconciling
from review.queries.decisions import settled
from workflows.forms import DecisionForm
from workflows.views import door


def reconcile(request: HttpRequest, task: Task) -> HttpResponse:
    """Every entry of a batch on which archives and unit differ, open or settled in this round."""
    batch: Batch = task.process.artifact
    if request.method == "POST":
        return _act(request, task, batch)
    rows = [row for row in settled(batch) if row.in_dispute or row.settlement is not None]
    left = sum(row.in_dispute for row in rows)
    return render(
        request,
        "workflows/reconcile.html",
        {
            "task": task,
            "batch": batch,
            "rows": rows,
            "may_act": door.may_act(request, task),
            "left": left,
            "done": len(rows) - left,
            "total": len(rows),
            "form": DecisionForm(),
        },
    )


def _act(request: HttpRequest, task: Task, batch: Batch) -> HttpResponse:
    def settle(activation: Activation) -> str:
        form = DecisionForm(request.POST)
        entry = request.POST.get("entry", "")
        if not form.is_valid() or not (entry.isascii() and entry.isdigit()):
            raise Refusal(
                Sentence("请选定意见；日期须为 年-月-日。", "Choose a decision; a day is written YYYY-MM-DD.")
            )
        reconciling.settle(
            batch=batch,
            settlements={int(entry): form.decision()},
            by=request.user,
            at=timezone.now(),
            today=timezone.localdate(),
        )
        return _("The settlement is recorded.")

    def hand_on(activation: Activation) -> str:
        reconciling.hand_on(batch=batch, by=request.user, at=timezone.now())
        door.finish(activation)
        return _("Handed on to the next desk.")

    verbs = {"settle": settle, "hand_on": hand_on, "return": door.returning_from("reconcile", request, batch)}
    return door.work(request, task, verbs)
