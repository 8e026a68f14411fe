"""What a draft would change in all that is held, and its adoption: chosen batch by batch, done in the background."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from policies import drafting as checks
from policies import rule_files
from policies.grounds import jurisdiction_of
from policies.outcomes import Suggestion
from policies.sentences import Refusal, Sentence
from review import access, jobs
from review.documents.due_sheet import due_sheet
from review.documents.impact_csv import impact_csv
from review.models import (
    AdoptedRuleset,
    BatchEntry,
    DraftState,
    Entry,
    Impact,
    ImpactEntry,
    Job,
    RulesChange,
    RulesetDraft,
)
from review.operations.adopting import adopt_ruleset
from review.operations.exporting import note_impact_export
from review.queries.at_stake import at_stake
from review.queries.due import profile
from review.queries.rules import draft_ruleset, files_of_draft, in_force, ruleset_of
from review.views.jobs import progress_context
from review.views.policies import RESCREEN, demand_reader, known_ruleset, told_why
from review.views.policy_drafts import Step, refusal_of, steps_of
from review.views.policy_forms import AdoptionForm

PAGE = 100
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COUNT = "record_impact"  # the kind of background work that counts what a draft would change
AT_ONCE = 5000  # entries: so few are screened while the page waits, whether a worker runs or not
_SHOWN = [one.value for one in Suggestion]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the matrix: what was advised before, and how many entries would be advised what."""

    before: str
    cells: list[tuple[str, int]]
    total: int


@login_required
def draft_impact(request: HttpRequest, pk: int) -> HttpResponse:
    """What a draft would change: counts for every reader of drafts, titles of the fonds one has a right on alone."""
    keeps = demand_reader(request)
    draft = get_object_or_404(RulesetDraft, pk=pk)
    if request.method == "POST":
        access.demand_keeper(request.user)
        return _begin_count(request, draft)
    job = job_of(COUNT, "draft", draft.pk)
    context = {"draft": draft, "keeps": keeps, "own_job": bool(job and job.by_id == request.user.pk)}
    context |= progress_context(job) if job else {}
    impact = Impact.objects.filter(draft=draft).select_related("by").last()
    if impact is not None:
        context |= _shown(request, draft, impact)
    return render(request, "review/policy_impact.html", context)


def _begin_count(request: HttpRequest, draft: RulesetDraft) -> HttpResponse:
    """Count in the background what the draft would change; a second click begins nothing."""
    refusal = refusal_of(lambda: draft_ruleset(draft))
    if refusal is not None:
        messages.error(request, refusal.of(get_language() or ""))
        return redirect("draft-impact", draft.pk)
    with transaction.atomic():
        RulesetDraft.objects.select_for_update().get(pk=draft.pk)
        running = job_of(COUNT, "draft", draft.pk)
        if running is not None and running.ended_at is None:
            return redirect("draft-impact", draft.pk)
        subject = _("What draft %(number)s would change") % {"number": draft.number}
        shards = [{"draft": draft.pk, "by": request.user.pk}]
        job = jobs.begin(kind=COUNT, subject=subject, shards=shards, by=request.user, at=timezone.now())
    if Entry.objects.count() <= AT_ONCE:
        jobs.run_here(job)
    return redirect("draft-impact", draft.pk)


def job_of(kind: str, key: str, value: int) -> Job | None:
    """The newest job of a kind about one thing."""
    return Job.objects.filter(kind=kind, **{f"shards__arguments__{key}": value}).order_by("-pk").first()


def _shown(request: HttpRequest, draft: RulesetDraft, impact: Impact) -> dict[str, object]:
    """The counts of an impact, and a page of the entries that this person may read."""
    asked = {name: request.GET.get(name, "") for name in ("show", "before", "after", "rule")}
    rows = chosen(readable(request, impact), asked)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    stands = refusal_of(
        lambda: checks.check_impact(
            draft.number,
            checks.CountedImpact(impact.base_digest, impact.draft_digest, impact.day),
            digest=checks.digest_of_files(files_of_draft(draft)),
            in_force=ruleset_of(in_force()).digest,
            today=timezone.localdate(),
        )
    )
    visible = readable(request, impact).count()
    files = {rule_files.id_in(text): name for name, text in draft.files.values_list("name", "text")}
    for row in page.object_list:
        row.found = [(code, files.get(code, "")) for code in row.added]
    return {
        "impact": impact,
        "stale": stands if draft.state in (DraftState.OPEN, DraftState.SUBMITTED) else None,
        "matrix": matrix_of(impact),
        "columns": [code for code in _SHOWN if code in _after(impact)],
        "page": page,
        "asked": asked,
        "hidden": impact.changed - visible,
        "visible": visible,
        "batches": at_stake(impact),
        "suggestions": _SHOWN,
    }


def readable(request: HttpRequest, impact: Impact) -> QuerySet[ImpactEntry]:
    """The changed entries of the fonds on which this person holds a right, newly hit open ones first."""
    rows = impact.entries.filter(entry__fonds__in=access.fonds_of(request.user))
    return rows.select_related("entry__fonds").order_by("-was_open", "entry__fonds__code", "entry__position", "pk")


def chosen(rows: QuerySet[ImpactEntry], asked: dict[str, str]) -> QuerySet[ImpactEntry]:
    """The part of an impact that the filters ask for."""
    if asked["show"] == "open":
        rows = rows.filter(was_open=True)
    for name in ("before", "after"):
        if asked[name] in _SHOWN:
            rows = rows.filter(**{name: asked[name]})
    if rule := asked["rule"].strip():
        # JSON lists of short ids: looked for as text, which SQLite and PostgreSQL both do.
        quoted = f'"{rule[:20]}"'
        rows = rows.filter(added__icontains=quoted) | rows.filter(removed__icontains=quoted)
    return rows


