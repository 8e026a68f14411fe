"""Changes that files proposed to entries under review or decided: seen, accepted, declined."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from policies.sentences import Refusal
from review.models import Proposal
from review.operations import importing
from review.views.intakes import field_name, planned_fonds, value_shown

PAGE = 50


@login_required
def proposals(request: HttpRequest) -> HttpResponse:
    """Changes that files proposed to entries under review or decided, waiting to be settled."""
    rows = Proposal.objects.filter(entry__fonds__in=planned_fonds(request), settled_at__isnull=True)
    page = Paginator(rows.select_related("entry__fonds", "intake").order_by("pk"), PAGE).get_page(
        request.GET.get("page")
    )
    for row in page.object_list:
        row.fields = [
            (field_name(name), value_shown(values[0]), value_shown(values[1]))
            for name, values in row.changes.items()
            if name != "own"
        ]
    return render(request, "review/proposals.html", {"page": page})


@login_required
@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept or decline one proposal."""
    proposal = get_object_or_404(Proposal.objects.filter(entry__fonds__in=planned_fonds(request)), pk=pk)
    try:
        importing.settle_proposal(
            proposal=proposal, accept=request.POST.get("answer") == "accept",
            reason=request.POST.get("reason", "").strip()[:500], by=request.user, at=timezone.now(),
        )  # fmt: skip
    except Refusal as refusal:
        messages.error(request, refusal.sentence.of(get_language() or ""))
    return redirect("proposals")
