"""First and second review: one desk. The group is the unit of speed, the row the unit of truth."""

from __future__ import annotations

from datetime import date, datetime

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from viewflow.workflow import Activation
from viewflow.workflow.models import Task

from policies.outcomes import Stage, Suggestion
from policies.reviewing import Decision, advised
from policies.sentences import Refusal, Sentence
from review.models import Batch
from review.operations import returning, reviewing, titling
from review.queries.decisions import decision_of, standing, undecided
from review.queries.desks import entries_in, groups_of, last_round, with_findings
from workflows.forms import DecisionForm, PublicTitleForm, ReasonForm
from workflows.views import door

PAGE = 50


def review(request: HttpRequest, task: Task) -> HttpResponse:
    """The desk of first and of second review; which one, the task's node says."""
    batch: Batch = task.process.artifact
    stage = Stage(task.flow_task.name)
    if request.method == "POST":
        return _act(request, task, batch, stage)
    group = request.GET.get("group", "all")
    page = Paginator(entries_in(batch, group, stage), PAGE).get_page(request.GET.get("page"))
    groups = groups_of(batch, stage)
    current = next((g for g in groups if g.key == group), groups[0])
    return render(
        request,
        "workflows/review.html",
        {
            "task": task,
            "batch": batch,
            "run": batch.screening_runs.latest(),
            "stage": stage,
            "groups": groups,
            "group": current,
            "page": page,
            "rows": with_findings(batch, list(page.object_list)),
            "form": DecisionForm(),
            "may_act": door.may_act(request, task),
            "left": groups[0].left,
            "done": groups[0].count - groups[0].left,
            "total": groups[0].count,
            "can_keep_last": bool(batch.returns.count()) and bool(groups[0].left),
            "last_return": batch.returns.select_related("person").last(),
        },
    )


def _act(request: HttpRequest, task: Task, batch: Batch, stage: Stage) -> HttpResponse:
    verb = request.POST.get("verb", "")
    if verb == "put_back":
        return door.put_back(request, task)

    def act(activation: Activation) -> str:
        at, today = timezone.now(), timezone.localdate()
        if verb == "take":
            return _("The batch is in your hands.")
        if verb == "hand_on":
            reviewing.hand_on(batch=batch, stage=stage, by=request.user, at=at)
            door.finish(activation)
            return _("Handed on to the next desk.")
        if verb == "return" and stage is Stage.SECOND_REVIEW:
            form = ReasonForm(request.POST)
            reason = form.cleaned_data["reason"] if form.is_valid() else ""
            returning.return_batch(batch=batch, from_desk="second_review", reason=reason, by=request.user, at=at)
            door.finish(activation, "return")
            return _("Returned to first review.")
        if verb == "title":
            _set_title(request, batch, at, today)
            return _("The public title is set.")
        decisions = _decisions(request, batch, stage, verb)
        reviewing.record_opinions(batch=batch, stage=stage, decisions=decisions, by=request.user, at=at, today=today)
        return _("Recorded for %(count)d entries.") % {"count": len(decisions)}

    return door.work(request, task, act)


def _decisions(request: HttpRequest, batch: Batch, stage: Stage, verb: str) -> dict[int, Decision]:
    """What a verb decides, by batch entry id. Raises Refusal when it decides nothing or the page is stale."""
    if verb == "decide":
        form = DecisionForm(request.POST)
        if not form.is_valid():
            raise Refusal(
                Sentence("请选定意见；日期须为 年-月-日。", "Choose a decision; a day is written YYYY-MM-DD.")
            )
        return {_number(request.POST.get("entry")): form.decision()}
    if verb in ("follow", "follow_group"):
        return _followed(request, batch, stage, verb)
    if verb == "keep_last":
        kept = last_round(batch, stage, list(undecided(batch, stage).values_list("pk", flat=True)))
        return {pk: decision_of(opinion) for pk, opinion in kept.items()}
    raise Refusal(Sentence("没有这样的操作，请刷新页面。", "There is no such act. Reload the page."))


def _followed(request: HttpRequest, batch: Batch, stage: Stage, verb: str) -> dict[int, Decision]:
    """First review follows the rules' advice, second review follows first review; one entry or a group's undecided."""
    group = request.POST.get("group", "")
    chosen = entries_in(batch, group, stage, only_left=True)
    if verb == "follow":
        chosen = batch.batch_entries.filter(pk=_number(request.POST.get("entry")))
    pks = list(chosen.values_list("pk", flat=True))
    if verb == "follow_group" and len(pks) != _number(request.POST.get("count")):
        raise Refusal(
            Sentence(
                f"这一组现有 {len(pks)} 条未审，与页面所示不同。请看过后再办。",
                f"This group now has {len(pks)} undecided entries, not what the page showed. Look again first.",
            )
        )
    if stage is Stage.SECOND_REVIEW:
        first = standing(batch, Stage.FIRST_REVIEW).filter(batch_entry__in=pks)
        return {opinion.batch_entry_id: decision_of(opinion) for opinion in first}
    run = batch.screening_runs.latest()
    found = {
        row.batch_entry_id: advised(Suggestion(row.suggestion), row.ground, row.opens_on)
        for row in run.suggestions.filter(batch_entry__in=pks)
    }
    return {pk: decision for pk, decision in found.items() if decision is not None}


def _set_title(request: HttpRequest, batch: Batch, at: datetime, today: date) -> None:
    form = PublicTitleForm(request.POST)
    row = batch.batch_entries.filter(pk=_number(request.POST.get("entry"))).select_related("entry", "batch").first()
    if not form.is_valid() or row is None:
        raise Refusal(
            Sentence("公开题名不合要求（最长 2000 字）。", "The public title is not valid (2,000 characters).")
        )
    titling.set_public_title(
        batch_entry=row, text=form.cleaned_data["public_title"], by=request.user, at=at, today=today
    )


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else 0
