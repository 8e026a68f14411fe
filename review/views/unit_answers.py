"""What became of a forming unit's earlier answers, for the unit itself."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from review import access
from review.queries.earlier_answers import answers_of, what_became

PAGE = 50


@login_required
@require_GET
def unit_answers(request: HttpRequest, code: str = "") -> HttpResponse:
    """The answers one agency handed in and what came of each; without a code, one's own. 404 but for its own people."""
    agencies = list(access.agencies_of(request.user).order_by("code"))
    agency = next((one for one in agencies if code in ("", one.code)), None)
    if agency is None:
        raise Http404
    differing = bool(request.GET.get("differing"))
    page = Paginator(answers_of(agency, only_differing=differing), PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "review/unit_answers.html",
        {
            "agency": agency,
            "agencies": agencies,
            "differing": differing,
            "page": page,
            "rows": what_became(list(page.object_list)),
        },
    )
