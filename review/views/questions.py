"""What forming units want to know before they answer, for whoever reconciles the fonds: read, and replied to."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from policies.sentences import Refusal, Sentence
from review import access
from review.models import Batch, Opinion
from review.operations import notifying, replying
from review.queries.notices import away_on, notices_to
from review.queries.questions import asking, questions_of

_REPLIED = Sentence(
    "档案馆已答复贵单位就批次 {batch} 提出的问题。请看过后答复会签。",
    "The archives replied to your unit's question about batch {batch}. Read it, then answer.",
)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def questions(request: HttpRequest, number: str) -> HttpResponse:
    """The questions of a batch with their replies; POST replies to one. 403 without the right to reconcile its fonds."""
    batch = get_object_or_404(Batch.objects.select_related("fonds"), number=number)
    if not access.holds(request.user, replying.PERMISSION, batch.fonds):
        raise PermissionDenied
    if request.method == "POST":
        return _reply(request, batch)
    return render(request, "review/questions.html", {"batch": batch, "rows": asking(batch)})


def _reply(request: HttpRequest, batch: Batch) -> HttpResponse:
    asked = request.POST.get("question", "")
    question = get_object_or_404(questions_of(batch), pk=int(asked) if asked.isascii() and asked.isdigit() else 0)
    at = timezone.now()
    try:
        made = replying.reply_to_question(
            question=question, text=request.POST.get("text", "")[:2000], by=request.user, at=at
        )
    except Refusal as refusal:
        messages.error(request, refusal.sentence.of(get_language() or ""))
        return redirect("questions", batch.number)
    _tell(question, f"reply:{made.pk}", request, at)
    messages.success(request, _("Your reply is kept with the entry, and the unit is told."))
    return redirect("questions", batch.number)


def _tell(question: Opinion, key: str, request: HttpRequest, at) -> None:
    assert question.agency is not None  # a unit asked
    notices = notices_to(
        access.who_hold("review.countersign_agency", question.agency),
        key=key,
        text=_REPLIED.filled(batch=question.batch_entry.batch.number),
        link=reverse("my-work"),
        away=away_on(timezone.localdate(at)),
        mails=settings.MAILS,
    )
    notifying.notify(notices=notices, by=request.user, at=at)
