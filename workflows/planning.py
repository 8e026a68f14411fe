"""The plan: what is due in each fonds, the year's plans with their progress, and cutting batches that start at once."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from policies.forecasting import forecast
from policies.sentences import Refusal
from review import access
from review.models import Batch, Plan, PlanLine
from review.operations import planning, plans
from review.queries.due import CUT_STATES, Choice
from review.queries.holdings import due_list
from review.queries.overview import recorded_by, weekly
from review.queries.plan_progress import LineProgress, progress_of
from review.queries.plans import fonds_in, left_in, lines_of, plans_over
from review.views.charts import parts
from review.views.due import choice_of
from workflows.flows import opening
from workflows.flows import plan as plan_flow

READERS = (plans.PLAN, plans.APPROVE, "review.audit_fonds", "review.manage_fonds", "review.sign_off_fonds")


@login_required
def plan(request: HttpRequest) -> HttpResponse:
    """The fonds this person plans, with what is due, under review, open and deferred in each; and the plans of them."""
    fonds = access.fonds_of(request.user, plans.PLAN)
    if not fonds.exists():
        raise PermissionDenied
    today = timezone.localdate()
    return render(
        request,
        "workflows/plan.html",
        {
            "lines": due_list(fonds, today),
            "plans": plans_over(fonds),
            "years": [today.year, today.year + 1, today.year + 2],
        },
    )


@login_required
def plan_progress(request: HttpRequest, number: str) -> HttpResponse:
    """One plan line by line: planned, in batches, decided, released, late; and when it would be done at the pace of late.

    Of the fonds on which one holds a right, and no other. 404 without one.
    """
    row = get_object_or_404(Plan.objects.select_related("made_by", "approved_by"), number=number)
    readable = set(access.fonds_of(request.user, *READERS).filter(pk__in=fonds_in(row)).values_list("pk", flat=True))
    if not readable:
        raise Http404
    today = timezone.localdate()
    lines = list(lines_of(row))
    progress = progress_of([line for line in lines if line.fonds_id in readable], today)
    left = sum(max(0, one.line.entries - one.decided) for one in progress if one.line.state != "early")
    return render(
        request,
        "workflows/plan_progress.html",
        {
            "plan": row,
            "progress": [(one, _parts_of(one)) for one in progress],
            "not_shown": len(lines) - len(progress),
            "left": left,
            "forecast": forecast(left, weekly(recorded_by(readable), today), today),
            "late": sum(one.late for one in progress),
            "total": {
                name: sum(getattr(one, name) for one in progress) for name in ("in_batches", "decided", "released")
            },
            "planned": sum(one.line.entries for one in progress),
            "cuts": set(access.fonds_of(request.user, plans.PLAN).values_list("pk", flat=True))
            if row.approved_at is not None
            else set(),
            "today": today,
        },
    )


def _parts_of(one: LineProgress) -> list[tuple[str, str, str, int]]:
    """What has become of the entries of one line, as one bar."""
    counts = {
        "open": one.released,
        "deferred": one.decided - one.released,
        "review": one.in_batches - one.decided,
        "later": max(0, one.line.entries - one.in_batches),
    }
    return parts(counts, sum(counts.values()))


@login_required
@require_POST
def begin_plan(request: HttpRequest) -> HttpResponse:
    """Draft the plan of a year for one fonds or for all that this person plans; it waits at its draft."""
    fonds = access.fonds_of(request.user, plans.PLAN)
    code, year = request.POST.get("fonds", ""), request.POST.get("year", "")
    if code:
        fonds = fonds.filter(code=code)
    if not fonds.exists() or not (year.isascii() and year.isdecimal() and len(year) == 4):
        raise Http404
    try:
        with transaction.atomic():
            made = plans.make_plan(
                year=int(year), fonds=list(fonds), by=request.user, at=timezone.now(), today=timezone.localdate()
            )
            plan_flow.begin(plan=made, by=request.user)
    except Refusal as refusal:
        messages.error(request, refusal.sentence.of(get_language() or ""))
        return redirect("plan")
    messages.success(request, _("Plan %(number)s is drafted. Look through its lines.") % {"number": made.number})
    return redirect("my-work")


@login_required
@require_POST
def cut_line(request: HttpRequest, number: str, position: int) -> HttpResponse:
    """Cut what waits for one line of an approved plan into as many batches as its size asks for; all begin at once."""
    line = get_object_or_404(
        PlanLine.objects.select_related("fonds", "asked_for__entry", "plan"), plan__number=number, position=position
    )
    if not access.holds(request.user, plans.PLAN, line.fonds):
        raise Http404
    try:
        cut = batches_of(line, request.user)
    except Refusal as refusal:
        messages.error(request, refusal.sentence.of(get_language() or ""))
    else:
        said = ngettext("%(count)d batch is at first review.", "%(count)d batches are at first review.", len(cut))
        messages.success(request, said % {"count": len(cut)})
    return redirect("plan-progress", number)


def batches_of(line: PlanLine, by) -> list[Batch]:
    """Every batch that a line gives today, each on its road. All or nothing. Raises Refusal when it gives none."""
    today, at = timezone.localdate(), timezone.now()
    cut: list[Batch] = []
    with transaction.atomic():
        while not cut or left_in(line, today):
            try:
                batch = planning.cut_planned(line=line, by=by, at=at, today=today)
            except Refusal:
                if not cut:
                    raise
                break  # of early candidates the rules say only now that no more open early
            opening.begin(batch=batch, by=by)
            cut.append(batch)
    return cut


@login_required
@require_POST
def start_batch(request: HttpRequest, code: str) -> HttpResponse:
    """Cut a batch outside the plan: of everything due in one fonds, or of the part that the form names; begin its review."""
    choice = choice_of(request.POST)
    if choice.state not in ("all", *CUT_STATES):
        raise Http404
    fonds = get_object_or_404(access.fonds_of(request.user, plans.PLAN), code=code)
    try:
        with transaction.atomic():
            batch = planning.cut_batch(
                fonds=fonds,
                by=request.user,
                at=timezone.now(),
                today=timezone.localdate(),
                choice=None if choice == Choice() else choice,
            )
            opening.begin(batch=batch, by=request.user)
    except Refusal as refusal:
        messages.error(request, refusal.sentence.of(get_language() or ""))
        return redirect("plan")
    messages.success(request, _("Batch %(number)s is at first review.") % {"number": batch.number})
    return redirect("batch", batch.number)
