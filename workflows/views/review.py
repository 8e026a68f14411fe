"""First and second review: one desk. The group is the unit of speed, the row the unit of truth."""

from __future__ import annotations

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
from review.models import Batch, BatchKind
from review.operations import reviewing, titling
from review.queries.advice import suggestions_of
from review.queries.decisions import decision_of, review_steps, standing, undecided
from review.queries.desks import entries_in, groups_of, last_round, with_findings
from review.queries.likeness import earlier_decisions, uneven_of
from review.queries.proposed_titles import propose_titles
from review.queries.reassessments import earlier_of
from review.queries.referral_answers import answers_on
from review.queries.transfers import standing_opinions
from workflows.forms import DecisionForm, PublicTitleForm
from workflows.views import door

PAGE = 50


def review(request: HttpRequest, task: Task) -> HttpResponse:
    """The desk of first and of second review; which one, the task's node says."""
    batch: Batch = task.process.artifact
    stage = Stage(task.flow_task.name)
    if request.method == "POST":
        return _act(request, task, batch, stage)
    steps = review_steps(batch)
    blind = _is_blind(batch, stage)
    group = request.GET.get("group", "all")
    if blind and group.startswith("opinion:"):
        group = "all"  # which entries are in it would tell what first review said
    page = Paginator(entries_in(batch, group, stage), PAGE).get_page(request.GET.get("page"))
    rows = with_findings(batch, list(page.object_list))
    propose_titles(rows, timezone.localdate())
    if blind:
        for row in rows:
            row.blind()
    uneven = uneven_of(batch, stage, blind=blind)
    earlier = earlier_decisions([row.batch_entry for row in rows], by=request.user)
    for row in rows:
        row.alike, row.uneven = earlier.get(row.batch_entry.likeness), uneven.by_key.get(row.batch_entry.likeness)
    told, answered = (find([row.entry.pk for row in rows]) for find in (standing_opinions, answers_on))
    for row in rows:
        row.transfer_opinion, row.referral = told.get(row.entry.pk), answered.get(row.entry.pk)
    if batch.kind == BatchKind.REASSESSMENT:
        before = earlier_of([row.batch_entry for row in rows])
        for row in rows:
            row.earlier = before.get(row.batch_entry.pk)
    groups = groups_of(batch, stage, blind=blind)
    current = next((g for g in groups if g.key == group), groups[0])
    return render(
        request,
        "workflows/review.html",
        {
            "task": task,
            "batch": batch,
            "run": batch.screening_runs.latest(),
            "stage": stage,
            "blind": blind,
            "follows_first": stage is Stage.SECOND_REVIEW and not blind,
            "steps": steps,
            "return_to": door.return_choices("second_review", batch) if stage is Stage.SECOND_REVIEW else [],
            "groups": groups,
            "group": current,
            "page": page,
            "rows": rows,
            "uneven": uneven,
            "form": DecisionForm(),
            "may_act": door.may_act(request, task),
            "left": groups[0].left,
            "done": groups[0].count - groups[0].left,
            "total": groups[0].count,
            "can_keep_last": bool(batch.returns.count()) and bool(groups[0].left),
            "last_return": batch.returns.select_related("person").last(),
        },
    )


def _is_blind(batch: Batch, stage: Stage) -> bool:
    """Whether this desk shows records and findings only, and of first review nothing until second review is given."""
    return stage is Stage.SECOND_REVIEW and review_steps(batch).blind


def _act(request: HttpRequest, task: Task, batch: Batch, stage: Stage) -> HttpResponse:
    def record(decisions: dict[int, Decision]) -> str:
        reviewing.record_opinions(
            batch=batch,
            stage=stage,
            decisions=decisions,
            by=request.user,
            at=timezone.now(),
            today=timezone.localdate(),
        )
        return _("Recorded for %(count)d entries.") % {"count": len(decisions)}

    def decide(activation: Activation) -> str:
        form = DecisionForm(request.POST)
        if not form.is_valid():
            raise Refusal(door.NOT_A_DECISION)
        return record({door.entry_of(request): form.decision()})

    def follow(activation: Activation) -> str:
        return record(_followed(batch, stage, [door.entry_of(request)]))

    def follow_group(activation: Activation) -> str:
        return record(_followed(batch, stage, _group(request, batch, stage)))

    def keep_last(activation: Activation) -> str:
        kept = last_round(batch, stage, list(undecided(batch, stage).values_list("pk", flat=True)))
        return record({pk: decision_of(opinion) for pk, opinion in kept.items()})

    def title(activation: Activation) -> str:
        _set_title(request, batch)
        return _("The public title is set.")

    def hand_on(activation: Activation) -> str:
        reviewing.hand_on(batch=batch, stage=stage, by=request.user, at=timezone.now())
        door.finish(activation)
        return _("Handed on to the next desk.")

    verbs = {
        "decide": decide,
        "follow": follow,
        "follow_group": follow_group,
        "keep_last": keep_last,
        "title": title,
        "hand_on": hand_on,
    }
    if stage is Stage.SECOND_REVIEW:
        verbs["return"] = door.returning_from("second_review", request, batch)
    return door.work(request, task, verbs)


def _group(request: HttpRequest, batch: Batch, stage: Stage) -> list[int]:
    """The undecided entries of a group of one kind, as many as the page showed. Raises Refusal.

    The whole batch is no such group: nobody takes the machine's advice on everything at once.
    """
    group = request.POST.get("group", "")
    pks = list(entries_in(batch, group, stage, only_left=True).values_list("pk", flat=True))
    kinds = ("suggestion", "rule") if _is_blind(batch, stage) else ("suggestion", "rule", "opinion")
    if group.partition(":")[0] not in kinds:
        raise Refusal(
            Sentence("请选一组，看过后再成组决定。", "Choose a group and look through it before deciding it.")
        )
    if len(pks) != door.number_of(request.POST.get("count")):
        raise Refusal(
            Sentence(
                f"这一组现有 {len(pks)} 条未审，与页面所示不同。请看过后再办。",
                f"This group now has {len(pks)} undecided entries, not what the page showed. Look again first.",
            )
        )
    return pks


def _followed(batch: Batch, stage: Stage, pks: list[int]) -> dict[int, Decision]:
    """First review follows the rules' advice, second review follows first review; a blind one the rules as well."""
    if stage is Stage.SECOND_REVIEW and not _is_blind(batch, stage):
        first = standing(batch, Stage.FIRST_REVIEW).filter(batch_entry__in=pks)
        return {opinion.batch_entry_id: decision_of(opinion) for opinion in first}
    found = {
        row.batch_entry_id: advised(Suggestion(row.suggestion), row.ground, row.opens_on)
        for row in suggestions_of(batch).filter(batch_entry__in=pks)
    }
    return {pk: decision for pk, decision in found.items() if decision is not None}


def _set_title(request: HttpRequest, batch: Batch) -> None:
    form = PublicTitleForm(request.POST)
    row = batch.batch_entries.filter(pk=door.entry_of(request)).select_related("entry", "batch").first()
    if not form.is_valid() or row is None:
        raise Refusal(
            Sentence("公开题名不合要求（最长 2000 字）。", "The public title is not valid (2,000 characters).")
        )
    titling.set_public_title(
        batch_entry=row,
        text=form.cleaned_data["public_title"],
        by=request.user,
        at=timezone.now(),
        today=timezone.localdate(),
    )
