"""The authority's desk for deferrals: the numbered list of what is to stay closed; consent, or refusal with its reason."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from viewflow.workflow import Activation
from viewflow.workflow.models import Task

from policies.sentences import Refusal, Sentence
from review.models import Batch
from review.operations import consenting
from review.operations.consenting import Consent
from review.queries.deferrals import listed, open_list
from workflows.forms import ConsentForm
from workflows.views import door

PAGE = 50


def consent(request: HttpRequest, task: Task) -> HttpResponse:
    """The authority's answer to one deferral list, entry by entry."""
    batch: Batch = task.process.artifact
    if request.method == "POST":
        return _act(request, task, batch)
    made = open_list(batch)
    if made is None:
        raise Http404  # answered in the same moment
    rows = listed(batch, made)
    left = sum(row.consent is None for row in rows)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "workflows/consent.html",
        {
            "task": task,
            "batch": batch,
            "list": made,
            "rows": rows,
            "page": page,
            "unanswered_here": sum(row.consent is None for row in page),
            "refused": sum(row.refused for row in rows),
            "may_act": door.may_act(request, task),
            "left": left,
            "done": len(rows) - left,
            "total": len(rows),
            "form": ConsentForm(),
        },
    )


def _act(request: HttpRequest, task: Task, batch: Batch) -> HttpResponse:
    def record(consents: dict[int, Consent]) -> str:
        consenting.record_consents(batch=batch, consents=consents, by=request.user, at=timezone.now())
        return _("Recorded for %(count)d entries.") % {"count": len(consents)}

    def agree_shown(activation: Activation) -> str:
        """Consent covers only the entries that the page showed and that have no answer yet; a refusal stays."""
        made = open_list(batch)
        shown = door.entries_of(request)
        left = [row.batch_entry.pk for row in (listed(batch, made) if made else ()) if row.consent is None]
        return record(dict.fromkeys(shown & set(left), Consent(True)))

    def answer(activation: Activation) -> str:
        form = ConsentForm(request.POST)
        if not form.is_valid():
            raise Refusal(Sentence("请选“同意”或“不同意”。", "Choose “consent” or “refuse”."))
        return record({door.entry_of(request): form.consent()})

    def hand_on(activation: Activation) -> str:
        made = consenting.answer_list(batch=batch, by=request.user, at=timezone.now())
        door.finish(activation)
        if made.refused:
            return _("Answered. %(count)d refused deferrals go back to be reconciled.") % {"count": made.refused}
        return _("Answered: every deferral has consent.")

    return door.work(request, task, {"agree_shown": agree_shown, "answer": answer, "hand_on": hand_on})
