"""What is done at a review desk: each act under the task's lock, answered as a page or, to the desk's script, as JSON.

A decision says which opinion its page saw. Where another stands by now it is refused, so that nobody overwrites anybody,
in two tabs or at two desks; sent twice, as after a broken connection, it is recorded once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from viewflow.workflow import Activation
from viewflow.workflow.models import Task

from policies.outcomes import OUTCOME_NAMES, Stage
from policies.reviewing import Decision
from policies.sentences import Refusal, Sentence
from review.models import Batch, BatchEntry, Opinion
from review.once import one_act
from review.operations import reviewing, titling
from review.queries.decisions import decision_of, undecided
from review.queries.desk_pages import left_after
from review.queries.desks import decided_today, last_round, standing_on, with_findings
from review.queries.following import followed, is_blind
from review.queries.proposed_titles import propose_titles
from review.queries.records import public_hits
from workflows.forms import DecisionForm, PublicTitleForm
from workflows.views import door
from workflows.views.review_groups import decided_group

SHOWN = 50  # decided entries that an answer shows; more come with the next page


def act(request: HttpRequest, task: Task, batch: Batch, stage: Stage) -> HttpResponse:
    """Do what was asked of the desk."""
    if request.POST.get("verb") == "try_title":
        return _try_title(request, batch)
    script = request.headers.get("Accept") == "application/json"
    told: dict[str, Any] = {}

    def record(decisions: dict[int, Decision]) -> str:
        at = timezone.now()
        reviewing.record_opinions(
            batch=batch, stage=stage, decisions=decisions, by=request.user, at=at, today=timezone.localdate()
        )
        told.update(at=at.isoformat(), entries=list(decisions))
        count = len(decisions)
        if not script:  # a script offers to undo by itself
            request.session["decided"] = {"task": task.pk, "at": at.isoformat(), "count": count}
        return ngettext("Recorded for %(count)d entry.", "Recorded for %(count)d entries.", count) % {"count": count}

    def record_one(decision: Decision | None) -> str:
        entry = door.entry_of(request)
        if decision is None:
            raise Refusal(door.NOT_A_DECISION)
        if _already(request, batch, stage, entry, decision):
            told.update(entries=[entry])
            return _("Recorded already.")
        return record({entry: decision})

    def decide(activation: Activation) -> str:
        form = DecisionForm(request.POST)
        return record_one(form.decision() if form.is_valid() else None)

    def follow(activation: Activation) -> str:
        entry = door.entry_of(request)
        return record_one(followed(batch, stage, [entry]).get(entry))

    def decide_group(activation: Activation) -> str:
        return record(decided_group(request, task, batch, stage))

    def keep_last(activation: Activation) -> str:
        kept = last_round(batch, stage, list(undecided(batch, stage).values_list("pk", flat=True)))
        return record({pk: decision_of(opinion) for pk, opinion in kept.items()})

    def undo(activation: Activation) -> str:
        given_at = parse_datetime(request.POST.get("given_at", ""))
        if given_at is None:
            raise Refusal(Sentence("没有可撤销的决定。", "There is nothing to undo."))
        rows = list(Opinion.objects.filter(person=request.user, at=given_at).values_list("batch_entry", flat=True))
        count = reviewing.take_back(batch=batch, stage=stage, given_at=given_at, by=request.user, at=timezone.now())
        request.session.pop("decided", None)
        told.update(entries=rows)
        return ngettext("Taken back: %(count)d entry.", "Taken back: %(count)d entries.", count) % {"count": count}

    def title(activation: Activation) -> str:
        _set_title(request, batch)
        told.update(entries=[door.entry_of(request)])
        return _("The public title is set.")

    def hand_on(activation: Activation) -> str:
        reviewing.hand_on(batch=batch, stage=stage, by=request.user, at=timezone.now())
        door.finish(activation)
        return _("Handed on to the next desk.")

    verbs: dict[str, door.Act] = {
        "decide": decide,
        "follow": follow,
        "decide_group": decide_group,
        "keep_last": keep_last,
        "undo": undo,
        "title": title,
        "hand_on": hand_on,
    }
    if stage is Stage.SECOND_REVIEW:
        verbs["return"] = door.returning_from("second_review", request, batch)
    return _answer(request, task, verbs, told) if script else door.work(request, task, verbs)


def _answer(request: HttpRequest, task: Task, verbs: dict[str, door.Act], told: dict[str, Any]) -> JsonResponse:
    """What the desk's script is told: what was done and what stands now on the entries, or why it was refused."""
    try:
        said = door.carry_out(request, task, verbs)
    except Refusal as refusal:
        return JsonResponse({"refused": refusal.sentence.of(get_language() or "")})
    if not Task.objects.filter(pk=task.pk, status__in=door.OPEN).exists():
        return JsonResponse({"said": said})
    batch, stage = task.process.artifact, Stage(task.flow_task.name)
    entries = told.get("entries", ())[:SHOWN]
    with one_act():  # only read from here on: the same answers serve all of it
        blind = is_blind(batch, stage)
        groups = left_after(batch, stage, entries)
        return JsonResponse(
            {
                "said": said,
                "at": told.get("at", ""),
                "left": groups["all"],
                "groups": {} if blind else groups,
                "today": decided_today(request.user, stage, timezone.now()),
                "entries": _shown(batch, stage, entries, blind=blind),
            }
        )


