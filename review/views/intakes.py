"""Catalogue files on their way in: upload, mapping of columns, what saving would do, saving, undoing; proposals."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from policies.catalogue_rows import FIELD_NAMES
from policies.secrecy import is_secrecy_mark
from policies.sentences import Refusal, Sentence
from review import access, jobs
from review.documents.import_report import write_report
from review.jobs.intakes import clear, profile_named, source_of
from review.models import ColumnMapping, Intake, Job, Proposal
from review.operations import importing
from review.queries.comparing import missing_keys
from review.queries.intakes import staged_of
from review.readers import PROFILES, cells_of, peek
from review.readers.profiles import FIELDS
from review.staging import Staged
from review.views.jobs import progress_context

PAGE = 50
MOST = 50_000  # complaints in a report workbook
AT_ONCE = 2_000_000  # bytes: a file so small is read while the page waits, whether a worker runs or not
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def planned_fonds(request: HttpRequest) -> QuerySet:
    """The fonds this person imports into. Raises PermissionDenied where there is none."""
    fonds = access.fonds_of(request.user, "review.plan_fonds")
    if not fonds.exists():
        raise PermissionDenied
    return fonds


def _intake(request: HttpRequest, pk: int) -> Intake:
    return get_object_or_404(
        Intake.objects.filter(fonds__in=planned_fonds(request)).select_related("fonds", "by"), pk=pk
    )


@login_required
def intakes(request: HttpRequest) -> HttpResponse:
    """The files taken in, newest first, and the way to send another."""
    fonds = planned_fonds(request)
    rows = Intake.objects.filter(fonds__in=fonds).select_related("fonds", "by")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    waiting = Proposal.objects.filter(entry__fonds__in=fonds, settled_at__isnull=True).count()
    return render(request, "review/intakes.html", {"fonds": fonds, "page": page, "proposals": waiting})


@login_required
@require_POST
def receive(request: HttpRequest) -> HttpResponse:
    """Take an uploaded file into its waiting room; nothing of it is read yet."""
    fonds = get_object_or_404(planned_fonds(request), code=request.POST.get("fonds", ""))
    upload = request.FILES.get("file")
    if upload is None or not upload.name:
        messages.error(request, _("Choose a file first."))
        return redirect("intakes")
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    with transaction.atomic():
        intake = importing.receive_catalogue(
            fonds=fonds, file_name=Path(upload.name).name, size=upload.size or 0, digest=digest.hexdigest(),
            by=request.user, at=timezone.now(),
        )  # fmt: skip
        _keep(upload, source_of(intake))
    return redirect("intake", intake.pk)


def _keep(upload: UploadedFile, path: Path) -> None:
    """Puts the uploaded file where it waits, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        upload.seek(0)
        shutil.copyfileobj(upload, file, 1 << 20)


@login_required
def intake(request: HttpRequest, pk: int) -> HttpResponse:
    """One file: its columns while it waits to be read, then what saving would do, then what it did."""
    found = _intake(request, pk)
    job = _job_of(found)
    context = {"intake": found} | (progress_context(job) if job else {})
    progress = context.get("progress")
    if found.saved_at or found.given_up_at:
        context["proposals"] = found.proposals.filter(settled_at__isnull=True).count()
        return render(request, "review/intake_over.html", context)
    if progress and progress.state in ("waiting", "running", "stopping"):
        return render(request, "review/intake_working.html", context)
    if found.read_at:
        return render(request, "review/intake_read.html", context | _shown(request, found))
    try:
        seen = peek(source_of(found), profile_named(request.GET.get("profile", "")), today=timezone.localdate())
    except Refusal as refusal:
        return render(request, "review/intake_unread.html", context | {"refusal": refusal.sentence})
    names = [*PROFILES, *ColumnMapping.objects.values_list("name", flat=True)]
    return render(request, "review/intake_unread.html", context | {"seen": seen, **_columns(seen), "profiles": names})


def _columns(seen) -> dict[str, object]:
    """Each column of a table with its heading, three samples and the field it is read as; and the fields there are."""
    # A row with a secrecy mark may hold a secret: its texts are shown nowhere.
    sample = [row for row in seen.sample if not any(map(is_secrecy_mark, row))]
    columns = [
        (heading, field or "", [row[place] for row in sample if place < len(row) and row[place]][:3])
        for place, (heading, field) in enumerate(zip(seen.headings, seen.fields, strict=True))
    ]
    return {"columns": columns, "fields": [(field, field_name(field)) for field in FIELDS]}


