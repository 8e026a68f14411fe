"""The forming unit's desk: do you agree? Its own entries only, one at a time or as a list that was looked at."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from viewflow.workflow.models import Task

from policies.outcomes import Answer
from review import access
from review.models import BatchEntry, Countersignature
from review.operations import delivering
from review.queries.clocks import clocks_of
from review.queries.countersigning import (
    ALL,
    asked_rows,
    counts_asked,
    entries_asked_in,
    groups_asked,
    next_asked,
)
from review.queries.decisions import entries_for
from review.queries.desks import answering_of
from review.queries.notices import TASK
from review.queries.packages import package_now
from review.queries.procedures import procedure_of, steps_of
from review.queries.questions import replies_to
from review.views.papers import package_response
from workflows.forms import AnswerForm
from workflows.views import answering, door, shown

SIZES = (50, 200, 500)


def countersign(request: HttpRequest, task: Task) -> HttpResponse:
    """One agency's answer to one batch: the list, one entry (`one`, `entry`), or what is carried away (`download`)."""
    asked: Countersignature = task.seed
    if request.method == "POST":
        return answering.answer(request, task, asked)
    if what := request.GET.get("download"):
        return _download(asked, what)
    delivering.note_opened(countersignature=asked, by=request.user, at=timezone.now(), today=timezone.localdate())
    context = _about(request, task, asked)
    if "one" in request.GET or "entry" in request.GET:
        row = _one(request, asked)
        if row is not None:
            return render(request, "workflows/countersign_one.html", context | _question(request, asked, row))
    return render(request, "workflows/countersign.html", context | _list(request, task, asked))


def _about(request: HttpRequest, task: Task, asked: Countersignature) -> dict[str, object]:
    """What stands at the head and the foot of every page of this desk."""
    batch, agency = asked.batch, asked.agency
    total, left = counts_asked(asked)
    clock = clocks_of([f"{TASK}{task.pk}"]).get(f"{TASK}{task.pk}")
    sealed = steps_of(batch).agency_seal
    return {
        "task": task,
        "batch": batch,
        "agency": agency,
        "asked": asked,
        "may_act": door.may_act(request, task),
        "left": left,
        "done": total - left,
        "total": total,
        "form": AnswerForm(),
        "clock": clock,
        "days_left": (clock.due_on - timezone.localdate()).days if clock else None,
        "silence": procedure_of(batch).silence,
        "left_to_head": sealed and not access.holds(request.user, "review.approve_agency", agency),
        "letters": asked.packages.filter(returned__file_digest="", returned__letter_digest__gt="").values_list(
            "returned__letter_name", "returned__at"
        ),
    }


def _list(request: HttpRequest, task: Task, asked: Countersignature) -> dict[str, object]:
    """One page of a group; agreement to it carries what it shows."""
    group, only_left = request.GET.get("group", ALL), bool(request.GET.get("left"))
    size = door.number_of(request.GET.get("size"))
    rows = entries_asked_in(asked, group, only_left=only_left)
    page = Paginator(rows, size if size in SIZES else SIZES[0]).get_page(request.GET.get("page"))
    listed = asked_rows(asked, page.object_list)
    fresh = [row for row in listed if row.answer is None]
    return {
        "asked_groups": groups_asked(asked),
        "answering": answering_of(asked.batch, asked.agency),
        "group": group,
        "only_left": only_left,
        "sizes": SIZES,
        "size": page.paginator.per_page,
        "page": page,
        "rows": listed,
        "unanswered_here": len(fresh),
        "shown": shown.signed(request, task, ((row.batch_entry.pk, row.proposal.pk) for row in fresh)),
    }


def _one(request: HttpRequest, asked: Countersignature) -> BatchEntry | None:
    """The entry that the page asks about: the one named, if it is the unit's own, else the next of a group."""
    if "entry" in request.GET:
        rows = entries_for(asked.batch, asked.agency).filter(pk=door.number_of(request.GET["entry"]))
        row = rows.prefetch_related("entry__joint_makers__agency").first()
        if row is None:
            raise Http404
        return row
    return next_asked(asked, request.GET["one"], door.number_of(request.GET.get("after")))


def _question(request: HttpRequest, asked: Countersignature, row: BatchEntry) -> dict[str, object]:
    found = asked_rows(asked, [row])
    if not found:
        raise Http404
    group = request.GET.get("one") or ALL
    others = [choice for choice in AnswerForm().fields["answer"].choices if choice[0] != Answer.AGREE]
    return {"row": found[0], "group": group, "other_answers": others, "replies": replies_to([row.pk])}


def _download(asked: Countersignature, what: str) -> HttpResponse:
    """The letter to be sealed or the sheet to be filled, as they say what is asked now."""
    if what not in ("sheet", "letter"):
        raise Http404
    return package_response(package_now(asked, timezone.now()), what, get_language() or "")
