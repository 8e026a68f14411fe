"""Flagging: anyone signed in may take an opened entry out of public view; and the list of what is suspended."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from policies.sentences import Refusal
from policies.suspending import INCIDENT
from review import access
from review.models import AccessStatus, Entry, Suspension
from review.queries.suspensions import open_entries, panel_of, release_of, said_of, suspensions_of
from workflows import delivering
from workflows.flows import suspension as flow
from workflows.later_forms import FlagForm

PAGE = 50


@login_required
def flag(request: HttpRequest) -> HttpResponse:
    """Find an opened entry by its reference code, as the open catalogue gives it; say why it is in doubt; it is withdrawn.

    Only what is public is shown here: anyone may come.
    """
    if request.method == "POST":
        return _suspend(request)
    code = request.GET.get("code", "").replace("\x00", "").strip()[:200]
    found = list(open_entries(code)[:20]) if code else []
    rows = [(entry, release_of(entry), entry.access_status == AccessStatus.SUSPENDED) for entry in found]
    context = {"code": code, "rows": rows, "form": FlagForm(), "incident": INCIDENT.of(get_language() or "")}
    return render(request, "workflows/flag.html", context)


def _suspend(request: HttpRequest) -> HttpResponse:
    number = request.POST.get("entry", "")
    pk = int(number) if number.isascii() and number.isdigit() and len(number) < 15 else 0
    opened = Entry.objects.filter(access_status__in=[AccessStatus.OPEN, AccessStatus.PARTIAL, AccessStatus.SUSPENDED])
    entry = get_object_or_404(opened.select_related("fonds"), pk=pk)
    form = FlagForm(request.POST)
    form.is_valid()  # a missing reason is policy's to refuse, with a sentence
    reason, secret = form.cleaned_data.get("reason", ""), form.cleaned_data.get("secret", False)
    try:
        made = flow.begin(entry=entry, reason=reason, secret=secret, by=request.user)
    except Refusal as refusal:
        messages.error(request, refusal.sentence.of(get_language() or ""))
        return redirect(request.get_full_path())
    if delivering.deliver_errata(at=timezone.now()):
        messages.warning(
            request,
            _(
                "%(number)s: the entry is suspended, but the public site could not be reached and may still show it. "
                "It is tried again by itself; if it is urgent, tell whoever runs the public site now."
            )
            % {"number": made.number},
        )
    else:
        messages.success(request, _("%(number)s: the entry is out of public view.") % {"number": made.number})
    return redirect("suspension", made.number)


@login_required
def suspensions(request: HttpRequest) -> HttpResponse:
    """The suspensions of the fonds this person has a right on, and those that this person raised."""
    fonds = list(access.fonds_of(request.user).values_list("pk", flat=True))
    page = Paginator(suspensions_of(fonds, request.user.pk), PAGE).get_page(request.GET.get("page"))
    return render(request, "workflows/suspensions.html", {"page": page, "today": timezone.localdate()})


@login_required
def suspension(request: HttpRequest, number: str) -> HttpResponse:
    """One suspension from its flag to its end. Whoever raised it and has no right there sees what is public of it."""
    fonds = list(access.fonds_of(request.user).values_list("pk", flat=True))
    case: Suspension = get_object_or_404(suspensions_of(fonds, request.user.pk), number=number)
    inside = case.entry.fonds_id in fonds
    context = {
        "suspension": case,
        "entry": case.entry,
        "fonds": case.entry.fonds,
        "inside": inside,
        "errata": case.errata.order_by("pk"),
        "incident": INCIDENT.of(get_language() or "") if case.secret else "",
        "overdue": case.ended_at is None and case.cap_on < timezone.localdate(),
    }
    if inside:
        context |= {
            "votes": case.votes.select_related("person"), "panel": panel_of(case), "said_before": said_of(case)
        }  # fmt: skip
    return render(request, "workflows/suspension.html", context)