_MORE_FIELDS = {
    "date": Sentence("日期（起止）", "Date or dates"),
    "date_from": Sentence("起始日期", "Date from"),
    "date_to": Sentence("终止日期", "Date to"),
    "agency_id": FIELD_NAMES["agency"],
    "above": Sentence("所属上级", "Unit above"),
    "joint": Sentence("联合发文单位", "Further makers"),
    "stub": Sentence("涉密存根", "Stub of a secret"),
    "own": Sentence("自身著录（未含继承）", "Stated itself, not inherited"),
}


def field_name(field: str) -> str:
    sentence = _MORE_FIELDS.get(field) or FIELD_NAMES.get(field)
    return sentence.of(get_language() or "") if sentence else field


@login_required
@require_POST
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin to read a file with the columns as they were mapped; small files are read at once."""
    found = _intake(request, pk)
    try:
        profile = _mapped(request, found)
    except Refusal as refusal:
        return _refused(request, found, refusal)
    shard = {
        "intake": found.pk, "by": request.user.pk, "profile": profile,
        "stubs_only": request.POST.get("stubs_only") == "on",
    }  # fmt: skip
    return _work(request, found, "read_intake", shard)


def _mapped(request: HttpRequest, found: Intake) -> str:
    """The name of the column mapping to read with; a changed one is saved under the name given, or the file's own."""
    chosen = request.POST.getlist("field")
    if not chosen:
        return request.POST.get("profile", "")
    seen = peek(source_of(found), profile_named(request.POST.get("profile", "")), today=timezone.localdate())
    if chosen == [field or "" for field in seen.fields]:
        return request.POST.get("profile", "")
    if len(chosen) != len(seen.headings) or set(chosen) - {"", *FIELDS}:
        raise Refusal(_MAPPING_ODD)
    name = request.POST.get("name", "").strip() or f"{found.fonds.code}-{found.pk}"
    if name in PROFILES:
        raise Refusal(_MAPPING_NAME)
    columns = dict(zip(seen.headings, chosen, strict=True))
    importing.save_mapping(name=name, columns=columns, by=request.user, at=timezone.now())
    return name


def _work(request: HttpRequest, found: Intake, kind: str, shard: dict) -> HttpResponse:
    with transaction.atomic():
        Intake.objects.select_for_update(no_key=True).get(pk=found.pk)
        earlier = _job_of(found)
        if earlier and earlier.ended_at is None:  # a double click: the first is at work
            return redirect("intake", found.pk)
        job = jobs.begin(
            kind=kind, subject=f"{found.fonds.code} {found.file_name}"[:200], shards=[shard], by=request.user,
            at=timezone.now(),
        )  # fmt: skip
    if found.size <= AT_ONCE:
        jobs.run_here(job)
        if failure := jobs.progress_of(Job.objects.get(pk=job.pk)).failure:
            messages.error(request, failure.of(get_language() or ""))
    return redirect("intake", found.pk)


def _job_of(found: Intake) -> Job | None:
    kinds = ("read_intake", "save_intake")
    return Job.objects.filter(kind__in=kinds, shards__arguments__intake=found.pk).order_by("-pk").first()


# What was read.

SHOWN = ("errors", "warnings", "changed", "proposed", "added", "stubs", "gone")
_VERDICTS = {
    "changed": "verdict = 'change'",
    "proposed": "verdict = 'propose'",
    "added": "verdict = '' AND kind = 'entry'",
    "stubs": "verdict = '' AND kind = 'stub'",
}


def _shown(request: HttpRequest, found: Intake) -> dict[str, object]:
    """One page of what saving would do, of the kind asked for; the first kind there is, otherwise."""
    with staged_of(found) as staged:
        counts = {
            "errors": staged.complaint_count(),
            "warnings": staged.complaint_count("warning"),
            **{name: staged.count(where) for name, where in _VERDICTS.items()},
            "gone": staged.noted("gone", 0),
        }
        asked = request.GET.get("show", "")
        show = asked if asked in SHOWN else next((name for name in SHOWN if counts[name]), "added")
        page = Paginator(range(counts[show]), PAGE).get_page(request.GET.get("page"))
        first = page.start_index() - 1 if counts[show] else 0
        if show in ("errors", "warnings"):
            severity = "error" if show == "errors" else "warning"
            rows = list(staged.complaints(severity, first=first, most=PAGE))
        elif show == "gone":
            rows = _gone(found, missing_keys(staged, first, PAGE))
        else:
            columns = ("row", "reference_code", "title", "date_text", "changes", "classification")
            order = f"row LIMIT {PAGE} OFFSET {int(first)}"
            rows = [_told(row) for row in staged.rows(_VERDICTS[show], columns=columns, order=order)]
        notes = [Sentence(zh, en) for zh, en in staged.noted("warnings", ())]
        return {"counts": counts, "show": show, "page": page, "rows": rows, "notes": notes,
                "secrets": len(staged.secret_rows()), "series": staged.count("kind = 'series' AND verdict = ''")}  # fmt: skip


