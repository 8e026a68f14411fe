"""Batches at a glance."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from policies.outcomes import Stage
from review import access
from review.queries.decisions import counts_of, review_steps, settled
from review.queries.desks import answer_counts, answering_of, entries_in, groups_of, with_findings
from review.queries.papers import papers_of
from review.queries.progress import progress_of
from review.queries.questions import questions_of

PAGE = 50


@login_required
def batches(request: HttpRequest) -> HttpResponse:
    """The batches of the fonds this person has a right on, newest first."""
    rows = access.batches_of(request.user).select_related("fonds", "made_by").prefetch_related("releases")
    page = Paginator(rows.annotate(entries=Count("batch_entries")).order_by("-pk"), PAGE).get_page(
        request.GET.get("page")
    )
    return render(request, "review/batches.html", {"page": page})


@login_required
def batch(request: HttpRequest, number: str) -> HttpResponse:
    """One batch: how far it is, what the rules found, what was decided, entry by entry. 404 without a right on its fonds."""
    found = get_object_or_404(access.batches_of(request.user).select_related("fonds", "made_by"), number=number)
    group = request.GET.get("group", "all")
    groups = groups_of(found, Stage.FIRST_REVIEW)
    page = Paginator(entries_in(found, group, Stage.FIRST_REVIEW), PAGE).get_page(request.GET.get("page"))
    rows = with_findings(found, list(page.object_list))
    # Whoever may still have to judge without knowing what first review said does not read it here either.
    if review_steps(found).blind and access.holds(request.user, "review.second_review_fonds", found.fonds):
        for row in rows:
            row.blind()
    return render(
        request,
        "review/batch.html",
        {
            "batch": found,
            "run": found.screening_runs.latest(),
            "progress": progress_of(found),
            "groups": groups,
            "group": next((g for g in groups if g.key == group), groups[0]),
            "page": page,
            "rows": rows,
            "counts": counts_of(settled(found)),
            "answers": answer_counts(found),
            "answering": answering_of(found),
            "returns": found.returns.select_related("person"),
            "papers": papers_of(found),
            "questions": questions_of(found).count()
            if access.holds(request.user, "review.reconcile_fonds", found.fonds)
            else 0,
            "asked_in_writing": found.countersignatures.select_related("agency").order_by("round", "agency__code"),
        },
    )
