"""The holdings: fonds, the tree of series with its entries, one entry with all that is known of it."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from policies.reassessing import EVENTS
from policies.sentences import Refusal, Sentence
from review import access
from review.documents.exports import FORMATS
from review.models import AccessStatus, Entry
from review.operations import reassessing
from review.operations.reassessing import NOTES
from review.queries.descriptions import Tree, elements_of, entries_in, history_of, holdings
from review.queries.due import due_on
from review.queries.referral_answers import referrals_of
from review.queries.transfers import opinions_of
from review.views.exports import MAY_EXPORT

PAGE = 100


@login_required
def holdings_list(request: HttpRequest) -> HttpResponse:
    """The fonds this person has a right on. Forming units have none: they see their entries at their desk."""
    fonds = access.fonds_of(request.user)
    if not fonds.exists():
        raise PermissionDenied
    return render(request, "review/holdings.html", {"lines": holdings(fonds, timezone.localdate())})


@login_required
def holdings_fonds(request: HttpRequest, code: str) -> HttpResponse:
    """One fonds: where one stands in its tree of series, and the entries there. 404 without a right on it."""
    fonds = get_object_or_404(access.fonds_of(request.user), code=code)
    tree = Tree(fonds)
    asked = request.GET.get("series", "")
    here = int(asked) if asked.isascii() and asked.isdecimal() and int(asked) in tree.branches else None
    if asked and asked != "none" and here is None:
        raise Http404
    page = Paginator(entries_in(fonds, here, without=asked == "none"), PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "review/holdings_fonds.html",
        {
            "fonds": fonds,
            "tree": tree,
            "branches": tree.around(here),
            "here": tree.branches.get(here) if here is not None else None,
            "without": asked == "none",
            "page": page,
            "formats": FORMATS if access.fonds_of(request.user, *MAY_EXPORT).filter(pk=fonds.pk).exists() else {},
        },
    )


@login_required
def holdings_entry(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """One entry: its elements and where they come from, its objects, its history. 404 without a right on its fonds."""
    fonds = get_object_or_404(access.fonds_of(request.user), code=code)
    entry = get_object_or_404(
        fonds.entries.select_related("agency", "intake", "intake__by", "parent__parent", "series__parent__parent"),
        pk=pk,
    )
    return render(
        request,
        "review/holdings_entry.html",
        {
            "fonds": fonds,
            "entry": entry,
            "due": due_on(entry.latest) if entry.latest else None,
            "elements": elements_of(entry),
            "history": history_of(entry),
            "referrals": referrals_of(entry),
            "transfer_opinions": opinions_of(entry),
            "parts": entry.parts.order_by("position", "pk")[:PAGE],
            "events": entry.closure_events.select_related("person"),
            "kinds": EVENTS.items(),
            "may_note": entry.access_status == AccessStatus.DEFERRED and access.holds(request.user, NOTES, fonds),
        },
    )


@login_required
@require_POST
def note_event(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Note what may end the closure of one entry. 404 without a right on its fonds, 403 without this one."""
    entry = get_object_or_404(Entry, fonds__in=access.fonds_of(request.user), fonds__code=code, pk=pk)
    form = EventForm(request.POST)
    try:
        if not form.is_valid():
            raise Refusal(
                Sentence(
                    "请选择事项，填写日期（年-月-日）和证明材料。",
                    "Choose what happened, and give the day (YYYY-MM-DD) and the proof.",
                )
            )
        reassessing.note_event(
            entry=entry, by=request.user, at=timezone.now(), today=timezone.localdate(), **form.cleaned_data
        )
    except Refusal as refusal:
        messages.error(request, refusal.sentence.of(get_language() or ""))
    else:
        messages.success(request, _("Noted. The entry stays closed and comes back to be assessed."))
    return redirect("holdings-entry", code, pk)


class EventForm(forms.Form):
    """What is noted of a closed entry. Saves nothing."""

    kind = forms.ChoiceField(choices=[(code, code) for code in EVENTS])
    day = forms.DateField()
    evidence = forms.CharField(max_length=500)
