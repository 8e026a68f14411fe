"""The auditor's desk: everything can be read, nothing can be changed. Verify the ledger, look through it, follow one case."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from review import access, jobs
from review.models import Batch, Entry, Job, LedgerHead, LedgerLine
from review.queries.ledger_lines import Search, entries_named, lines_about_batch, lines_about_entry
from review.queries.trail import events_of_batch, events_of_entry
from review.views.jobs import progress_context
from review.views.ledger import demand_auditor, lines_away, names_of

AUDIT = "review.audit_fonds"
VERIFY = "verify_ledger"  # the kind of background work that reads the whole ledger
AT_ONCE = 20_000  # lines: so many are verified while the page waits, whether a worker runs or not
KEPT, LATEST, SHOWN = 5, 12, 1000


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def audit(request: HttpRequest) -> HttpResponse:
    """The desk. A POST begins a verification; while one runs, a second click begins none."""
    demand_auditor(request)
    if request.method == "POST":
        return _verify(request)
    verifications = list(Job.objects.filter(kind=VERIFY).select_related("by").order_by("-pk")[:KEPT])
    running = next((job for job in verifications if job.ended_at is None), None)
    latest = list(LedgerLine.objects.order_by("-line")[:LATEST])
    context = {
        "verifications": [(job, jobs.progress_of(job)) for job in verifications if job.ended_at is not None],
        "running": running,
        "own_job": running is not None and running.by_id == request.user.pk,
        "head": LedgerHead.objects.filter(pk=1).first(),
        "latest": latest,
        "names": names_of(latest),
        "search": Search(),
    }
    return render(request, "review/audit.html", context | (progress_context(running) if running else {}))


def _verify(request: HttpRequest) -> HttpResponse:
    with transaction.atomic():
        head = LedgerHead.objects.select_for_update().filter(pk=1).first()
        late = timezone.now() - timedelta(hours=6)  # an older one that never ended stands in nobody's way
        if Job.objects.filter(kind=VERIFY, ended_at=None, begun_at__gt=late).exists():
            return redirect("audit")
        subject = _("Verification of the ledger")
        job = jobs.begin(kind=VERIFY, subject=subject, shards=[{}], by=request.user, at=timezone.now())
    if head is None or head.line <= AT_ONCE:
        jobs.run_here(job)
    return redirect("audit")


@login_required
@require_safe
def follow(request: HttpRequest) -> HttpResponse:
    """From a reference code or a batch number to its page; a choice where several entries have the code."""
    demand_auditor(request)
    fonds = access.fonds_of(request.user, AUDIT)
    asked = request.GET.get("what", "").replace("\x00", "").strip()[:200]
    if batch := Batch.objects.filter(number=asked, fonds__in=fonds).first():
        return redirect("audit-batch", batch.number)
    found = list(entries_named(asked, fonds)[:50]) if asked else []
    if len(found) == 1:
        return redirect("audit-entry", found[0].pk)
    return render(request, "review/audit_follow.html", {"asked": asked, "found": found})


@login_required
@require_safe
def audit_entry(request: HttpRequest, pk: int) -> HttpResponse | StreamingHttpResponse:
    """One entry from its import on: who decided what, when, by which rule, on whose behalf. `?as=csv`: its ledger lines."""
    entry = get_object_or_404(
        Entry.objects.select_related("fonds", "agency", "intake__saved_by"),
        pk=pk,
        fonds__in=access.fonds_of(request.user, AUDIT),
    )
    lines = lines_about_entry(entry)
    if "as" in request.GET:
        return lines_away(lines, request.GET["as"])
    return _followed(request, {"entry": entry, "events": events_of_entry(entry)}, lines)


@login_required
@require_safe
def audit_batch(request: HttpRequest, number: str) -> HttpResponse | StreamingHttpResponse:
    """One batch from its making to its release, and the ledger lines about it. `?as=csv`: those lines."""
    batch = get_object_or_404(
        Batch.objects.select_related("fonds", "made_by"),
        number=number,
        fonds__in=access.fonds_of(request.user, AUDIT),
    )
    lines = lines_about_batch(batch)
    if "as" in request.GET:
        return lines_away(lines, request.GET["as"])
    return _followed(request, {"batch": batch, "events": events_of_batch(batch)}, lines)


def _followed(request: HttpRequest, context: dict, lines) -> HttpResponse:
    shown = list(lines[:SHOWN])
    return render(
        request,
        "review/audit_trail.html",
        {**context, "lines": shown, "more": len(shown) == SHOWN, "names": names_of(shown)},
    )
