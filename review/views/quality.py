"""Quality of reviews: certificates, how far reviewers agree beyond chance, and which decisions were reversed."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from review import access
from review.models import Batch, Certificate
from review.queries.quality import agreements_of, reversals_of

READERS = ("review.sample_fonds", "review.audit_fonds", "review.sign_off_fonds", "review.manage_fonds")
PAGE = 50


@login_required
def quality(request: HttpRequest) -> HttpResponse:
    """For whoever leads, samples or audits: figures of the fonds on which that right is held. Reviewers are not ranked."""
    fonds = access.fonds_of(request.user, *READERS)
    if not fonds.exists():
        raise PermissionDenied
    certificates = (
        Certificate.objects.filter(batch__fonds__in=fonds).select_related("batch", "person").order_by("-id")
    )
    return render(
        request,
        "review/quality.html",
        {
            "agreements": agreements_of(Batch.objects.filter(fonds__in=fonds)),
            "page": Paginator(certificates, PAGE).get_page(request.GET.get("page")),
            "reversals": reversals_of(fonds),
        },
    )
