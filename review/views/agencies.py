"""The register of agencies: who existed when, what became of each, and who answers for what it left."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from policies.sentences import Refusal
from review import access
from review.models import Agency, AgencyChange, ChangeKind
from review.operations import agencies as operations
from review.operations.appointing import register_agency
from review.queries.agency_register import entries_by_fonds, found_agencies, history_of, line_of, lines_of
from review.queries.succession import Register
from review.readers.agency_lists import HEADINGS, read_agencies
from review.views import agency_forms as forms

PAGE = 50
SHOWN = 200  # complaints on the page; the terminal shows all

COLUMNS = "、".join(chinese for chinese, _english in HEADINGS.values())

Act = Callable[[HttpRequest], str | HttpResponse]


def _door(request: HttpRequest, *, write: bool = False) -> bool:
    """Whether this person keeps the register. Planners keep it, auditors read it; nobody else comes in."""
    keeps = access.fonds_of(request.user, "review.plan_fonds").exists()
    if not keeps and (write or not access.fonds_of(request.user, "review.audit_fonds").exists()):
        raise PermissionDenied
    return keeps


@login_required
def agencies(request: HttpRequest) -> HttpResponse:
    """The register, searched by code or name: state today, and who answers today for what each agency left."""
    if request.method == "POST":
        _door(request, write=True)
        return _act(request, {"add": _add, "import": _import}, reverse("agencies"))
    keeps = _door(request)
    words = request.GET.get("q", "")
    page = Paginator(found_agencies(words), PAGE).get_page(request.GET.get("page"))
    lines = lines_of(list(page.object_list), timezone.localdate(), access.fonds_of(request.user))
    return render(
        request,
        "review/agencies.html",
        {"page": page, "lines": lines, "words": words, "keeps": keeps, "columns": COLUMNS},
    )


@login_required
def agency(request: HttpRequest, code: str) -> HttpResponse:
    """One agency: its history, who answers today and on a chosen day, and what its entries are in."""
    if request.method == "POST":
        _door(request, write=True)
        found = get_object_or_404(Agency, code=code)
        acts = {"register_change": _register_change, "withdraw": _withdraw, "set_dates": _set_dates}
        return _act(
            request, {verb: partial(act, found) for verb, act in acts.items()}, reverse("agency", args=[code])
        )
    keeps = _door(request)
    found = get_object_or_404(Agency, code=code)
    day_form = forms.DayForm(request.GET if "day" in request.GET else None)
    today = timezone.localdate()
    day = day_form.cleaned_data["day"] if day_form.is_bound and day_form.is_valid() else today
    register = Register()
    return render(
        request,
        "review/agency.html",
        {
            "line": line_of(found, today, register),
            "asked": line_of(found, day, register),
            "day": day,
            "agency": found,
            "history": history_of(found),
            "held": entries_by_fonds(found, access.fonds_of(request.user)),
            "keeps": keeps,
            "kinds": ChangeKind.choices,
            "form": forms.ChangeForm(),
            "names": register.by_code.values() if keeps else (),
            "lines_to_fill": range(forms.SUCCESSORS),
        },
    )


def _act(request: HttpRequest, acts: Mapping[str, Act], then: str) -> HttpResponse:
    """Do what the pressed button names; say what was done or why not, and show the page again."""
    act = acts.get(request.POST.get("verb", ""))
    if act is None:
        raise Http404
    try:
        answer = act(request)
    except Refusal as refusal:
        messages.error(request, refusal.sentence.of(get_language() or ""))
        return redirect(then)
    if isinstance(answer, HttpResponse):
        return answer
    messages.success(request, answer)
    return redirect(then)


def _add(request: HttpRequest) -> str:
    form = forms.checked(forms.AgencyForm(request.POST))
    made = register_agency(**form.cleaned_data, by=request.user, at=timezone.now())
    return _("“%(name)s” is in the register.") % {"name": made.name}


def _import(request: HttpRequest) -> HttpResponse:
    """Take a list in, or check it only; what became of it stands on a page of its own."""
    form = forms.checked(forms.ListForm(request.POST, request.FILES))
    upload, dry_run = form.cleaned_data["file"], form.cleaned_data["dry_run"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"list{Path(upload.name).suffix.lower()[:8]}"
        path.write_bytes(upload.read())
        listed = read_agencies(path)
    report = operations.import_agencies(listed=listed, by=request.user, at=timezone.now(), dry_run=dry_run)
    shown = {"report": report, "complaints": report.complaints[:SHOWN], "dry_run": dry_run, "name": upload.name}
    return render(request, "review/agencies_import.html", shown)


def _register_change(found: Agency, request: HttpRequest) -> str:
    form = forms.checked(forms.ChangeForm(request.POST))
    operations.register_change(
        agency=found,
        kind=form.cleaned_data["kind"],
        day=form.cleaned_data["day"],
        successors=form.successors(),
        evidence=form.cleaned_data["evidence"],
        superior=form.other("superior"),
        designated=form.other("designated"),
        by=request.user,
        at=timezone.now(),
    )
    return _("The change is on record. Batches that were asked already keep whom they asked.")


def _withdraw(found: Agency, request: HttpRequest) -> str:
    form = forms.checked(forms.ReasonForm(request.POST))
    number = request.POST.get("change", "")
    change = get_object_or_404(
        AgencyChange, agency=found, pk=int(number) if number.isascii() and number.isdigit() else 0
    )
    operations.withdraw_change(change=change, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now())
    return _("The change is withdrawn; it stays on record with your reason.")


def _set_dates(found: Agency, request: HttpRequest) -> str:
    form = forms.checked(forms.DatesForm(request.POST))
    operations.set_dates(agency=found, **form.cleaned_data, by=request.user, at=timezone.now())
    return _("The days are recorded.")
