"""What is held because another body decides on it: asked, still secret, or declassified and without its title."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from review import access
from review.queries.referral_answers import held_of, held_secrets

PAGE = 100
READERS = ("review.refer_fonds", "review.plan_fonds", "review.audit_fonds")


@login_required
def referrals(request: HttpRequest) -> HttpResponse:
    """The held entries of the fonds that this person refers, plans or audits: by code, never by title."""
    fonds = access.fonds_of(request.user, *READERS)
    if not fonds.exists():
        raise PermissionDenied
    page = Paginator(held_secrets(fonds, timezone.localdate()), PAGE).get_page(request.GET.get("page"))
    return render(request, "review/referrals.html", {"page": page, "held": [held_of(row) for row in page]})
