"""Partial opening: what is being redacted, and the desk where pages are marked and the copy is made."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from policies.redacting import Mark
from policies.sentences import Refusal
from review import access, jobs
from review.documents.redaction_check import faults_said
from review.models import Entry, Redaction
from review.operations import redacting, verifying_copies
from review.queries.due import profile
from review.queries.redaction_offers import Offer, offers_of_rule, offers_on, phrases_on
from review.queries.redactions import STATES, is_current, last_copy, marks_of, redactions_of, usual_of
from review.queries.rules import current_screener
from review.views.redaction_forms import chosen_marks, day_of, number_of
from review.views.redaction_pictures import page_picture

READERS = (redacting.MARK, verifying_copies.VERIFY, "review.sign_off_fonds", "review.audit_fonds")
PAGE = 50
IN_BACKGROUND = 30  # pages; a longer master is copied in the background


@login_required
@require_GET
def redactions(request: HttpRequest) -> HttpResponse:
    """All redactions of the fonds one may look at, by where they stand."""
    fonds = access.fonds_of(request.user, *READERS)
    if not fonds.exists():
        raise PermissionDenied
    rows = redactions_of(fonds)
    counts = dict(rows.order_by().values_list("state").annotate(number=Count("pk", distinct=True)))
    state = request.GET.get("state", "")
    page = Paginator(rows.filter(state=state) if state in STATES else rows, PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "review/redactions.html",
        {"page": page, "state": state, "states": [(name, counts.get(name, 0)) for name in STATES]},
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def redaction_entry(request: HttpRequest, pk: int) -> HttpResponse:
    """The digital objects of an entry and where their redaction stands; POST `master` begins one. 404 without a right."""
    fonds = access.fonds_of(request.user, *READERS)
    entry = get_object_or_404(Entry.objects.filter(fonds__in=fonds).select_related("fonds"), pk=pk)
    masters = entry.objects_attached.order_by("place")
    if request.method == "POST":
        master = get_object_or_404(masters, pk=number_of(request.POST.get("master", "")))
        try:
            made = redacting.begin_redaction(
                master=master, by=request.user, at=timezone.now(), today=timezone.localdate()
            )
            return redirect("redaction", made.pk)
        except Refusal as refusal:
            messages.error(request, refusal.sentence.of(get_language() or ""))
            return redirect("redaction-entry", pk)
    begun = {row.master_id: row for row in redactions_of(fonds).filter(master__entry=entry)}
    return render(
        request,
        "review/redaction_entry.html",
        {
            "entry": entry,
            "rows": [(master, begun.get(master.pk)) for master in masters],
            "may": access.holds(request.user, redacting.MARK, entry.fonds),
        },
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def redaction(request: HttpRequest, pk: int) -> HttpResponse:
    """The desk of one redaction, a page at a time. POST `verb`: mark in one of five ways, take back, make the copy."""
    found = _of(request, pk)
    master = found.master
    page = min(max(number_of(request.POST.get("page") or request.GET.get("page", "")), 1), max(master.pages, 1))
    if request.method == "POST":
        return _act(request, found, page)
    may = access.holds(request.user, redacting.MARK, master.entry.fonds)
    copy = last_copy(found)
    ground, day = usual_of(found)
    offers, held_up = _offers(found, page) if may else ([], None)
    marks = list(marks_of(found).filter(page=page))
    return render(
        request,
        "review/redaction.html",
        {
            "redaction": found,
            "entry": master.entry,
            "master": master,
            "page": page,
            "pages": _pages(found),
            "marks": marks,
            "may": may,
            "offers": offers,
            "held_up": held_up,
            "lines": phrases_on(found, page) if may else [],
            "grounds": profile().grounds.values(),
            "ground": ground,
            "day": day,
            "copy": copy,
            "current": copy is not None and is_current(copy),
            "faults": faults_said(copy.checks.first().found) if copy else [],
            "beside": "beside" in request.GET,
            "box_fields": [
                ("x", gettext("From left")),
                ("y", gettext("From top")),
                ("width", gettext("Width")),
                ("height", gettext("Height")),
            ],
        },
    )


@login_required
@require_GET
def redaction_page(request: HttpRequest, pk: int, page: int) -> HttpResponse:
    """A picture of one page of a master; `painted`: as it would be with the marks that stand."""
    found = _of(request, pk)
    boxes = [(row.x, row.y, row.width, row.height) for row in marks_of(found).filter(page=page)]
    return page_picture(found.master, page, boxes if "painted" in request.GET else ())


def _of(request: HttpRequest, pk: int) -> Redaction:
    return get_object_or_404(redactions_of(access.fonds_of(request.user, *READERS)), pk=pk)


def _pages(found: Redaction) -> list[tuple[int, int]]:
    """Each page with the number of its marks."""
    counts = dict(marks_of(found).order_by().values_list("page").annotate(number=Count("pk")))
    return [(page, counts.get(page, 0)) for page in range(1, found.master.pages + 1)]


def _offers(found: Redaction, page: int) -> tuple[list[Offer], Refusal | None]:
    """What the rules find on the page; or why they cannot be asked just now."""
    try:
        return offers_on(found, page, timezone.localdate(), current_screener()), None
    except Refusal as refusal:
        return [], refusal


def _act(request: HttpRequest, found: Redaction, page: int) -> HttpResponse:
    """One act at the desk; back to the same page, with what was done or why not."""
    verbs: dict[str, Callable[[], HttpResponse | None]] = {
        "withdraw": lambda: _withdraw(request, found),
        "rule": lambda: _mark(request, found, _of_rule(request, found)),
        "make": lambda: _make(request, found),
    }
    verb = request.POST.get("verb", "").partition(":")[0]
    answer = None
    try:
        if verb in verbs:
            answer = verbs[verb]()
        else:
            offers = _offers(found, page)[0] if verb == "offers" else []
            _mark(request, found, chosen_marks(request.POST, verb, found, page, offers))
    except Refusal as refusal:
        messages.error(request, refusal.sentence.of(get_language() or ""))
    beside = "&beside" if "beside" in request.POST else ""
    return answer or redirect(f"{reverse('redaction', args=[found.pk])}?page={page}{beside}#page")


def _of_rule(request: HttpRequest, found: Redaction) -> list[Mark]:
    """Everything that one rule finds in the file, with the ground and day of the form where they are given."""
    rule = request.POST.get("verb", "").partition(":")[2]
    ground, day = request.POST.get("ground", ""), day_of(request.POST.get("opens_on", ""))
    offers = offers_of_rule(found, rule, timezone.localdate(), current_screener())
    return [mark for offer in offers for mark in offer.marks(ground, day)]


def _mark(request: HttpRequest, found: Redaction, marks: list[Mark]) -> None:
    number = redacting.add_marks(
        redaction=found, marks=marks, by=request.user, at=timezone.now(), today=timezone.localdate()
    )
    said = ngettext("%(number)s place is marked.", "%(number)s places are marked.", number) % {"number": number}
    messages.success(request, said)


def _withdraw(request: HttpRequest, found: Redaction) -> None:
    chosen = {number_of(request.POST.get("verb", "").partition(":")[2])}
    number = redacting.withdraw_marks(
        redaction=found, marks=chosen, by=request.user, at=timezone.now(), today=timezone.localdate()
    )
    said = ngettext("%(number)s mark is taken back.", "%(number)s marks are taken back.", number) % {"number": number}
    messages.success(request, said)


def _make(request: HttpRequest, found: Redaction) -> HttpResponse | None:
    """The copy: at once where the master is short, else in the background."""
    if found.master.pages > IN_BACKGROUND:
        job = jobs.begin(
            kind="make_copy",
            subject=gettext("Redacted copy of %(code)s") % {"code": found.master.entry.reference_code},
            shards=[{"redaction": found.pk, "by": request.user.pk}],
            by=request.user,
            at=timezone.now(),
        )
        return redirect("job", job.pk)
    copy = redacting.make_copy(redaction=found, by=request.user, at=timezone.now(), today=timezone.localdate())
    if copy.checks.filter(faults=0).exists():
        messages.success(request, gettext("The copy is made. It now waits for another person to verify it."))
    else:
        messages.warning(request, gettext("The copy is made, but the check of it found faults. See below."))
    return None
