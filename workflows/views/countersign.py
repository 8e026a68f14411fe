"""The forming unit's desk: do you agree? Its own entries only."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from viewflow.workflow import Activation
from viewflow.workflow.models import Task

from policies.countersigning import UnitAnswer
from policies.outcomes import Answer, Outcome, Stage
from policies.sentences import Refusal, Sentence
from review.models import Countersignature
from review.operations import countersigning
from review.queries.decisions import entries_for, standing, unanswered
from review.queries.desks import with_findings
from workflows.forms import AnswerForm, ReasonForm
from workflows.views import door

PAGE = 50


def countersign(request: HttpRequest, task: Task) -> HttpResponse:
    """One agency's answer to one batch."""
    asked: Countersignature = task.seed
    if request.method == "POST":
        return _act(request, task, asked)
    batch, agency = asked.batch, asked.agency
    rows = entries_for(batch, agency)
    left = unanswered(batch, agency).count()
    outcome = request.GET.get("outcome", "")
    if outcome in list(Outcome):
        proposed = standing(batch, Stage.SECOND_REVIEW).filter(outcome=outcome).values("batch_entry")
        rows = rows.filter(pk__in=proposed)
    total = entries_for(batch, agency).count()
    page = Paginator(rows.order_by("position"), PAGE).get_page(request.GET.get("page"))
    shown = with_findings(batch, list(page.object_list))
    return render(
        request,
        "workflows/countersign.html",
        {
            "task": task,
            "batch": batch,
            "agency": agency,
            "asked": asked,
            "page": page,
            "rows": shown,
            "outcome": outcome,
            "outcomes": _outcome_counts(asked),
            "unanswered_here": unanswered(batch, agency).filter(pk__in=[row.batch_entry.pk for row in shown]).count(),
            "may_act": door.may_act(request, task),
            "left": left,
            "done": total - left,
            "total": total,
            "form": AnswerForm(),
        },
    )


def _outcome_counts(asked: Countersignature) -> list[tuple[str, int]]:
    pks = entries_for(asked.batch, asked.agency).values("pk")
    proposed = list(
        standing(asked.batch, Stage.SECOND_REVIEW).filter(batch_entry__in=pks).values_list("outcome", flat=True)
    )
    return [(outcome, proposed.count(outcome)) for outcome in Outcome if outcome in proposed]


def _act(request: HttpRequest, task: Task, asked: Countersignature) -> HttpResponse:
    verb = request.POST.get("verb", "")
    if verb == "put_back":
        return door.put_back(request, task)

    def act(activation: Activation) -> str:
        at, today = timezone.now(), timezone.localdate()
        if verb == "take":
            return _("The batch is in your hands.")
        if verb == "hand_on":
            countersigning.hand_on(countersignature=asked, by=request.user, at=at)
            door.finish(activation)
            return _("Your unit's answer is handed in.")
        if verb == "return":
            form = ReasonForm(request.POST)
            reason = form.cleaned_data["reason"] if form.is_valid() else ""
            countersigning.ask_return(countersignature=asked, reason=reason, by=request.user, at=at)
            door.finish(activation)
            return _("The archives were asked to review the batch again.")
        answers = _answers(request, asked, verb)
        countersigning.record_answers(countersignature=asked, answers=answers, by=request.user, at=at, today=today)
        return _("Recorded for %(count)d entries.") % {"count": len(answers)}

    return door.work(request, task, act)


def _answers(request: HttpRequest, asked: Countersignature, verb: str) -> dict[int, UnitAnswer]:
    """Agreement covers only the entries that the page showed and that have no answer yet; an objection stays."""
    shown = [int(value) for value in request.POST.getlist("entry") if value.isascii() and value.isdigit()]
    if verb == "agree_shown":
        left = unanswered(asked.batch, asked.agency).filter(pk__in=shown)
        return dict.fromkeys(left.values_list("pk", flat=True), UnitAnswer(Answer.AGREE))
    form = AnswerForm(request.POST)
    if verb != "answer" or len(shown) != 1 or not form.is_valid():
        raise Refusal(Sentence("请选定答复；日期须为 年-月-日。", "Choose an answer; a day is written YYYY-MM-DD."))
    return {shown[0]: form.unit_answer()}
