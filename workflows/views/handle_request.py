"""The request officer's desk: what is asked for and what is known of it; then one answer, and its letter."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from viewflow.workflow import Activation
from viewflow.workflow.models import Task

from policies.requesting import ASKS_FOR_REVIEW, COMPLAINT, OBJECTION
from policies.sentences import Refusal, Sentence
from review.models import AccessRequest
from review.operations import requesting
from workflows.later_forms import RequestAnswerForm
from workflows.views import door


def handle_request(request: HttpRequest, task: Task) -> HttpResponse:
    """One request or complaint."""
    asked: AccessRequest = task.process.artifact
    if request.method == "POST":
        return _act(request, task, asked)
    context = {
        "task": task,
        "asked": asked,
        "fonds": asked.fonds,
        "entry": asked.entry,
        "may_act": door.may_act(request, task),
        "complaint": asked.kind == COMPLAINT,
        "objection": asked.kind == OBJECTION,
        "form": RequestAnswerForm(kind=asked.kind),
    }
    return render(request, "workflows/handle_request.html", context)


def _act(request: HttpRequest, task: Task, asked: AccessRequest) -> HttpResponse:
    def answer(activation: Activation) -> str:
        form = RequestAnswerForm(request.POST, kind=asked.kind)
        if not form.is_valid():
            raise Refusal(Sentence("请选择一种答复并写明说明。", "Choose an answer and explain it."))
        requesting.answer_request(
            request=asked,
            answer=form.cleaned_data["answer"],
            text=form.cleaned_data["text"],
            by=request.user,
            at=timezone.now(),
        )
        done = _("Answered. The letter can be printed from the request's page.")
        asked.refresh_from_db()
        if asked.answer in ASKS_FOR_REVIEW:
            batch = activation.flow_class.instance.review_asked_for(asked, request.user)
            done += " " + (
                _("Batch %(number)s is at first review.") % {"number": batch.number}
                if batch
                else _("Its review waits for a planner.")
            )
        door.finish(activation)
        return done

    return door.work(request, task, {"answer": answer})
