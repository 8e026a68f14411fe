"""Replying to a forming unit's question about an entry: kept with the entry, so that nobody has to remember a telephone call."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from policies.sentences import Refusal, Sentence
from review import access, ledger
from review.models import Opinion, Person, Statement, StatementKind
from review.queries.questions import questions_of

PERMISSION = "review.reconcile_fonds"


@transaction.atomic
def reply_to_question(*, question: Opinion, text: str, by: Person, at: datetime) -> Statement:
    """Record what the archives reply to a unit's question. Nothing is decided by it; the unit still answers.

    Raises Refusal for an empty reply, or when the question waits no more; PermissionDenied.
    """
    batch = question.batch_entry.batch
    access.demand(by, PERMISSION, batch.fonds)
    ledger.hold()
    if not text.strip():
        raise Refusal(Sentence("请写明答复。", "Write the reply."))
    if not questions_of(batch).filter(pk=question.pk).exists():
        raise Refusal(
            Sentence(
                "该单位已经答复或另有提问，此问题不再等待回答。请刷新页面。",
                "The unit has answered or asked anew; this question waits no more. Reload the page.",
            )
        )
    made = Statement.objects.create(
        batch_entry=question.batch_entry,
        round=question.round,
        kind=StatementKind.REPLY,
        text=text.strip(),
        person=by,
        at=at,
    )
    giver = access.on_behalf(by, PERMISSION, batch.fonds)
    ledger.append(
        act="reply_to_question",
        subject=f"batch {batch.number}",
        by=by,
        at=at,
        facts={
            "round": question.round,
            "agency": question.agency.code if question.agency else "",
            **({"for": giver.username} if giver else {}),
        },
        rows_digest=ledger.digest_of_rows([(question.batch_entry.entry.reference_code, made.text)]),
    )
    return made
