"""The sign-off desk: one page that a head of archives can sign, or that each of a leading group signs in turn."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from viewflow.workflow import Activation
from viewflow.workflow.models import Task

from policies.releasing import missing_names
from policies.sentences import Refusal, Sentence
from review.models import Batch, Person
from review.operations import signing
from review.queries.decisions import (
    closures_of,
    counts_of,
    decisions_digest,
    had_differences,
    round_of,
    settled,
    signatures_of,
    unsigned,
)
from review.queries.desks import answer_counts, answering_of, differences_of
from review.queries.likeness import uneven_among
from workflows.views import door

SAMPLES = 3


def sign_off(request: HttpRequest, task: Task) -> HttpResponse:
    """What opens, what stays closed and why, who differed and how it was settled; then one signature."""
    batch: Batch = task.process.artifact
    if request.method == "POST":
        return _act(request, task, batch)
    rows = settled(batch)
    opened = [row for row in rows if row.decision and row.decision.outcome.opens]
    closed = [row for row in rows if row.decision and not row.decision.outcome.opens]
    closures = closures_of(rows)
    digest = decisions_digest(rows)
    signatures = list(signatures_of(batch, digest))
    missing = unsigned(batch, digest)
    settlements = [row for row in rows if row.agreement is not None]
    return render(
        request,
        "workflows/sign_off.html",
        {
            "task": task,
            "batch": batch,
            "may_act": door.may_act(request, task),
            "signed": any(request.user.pk in (row.person_id, row.on_behalf_id) for row in signatures),
            "signatures": signatures,
            "missing": missing_names(missing) if missing else None,
            "total": len(rows),
            "counts": counts_of(rows),
            "deferred": sum(line.entries for line in closures),
            "closures": closures,
            "opened": _spread(opened),
            "closed": _spread(closed),
            "settlements": differences_of(settlements),
            "answers": answer_counts(batch),
            "silent": batch.countersignatures.filter(round=round_of(batch), silent_at__isnull=False).select_related(
                "agency"
            ),
            "answering": answering_of(batch),
            "certificate": batch.certificates.last(),
            "lists": batch.deferral_lists.filter(answered_at__isnull=False),
            "retitled": [row for row in opened if row.entry.public_title],
            "returns": batch.returns.select_related("person"),
            "return_to": door.return_choices("sign_off", batch, differences=had_differences(rows)),
            "round": round_of(batch),
            "run": batch.screening_runs.latest(),
            "uneven": uneven_among(rows),
        },
    )


def _spread(rows: list) -> list:
    """A few samples spread over the whole list, the same ones each time."""
    step = max(len(rows) // SAMPLES, 1)
    return rows[::step][:SAMPLES]


def sign(activation: Activation, *, batch: Batch, by: Person, at: datetime) -> Sentence | None:
    """One signature. With the last of those that the procedure asks for the desk is done; before, others have their turn.

    Returns which are still missing, in words; None where none is. Raises Refusal, PermissionDenied.
    """
    signature = signing.sign_off(batch=batch, by=by, at=at)
    if missing := unsigned(batch, signature.decisions_digest):
        activation.unassign()
        return missing_names(missing)
    door.finish(activation)
    return None


def _act(request: HttpRequest, task: Task, batch: Batch) -> HttpResponse:
    def signed(activation: Activation) -> str:
        if not request.user.check_password(request.POST.get("password", "")):
            raise Refusal(
                Sentence(
                    "签发须再次输入您的密码；密码不对。",
                    "Signing asks for your password again; it was not right.",
                )
            )
        missing = sign(activation, batch=batch, by=request.user, at=timezone.now())
        if missing is None:
            return _("Signed.")
        return _("Signed. Still to sign: %(who)s.") % {"who": missing.of(get_language() or "")}

    return door.work(request, task, {"sign": signed, "return": door.returning_from("sign_off", request, batch)})
