"""Time limits that run: for managers, who stop, resume and extend them; and the proof that a request was delivered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from policies.delivering import BY_HAND, WAYS
from policies.procedure import ClockRule
from policies.sentences import Refusal
from review import access
from review.models import Clock, Countersignature
from review.operations import clocks, delivering
from review.queries.clocks import rules_of, running, stopped_since

PAGE = 50


@login_required
def limits(request: HttpRequest) -> HttpResponse:
    """The limits that run over the fonds one manages, soonest first."""
    fonds = access.fonds_of(request.user, clocks.MANAGE)
    if not fonds.exists():
        raise PermissionDenied
    page = Paginator(
        running(Clock.objects.filter(fonds__in=fonds).select_related("batch__procedure")), PAGE
    ).get_page(request.GET.get("page"))
    today, rules = timezone.localdate(), rules_of(list(page))
    rows = [
        {
            "clock": clock,
            "stopped": stopped_since(clock),
            "extends": _may_extend(clock, rules[clock.pk], today),
            "over": clock.due_on < today,
        }
        for clock in page
    ]
    return render(request, "review/limits.html", {"page": page, "rows": rows})


def _may_extend(clock: Clock, rule: ClockRule, today: date) -> bool:
    """Whether the page offers the one extension; the operation asks again."""
    return not clock.extended_on and stopped_since(clock) is None and clock.due_on >= today and rule.extension > 0


@login_required
@require_POST
def change_limit(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop, resume or extend one limit."""
    fonds = access.fonds_of(request.user, clocks.MANAGE)
    clock = get_object_or_404(Clock.objects.filter(fonds__in=fonds), pk=pk)
    facts = {"clock": clock, "by": request.user, "at": timezone.now(), "today": timezone.localdate()}
    because = request.POST.get("because", "")[:2000]
    verbs: dict[str, Callable[[], None]] = {
        "stop": lambda: clocks.stop(because=because, **facts),
        "resume": lambda: clocks.resume(**facts),
        "extend": lambda: clocks.extend(**facts),
    }
    act = verbs.get(request.POST.get("verb", ""))
    try:
        if act is not None:
            act()
            messages.success(request, _("Noted."))
    except Refusal as refusal:
        messages.error(request, refusal.sentence.of(get_language() or ""))
    return redirect("limits")


class DeliveryForm(forms.Form):
    """How a request reached its unit, when, and what shows it."""

    how = forms.ChoiceField(
        label=gettext_lazy("How"), choices=lambda: [(way, WAYS[way].of(get_language() or "")) for way in BY_HAND]
    )
    on = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    evidence = forms.CharField(label=gettext_lazy("Evidence (number of the receipt)"), max_length=500)


@login_required
def deliveries(request: HttpRequest, number: str) -> HttpResponse:
    """The units that were asked about a batch, and the proof that each received it."""
    batch = get_object_or_404(access.batches_of(request.user).select_related("fonds"), number=number)
    may = any(access.holds(request.user, right, batch.fonds) for right in (clocks.MANAGE, "review.reconcile_fonds"))
    asked = batch.countersignatures.select_related("agency").prefetch_related("deliveries__person")
    form = DeliveryForm(request.POST or None)
    if request.method == "POST":
        row = get_object_or_404(Countersignature, pk=_number(request.POST.get("asked", "")), batch=batch)
        if form.is_valid() and _recorded(request, row, form):
            return redirect("deliveries", batch.number)
    latest = asked.order_by("-round", "agency__code")
    return render(request, "review/deliveries.html", {"batch": batch, "asked": latest, "form": form, "may": may})


def _recorded(request: HttpRequest, row: Countersignature, form: DeliveryForm) -> bool:
    try:
        delivering.record_delivery(
            countersignature=row,
            by=request.user,
            at=timezone.now(),
            today=timezone.localdate(),
            **form.cleaned_data,
        )
    except Refusal as refusal:
        messages.error(request, refusal.sentence.of(get_language() or ""))
        return False
    messages.success(request, _("The proof of delivery is kept."))
    return True


def _number(said: str) -> int:
    return int(said) if said.isascii() and said.isdigit() and len(said) < 19 else 0
