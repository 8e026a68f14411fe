"""First and second review: one desk. The group is the unit of speed, the row the unit of truth."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from viewflow.workflow.models import Task

from policies.outcomes import Stage
from review.models import Batch, BatchEntry, BatchKind
from review.queries import desk_pages
from review.queries.decisions import review_steps
from review.queries.desk_pages import Desk, Look
from review.queries.desks import DeskRow, attach_objects, pace_of, with_findings
from review.queries.due import profile
from review.queries.following import is_blind
from review.queries.likeness import Unevens, earlier_decisions, uneven_of
from review.queries.quality import agreements_of
from review.queries.reassessments import earlier_of
from review.queries.referral_answers import answers_on
from review.queries.transfers import standing_opinions
from workflows.forms import DecisionForm
from workflows.views import door
from workflows.views.review_acts import act
from workflows.views.review_groups import show_group

# Above this many entries what asks the whole batch is not asked on every page.
WHOLE = 20_000
# A title with more entries alike to it is a form of words, and its few others are found by the group.
ALIKE_AT_MOST = 500
YEARS = (5, 10, 20, 30, 50)
UNDO_FOR = timedelta(minutes=10)


def review(request: HttpRequest, task: Task) -> HttpResponse:
    """The desk of first and of second review; which one, the task's node says."""
    batch: Batch = task.process.artifact
    stage = Stage(task.flow_task.name)
    if request.method == "POST":
        return act(request, task, batch, stage)
    blind = is_blind(batch, stage)
    desk = desk_pages.desk_of(batch, stage, blind=blind)
    look = _look(request)
    if "decide" in request.GET and door.may_act(request, task):
        return show_group(request, task, desk, stage, look)
    group = desk.group(look.group)
    found = desk_pages.found_in(desk, look) if look.words else None
    page = None if found else desk_pages.page_of(desk, look)
    entries = desk_pages.entries_by_id(found.rows if found else list(page.object_list))
    steps = review_steps(batch)
    uneven = _uneven(batch, stage, entries, desk, blind=blind)
    now = timezone.now()
    pace = pace_of(request.user, stage, now)
    second = stage is Stage.SECOND_REVIEW
    return render(
        request,
        "workflows/review.html",
        {
            "task": task,
            "batch": batch,
            "run": batch.screening_runs.latest(),
            "stage": stage,
            "blind": blind,
            "follows_first": second and not blind,
            "steps": steps,
            "return_to": door.return_choices("second_review", batch) if second else [],
            "desk": desk,
            "sections": desk.sections(group),
            "group": group,
            "decided_at_once": desk_pages.DECIDED_AT_ONCE,
            "look": look,
            "page": page,
            "found": found,
            "rows": _rows(request, batch, entries, uneven, blind=blind),
            "uneven": uneven,
            "form": DecisionForm(),
            "closing": profile().grounds.values(),
            "early": profile().early_grounds.values(),
            "years": [(years, now.year + years) for years in YEARS],
            "may_act": door.may_act(request, task),
            "left": desk.all.left,
            "done": desk.all.count - desk.all.left,
            "total": desk.all.count,
            "pace": pace,
            "hours": pace.hours_for(desk.all.left),
            "undo": _undo(request, task),
            "agreement": _agreement(batch, desk) if second else None,
            "can_keep_last": bool(batch.returns.count()) and bool(desk.all.left),
            "last_return": batch.returns.select_related("person").last(),
        },
    )


def _look(request: HttpRequest) -> Look:
    asked = request.GET
    return Look(
        group=asked.get("group", "all"),
        words=asked.get("q", "").strip()[:200],
        order=asked.get("order", ""),
        left="left" in asked,
        page=max(door.number_of(asked.get("page")), 1),
        after=door.number_of(asked.get("after")),
    )


def _rows(
    request: HttpRequest, batch: Batch, entries: Sequence[BatchEntry], uneven: Unevens, *, blind: bool
) -> list[DeskRow]:
    """The entries with all that is shown of each. As many queries at any length."""
    rows = with_findings(batch, entries)
    attach_objects(rows)
    alike = earlier_decisions(entries, by=request.user)
    keys = [row.entry.pk for row in rows]
    told, answered = standing_opinions(keys), answers_on(keys)
    before = earlier_of(entries) if batch.kind == BatchKind.REASSESSMENT else {}
    for row in rows:
        if blind:
            row.blind()
        row.alike, row.uneven = alike.get(row.batch_entry.likeness), uneven.by_key.get(row.batch_entry.likeness)
        row.transfer_opinion, row.referral = told.get(row.entry.pk), answered.get(row.entry.pk)
        row.earlier = before.get(row.batch_entry.pk)
    return rows


def _uneven(batch: Batch, stage: Stage, entries: Sequence[BatchEntry], desk: Desk, *, blind: bool) -> Unevens:
    """Of the whole batch; of a large one only what is alike to the entries on the page."""
    if desk.all.count <= WHOLE:
        return uneven_of(batch, stage, blind=blind)
    counts = desk_pages.alike_counts([entry.pk for entry in entries])
    found = uneven_of(batch, stage, blind=blind, keys=[key for key, n in counts.items() if n <= ALIKE_AT_MOST])
    return Unevens(found.by_key, [])


def _agreement(batch: Batch, desk: Desk) -> object:
    """How far the two reviews agree, when the second is given on every entry."""
    if desk.all.left or desk.all.count > WHOLE:
        return None
    lines = agreements_of(Batch.objects.filter(pk=batch.pk))["all"]
    return lines[0].agreement if lines else None


def _undo(request: HttpRequest, task: Task) -> dict | None:
    """What this person decided last at this desk without a script, told once, to be taken back if it was not meant."""
    told = request.session.pop("decided", None)
    if told is None or told["task"] != task.pk:
        return None
    given = parse_datetime(told["at"])
    return told if given and timezone.now() - given < UNDO_FOR else None
