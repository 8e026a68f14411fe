"""Requests and complaints: registered here, answered at their desk, traced to what became of them."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from policies.requesting import LETTERS, REFUSED, REMEDY
from policies.sentences import Refusal, Sentence
from review import access
from review.models import AccessRequest, Fonds, Person
from review.queries.requests import asking_for_review, entry_asked_for, requests_of
from workflows.flows import request as flow
from workflows.later_forms import RequestForm

PAGE = 50
READ = ("review.answer_requests_fonds", "review.oversee_fonds", "review.audit_fonds")
PLAN, ANSWER = "review.plan_fonds", "review.answer_requests_fonds"


@login_required
def requests(request: HttpRequest) -> HttpResponse:
    """The requests and complaints about the fonds this person answers for, and, for planners, the reviews they ask for."""
    read, planned = access.fonds_of(request.user, *READ), access.fonds_of(request.user, PLAN)
    if not read.exists() and not planned.exists():
        raise PermissionDenied
    page = Paginator(requests_of(list(read.values_list("pk", flat=True))), PAGE).get_page(request.GET.get("page"))
    waiting = asking_for_review(list(planned.values_list("pk", flat=True)))
    answers = access.fonds_of(request.user, ANSWER).exists()
    return render(request, "workflows/requests.html", {"page": page, "waiting": waiting, "registers": answers})


@login_required
def register(request: HttpRequest) -> HttpResponse:
    """Register a request or a complaint that came in, by letter, at the counter or by telephone."""
    fonds = list(access.fonds_of(request.user, ANSWER))
    if not fonds:
        raise PermissionDenied
    form = RequestForm(request.POST or None, fonds=fonds)
    if request.method == "POST" and form.is_valid():
        try:
            made = _registered(form, fonds, request.user)
        except Refusal as refusal:
            messages.error(request, refusal.sentence.of(get_language() or ""))
        else:
            messages.success(request, _("Registered as %(number)s.") % {"number": made.number})
            return redirect("request", made.number)
    return render(request, "workflows/register_request.html", {"form": form})


def _registered(form: RequestForm, fonds: list[Fonds], by: Person) -> AccessRequest:
    told = form.cleaned_data
    chosen = next(each for each in fonds if each.code == told["fonds"])
    entry = entry_asked_for(chosen, told["code"])
    if told["code"].strip() and entry is None:
        raise Refusal(
            Sentence(
                f"全宗“{chosen}”中没有档号 {told['code']}。请核对；不知档号的，请留空。",
                f"In “{chosen}” there is no reference code {told['code']}. Check it, or leave it empty where it is not known.",
            )
        )
    words = {name: told[name] for name in ("kind", "asker", "contact", "text")}
    return flow.begin(**words, fonds=chosen, entry=entry, by=by)


@login_required
def one_request(request: HttpRequest, number: str) -> HttpResponse:
    """One request: what was asked, what was answered, and what became of the review it set off."""
    asked = _readable(request, number)
    return render(request, "workflows/request.html", {"asked": asked, "entry": asked.entry, "fonds": asked.fonds})


@login_required
def letter(request: HttpRequest, number: str) -> HttpResponse:
    """The answer as a letter to print. It names the reference code at most, never a title."""
    asked = _readable(request, number)
    if asked.answered_at is None:
        raise Http404
    language = get_language() or ""
    remedy = REMEDY[asked.kind].of(language) if asked.answer == REFUSED else ""
    context = {"asked": asked, "opening": LETTERS[asked.answer].of(language), "remedy": remedy}
    return render(request, "workflows/request_letter.html", context)


def _readable(request: HttpRequest, number: str) -> AccessRequest:
    fonds = access.fonds_of(request.user, *READ, PLAN)
    return get_object_or_404(requests_of(list(fonds.values_list("pk", flat=True))), number=number)


@login_required
@require_POST
def review_on_demand(request: HttpRequest, number: str) -> HttpResponse:
    """Cut a batch of the one entry that a request asks for, and begin its review at once. For planners."""
    planned = list(access.fonds_of(request.user, PLAN).values_list("pk", flat=True))
    asked = get_object_or_404(asking_for_review(planned), number=number)
    try:
        batch = flow.begin_review(asked=asked, by=request.user)
    except Refusal as refusal:
        messages.error(request, refusal.sentence.of(get_language() or ""))
        return redirect("requests")
    messages.success(request, _("Batch %(number)s is at first review.") % {"number": batch.number})
    return redirect("request", asked.number)
