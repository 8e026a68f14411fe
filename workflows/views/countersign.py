"""The forming unit's desk: do you agree? Its own entries only."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from viewflow.workflow import Activation
from viewflow.workflow.models import Task

from policies.countersigning import UnitAnswer
from policies.outcomes import Answer, Outcome, Stage
from policies.sentences import Refusal, Sentence
from review import access
from review.models import BatchEntry, Countersignature
from review.operations import clocks, countersigning, delivering
from review.queries.clocks import clocks_of
from review.queries.decisions import entries_for, proposal_stage, proposals, standing, unanswered
from review.queries.desks import answering_of, with_findings
from review.queries.notices import TASK
from review.queries.procedures import steps_of
from workflows.forms import AnswerForm
from workflows.views import door

PAGE = 50


def countersign(request: HttpRequest, task: Task) -> HttpResponse:
    """One agency's answer to one batch."""
    asked: Countersignature = task.seed
    if request.method == "POST":
        return _act(request, task, asked)
    delivering.note_opened(countersignature=asked, by=request.user, at=timezone.now(), today=timezone.localdate())
    batch, agency = asked.batch, asked.agency
    rows = entries_for(batch, agency)
    left = unanswered(batch, agency).count()
    outcome = request.GET.get("outcome", "")
    if outcome in list(Outcome):
        proposed = proposals(batch).filter(outcome=outcome).values("batch_entry")
        rows = rows.filter(pk__in=proposed)
    total = entries_for(batch, agency).count()
    page = Paginator(rows.order_by("position").prefetch_related("entry__joint_makers__agency"), PAGE).get_page(
        request.GET.get("page")
    )
    shown = with_findings(batch, list(page.object_list), agency)
    stage = proposal_stage(batch)
    for row in shown:
        row.proposal = row.opinions.get(stage)
    sealed = steps_of(batch).agency_seal
    return render(
        request,
        "workflows/countersign.html",
        {
            "task": task,
            "batch": batch,
            "agency": agency,
            "asked": asked,
            "page": page,
            "rows": shown,
            "answering": answering_of(batch, agency),
            "outcome": outcome,
            "outcomes": _outcome_counts(asked),
            "unanswered_here": _untouched(asked).filter(pk__in=[row.batch_entry.pk for row in shown]).count(),
            "may_act": door.may_act(request, task),
            "left": left,
            "done": total - left,
            "total": total,
            "form": AnswerForm(),
            "clock": clocks_of([f"{TASK}{task.pk}"]).get(f"{TASK}{task.pk}"),
            "left_to_head": sealed and not access.holds(request.user, "review.approve_agency", agency),
            "return_to": door.return_choices("countersign", batch),
        },
    )


def _untouched(asked: Countersignature) -> QuerySet[BatchEntry]:
    """The entries on which this unit has said nothing, not even that it needs more time."""
    said = standing(asked.batch, Stage.COUNTERSIGN).filter(agency=asked.agency).values("batch_entry")
    return unanswered(asked.batch, asked.agency).exclude(pk__in=said)


def _outcome_counts(asked: Countersignature) -> list[tuple[str, int]]:
    pks = entries_for(asked.batch, asked.agency).values("pk")
    proposed = list(proposals(asked.batch).filter(batch_entry__in=pks).order_by().values_list("outcome", flat=True))
    return [(outcome, proposed.count(outcome)) for outcome in Outcome if outcome in proposed]


def _act(request: HttpRequest, task: Task, asked: Countersignature) -> HttpResponse:
    shown = list(door.entries_of(request))

    def agree_shown(activation: Activation) -> str:
        """Agreement covers only the entries that the page showed and that nobody said anything on; an objection stays."""
        left = _untouched(asked).filter(pk__in=shown)
        return record(dict.fromkeys(left.values_list("pk", flat=True), UnitAnswer(Answer.AGREE)))

    def answer(activation: Activation) -> str:
        form = AnswerForm(request.POST)
        if len(shown) != 1 or not form.is_valid():
            raise Refusal(
                Sentence("请选定答复；日期须为 年-月-日。", "Choose an answer; a day is written YYYY-MM-DD.")
            )
        given = form.unit_answer()
        done = record({shown[0]: given})
        return more_time(activation) if given.answer is Answer.NEED_MORE_TIME else done

    def more_time(activation: Activation) -> str:
        """The clock's one extension is asked for with it; where there is none left, nothing is recorded."""
        clock = clocks_of([f"{TASK}{task.pk}"]).get(f"{TASK}{task.pk}")
        if clock is None:
            return _("Recorded: your unit needs more time. The entry still waits for its answer.")
        clocks.extend(clock=clock, by=request.user, at=timezone.now(), today=timezone.localdate())
        clock.refresh_from_db()
        return _("The time is extended, this once, to %(day)s. The entry still waits for your answer.") % {
            "day": clock.due_on.isoformat()
        }

    def record(answers: dict[int, UnitAnswer]) -> str:
        countersigning.record_answers(
            countersignature=asked, answers=answers, by=request.user, at=timezone.now(), today=timezone.localdate()
        )
        return _("Recorded for %(count)d entries.") % {"count": len(answers)}

    def hand_on(activation: Activation) -> str:
        countersigning.hand_on(countersignature=asked, by=request.user, at=timezone.now())
        door.finish(activation)
        return _("Your unit's answer is handed in.")

    def ask_return(activation: Activation) -> str:
        reason = door.written_reason(request)
        countersigning.ask_return(countersignature=asked, reason=reason, by=request.user, at=timezone.now())
        door.finish(activation)
        return _("The archives were asked to review the batch again.")

    verbs = {"agree_shown": agree_shown, "answer": answer, "hand_on": hand_on, "return": ask_return}
    return door.work(request, task, verbs)
