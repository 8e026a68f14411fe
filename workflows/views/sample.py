"""The quality desk: a random sample of every stratum, looked at by somebody who reviewed none of it."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from viewflow.workflow import Activation
from viewflow.workflow.models import Task

from policies.sampling import stops
from policies.sentences import Refusal, Sentence
from review.models import Batch, Sampled, SampleVerdict
from review.operations import sampling
from review.operations.sampling import Verdict
from review.queries.decisions import proposals
from review.queries.desks import DeskRow, with_findings
from review.queries.procedures import procedure_of
from review.queries.quality import looked_at, newest_verdicts, samples_of
from workflows.forms import VerdictForm
from workflows.views import door

PAGE = 50


@dataclass(frozen=True, slots=True)
class SampleRow:
    """One sampled entry at the desk: what is proposed for it, what the rules found, and the verdict, if there is one."""

    sampled: Sampled
    row: DeskRow
    proposal: object
    verdict: SampleVerdict | None


def sample(request: HttpRequest, task: Task) -> HttpResponse:
    """Draw the sample, judge each entry of it, then hand on with a certificate, or send back."""
    batch: Batch = task.process.artifact
    if request.method == "POST":
        return _act(request, task, batch)
    samples = list(samples_of(batch))
    rows = Sampled.objects.filter(sample__in=samples).select_related("sample", "batch_entry__entry__agency")
    page = Paginator(rows.order_by("sample__stratum", "position"), PAGE).get_page(request.GET.get("page"))
    found = looked_at(batch)
    total = sum(stratum.size for stratum in found)
    left = sum(stratum.size - stratum.looked for stratum in found)
    return render(
        request,
        "workflows/sample.html",
        {
            "task": task,
            "batch": batch,
            "run": batch.screening_runs.latest(),
            "drawn": bool(samples),
            "page": page,
            "rows": _rows(batch, list(page.object_list)),
            "found": found,
            "stopped": stops(found, procedure_of(batch).sample.zero_tolerance),
            "form": VerdictForm(),
            "may_act": door.may_act(request, task),
            "left": left,
            "done": total - left,
            "total": total,
        },
    )


def _rows(batch: Batch, sampled: list[Sampled]) -> list[SampleRow]:
    entries = [row.batch_entry for row in sampled]
    shown = {row.batch_entry.pk: row for row in with_findings(batch, entries)}
    said = {opinion.batch_entry_id: opinion for opinion in proposals(batch).filter(batch_entry__in=entries)}
    verdicts = newest_verdicts(row.pk for row in sampled)
    return [
        SampleRow(row, shown[row.batch_entry_id], said.get(row.batch_entry_id), verdicts.get(row.pk))
        for row in sampled
    ]


def _act(request: HttpRequest, task: Task, batch: Batch) -> HttpResponse:
    def draw(activation: Activation) -> str:
        made = sampling.draw_samples(batch=batch, by=request.user, at=timezone.now())
        return _("Drawn from %(count)d strata.") % {"count": len(made)}

    def judge(activation: Activation) -> str:
        form = VerdictForm(request.POST)
        number = request.POST.get("sampled", "")
        if not form.is_valid() or not (number.isascii() and number.isdigit()):
            raise Refusal(Sentence("请选“正确”或“差错”。", "Choose “right” or “wrong”."))
        return record({int(number): form.verdict()})

    def right_shown(activation: Activation) -> str:
        """Covers only what the page showed and nobody judged yet; an error stays."""
        shown = [int(value) for value in request.POST.getlist("sampled") if value.isascii() and value.isdigit()]
        left = [pk for pk in shown if pk not in newest_verdicts(shown)]
        return record(dict.fromkeys(left, Verdict(True)))

    def record(verdicts: dict[int, Verdict]) -> str:
        sampling.record_verdicts(batch=batch, verdicts=verdicts, by=request.user, at=timezone.now())
        return _("Recorded for %(count)d entries.") % {"count": len(verdicts)}

    def hand_on(activation: Activation) -> str:
        made = sampling.certify(batch=batch, by=request.user, at=timezone.now())
        door.finish(activation)
        return _("Certificate %(number)s is issued; the batch goes to the forming units.") % {"number": made.number}

    verbs = {"draw": draw, "judge": judge, "right_shown": right_shown, "hand_on": hand_on}
    return door.work(request, task, {**verbs, "return": door.returning_from("sample", request, batch)})
