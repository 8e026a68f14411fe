"""The publisher's desk: see exactly what will be public and what that changes, have the catalogue made, then publish it."""

from __future__ import annotations

import logging
from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import DatabaseError, transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from viewflow.workflow import Activation
from viewflow.workflow.models import Task

from policies.sentences import Refusal
from review import jobs
from review.documents.bundle import Manifest
from review.models import Batch, Job, Release, SignOff
from review.operations import releasing
from review.queries.decisions import counts_of, had_differences, settled, signatures_of
from review.queries.editions import catalogues_in, edition_of, next_number, standing_sign_off
from review.queries.preview import SHOWN, Preview, preview_of
from review.views.jobs import progress_context
from workflows.views import door, sealing

PAGE = 50
BUILD = "seal_edition"  # the kind of background work that sets and seals a catalogue
AT_ONCE = 1000  # entries: so few are set while the page waits, whether a worker runs or not
log = logging.getLogger(__name__)


def release(request: HttpRequest, task: Task) -> HttpResponse:
    """The open catalogue of a signed batch, before and at its publication."""
    batch: Batch = task.process.artifact
    if request.method == "POST":
        return _act(request, task, batch)
    rows, today = settled(batch), timezone.localdate()
    sign_off = standing_sign_off(batch)
    preview = _preview(batch, rows, sign_off, today)
    show = request.GET.get("show", "out")
    show = show if show in SHOWN else "out"
    words = request.GET.get("words", "").replace("\x00", "").strip()[:200]
    made = releasing.prepared_bundle(batch=batch, issued_on=today)
    job, counts = _job(batch), counts_of(rows)
    context = {
        "task": task,
        "batch": batch,
        "may_act": door.may_act(request, task),
        "total": len(rows),
        "counts": counts,
        "going_out": counts["opened"] + counts["opened_in_part"],
        "number": next_number(today),
        "signatures": signatures_of(batch),
        "return_to": door.return_choices("release", batch, differences=had_differences(rows)),
        "preview": preview,
        "show": show,
        "words": words,
        "page": Paginator(preview.rows(show, words) if preview else [], PAGE).get_page(request.GET.get("page")),
        "made": made,
        "volumes": catalogues_in(made) if made else [],
        "own_job": bool(job and job.by_id == request.user.pk),
    }
    return render(request, "workflows/release.html", context | (progress_context(job) if job else {}))


def _preview(batch: Batch, rows: list, sign_off: SignOff | None, today: date) -> Preview | None:
    """Of the very edition that would be published now; None for a batch whose signature fell."""
    if sign_off is None:
        return None
    return preview_of(batch, edition_of(batch, sign_off, number=next_number(today), issued_on=today), rows)


def _job(batch: Batch) -> Job | None:
    """The newest making of this batch's catalogue."""
    return Job.objects.filter(kind=BUILD, shards__arguments__batch=batch.pk).order_by("-pk").first()


@login_required
@require_safe
def made_catalogue(request: HttpRequest, pk: int) -> FileResponse:
    """The catalogue (`?file=`: one of its volumes) as it will be printed, for the publisher alone. 404 until it is made."""
    task = get_object_or_404(Task.objects.select_related("process"), pk=pk, flow_task_type="HUMAN")
    if getattr(task.flow_task, "name", "") != "release" or task.status not in door.OPEN:
        raise Http404
    if not task.flow_task.may_work(request.user, task):
        raise PermissionDenied
    made = releasing.prepared_bundle(batch=task.process.artifact, issued_on=timezone.localdate())
    if made is None:
        raise Http404
    volumes = catalogues_in(made)
    name = request.GET.get("file") or volumes[0]
    if name not in volumes:
        raise Http404
    shown = f"{made.content['number']}-{name.removesuffix('.pdf')}-proof.pdf"
    return FileResponse((made.directory / name).open("rb"), content_type="application/pdf", filename=shown)


def _act(request: HttpRequest, task: Task, batch: Batch) -> HttpResponse:
    today, manifest = timezone.localdate(), None
    verb = request.POST.get("verb")
    if verb in ("build", "publish"):
        if not door.may_act(request, task):
            raise PermissionDenied
        if verb == "publish" and not sealing.proved(request):
            return redirect("task", task.pk)
        manifest = releasing.prepared_bundle(batch=batch, issued_on=today)
        if manifest is None:
            manifest = _build(request, batch, today, at_once=verb == "publish")
        if manifest is None or verb == "build":
            return redirect("task", task.pk)

    def publish(activation: Activation) -> str:
        made = releasing.release(
            batch=batch,
            manifest=manifest,
            by=request.user,
            at=timezone.now(),
            issued_on=today,
            reauthenticated=True,
        )
        door.finish(activation)
        return _("Open catalogue %(number)s is published.") % {"number": made.number}

    verbs = {"publish": publish, "return": door.returning_from("release", request, batch)}
    answer = door.work(request, task, verbs)
    if made := Release.objects.filter(batch=batch, delivered_at__isnull=True).first():
        _deliver(request, made)
    return answer


def _build(request: HttpRequest, batch: Batch, today: date, *, at_once: bool) -> Manifest | None:
    """Have the catalogue made: here where it is small, else in the background; None while it is not ready.

    It is typeset outside the lock of the case; inside it only the record is compared.
    """
    small = batch.batch_entries.count() <= AT_ONCE
    try:
        if at_once and small:
            return releasing.prepare_bundle(batch=batch, issued_on=today)
        job = _begin(request, batch, today)
        if small:
            jobs.run_here(job)
    except Refusal as refusal:
        messages.error(request, refusal.sentence.of(get_language() or ""))
        return None
    if at_once:
        messages.info(request, _("The catalogue is being made. Look at it when it is ready, then publish it."))
    return None


def _begin(request: HttpRequest, batch: Batch, today: date) -> Job:
    """A second click begins nothing."""
    with transaction.atomic():
        Batch.objects.select_for_update().get(pk=batch.pk)
        running = _job(batch)
        if running is not None and running.ended_at is None:
            return running
        subject = _("Open catalogue of batch %(number)s") % {"number": batch.number}
        shards = [{"batch": batch.pk, "issued_on": today.isoformat()}]
        return jobs.begin(kind=BUILD, subject=subject, shards=shards, by=request.user, at=timezone.now())


def _deliver(request: HttpRequest, made: Release) -> None:
    """After the commit: a public site that cannot be reached never undoes a release; deliver_releases tries again."""
    try:
        releasing.deliver(release=made, at=timezone.now())
    except (OSError, DatabaseError, Refusal) as error:
        # Not what it says: a database quotes the row that it refused, titles and all.
        log.error("release %s was not delivered: %s", made.number, type(error).__name__)
        messages.warning(
            request, _("The release is recorded, but the public site could not be reached. It will follow.")
        )
