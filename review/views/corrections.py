"""The corrected edition of a catalogue, before and at its publication: what it leaves out, made, then published."""

from __future__ import annotations

import logging

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from policies.sentences import Refusal
from review import access, jobs
from review.models import Job, Release
from review.operations import correcting, releasing
from review.queries.corrections import closed_again, unsettled
from review.views.jobs import progress_context
from review.views.password_again import proved

BUILD = "seal_correction"
AT_ONCE = 1000  # entries: so few are set while the page waits
log = logging.getLogger(__name__)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def correction(request: HttpRequest, number: str) -> HttpResponse:
    """What a corrected edition of this catalogue would leave out; POST makes it, and publishes it once it is made."""
    release = get_object_or_404(Release.objects.select_related("batch__fonds"), number=number)
    if not access.holds(request.user, correcting.PERMISSION, release.batch.fonds):
        raise PermissionDenied
    today = timezone.localdate()
    if request.method == "POST":
        try:
            return _act(request, release)
        except Refusal as refusal:
            messages.error(request, refusal.sentence.of(get_language() or ""))
            return redirect("correction", number)
    job = Job.objects.filter(kind=BUILD, shards__arguments__release=release.pk).order_by("-pk").first()
    gone = closed_again(release)
    context = {
        "release": release,
        "gone": gone,
        "unsettled": unsettled(release),
        "replaced_by": Release.objects.filter(corrects=release).first(),
        "made": correcting.prepared_correction(release=release, issued_on=today) if gone else None,
    }
    return render(request, "review/correction.html", context | (progress_context(job) if job else {}))


def _act(request: HttpRequest, release: Release) -> HttpResponse:
    today, at = timezone.localdate(), timezone.now()
    made = correcting.prepared_correction(release=release, issued_on=today)
    if made is None:
        if release.counts["opened"] <= AT_ONCE:
            correcting.prepare_correction(release=release, issued_on=today)
        else:
            _begin(request, release)
        return redirect("correction", release.number)
    if not proved(request):
        return redirect("correction", release.number)
    issued = correcting.correct(
        release=release, manifest=made, by=request.user, at=at, issued_on=today, reauthenticated=True
    )
    messages.success(request, _("Corrected edition %(number)s is published.") % {"number": issued.number})
    try:
        releasing.deliver(release=issued, at=at)
    except (OSError, DatabaseError, Refusal) as error:
        # Not what it says: a database quotes the row that it refused, titles and all.
        log.error("release %s was not delivered: %s", issued.number, type(error).__name__)
        messages.warning(
            request, _("The release is recorded, but the public site could not be reached. It will follow.")
        )
    return redirect("releases")


def _begin(request: HttpRequest, release: Release) -> None:
    """Have it made in the background; a second click begins nothing."""
    with transaction.atomic():
        Release.objects.select_for_update().get(pk=release.pk)
        if Job.objects.filter(kind=BUILD, shards__arguments__release=release.pk, ended_at=None).exists():
            return
        subject = _("Corrected edition of catalogue %(number)s") % {"number": release.number}
        shards = [{"release": release.pk, "issued_on": timezone.localdate().isoformat()}]
        jobs.begin(kind=BUILD, subject=subject, shards=shards, by=request.user, at=timezone.now())
