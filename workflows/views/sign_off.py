"""The sign-off desk: one page that a head of archives can sign."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from viewflow.workflow import Activation
from viewflow.workflow.models import Task

from policies.sentences import Refusal, Sentence
from review.models import Batch
from review.operations import signing
from review.queries.decisions import closures_of, counts_of, round_of, settled
from review.queries.desks import answer_counts, answering_of
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
    return render(
        request,
        "workflows/sign_off.html",
        {
            "task": task,
            "batch": batch,
            "may_act": door.may_act(request, task),
            "total": len(rows),
            "counts": counts_of(rows),
            "deferred": sum(line.entries for line in closures),
            "closures": closures,
            "opened": _spread(opened),
            "closed": _spread(closed),
            "settlements": [row for row in rows if row.settlement is not None],
            "answers": answer_counts(batch),
            "answering": answering_of(batch),
            "retitled": [row for row in opened if row.entry.public_title],
            "returns": batch.returns.select_related("person"),
            "round": round_of(batch),
            "run": batch.screening_runs.latest(),
            "uneven": uneven_among(rows),
        },
    )


def _spread(rows: list) -> list:
    """A few samples spread over the whole list, the same ones each time."""
    step = max(len(rows) // SAMPLES, 1)
    return rows[::step][:SAMPLES]


def _act(request: HttpRequest, task: Task, batch: Batch) -> HttpResponse:
    def sign(activation: Activation) -> str:
        if not request.user.check_password(request.POST.get("password", "")):
            raise Refusal(
                Sentence(
                    "签发须再次输入您的密码；密码不对。",
                    "Signing asks for your password again; it was not right.",
                )
            )
        signing.sign_off(batch=batch, by=request.user, at=timezone.now())
        door.finish(activation)
        return _("Signed.")

    return door.work(request, task, {"sign": sign, "return": door.returning_from("sign_off", request, batch)})
