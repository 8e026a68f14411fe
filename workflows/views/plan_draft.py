"""The draft of a plan: its lines as the due list proposes them, changed, dropped and added, then submitted."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from viewflow.workflow import Activation
from viewflow.workflow.models import Task

from policies.plans import SIZE, STATES
from policies.sentences import Refusal, Sentence
from review import access
from review.models import Agency, Fonds, Plan, PlanLine, Series
from review.operations import plans
from review.queries.due import agencies_of
from review.queries.plans import fonds_in, lines_of
from workflows.case_forms import AddLineForm, ChangeLineForm
from workflows.views import door

SERIES_SHOWN = 500
ODD = Sentence("请填妥各栏；日期须为 年-月-日。", "Fill in every field; a day is written YYYY-MM-DD.")


def plan_draft(request: HttpRequest, task: Task) -> HttpResponse:
    """The lines of a plan and what can be done with each."""
    plan: Plan = task.process.artifact
    if request.method == "POST":
        return _act(request, task, plan)
    lines = lines_of(plan)
    fonds = access.fonds_of(request.user, plans.PLAN)
    here = fonds_in(plan)
    return render(
        request,
        "workflows/plan_draft.html",
        {
            "task": task,
            "plan": plan,
            "lines": lines,
            "entries": sum(line.entries for line in lines),
            "may_act": door.may_act(request, task),
            "fonds": fonds,
            "series": Series.objects.filter(fonds__in=here).order_by("fonds", "position", "pk")[:SERIES_SHOWN],
            "agencies": agencies_of(fonds),
            "states": STATES,
            "size": SIZE,
        },
    )


def _act(request: HttpRequest, task: Task, plan: Plan) -> HttpResponse:
    def take(activation: Activation) -> str:
        return _("The plan is in your hands.")

    def change(activation: Activation) -> str:
        form = ChangeLineForm(request.POST)
        if not form.is_valid():
            raise Refusal(ODD)
        cleaned = form.cleaned_data
        plans.change_line(
            line=_line(plan, cleaned["line"]),
            size=cleaned["size"],
            begin_by=cleaned["begin_by"],
            due_to=cleaned["due_to"],
            by=request.user,
            at=timezone.now(),
        )
        return _("The line is changed.")

    def drop(activation: Activation) -> str:
        number = request.POST.get("line", "")
        line = _line(plan, int(number) if number.isascii() and number.isdigit() and len(number) < 16 else 0)
        plans.drop_line(line=line, by=request.user, at=timezone.now())
        return _("The line is dropped.")

    def add(activation: Activation) -> str:
        fonds, choice = _choice(request, plan)
        plans.add_line(plan=plan, fonds=fonds, choice=choice, by=request.user, at=timezone.now())
        return _("The line is added.")

    def submit(activation: Activation) -> str:
        plans.submit_plan(plan=plan, by=request.user, at=timezone.now())
        door.finish(activation)
        return _("The plan waits for approval.")

    def give_up(activation: Activation) -> str:
        plans.give_up_plan(plan=plan, by=request.user, at=timezone.now())
        door.finish(activation, "give_up")
        return _("The plan is given up.")

    verbs = {"take": take, "change": change, "drop": drop, "add": add, "submit": submit, "give_up": give_up}
    return door.work(request, task, verbs)


def _line(plan: Plan, pk: int) -> PlanLine:
    line = plan.lines.select_related("fonds", "plan").filter(pk=pk).first()
    if line is None:
        raise Refusal(
            Sentence("该行已不在计划中，请刷新页面。", "That line is no longer in the plan. Reload the page.")
        )
    return line


def _choice(request: HttpRequest, plan: Plan) -> tuple[Fonds, plans.LineChoice]:
    form = AddLineForm(request.POST)
    if not form.is_valid():
        raise Refusal(ODD)
    cleaned = form.cleaned_data
    fonds = access.fonds_of(request.user, plans.PLAN).filter(code=cleaned["fonds"]).first()
    series = Series.objects.filter(pk=cleaned["series"] or 0).first()
    agency = Agency.objects.filter(pk=cleaned["agency"] or 0).first()
    if fonds is None or (cleaned["series"] and series is None) or (cleaned["agency"] and agency is None):
        raise Refusal(ODD)
    return fonds, plans.LineChoice(
        state=cleaned["state"],
        size=cleaned["size"],
        begin_by=cleaned["begin_by"],
        due_to=cleaned["due_to"],
        series=series,
        agency=agency,
    )
