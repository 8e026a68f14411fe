"""The desk of the second person: a redacted copy beside its master, page by page, and the verdict."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_GET, require_http_methods

from policies.redacting import check_verifier
from policies.sentences import Refusal, Sentence
from policies.separation import may
from review import access
from review.documents.page_images import PDF
from review.documents.page_words import text_of
from review.documents.redaction_check import faults_said
from review.models import RedactedCopy
from review.operations import verifying_copies
from review.queries.objects import kept_at
from review.queries.redactions import is_current, makers_of, marks_of, pages_unseen
from review.views.redaction_forms import number_of
from review.views.redaction_pictures import copy_picture
from review.views.redactions import READERS

_OPENED = "redaction-look"  # what the form of an opened page is signed for
_OPEN_FOR = 12 * 3600  # seconds
_NOT_OPENED = Sentence(
    "请先打开这一页，对照原件看过，再点“已看”。", "Open this page and compare it with the master first."
)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def redacted_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """One copy, a page at a time. POST `verb`: have it read again, a page looked at, verified, refused."""
    copy = _of(request, pk)
    master = copy.redaction.master
    unseen = pages_unseen(copy, request.user.pk)
    asked = number_of(request.POST.get("page") or request.GET.get("page", ""))
    page = asked if 1 <= asked <= copy.pages + 1 else (unseen or [1])[0]
    if request.method == "POST":
        return _act(request, copy, page)
    fonds = master.entry.fonds
    verdict = getattr(copy, "verdict", None)
    current = is_current(copy)
    holds = access.holds(request.user, verifying_copies.VERIFY, fonds)
    makers = makers_of(copy.redaction)
    hands = access.hands_of(request.user, verifying_copies.VERIFY, fonds)
    own = copy.checks.filter(person=request.user).last()
    return render(
        request,
        "review/redacted_copy.html",
        {
            "copy": copy,
            "entry": master.entry,
            "master": master,
            "page": page,
            "pages": [(number, number not in unseen) for number in range(1, copy.pages + 2)],
            "unseen": len(unseen),
            "marks": marks_of(copy.redaction).filter(page=page) if current else [],
            "text": _text(copy, page),
            "verdict": verdict,
            "current": current,
            "may": holds and current and verdict is None and may(check_verifier, hands, makers),
            "own_hands": holds and not may(check_verifier, hands, makers),
            "own": own,
            "faults": faults_said((own or copy.checks.first()).found),
            "opened": signing.dumps([copy.pk, page, request.user.pk], salt=_OPENED),
        },
    )


@login_required
@require_GET
def redacted_copy_page(request: HttpRequest, pk: int, page: int) -> HttpResponse:
    """A picture of one page of a copy."""
    return copy_picture(_of(request, pk), page)


@login_required
@require_GET
def redacted_copy_file(request: HttpRequest, pk: int) -> FileResponse:
    """The copy itself, to be looked at with other programs."""
    copy = _of(request, pk)
    path = kept_at(copy.digest)
    if not path.is_file():
        raise Http404
    name = f"{copy.redaction.master.entry.reference_code}_R.pdf".replace("/", "_")
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type="application/pdf")


def _of(request: HttpRequest, pk: int) -> RedactedCopy:
    rows = RedactedCopy.objects.filter(
        redaction__master__entry__fonds__in=access.fonds_of(request.user, *READERS)
    ).select_related("redaction__master__entry__fonds", "made_by", "verdict__person")
    return get_object_or_404(rows, pk=pk)


def _text(copy: RedactedCopy, page: int) -> str:
    """What can be searched and copied on a page of the copy."""
    path = kept_at(copy.digest)
    return text_of(path, PDF, page).text if path.is_file() else ""


def _act(request: HttpRequest, copy: RedactedCopy, page: int) -> HttpResponse:
    facts = {"copy": copy, "by": request.user, "at": timezone.now(), "today": timezone.localdate()}
    verbs: dict[str, tuple[Callable[[], object], str]] = {
        "reread": (lambda: verifying_copies.reread_copy(**facts), ""),
        "look": (lambda: _look(request, page, facts), ""),
        "verify": (lambda: verifying_copies.verify_copy(**facts), gettext("The copy is verified.")),
        "refuse": (
            lambda: verifying_copies.refuse_copy(reason=request.POST.get("reason", "")[:2000], **facts),
            gettext("The copy is refused. Whoever marked it sees your reason."),
        ),
    }
    verb = request.POST.get("verb", "")
    act, said = verbs.get(verb, (lambda: None, ""))
    try:
        act()
        if said:
            messages.success(request, said)
    except Refusal as refusal:
        messages.error(request, refusal.sentence.of(get_language() or ""))
    else:
        unseen = pages_unseen(copy, request.user.pk) if verb == "look" else []
        page = next((number for number in unseen if number > page), (unseen or [page])[0])
    return redirect(f"{reverse('redacted-copy', args=[copy.pk])}?page={page}")


def _look(request: HttpRequest, page: int, facts: dict) -> None:
    """A page counts as looked at only where its own form comes back: nobody confirms a page that was not opened."""
    try:
        opened = signing.loads(request.POST.get("opened", ""), salt=_OPENED, max_age=_OPEN_FOR)
    except signing.BadSignature:
        opened = None
    if opened != [facts["copy"].pk, page, request.user.pk]:
        raise Refusal(_NOT_OPENED)
    verifying_copies.look_at_page(page=page, **facts)
