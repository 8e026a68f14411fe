"""The sign-off desk: one page that a head of archives can sign, or that each of a leading group signs in turn."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from viewflow.workflow import Activation
from viewflow.workflow.models import Task

from policies.releasing import missing_names
from policies.sentences import Sentence
from review.models import Batch, Person
from review.operations import signing
from review.queries.decisions import (
    closures_of,
    counts_of,
    had_differences,
    round_of,
    settled,
    signatures_of,
    unsigned,
)
from review.queries.desks import answering_of, differences_of, with_findings
from review.queries.likeness import uneven_among
from review.queries.redactions import copies_to_open, signed_digest
from review.queries.signing import drawn, endings_of, looked_at, since_return, slots_of, units_of
from workflows.views import door, sealing

SHOWN = 8  # differences, changes and public titles on the page; the papers and the batch have them all
DRAWS = 10**6


@sensitive_post_parameters("password")
def sign_off(request: HttpRequest, task: Task) -> HttpResponse:
    """What opens, what stays closed and why, who differed and how it was settled; then one signature."""
    batch: Batch = task.process.artifact
    if request.method == "POST":
        return _act(request, task, batch)
    rows = settled(batch)
    closures = closures_of(rows)
    copies = copies_to_open(rows)
    digest = signed_digest(rows, copies)
    signatures = list(signatures_of(batch, digest).select_related("person", "on_behalf"))
    settlements = [row for row in rows if row.agreement is not None]
    retitled = [row for row in rows if row.entry.public_title and row.decision and row.decision.outcome.shows]
    certificate = batch.certificates.select_related("person").last()
    return render(
        request,
        "workflows/sign_off.html",
        {
            "task": task,
            "batch": batch,
            "may_act": door.may_act(request, task),
            "signed": any(request.user.pk in (row.person_id, row.on_behalf_id) for row in signatures),
            "slots": slots_of(batch, signatures),
            "given": len(signatures),
            "total": len(rows),
            "counts": counts_of(rows),
            "deferred": sum(line.entries for line in closures),
            "closures": closures,
            "units": units_of(batch),
            "answering": answering_of(batch),
            "endings": endings_of(rows),
            "settlements": differences_of(settlements[:SHOWN]),
            "certificate": certificate,
            "looked": looked_at(certificate) if certificate else None,
            "lists": batch.deferral_lists.filter(answered_at__isnull=False),
            "since": since_return(batch, rows),
            "shown": SHOWN,
            "retitled": len(retitled),
            "retitled_shown": retitled[:SHOWN],
            "return_to": door.return_choices("sign_off", batch, differences=had_differences(rows)),
            "round": round_of(batch),
            "run": batch.screening_runs.latest(),
            "uneven": uneven_among(rows),
            "digest": digest,
            **_samples(request, batch, rows),
        },
    )


def _samples(request: HttpRequest, batch: Batch, rows: list) -> dict[str, object]:
    """Three entries with all that was said of them: drawn anew at each look, or again by the number in the address."""
    of = request.GET.get("of", "")
    number = door.number_of(request.GET.get("draw")) or 1 + secrets.randbelow(DRAWS)
    found = drawn(rows, number, of)
    shown = with_findings(batch, [row.batch_entry for row in found])
    return {
        "of": of,
        "draws": [("", _("All")), ("open", _("What opens")), ("closed", _("What stays closed"))],
        "draw": number,
        "next_draw": 1 + secrets.randbelow(DRAWS),
        "samples": list(zip(found, shown, strict=True)),
    }


def sign(
    activation: Activation, *, batch: Batch, by: Person, at: datetime, reauthenticated: bool = False
) -> Sentence | None:
    """One signature. With the last of those that the procedure asks for the desk is done; before, others have their turn.

    Returns which are still missing, in words; None where none is. Raises Refusal, PermissionDenied.
    """
    signature = signing.sign_off(batch=batch, by=by, at=at, reauthenticated=reauthenticated)
    if missing := unsigned(batch, signature.decisions_digest):
        activation.unassign()
        return missing_names(missing)
    door.finish(activation)
    return None


def _act(request: HttpRequest, task: Task, batch: Batch) -> HttpResponse:
    def signed(activation: Activation) -> str:
        missing = sign(activation, batch=batch, by=request.user, at=timezone.now(), reauthenticated=True)
        if missing is None:
            return _("Signed.")
        return _("Signed. Still to sign: %(who)s.") % {"who": missing.of(get_language() or "")}

    verbs = {"sign": signed, "return": door.returning_from("sign_off", request, batch)}
    return sealing.work(request, task, "sign", verbs)
