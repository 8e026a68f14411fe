"""The publisher's desk: see exactly what will be public, then publish it."""

from __future__ import annotations

import logging

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from viewflow.workflow import Activation
from viewflow.workflow.models import Task

from policies.sentences import Refusal
from review.models import Batch, Release
from review.operations import releasing
from review.queries.decisions import counts_of, had_differences, settled, signatures_of
from review.queries.editions import next_number
from workflows.views import door

PAGE = 50
log = logging.getLogger(__name__)


def release(request: HttpRequest, task: Task) -> HttpResponse:
    """The open catalogue of a signed batch, before and at its publication."""
    batch: Batch = task.process.artifact
    if request.method == "POST":
        return _act(request, task, batch)
    rows = settled(batch)
    opened = [row for row in rows if row.decision and row.decision.outcome.opens]
    return render(
        request,
        "workflows/release.html",
        {
            "task": task,
            "batch": batch,
            "may_act": door.may_act(request, task),
            "total": len(rows),
            "counts": counts_of(rows),
            "number": next_number(timezone.localdate()),
            "signatures": signatures_of(batch),
            "return_to": door.return_choices("release", batch, differences=had_differences(rows)),
            "page": Paginator(opened, PAGE).get_page(request.GET.get("page")),
        },
    )


def _act(request: HttpRequest, task: Task, batch: Batch) -> HttpResponse:
    today = timezone.localdate()
    manifest = None
    if request.POST.get("verb") == "publish":
        try:
            # Seconds of typesetting happen here, outside the lock; inside it only the record is compared.
            manifest = releasing.prepare_bundle(batch=batch, issued_on=today)
        except Refusal as refusal:
            messages.error(request, refusal.sentence.of(get_language() or ""))
            return redirect("task", task.pk)

    def publish(activation: Activation) -> str:
        made = releasing.release(batch=batch, manifest=manifest, by=request.user, at=timezone.now(), issued_on=today)
        door.finish(activation)
        return _("Open catalogue %(number)s is published.") % {"number": made.number}

    verbs = {"publish": publish, "return": door.returning_from("release", request, batch)}
    answer = door.work(request, task, verbs)
    if made := Release.objects.filter(batch=batch, delivered_at__isnull=True).first():
        _deliver(request, made)
    return answer


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
