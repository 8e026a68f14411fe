"""Requests and complaints: who may see which, and which closed titles an answer must not say."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import F, QuerySet, TextField, Value
from django.db.models.functions import Length

from policies.catalogue_rows import same_code
from policies.requesting import ASKS_FOR_REVIEW, COMPLAINT, OBJECTION, REQUEST
from review.models import AccessRequest, AccessStatus, Entry, Fonds

NUMBERED = {REQUEST: "Q", COMPLAINT: "C", OBJECTION: "O"}
SHORT = 6  # a title of fewer signs stands in many sentences by chance


def requests_of(fonds: Iterable[int]) -> QuerySet[AccessRequest]:
    """The requests and complaints about some fonds, those without an answer first."""
    rows = AccessRequest.objects.filter(fonds__in=fonds)
    return rows.select_related("fonds", "entry", "batch", "received_by", "answered_by").order_by("answered_at", "-pk")


def asking_for_review(fonds: Iterable[int]) -> QuerySet[AccessRequest]:
    """Requests whose answer was a review, and of which no batch was made yet: a planner's work, the oldest first."""
    return (
        AccessRequest.objects.filter(fonds__in=fonds, answer__in=ASKS_FOR_REVIEW, batch__isnull=True)
        .select_related("fonds", "entry")
        .order_by("answered_at", "pk")
    )


def entry_asked_for(fonds: Fonds, code: str) -> Entry | None:
    """The entry of a fonds with this reference code."""
    return fonds.entries.filter(code_key=same_code(code)).first() if code.strip() else None


def closed_titles_said(request: AccessRequest, text: str) -> list[str]:
    """The titles of closed entries of the request's fonds that stand word for word in `text`, and that of the entry asked for.

    An opened entry under another public title counts: what it is really called is not public.
    """
    closed = Entry.objects.filter(fonds=request.fonds).exclude(title="")
    closed = closed.exclude(access_status=AccessStatus.OPEN, public_title="")
    held = closed.annotate(said=Value(text, output_field=TextField()), long=Length("title")).filter(long__gte=SHORT)
    titles = list(held.filter(said__contains=F("title")).values_list("title", flat=True)[:20])
    entry = request.entry
    if entry is not None and entry.title and (entry.access_status != AccessStatus.OPEN or entry.public_title):
        titles.append(entry.title)
    return titles


def next_request(kind: str, year: int) -> str:
    """The next number of a year: Q2026-1 for a request, C2026-1 for a complaint, O2026-1 for an objection."""
    stem = f"{NUMBERED[kind]}{year}-"
    taken = AccessRequest.objects.filter(number__startswith=stem).values_list("number", flat=True)
    return f"{stem}{max((int(number.removeprefix(stem)) for number in taken), default=0) + 1}"


def placed(fonds: str, code: str) -> tuple[Fonds, Entry | None] | None:
    """The fonds that a visitor's words point at, and the entry where there is just one; None where there is no fonds.

    By the code and title of a fonds; else by a reference code that only one fonds has; else the first fonds, whose request
    officers receive what nobody placed.
    """
    named = Fonds.objects.filter(code=fonds.strip()).first() or Fonds.objects.filter(title=fonds.strip()).first()
    if named is not None:
        return named, entry_asked_for(named, code)
    if code.strip():
        found = list(Entry.objects.filter(code_key=same_code(code)).select_related("fonds")[:2])
        if len(found) == 1:
            return found[0].fonds, found[0]
    first = Fonds.objects.order_by("code").first()
    return None if first is None else (first, None)


def sent_by_visitors() -> QuerySet[AccessRequest]:
    """What visitors sent from the public site, in the order in which it was registered."""
    return AccessRequest.objects.exclude(receipt="").order_by("pk")


def by_receipts(receipts: Iterable[str]) -> dict[str, AccessRequest]:
    """Those of them that are registered already, by their receipts."""
    return {row.receipt: row for row in AccessRequest.objects.filter(receipt__in=list(receipts))}
