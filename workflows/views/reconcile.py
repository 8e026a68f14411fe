"""The reconciliation desk: only the differences; both sides heard, the minutes kept, the outcome settled or put further up."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from viewflow.workflow import Activation
from viewflow.workflow.models import Task

from policies.sentences import Refusal, Sentence
from review.models import Agency, Batch
from review.operations import reconciling
from review.queries.decisions import disputes, round_of, settled
from workflows.forms import StatementForm
from workflows.views import door, settling


def reconcile(request: HttpRequest, task: Task) -> HttpResponse:
    """Every difference with what each side says, what was said at the meeting, and how it was settled."""
    batch: Batch = task.process.artifact
    if request.method == "POST":
        return _act(request, task, batch)
    rows = [row for row in settled(batch) if row.in_dispute or row.agreement is not None]
    return render(
        request,
        "workflows/reconcile.html",
        {
            "task": task,
            "batch": batch,
            "may_act": door.may_act(request, task),
            "statement_form": StatementForm(),
            "round": round_of(batch),
            **settling.page_of(request, rows),
            "return_to": door.return_choices("reconcile", batch),
        },
    )


def _act(request: HttpRequest, task: Task, batch: Batch) -> HttpResponse:
    def settle(activation: Activation) -> str:
        reconciling.settle(
            batch=batch,
            settlements={door.entry_of(request): settling.decision_in(request, batch)},
            by=request.user,
            at=timezone.now(),
            today=timezone.localdate(),
        )
        return _("The settlement is recorded.")

    def state(activation: Activation) -> str:
        return record([door.entry_of(request)])

    def state_all(activation: Activation) -> str:
        """The archives' statement or the minutes, on every difference that is still open; of one unit where one is chosen."""
        return record([row.batch_entry.pk for row in settling.of_unit(disputes(batch), request.GET.get("unit", ""))])

    def record(entries: list[int]) -> str:
        form = StatementForm(request.POST)
        if not form.is_valid():
            raise Refusal(
                Sentence("请写明陈述；日期须为 年-月-日。", "Write what was said; a day is written YYYY-MM-DD.")
            )
        said = form.cleaned_data
        reconciling.record_statement(
            batch=batch,
            entries=entries,
            kind=said["kind"],
            text=said["text"],
            agency=Agency.objects.filter(pk=said["agency"]).first() if said["agency"] else None,
            met_on=said["met_on"],
            by=request.user,
            at=timezone.now(),
            today=timezone.localdate(),
        )
        return _("The statement is recorded.")

    def to_authority(activation: Activation) -> str:
        reconciling.put_to_authority(batch=batch, by=request.user, at=timezone.now())
        door.finish(activation, "authority")
        return _("Put to the archives authority.")

    def hand_on(activation: Activation) -> str:
        reconciling.hand_on(batch=batch, by=request.user, at=timezone.now())
        door.finish(activation)
        return _("Handed on to the next desk.")

    verbs = {
        "settle": settle,
        "state": state,
        "state_all": state_all,
        "to_authority": to_authority,
        "hand_on": hand_on,
    }
    return door.work(request, task, {**verbs, "return": door.returning_from("reconcile", request, batch)})
