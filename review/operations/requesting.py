"""Requests for records that are not open, complaints that they are not, objections to what is: registered, answered, traced.

Sources: 档案法 arts. 28-29; 档案法实施条例 art. 34. An answer never opens a record: at most it sets off its review.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from policies.requesting import ASKS_FOR_REVIEW, check_answer, check_registration
from policies.secrecy import still_classified
from policies.sentences import Refusal, Sentence
from review import access, ledger
from review.models import AccessRequest, AccessStatus, Batch, Entry, Fonds, Person
from review.queries.requests import by_receipts, closed_titles_said, next_request


@transaction.atomic
def register_request(
    *,
    kind: str,
    asker: str,
    contact: str,
    text: str,
    fonds: Fonds,
    entry: Entry | None,
    by: Person,
    at: datetime,
) -> AccessRequest:
    """Register a request for a record, or a complaint, under its own number. Raises Refusal.

    `entry`: the one asked for, where it could be found. Who asks stays out of the ledger (personal information).
    """
    access.demand(by, "review.answer_requests_fonds", fonds)
    check_registration(kind=kind, asker=asker, contact=contact, text=text)
    if entry is not None and entry.fonds_id != fonds.pk:
        raise Refusal(Sentence("所指条目不在该全宗。", "The entry is not of this fonds."))
    ledger.hold()
    made = AccessRequest.objects.create(
        number=next_request(kind, timezone.localdate(at).year),
        kind=kind,
        asker=asker.strip(),
        contact=contact.strip(),
        text=text.strip(),
        fonds=fonds,
        entry=entry,
        received_at=at,
        received_by=by,
    )
    _note("register_request", made, by, at, {"fonds": fonds.code, "kind": kind}, asker, contact, text)
    return made


@transaction.atomic
def register_visitor_request(
    *,
    receipt: str,
    kind: str,
    asker: str,
    contact: str,
    text: str,
    fonds: Fonds,
    entry: Entry | None,
    by: str,
    at: datetime,
) -> AccessRequest:
    """Register what a visitor sent from the public site, under its own number and with its receipt. Raises Refusal.

    Nobody's right is asked: whoever carries the document in registers it, and the request officers find it at their desk.
    """
    check_registration(kind=kind, asker=asker, contact=contact, text=text)
    if entry is not None and entry.fonds_id != fonds.pk:
        raise Refusal(Sentence("所指条目不在该全宗。", "The entry is not of this fonds."))
    ledger.hold()
    if by_receipts([receipt]):
        raise Refusal(Sentence(f"回执 {receipt} 已经登记。", f"Receipt {receipt} is registered already."))
    made = AccessRequest.objects.create(
        number=next_request(kind, timezone.localdate(at).year),
        receipt=receipt,
        kind=kind,
        asker=asker.strip(),
        contact=contact.strip(),
        text=text.strip(),
        fonds=fonds,
        entry=entry,
        received_at=at,
    )
    facts: dict[str, ledger.Fact] = {"fonds": fonds.code, "kind": kind, "receipt": receipt}
    _note("register_visitor_request", made, by, at, facts, asker, contact, text)
    return made


@transaction.atomic
def answer_request(*, request: AccessRequest, answer: str, text: str, by: Person, at: datetime) -> None:
    """Answer a request or a complaint, once. Nothing is opened by it. Raises Refusal, also where it says a closed title."""
    access.demand(by, "review.answer_requests_fonds", request.fonds)
    ledger.hold()
    request = AccessRequest.objects.select_related("fonds", "entry").get(pk=request.pk)
    entry = request.entry
    check_answer(
        kind=request.kind,
        answer=answer,
        text=text,
        answered=request.answered_at is not None,
        is_open=None if entry is None else entry.access_status == AccessStatus.OPEN,
        closed_titles=closed_titles_said(request, text),
        classified=entry is not None and _classified(entry, at),
    )
    request.answer, request.answer_text = answer, text.strip()
    request.answered_at, request.answered_by = at, by
    request.save(update_fields=["answer", "answer_text", "answered_at", "answered_by"])
    facts: dict[str, ledger.Fact] = {"answer": answer}
    if whose := access.on_behalf(by, "review.answer_requests_fonds", request.fonds):
        facts["for"] = whose.username
    _note("answer_request", request, by, at, facts, text)


@transaction.atomic
def note_review(*, request: AccessRequest, batch: Batch, by: Person, at: datetime) -> None:
    """Keep with a request the batch in which its entry is reviewed on demand. By a planner or who answered. Raises Refusal."""
    plans = access.holds(by, "review.plan_fonds", request.fonds)
    access.demand(by, "review.plan_fonds" if plans else "review.answer_requests_fonds", request.fonds)
    ledger.hold()
    request = AccessRequest.objects.select_related("fonds").get(pk=request.pk)
    if request.answer not in ASKS_FOR_REVIEW or request.batch_id is not None:
        raise Refusal(Sentence("该申请无须另行组批。", "This request asks for no further batch."))
    if not batch.batch_entries.filter(entry=request.entry_id).exists():
        raise Refusal(Sentence("该批次中没有所申请的条目。", "The entry that is asked for is not in this batch."))
    request.batch = batch
    request.save(update_fields=["batch"])
    _note("note_review", request, by, at, {"batch": batch.number})


def _classified(entry: Entry, at: datetime) -> bool:
    said = "\n".join((entry.notes, entry.access_condition))
    today = timezone.localdate(at)
    return entry.stub or still_classified(entry.classification, entry.latest, today, said=said)


def _note(
    act: str, request: AccessRequest, by: Person | str, at: datetime, facts: dict[str, ledger.Fact], *texts: str
) -> None:
    """The ledger line: numbers and codes; what was written, by its digest."""
    ledger.append(
        act=act,
        subject=f"request {request.number}",
        by=by,
        at=at,
        facts=facts,
        rows_digest=ledger.digest_of_rows([tuple(text.strip() for text in texts)]) if texts else "",
    )
