"""The verification page, and the proof of one entry. What is sent here is looked at and kept nowhere."""

import hashlib

from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from review.catalogue.models import Edition, ReleasedEntry
from review.catalogue.proofs import inclusion
from review.catalogue.public_pages import in_two_languages, nothing, public
from review.catalogue.rows import files_dir
from review.catalogue.verifying import Verdict, of_digest, verdict_on

MOST_BYTES = 64 * 2**20  # of a file that a browser without scripts sends


class Digesting(FileUploadHandler):
    """Makes the digest of the one file that is sent, as it passes by: nothing of it is written anywhere."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.digest, self.size, self.name, self.is_too_large = hashlib.sha256(), 0, "", False

    def new_file(self, *args: object, **kwargs: object) -> None:
        super().new_file(*args, **kwargs)
        self.name = self.file_name or ""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.size += len(raw_data)
        if self.size > MOST_BYTES:
            self.is_too_large = True
            raise StopUpload(connection_reset=False)
        self.digest.update(raw_data)

    def file_complete(self, file_size: int) -> None:
        return None


@csrf_exempt  # it writes nothing, and a token would want a cookie
@require_http_methods(["GET", "HEAD", "POST"])
@in_two_languages
def verify(request: HttpRequest, number: str = "") -> HttpResponse:
    """Whether a file, an entry or a digest is part of a release; `number`: that of one release, told in full."""
    edition = Edition.objects.defer("proof_blocks").filter(number=number).first() if number else None
    if number and edition is None:
        return nothing(request)
    context: dict[str, object] = {"edition": edition, "most": MOST_BYTES}
    if request.method == "POST":
        context |= _of_upload(request)
    elif asked := request.GET.get("q", "")[:300].strip():
        context |= {"asked": asked, "name": request.GET.get("name", "")[:200], "verdict": verdict_on(asked)}
    return render(request, "catalogue/verify.html", context, status=413 if context.get("is_too_large") else 200)


def _of_upload(request: HttpRequest) -> dict[str, object]:
    handler = Digesting(request)
    request.upload_handlers = [handler]
    request.POST  # noqa: B018 - reading it is what passes the file through the handler
    if handler.is_too_large:
        return {"is_too_large": True}
    if not handler.name:
        return {}
    digest = handler.digest.hexdigest()
    verdict: Verdict = of_digest(digest)
    return {"asked": digest, "name": handler.name[:200], "verdict": verdict}


@public
def proof(request: HttpRequest, fonds: str, reference_code: str) -> HttpResponse:
    """The inclusion proof of an open entry, as JSON: whoever has the release's seal checks it with SHA-256 alone."""
    row = (
        ReleasedEntry.objects.select_related("edition")
        .filter(fonds__code=fonds, reference_code=reference_code)
        .first()
    )
    if row is None:
        return nothing(request)
    made = inclusion(row.edition, files_dir() / row.edition.number, row.leaf)
    if made is None:
        return nothing(request)
    response = JsonResponse(made, json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = f'attachment; filename="proof-{row.edition.number}-{row.leaf}.json"'
    return response
