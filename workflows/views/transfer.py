"""The unit's desk before a transfer: its opinion on each entry, one by one or for all that a page shows."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from viewflow.workflow import Activation
from viewflow.workflow.models import Task

from policies.sentences import Refusal, Sentence
from review.models import TransferRequest
from review.operations import transferring
from review.queries.due import due_on
from review.queries.transfers import asked_about, standing_opinions, without_opinion
from workflows.case_forms import TransferForm
from workflows.views import door

PAGE = 50


def transfer(request: HttpRequest, task: Task) -> HttpResponse:
    """The entries a unit is asked about, each with what it said of it."""
    asked: TransferRequest = task.process.artifact
    if request.method == "POST":
        return _act(request, task, asked)
    page = Paginator(asked_about(asked), PAGE).get_page(request.GET.get("page"))
    said = standing_opinions([entry.pk for entry in page])
    rows = [(entry, said.get(entry.pk), due_on(entry.latest) if entry.latest else None) for entry in page]
    left = without_opinion(asked).count()
    total = page.paginator.count
    return render(
        request,
        "workflows/transfer.html",
        {
            "task": task,
            "asked": asked,
            "page": page,
            "rows": rows,
            "left_here": [
                entry.pk for entry, opinion, _due in rows if opinion is None or opinion.request_id != asked.pk
            ],
            "form": TransferForm(),
            "may_act": door.may_act(request, task),
            "left": left,
            "done": total - left,
            "total": total,
        },
    )


def _act(request: HttpRequest, task: Task, asked: TransferRequest) -> HttpResponse:
    def take(activation: Activation) -> str:
        return _("The request is in your hands.")

    def say(activation: Activation) -> str:
        form = TransferForm(request.POST)
        entries = [int(pk) for pk in request.POST.getlist("entry") if pk.isascii() and pk.isdigit() and len(pk) < 16]
        if not form.is_valid() or not entries:
            raise Refusal(
                Sentence("请选定意见；日期须为 年-月-日。", "Choose an opinion; a day is written YYYY-MM-DD.")
            )
        advice = form.advice()
        transferring.record_opinions(
            request=asked, opinions=dict.fromkeys(entries, advice), by=request.user, at=timezone.now()
        )
        return _("Recorded for %(count)d entries.") % {"count": len(entries)}

    def hand_on(activation: Activation) -> str:
        transferring.hand_in(request=asked, by=request.user, at=timezone.now())
        door.finish(activation)
        return _("Your unit's opinion is handed in.")

    return door.work(request, task, {"take": take, "say": say, "hand_on": hand_on})
