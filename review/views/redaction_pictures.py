"""Pictures of pages for the redaction desks: what was asked for by somebody who may see it, and kept by nobody."""

from __future__ import annotations

import io
from collections.abc import Iterable

from django.http import Http404, HttpResponse

from policies.redacting import Box
from policies.sentences import Refusal
from review.documents.page_images import PDF, render_page
from review.documents.redacted_copy import painted
from review.models import DigitalObject, RedactedCopy
from review.queries.objects import kept_at
from review.queries.redactions import file_of

_WIDTH = 1_200


def page_picture(master: DigitalObject, page: int, boxes: Iterable[tuple[int, int, int, int]]) -> HttpResponse:
    """One page of a master, painted in these boxes. 404 where there is no such page or it cannot be shown."""
    try:
        picture = painted(file_of(master), page, [Box(*box) for box in boxes], _WIDTH)
    except (Refusal, FileNotFoundError) as fault:
        raise Http404 from fault
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=3)
    return _png(out.getvalue())


def copy_picture(copy: RedactedCopy, page: int) -> HttpResponse:
    """One page of a redacted copy, as a reader draws it."""
    try:
        return _png(render_page(kept_at(copy.digest), PDF, page, _WIDTH))
    except (Refusal, FileNotFoundError) as fault:
        raise Http404 from fault


def _png(content: bytes) -> HttpResponse:
    return HttpResponse(content, content_type="image/png", headers={"Content-Disposition": "inline"})
