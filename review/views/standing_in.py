"""Absence and standing in: who is away, who is told instead, and whose right is lent to whom, for how long, on what proof."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from policies.sentences import Refusal
from policies.standing_in import LONGEST
from review import access
from review.models import Absence, Delegation
from review.operations import standing_in as operations
from review.queries.standing_in import absences_of, lent_by_or_to, managed_rights, own_rights
from review.views.agency_forms import checked
from review.views.standing_in_forms import AbsenceForm, LendingForm, person_named


@login_required
def standing_in(request: HttpRequest) -> HttpResponse:
    """One's own absences and lent rights; a manager's also those of the people whose work is managed."""
    if request.method == "POST":
        return _act(request)
    today = timezone.localdate()
    managed = access.fonds_of(request.user, "review.manage_fonds")
    return render(
        request,
        "review/standing_in.html",
        {
            "absences": absences_of(request.user, today),
            "lent": lent_by_or_to(request.user, managed.values_list("pk", flat=True), today),
            "own": own_rights(request.user),
            "managed": managed_rights(managed),
            "manages": managed.exists(),
            "longest": LONGEST.days,
            "today": today,
        },
    )


def _act(request: HttpRequest) -> HttpResponse:
    """Do what the pressed button names; say what was done or why not, and show the page again."""
    acts: dict[str, Callable[[HttpRequest], str]] = {
        "absent": _absent, "back": _back, "lend": _lend, "revoke": _revoke,
    }  # fmt: skip
    act = acts.get(request.POST.get("verb", ""))
    if act is None:
        raise Http404
    try:
        messages.success(request, act(request))
    except Refusal as refusal:
        messages.error(request, refusal.sentence.of(get_language() or ""))
    return redirect("standing-in")


def _absent(request: HttpRequest) -> str:
    sent = checked(AbsenceForm(request.POST)).cleaned_data
    operations.record_absence(
        person=person_named(sent["person"]) if sent["person"] else request.user,
        from_day=sent["from_day"],
        to_day=sent["to_day"],
        stand_in=person_named(sent["stand_in"]) if sent["stand_in"] else None,
        by=request.user,
        at=timezone.now(),
        today=timezone.localdate(),
    )
    return _("The absence is on record. It lends no right: for that, lend one below.")


def _back(request: HttpRequest) -> str:
    absence = get_object_or_404(Absence, pk=_number(request))
    operations.withdraw_absence(absence=absence, by=request.user, at=timezone.now())
    return _("The absence is withdrawn.")


def _lend(request: HttpRequest) -> str:
    form = checked(LendingForm(request.POST))
    sent = form.cleaned_data
    permission, over = form.over()
    made = operations.delegate(
        giver=person_named(sent["giver"]) if sent["giver"] else request.user,
        receiver=person_named(sent["receiver"]),
        permission=permission,
        over=over,
        from_day=sent["from_day"],
        to_day=sent["to_day"],
        reason=sent["reason"],
        proof=sent["proof"],
        by=request.user,
        at=timezone.now(),
        today=timezone.localdate(),
    )
    return _("%(name)s may act from the first day on.") % {"name": made.receiver}


def _revoke(request: HttpRequest) -> str:
    delegation = get_object_or_404(Delegation, pk=_number(request))
    operations.revoke(delegation=delegation, by=request.user, at=timezone.now())
    return _("The right is taken back.")


def _number(request: HttpRequest) -> int:
    text = request.POST.get("pk", "")
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise Http404
    return int(text)
