"""The papers of a batch as PDF, and the packages for units on another network. Only who may see the batch gets here."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from policies.sentences import Refusal, Sentence
from review import access
from review.documents.countersign_package import Sent, write_package
from review.documents.papers import Paper, paper_pdf
from review.models import Batch, Countersignature, CountersignPackage, PackageReturn
from review.operations import packaging
from review.queries.due import profile
from review.queries.packages import answer_by, content_of, content_sent, letter_at, newest_package, number_of
from review.queries.papers import letter_of, paper_of
from review.readers.media_types import JPEG, PDF, PNG, look_at

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _batch(request: HttpRequest, number: str) -> Batch:
    return get_object_or_404(access.batches_of(request.user).select_related("fonds"), number=number)


def _asked(request: HttpRequest, number: str, pk: int) -> Countersignature:
    asked = Countersignature.objects.filter(batch=_batch(request, number))
    return get_object_or_404(asked.select_related("batch__fonds", "agency"), pk=pk)


@login_required
@require_GET
def paper(request: HttpRequest, number: str, kind: str, key: str) -> HttpResponse:
    """One paper of a batch; of the opinion form only the entries that `?entry=` names. 404 without a right on its fonds."""
    batch = _batch(request, number)
    entries = {int(text) for text in request.GET.getlist("entry") if text.isascii() and text.isdigit()}
    try:
        found = paper_of(batch, kind, key, get_language() or "", entries=entries)
        return _pdf(found, found.head.number) if found else _missing()
    except Refusal as refusal:
        messages.error(request, refusal.sentence.of(get_language() or ""))
        return redirect("batch", batch.number)


def _missing() -> HttpResponse:
    raise Http404


def _pdf(paper: Paper, name: str) -> HttpResponse:
    response = HttpResponse(paper_pdf(paper), content_type=PDF)
    response["Content-Disposition"] = _named(f"{name}.pdf")
    return response


def _named(name: str) -> str:
    """A file name that says a number and no title."""
    plain = "".join(char if char.isascii() and (char.isalnum() or char in "-._") else "_" for char in name)
    return f'attachment; filename="{plain}"'


@login_required
@require_GET
def package(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """What one unit is asked in writing: the versions that went out, and what came back."""
    asked = _asked(request, number, pk)
    newest, content = newest_package(asked), content_of(asked)
    return render(
        request,
        "review/package.html",
        {
            "batch": asked.batch,
            "asked": asked,
            "number": number_of(asked),
            "entries": len(content.rows),
            "packages": asked.packages.order_by("-version").select_related("made_by"),
            "newest": newest,
            "current": newest is not None and newest.digest == content.digest,
            "returned": PackageReturn.objects.filter(package__countersignature=asked).select_related("person"),
            "open": asked.answered_at is None and asked.silent_at is None,
            "may_act": access.holds(request.user, packaging.PERMISSION, asked.batch.fonds),
        },
    )


@login_required
@require_POST
def make_package(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Make the version of a package that says what is asked now."""
    asked = _asked(request, number, pk)
    try:
        made = packaging.make_package(countersignature=asked, by=request.user, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.sentence.of(get_language() or ""))
    else:
        messages.success(request, _("Version %(version)d is ready to be sent.") % {"version": made.version})
    return redirect("package", number, pk)


@login_required
@require_GET
def package_file(request: HttpRequest, number: str, pk: int, what: str) -> HttpResponse:
    """The newest version of a package: its sheet (xlsx) or its letter (PDF), the same bytes each time."""
    asked = _asked(request, number, pk)
    newest = newest_package(asked)
    if newest is None or what not in ("sheet", "letter"):
        raise Http404
    try:
        return package_response(newest, what, get_language() or "")
    except Refusal as refusal:
        messages.error(request, refusal.sentence.of(get_language() or ""))
        return redirect("package", number, pk)


def package_response(package: CountersignPackage, what: str, language: str) -> HttpResponse:
    """One version of a package as a file: its "sheet" (xlsx) or its "letter" (PDF). Raises Refusal where it says another by now."""
    name = f"{number_of(package.countersignature)}-v{package.version}"
    if what == "letter":
        return _pdf(letter_of(package, language), name)
    return _sheet(package, name)


def _sheet(newest: CountersignPackage, name: str) -> HttpResponse:
    sent = Sent(
        archives=Sentence(settings.ARCHIVES_NAME_ZH, settings.ARCHIVES_NAME_EN),
        version=newest.version,
        made_on=timezone.localdate(newest.made_at),
        answer_by=answer_by(newest),
    )
    file = BytesIO()
    write_package(file, content_sent(newest), sent, profile())
    response = HttpResponse(file.getvalue(), content_type=XLSX)
    response["Content-Disposition"] = _named(f"{name}.xlsx")
    return response


@login_required
@require_GET
def returned_file(request: HttpRequest, number: str, pk: int, what: str) -> HttpResponse:
    """A file that a unit sent back, as it came: the filled sheet or the sealed letter."""
    batch = _batch(request, number)
    row = get_object_or_404(PackageReturn.objects.filter(package__countersignature__batch=batch), pk=pk)
    digest = {"sheet": row.file_digest, "letter": row.letter_digest}.get(what, "")
    path = letter_at(digest)
    if not digest or not path.is_file():
        raise Http404
    kind, ending = _letter_kind(path) if what == "letter" else _sheet_kind(path)
    response = HttpResponse(path.read_bytes(), content_type=kind)  # 50 MB at most
    response["Content-Disposition"] = _named(f"{number_of(row.package.countersignature)}-{what}{ending}")
    return response


def _letter_kind(path: Path) -> tuple[str, str]:
    kind = look_at(path).media_type
    return kind, {PDF: ".pdf", JPEG: ".jpg", PNG: ".png"}[kind]


def _sheet_kind(path: Path) -> tuple[str, str]:
    """By content, as it was read: Open Document, the old Excel format, else xlsx."""
    with path.open("rb") as file:
        head = file.read(100)
    if b"mimetypeapplication/vnd.oasis.opendocument" in head:
        return "application/vnd.oasis.opendocument.spreadsheet", ".ods"
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return "application/vnd.ms-excel", ".xls"
    return XLSX, ".xlsx"
