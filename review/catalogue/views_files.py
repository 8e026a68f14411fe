"""The files of a release, as they were issued."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from review.catalogue.models import Edition, ReleasedEntry, Withdrawal
from review.catalogue.public_pages import public
from review.catalogue.rows import files_dir
from review.catalogue.withdrawals import SAY_NO_TITLE, withholds

TYPES = {
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "jsonl": "application/jsonl; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "sqlite3": "application/vnd.sqlite3",
    "xml": "application/xml",
}
COPIES = "copies/"


@public
def release_file(request: HttpRequest, number: str, name: str) -> HttpResponse | FileResponse:
    """One file of a release; its name is looked up, never joined to a path as it came.

    While an entry of the release is withdrawn, and once the release was replaced, the files that say titles are not
    served (410). A redacted copy is served while its entry is open, whatever became of others.
    """
    edition = get_object_or_404(Edition.objects.defer("proof_blocks"), number=number)
    file = edition.files.filter(name=name).first() if "\x00" not in name else None
    if file is None:
        raise Http404
    if _is_withheld(edition, name):
        context = {"edition": edition, "name": name, "errata": Withdrawal.objects.filter(edition=number)[:50]}
        return render(request, "catalogue/file_withheld.html", context, status=410)
    try:
        content = (files_dir() / edition.number / file.name).open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    kind = name.rpartition(".")[2]
    return FileResponse(
        content,
        content_type=TYPES.get(kind, "application/octet-stream"),
        as_attachment=kind != "pdf",
        filename=f"{edition.number}-{name.replace('/', '-')}",
    )


def _is_withheld(edition: Edition, name: str) -> bool:
    if name in SAY_NO_TITLE:
        return False
    if name.startswith(COPIES):
        digest = name.removeprefix(COPIES).removesuffix(".pdf")
        return not ReleasedEntry.objects.filter(redacted_copy=digest, edition=edition).exists()
    return withholds(edition)
