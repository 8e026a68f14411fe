"""The plan: what is due in each fonds, and cutting a batch of it that starts on its road at once."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from policies.sentences import Refusal
from review import access
from review.operations import planning
from review.queries.due import CUT_STATES, Choice
from review.queries.holdings import due_list
from review.views.due import choice_of
from workflows.flows import opening


@login_required
def plan(request: HttpRequest) -> HttpResponse:
    """The fonds this person plans, with what is due, under review, open and deferred in each."""
    fonds = access.fonds_of(request.user, "review.plan_fonds")
    if not fonds.exists():
        raise PermissionDenied
    return render(request, "workflows/plan.html", {"lines": due_list(fonds, timezone.localdate())})


@login_required
@require_POST
def start_batch(request: HttpRequest, code: str) -> HttpResponse:
    """Cut a batch of everything due in one fonds, or of the part of the due list that the form names; begin its review."""
    choice = choice_of(request.POST)
    if choice.state not in ("all", *CUT_STATES):
        raise Http404
    fonds = get_object_or_404(access.fonds_of(request.user, "review.plan_fonds"), code=code)
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
