"""What is published: each open catalogue with what became of it since, and the way to withdraw an entry."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from review import access
from review.models import Erratum, Release

READERS = ("review.release_fonds", "review.sign_off_fonds", "review.manage_fonds", "review.audit_fonds")
PAGE = 50


@login_required
@require_safe
def releases(request: HttpRequest) -> HttpResponse:
    """The catalogues of the fonds that this person publishes, signs, leads or audits, the newest first, with their errata."""
    fonds = access.fonds_of(request.user, *READERS)
    if not fonds.exists():
        raise PermissionDenied
    closed_again = Erratum.objects.filter(release=OuterRef("pk"), kind="reclosed")
    rows = (
        Release.objects.filter(batch__fonds__in=fonds)
        .select_related("batch__fonds", "person", "corrects", "corrected_by")
        .annotate(has_reclosed=Exists(closed_again))
    )
    publishes = set(access.fonds_of(request.user, "review.release_fonds").values_list("pk", flat=True))
    page = Paginator(rows.prefetch_related("errata").order_by("-pk"), PAGE).get_page(request.GET.get("page"))
    return render(request, "review/releases.html", {"page": page, "publishes": publishes})