def _already(request: HttpRequest, batch: Batch, stage: Stage, entry: int, decision: Decision) -> bool:
    """Whether this very decision stands by this person. Raises Refusal where an opinion stands that the page did not see."""
    now = standing_on(batch, stage, [entry]).get(entry)
    seen = door.number_of(request.POST.get("saw"))
    if now is None or (now.pk == seen) or ("saw" not in request.POST and now.person_id == request.user.pk):
        return False
    if now.person_id == request.user.pk and decision_of(now) == decision:
        return True
    when = timezone.localtime(now.at)
    raise Refusal(
        Sentence(
            f"{now.person} 已于 {when:%Y-%m-%d %H:%M} 记录“{OUTCOME_NAMES[now.outcome].zh}”，与页面所示不同，未作改动。"
            "请刷新页面，看过后再定。",
            f"{now.person} recorded “{OUTCOME_NAMES[now.outcome].en}” at {when:%Y-%m-%d %H:%M}, which this page did not "
            "show; nothing was changed. Reload the page, look, and decide again.",
        )
    )


def _shown(batch: Batch, stage: Stage, entries: Sequence[int], *, blind: bool) -> dict[str, object]:
    """These entries as the desk's script shows them: what stands now on each."""
    rows = BatchEntry.objects.filter(pk__in=list(entries), batch=batch).select_related("entry")
    result: dict[str, object] = {}
    for row in with_findings(batch, list(rows)):
        if blind:
            row.blind()
        mine = row.opinions.get(stage)
        result[str(row.batch_entry.pk)] = {
            "html": render_to_string("workflows/decided.html", {"row": row}),
            "saw": mine.pk if mine else 0,
            "public_title": row.entry.public_title,
        }
    return result


def _try_title(request: HttpRequest, batch: Batch) -> JsonResponse:
    """The words of a public title that may not be public, while it is being written; without one, a title to propose.

    Nothing is kept.
    """
    row = (
        batch.batch_entries.filter(pk=door.entry_of(request)).select_related("entry__fonds", "entry__agency").first()
    )
    if row is None:
        return JsonResponse({"hits": [], "proposed": ""})
    text = " ".join(request.POST.get("public_title", "").split())[:2000]
    if text:
        return JsonResponse({"hits": list(public_hits(row.entry, timezone.localdate(), title=text))})
    shown = with_findings(batch, [row])
    propose_titles(shown, timezone.localdate())
    return JsonResponse({"hits": [], "proposed": shown[0].masked_title})


def _set_title(request: HttpRequest, batch: Batch) -> None:
    form = PublicTitleForm(request.POST)
    row = batch.batch_entries.filter(pk=door.entry_of(request)).select_related("entry", "batch").first()
    if not form.is_valid() or row is None:
        raise Refusal(
            Sentence("公开题名不合要求（最长 2000 字）。", "The public title is not valid (2,000 characters).")
        )
    titling.set_public_title(
        batch_entry=row,
        text=form.cleaned_data["public_title"],
        by=request.user,
        at=timezone.now(),
        today=timezone.localdate(),
    )
