"""What the three desks of a suspension have in common: the case as it is shown, and how it ends."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from viewflow.workflow.models import Task

from policies.suspending import INCIDENT, PANEL_SIZE
from review.models import Suspension
from review.operations import clocks
from review.queries.suspensions import cap_subject, panel_of, said_of
from workflows import delivering
from workflows.views import door


def context_of(request: HttpRequest, task: Task) -> dict[str, Any]:
    """The case: the entry, who doubts it and why, until when it has to be decided, what was said and voted."""
    suspension: Suspension = task.process.artifact
    return {
        "task": task,
        "suspension": suspension,
        "entry": suspension.entry,
        "fonds": suspension.entry.fonds,
        "may_act": door.may_act(request, task),
        "votes": suspension.votes.select_related("person"),
        "panel": panel_of(suspension),
        "panel_size": PANEL_SIZE,
        "said_before": said_of(suspension),
        "errata": suspension.errata.all(),
        "overdue": suspension.cap_on < timezone.localdate(),
        "incident": INCIDENT.of(get_language() or "") if suspension.secret else "",
    }


def end_case(suspension: Suspension) -> None:
    """The clock over the whole case ends with it."""
    clocks.end(subject=cap_subject(suspension), how="met", by="flow", at=timezone.now())


def delivered(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """After the commit: hand the errata to the public site; what fails is said, holds, and is tried again."""
    if failed := delivering.deliver_errata(at=timezone.now()):
        messages.warning(
            request,
            _("It is recorded, but the public site could not be reached for %(numbers)s. It will follow.")
            % {"numbers": ", ".join(failed)},
        )
    return answer
