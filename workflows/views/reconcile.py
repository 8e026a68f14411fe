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
from review.operations import reconciling, returning
from review.queries.decisions import settled
from workflows.forms import DecisionForm, ReasonForm
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
    verb = request.POST.get("verb", "")
    if verb == "put_back":
        return door.put_back(request, task)

    def act(activation: Activation) -> str:
        at = timezone.now()
        if verb == "take":
            return _("The batch is in your hands.")
        if verb == "hand_on":
            reconciling.hand_on(batch=batch, by=request.user, at=at)
            door.finish(activation)
            return _("Handed on to the next desk.")
        if verb == "return":
            form = ReasonForm(request.POST)
            reason = form.cleaned_data["reason"] if form.is_valid() else ""
            returning.return_batch(batch=batch, from_desk="reconcile", reason=reason, by=request.user, at=at)
            door.finish(activation, "return")
            return _("Returned to first review.")
        form = DecisionForm(request.POST)
        entry = request.POST.get("entry", "")
        if verb != "settle" or not form.is_valid() or not (entry.isascii() and entry.isdigit()):
            raise Refusal(
                Sentence("请选定意见；日期须为 年-月-日。", "Choose a decision; a day is written YYYY-MM-DD.")
            )
        reconciling.settle(
            batch=batch,
            settlements={int(entry): form.decision()},
            by=request.user,
            at=at,
            today=timezone.localdate(),
        )
        return _("The settlement is recorded.")

    return door.work(request, task, act)
