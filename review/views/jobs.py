"""The page of a job: how far it is, cancel, resume."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_http_methods

from policies.sentences import Refusal, Sentence
from review import jobs
from review.models import Job

BUSY = Sentence(
    "数据库正忙于保存，暂时不能停止或继续。请稍候再试。",
    "The database is busy saving; this cannot be cancelled or resumed just now. Try again in a moment.",
)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """A job, for whoever began it; 404 for anybody else. POST `verb`: cancel or resume."""
    found = _job_of(request, pk)
    if request.method == "POST":
        _act(request, found)
        return redirect("job", pk=pk)
    return render(request, "review/job.html", progress_context(found))


@login_required
@require_GET
def job_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """Only the part that shows the progress, for review/static/progress.js."""
    return render(request, "parts/progress.html", progress_context(_job_of(request, pk)))


def progress_context(found: Job) -> dict[str, object]:
    """What `parts/progress.html` takes; one query, two while the job waits."""
    progress = jobs.progress_of(found)
    alive = not progress.waiting or jobs.workers_alive(timezone.now())
    return {"job": found, "progress": progress, "alive": alive}


def _job_of(request: HttpRequest, pk: int) -> Job:
    return get_object_or_404(Job, pk=pk, by=request.user)


def _act(request: HttpRequest, found: Job) -> None:
    language = get_language() or "zh-hans"
    try:
        if request.POST.get("verb") == "cancel":
            jobs.cancel(found, by=request.user, at=timezone.now())
        elif request.POST.get("verb") == "resume":
            jobs.resume(found, timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.sentence.of(language))
    except OperationalError:
        messages.error(request, BUSY.of(language))