def _gone(found: Intake, keys: list[str]) -> list[dict[str, object]]:
    """Held entries that are not in the file; they stay as they are."""
    entries = found.fonds.entries.filter(code_key__in=keys).order_by("code_key")
    return [{"code": entry.reference_code, "title": entry.title, "date": entry.shown_date} for entry in entries]


def _told(row: tuple) -> dict[str, object]:
    number, code, title, date_text, changes, classification = row
    fields = [
        (field_name(name), value_shown(values[0]), value_shown(values[1]))
        for name, values in (json.loads(changes) if changes else {}).items()
        if name != "own" or len(json.loads(changes)) == 1
    ]
    return {"row": number, "code": code, "title": title, "date": date_text, "fields": fields, "mark": classification}


def value_shown(value: object) -> str:
    if value is None or value == "":
        return "—"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@login_required
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """The workbook of refused rows, to be mended and uploaded again."""
    found = _intake(request, pk)
    if not found.read_at or found.saved_at or found.given_up_at:
        messages.error(request, _("The rows of this file are no longer kept. Upload it again to see them."))
        return redirect("intake", pk)
    file = TemporaryFile()  # noqa: SIM115 FileResponse closes it
    with staged_of(found) as staged:
        complaints = [*staged.complaints(most=MOST), *staged.complaints("warning", most=MOST)]
        write_report(
            file, file_name=found.file_name, headings=staged.noted("headings", ()), refused=_refused_cells(found, staged),
            complaints=complaints, secret_rows=staged.secret_rows(), language=get_language() or "zh-hans",
        )  # fmt: skip
    file.seek(0)
    name = f"{Path(found.file_name).stem}-{found.pk}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)


def _refused_cells(found: Intake, staged: Staged) -> list[tuple[int, list[str]]]:
    """The cells of the refused rows in the order of the file: those the reader refused were kept, the others are read
    again, as long as the file is there."""
    cells = dict(islice(staged.refused_cells(), MOST))
    others = {c.row for c in staged.complaints(most=MOST) if c.row is not None} - set(cells) - staged.secret_rows()
    if others and source_of(found).exists():
        cells |= dict(cells_of(source_of(found), profile_named(staged.noted("mapping", "")), others))
    return sorted(cells.items())


@login_required
@require_POST
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """Save what was read, in the background where it is much."""
    found = _intake(request, pk)
    keep_good = request.POST.get("keep_good") == "on"
    if found.refused and not keep_good:
        return _refused(request, found, Refusal(_CHOOSE.filled(rows=found.refused)))
    shard = {"intake": found.pk, "by": request.user.pk, "keep_good": keep_good}
    return _work(request, found, "save_intake", shard)


@login_required
@require_POST
def give_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw a file away that was not saved."""
    found = _intake(request, pk)
    try:
        importing.give_up_import(intake=found, by=request.user, at=timezone.now())
    except Refusal as refusal:
        return _refused(request, found, refusal)
    clear(found)
    messages.success(request, _("The file was given up; nothing of it was kept."))
    return redirect("intakes")


@login_required
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back everything a saved file did."""
    found = _intake(request, pk)
    try:
        importing.undo_import(intake=found, by=request.user, at=timezone.now())
    except Refusal as refusal:
        return _refused(request, found, refusal)
    messages.success(request, _("The import was undone; the holdings are as they were before it."))
    return redirect("intake", pk)


def _refused(request: HttpRequest, found: Intake, refusal: Refusal) -> HttpResponse:
    messages.error(request, refusal.sentence.of(get_language() or ""))
    return redirect("intake", found.pk)


_MAPPING_ODD = Sentence(
    "列映射与文件的列不一致。请重新打开此页后再选。",
    "The mapping does not fit the columns of the file. Open the page again and choose anew.",
)
_MAPPING_NAME = Sentence(
    "此名称是系统自带的列映射，不能覆盖。请另取名称。",
    "That is the name of a mapping that comes with the system. Choose another.",
)
_CHOOSE = Sentence(
    "有 {rows} 行不合要求。请下载问题表改正后重新上传，或勾选“只保存合格的行”。",
    "{rows} rows were refused. Download the report, mend them and upload again, or tick “save the good rows alone”.",
)
