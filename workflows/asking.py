"""Asking forming units for their opinion on what they will transfer: the requests there are, and a new one."""

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

from policies.sentences import Refusal
from review import access
from review.models import Agency, Fonds
from review.operations import transferring
from review.queries.transfers import requests_in, units_to_ask
from workflows.flows import transfer


@login_required
def transfers(request: HttpRequest) -> HttpResponse:
    """The requests on the fonds that this person plans; with `?fonds=` the units that may be asked about it, and asking."""
    fonds = access.fonds_of(request.user, "review.plan_fonds")
    if not fonds.exists():
        raise PermissionDenied
    chosen = _one(request.GET.get("fonds", ""), fonds)
    if request.method == "POST":
        return _ask(request, fonds)
    return render(
        request,
        "workflows/transfers.html",
        {
            "requests": requests_in(fonds),
            "all_fonds": fonds,
            "fonds": chosen,
            "units": units_to_ask(chosen, timezone.localdate()) if chosen else [],
        },
    )


def _one(code: str, fonds) -> Fonds | None:
    return get_object_or_404(fonds, code=code) if code else None


def _ask(request: HttpRequest, fonds) -> HttpResponse:
    chosen = _one(request.POST.get("fonds", ""), fonds)
    if chosen is None:
        raise Http404
    agency = get_object_or_404(Agency, code=request.POST.get("agency", ""))
    try:
        with transaction.atomic():
            asked = transferring.ask_opinion(fonds=chosen, agency=agency, by=request.user, at=timezone.now())
            transfer.begin(request=asked)
    except Refusal as refusal:
        messages.error(request, refusal.sentence.of(get_language() or ""))
    else:
        messages.success(request, _("%(agency)s is asked: %(number)s.") % {"agency": agency, "number": asked.number})
    return redirect("transfers")
