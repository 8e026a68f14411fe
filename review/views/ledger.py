"""The ledger as the auditor reads it."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from review import access, ledger
from review.models import LedgerLine

PAGE = 100


@login_required
def ledger_lines(request: HttpRequest) -> HttpResponse:
    """Every act, newest first; `?verify` reads the whole chain and says whether it holds. For auditors."""
    if not access.fonds_of(request.user, "review.audit_fonds").exists():
        raise PermissionDenied
    page = Paginator(LedgerLine.objects.order_by("-line"), PAGE).get_page(request.GET.get("page"))
    verdict = ledger.verify() if "verify" in request.GET else None
    return render(request, "review/ledger.html", {"page": page, "verdict": verdict})
