"""The catalogue of a fonds as a file: everything that is held of it, closed titles too."""

from __future__ import annotations

from tempfile import TemporaryFile

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST

from review import access
from review.documents.exports import FORMATS
from review.operations import exporting
from review.queries.exports import write_export

MAY_EXPORT = ("review.plan_fonds", "review.audit_fonds")


@login_required
@require_POST
def export(request: HttpRequest, code: str) -> HttpResponse:
    """One fonds in one format, for who plans or audits it. The act is noted in the ledger."""
    fonds = get_object_or_404(access.fonds_of(request.user, *MAY_EXPORT), code=code)
    name = request.POST.get("format", "")
    if name not in FORMATS:
        raise Http404
    exporting.note_export(fonds=fonds, format=name, by=request.user, at=timezone.now())
    file = TemporaryFile()  # noqa: SIM115 FileResponse closes it
    write_export(file, fonds, name, timezone.localdate())
    file.seek(0)
    kind = FORMATS[name]
    return FileResponse(
        file, as_attachment=True, filename=f"{fonds.code}-{name}{kind.suffix}", content_type=kind.media_type
    )