def matrix_of(impact: Impact) -> list[Row]:
    """How many changed entries went from which advice to which."""
    counts = {
        (row["before"], row["after"]): row["n"]
        for row in impact.entries.order_by().values("before", "after").annotate(n=Count("pk"))
    }
    columns = [code for code in _SHOWN if any(after == code for _before, after in counts)]
    return [
        Row(
            before,
            [(after, counts.get((before, after), 0)) for after in columns],
            sum(n for (one, _after), n in counts.items() if one == before),
        )
        for before in _SHOWN
        if any(one == before for one, _after in counts)
    ]


def _after(impact: Impact) -> set[str]:
    return set(impact.entries.order_by().values_list("after", flat=True).distinct())


@login_required
@require_POST
def impact_sheet(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The changed entries that this person may read, as a workbook or as CSV. The act is noted in the ledger."""
    demand_reader(request)
    impact = Impact.objects.filter(draft=pk).select_related("draft").last()
    if impact is None or kind not in ("xlsx", "csv"):
        raise Http404
    note_impact_export(impact=impact, format=kind, by=request.user, at=timezone.now())
    headings = [
        _("Fonds code"), _("Reference code"), _("Title"), _("Date"), _("Before"), _("After"),
        _("Rules added"), _("Rules gone"), _("Open"),
    ]  # fmt: skip
    rows = (
        (
            row.entry.fonds.code,
            row.entry.reference_code,
            row.entry.title,
            row.entry.shown_date,
            row.before,
            row.after,
            " ".join(row.added),
            " ".join(row.removed),
            "1" if row.was_open else "",
        )
        for row in readable(request, impact).iterator(chunk_size=2000)
    )
    if kind == "xlsx":
        answer = HttpResponse(due_sheet(_("Impact"), headings, rows), content_type=XLSX)
    else:
        answer = HttpResponse(impact_csv(headings, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="impact-{impact.draft.number}-{impact.day}.{kind}"'
    return answer


# -- adoption


@login_required
def adopt_draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Adopt a submitted draft, by another person than its submitter."""
    access.demand_keeper(request.user)
    draft = get_object_or_404(RulesetDraft.objects.select_related("made_by", "submitted_by"), pk=pk)
    impact = Impact.objects.filter(draft=draft).last()
    refusal = (
        refusal_of(lambda: checks.check_submitted(draft.number, draft.state))
        or refusal_of(lambda: checks.check_adopter(draft.number, request.user.pk, draft.submitted_by_id))
        or _foreign(draft.number)
    )
    context = {"draft": draft, "number": draft.number, "impact": impact, "barred": refusal, "steps": _missing(draft)}
    return _adopt(request, context, {"draft": draft}, redirect("draft", pk))


@login_required
@told_why
def adopt_shipped(request: HttpRequest, number: str) -> HttpResponse:
    """Adopt a ruleset as it is shipped."""
    access.demand_keeper(request.user)
    found = known_ruleset(number)
    barred = _ADOPTED_BEFORE if AdoptedRuleset.objects.filter(number=number).exists() else _foreign(number)
    context = {"ruleset": found, "number": number, "impact": None, "barred": barred}
    return _adopt(request, context, {"number": number}, redirect("ruleset", number))


def _missing(draft: RulesetDraft) -> list[Step]:
    return [step for step in steps_of(draft) if step.refusal] if draft.state == DraftState.SUBMITTED else []


def _foreign(number: str) -> Sentence | None:
    """Why a ruleset of another jurisdiction is not adopted here, None for one of this house's."""
    of = jurisdiction_of(number)
    return refusal_of(lambda: checks.check_jurisdiction(number, of, here=profile().jurisdiction))


_ADOPTED_BEFORE = Sentence("这一规则集已采用过。", "This ruleset was adopted before.")


def _adopt(request: HttpRequest, context: dict, what: dict, refused: HttpResponse) -> HttpResponse:
    """The page on which a ruleset is adopted; POST adopts it and begins what was chosen for the running batches."""
    impact = context["impact"]
    batches = at_stake(impact)
    form = AdoptionForm(request.POST or None, batches=[one.batch.number for one in batches])
    if request.method == "POST" and form.is_valid():
        try:
            adopted = adopt_ruleset(
                reason=form.cleaned_data["reason"],
                by=request.user,
                at=timezone.now(),
                today=timezone.localdate(),
                choices=form.choices(),
                **what,
            )
        except Refusal as refusal:
            messages.error(request, refusal.sentence.of(get_language() or ""))
        else:
            begin_rescreening(adopted, request)
            messages.success(request, _("Adopted: %(number)s is in force.") % {"number": adopted.number})
            return redirect("ruleset", adopted.number)
    chosen_now = [(one, form.chosen(one.batch.number)) for one in batches]
    shown = {"form": form, "batches": chosen_now, "for_all": form.chosen_for_all(), "current": in_force()}
    return render(request, "review/policy_adopt.html", context | shown)


def begin_rescreening(adopted: AdoptedRuleset, request: HttpRequest) -> None:
    """Carry out in the background what was chosen for each running batch."""
    changes = list(RulesChange.objects.filter(ruleset=adopted, done_at=None).order_by("pk"))
    if not changes:
        return
    job = jobs.begin(
        kind=RESCREEN,
        subject=_("Running batches after the adoption of %(number)s") % {"number": adopted.number},
        shards=[{"change": row.pk, "ruleset": adopted.number, "by": request.user.pk} for row in changes],
        by=request.user,
        at=timezone.now(),
    )
    if BatchEntry.objects.filter(batch__in=[row.batch_id for row in changes]).count() <= AT_ONCE:
        jobs.run_here(job)
