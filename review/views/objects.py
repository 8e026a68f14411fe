"""The digital objects of an entry, page by page: the image, and its text with what the rules found in it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from policies.sentences import Refusal
from review.documents.page_images import render_page
from review.models import BatchEntry
from review.queries.object_pages import object_page, objects_for
from review.queries.objects import kept_at

WIDTHS = (100, 2400)
WIDTH = 1200


@login_required
def show_object(request: HttpRequest, pk: int, page: int) -> HttpResponse:
    """One page of an object beside its text. 404 without a right on its fonds."""
    found = get_object_or_404(objects_for(request.user), pk=pk)
    shown = object_page(found, page)
    if shown is None:
        raise Http404
    live = BatchEntry.objects.filter(entry=found.entry_id, live=True).select_related("batch").first()
    run = live.batch.screening_runs.last() if live else None
    return render(request, "review/object_page.html", {"shown": shown, "entry": found.entry, "run": run})


@login_required
def object_image(request: HttpRequest, pk: int, page: int) -> HttpResponse:
    """One page of an object as a picture. 404 without a right on its fonds, and where it cannot be shown."""
    found = get_object_or_404(objects_for(request.user), pk=pk)
    asked = request.GET.get("width", "")
    width = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else WIDTH
    try:
        picture = render_page(kept_at(found.digest), found.media_type, page, max(WIDTHS[0], min(width, WIDTHS[1])))
    except (Refusal, FileNotFoundError) as fault:
        raise Http404 from fault
    return HttpResponse(
        picture,
        content_type="image/png",
        headers={"X-Content-Type-Options": "nosniff", "Content-Disposition": "inline"},
    )
