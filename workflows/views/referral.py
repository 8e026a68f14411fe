"""The desk of a referral: the secrecy officer records what the body answered, from its document."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from viewflow.workflow import Activation
from viewflow.workflow.models import Task

from policies.referring import DECLASSIFIED, LEVELS, STILL_SECRET
from policies.sentences import Refusal, Sentence
from review.models import Agency, Referral
from review.operations import referring
from review.queries.referral_answers import referrals_of
from workflows.case_forms import ReferralForm
from workflows.views import door


def referral(request: HttpRequest, task: Task) -> HttpResponse:
    """Which entry, who is asked and why, what was answered before; then the answer."""
    row: Referral = task.process.artifact
    if request.method == "POST":
        return _act(request, task, row)
    return render(
        request,
        "workflows/referral.html",
        {
            "task": task,
            "referral": row,
            "entry": row.entry,
            "earlier": [one for one in referrals_of(row.entry) if one.pk != row.pk],
            "agencies": Agency.objects.order_by("name"),
            "levels": LEVELS,
            "may_act": door.may_act(request, task),
        },
    )


def _act(request: HttpRequest, task: Task, row: Referral) -> HttpResponse:
    def take(activation: Activation) -> str:
        return _("The referral is in your hands.")

    def answer(activation: Activation) -> str:
        form = ReferralForm(request.POST)
        if not form.is_valid():
            raise Refusal(
                Sentence("请选定答复；日期须为 年-月-日。", "Choose the answer; a day is written YYYY-MM-DD.")
            )
        reply = form.reply()
        following = referring.record_answer(
            referral=row, reply=reply, by=request.user, at=timezone.now(), today=timezone.localdate()
        )
        go_on(activation, following)
        return _said(row, reply.answer, following)

    return door.work(request, task, {"take": take, "answer": answer})


def go_on(activation: Activation, following: Referral | None) -> None:
    """Complete the task: the case ends with the answer, or goes on to the next body."""
    if following is not None:
        activation.process.artifact = following
        activation.process.save()
    door.finish(activation, "passed_on" if following is not None else "done")


def _said(row: Referral, answer: str, following: Referral | None) -> str:
    if following is not None:
        return _("Recorded. Asked next: %(body)s.") % {"body": following.to_name}
    if answer == STILL_SECRET:
        return _("Recorded. The entry stays closed and is asked about again on that day.")
    if answer == DECLASSIFIED and row.entry.stub:
        return _(
            "Recorded. Only a stub is kept: import its title and the rest of its line; then it can be cut into a batch."
        )
    return _("Recorded. The entry can be cut into a batch and is reviewed from the start.")
