"""The authority's desk for deferrals: the numbered list of what is to stay closed; consent, or refusal with its reason."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from viewflow.workflow import Activation
from viewflow.workflow.models import Task

from policies.sentences import Refusal, Sentence
from review import access
from review.models import Batch
from review.operations import consenting
from review.operations.consenting import Consent
from review.queries.deferrals import grounds_of, listed, open_list
from review.queries.overdue import overdue_units
from workflows.forms import ConsentForm
from workflows.views import door, sealing, shown

PAGE = 50


@sensitive_post_parameters("password")
def consent(request: HttpRequest, task: Task) -> HttpResponse:
    """The authority's answer to one deferral list, entry by entry; of one ground where the address names it."""
    batch: Batch = task.process.artifact
    if request.method == "POST":
        return _act(request, task, batch)
    made = open_list(batch)
    if made is None:
        raise Http404  # answered in the same moment
    rows = listed(batch, made)
    left = sum(row.consent is None for row in rows)
    ground = request.GET.get("ground", "")
    page = Paginator([row for row in rows if not ground or row.deferral.ground == ground], PAGE).get_page(
        request.GET.get("page")
    )
    fresh = [row for row in page if row.consent is None]
    return render(
        request,
        "workflows/consent.html",
        {
            "task": task,
            "batch": batch,
            "list": made,
            "grounds": grounds_of(rows),
            "ground": ground,
            "page": page,
            "unanswered_here": len(fresh),
            "shown": shown.signed(request, task, ((row.batch_entry.pk, 0) for row in fresh)),
            "refused": sum(row.refused for row in rows),
            "overdue": overdue_units(access.fonds_of(request.user, consenting.PERMISSION), timezone.localdate()),
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
        seen = shown.shown_by(request, task)
        left = [row.batch_entry.pk for row in (listed(batch, made) if made else ()) if row.consent is None]
        return record(dict.fromkeys(seen.keys() & set(left), Consent(True)))

    def answer(activation: Activation) -> str:
        form = ConsentForm(request.POST)
        if not form.is_valid():
            raise Refusal(Sentence("请选“同意”或“不同意”。", "Choose “consent” or “refuse”."))
        return record({door.entry_of(request): form.consent()})

    def hand_on(activation: Activation) -> str:
        made = consenting.answer_list(batch=batch, by=request.user, at=timezone.now(), reauthenticated=True)
        door.finish(activation)
        if made.refused:
            return _("Answered. %(count)d refused deferrals go back to be reconciled.") % {"count": made.refused}
        return _("Answered: every deferral has consent.")

    verbs = {"agree_shown": agree_shown, "answer": answer, "hand_on": hand_on}
    return sealing.work(request, task, "hand_on", verbs)
