"""Questions that forming units ask about an entry instead of answering, and the archives' replies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from policies.outcomes import Answer, Stage
from review.models import Batch, Countersignature, Opinion, Statement, StatementKind
from review.queries.decisions import round_of


@dataclass(frozen=True, slots=True)
class Asking:
    """One question that waits for a reply or for the unit's answer, with the replies so far."""

    question: Opinion
    replies: tuple[Statement, ...]


def questions_of(batch: Batch) -> QuerySet[Opinion]:
    """What units want to know of a batch before they answer: the questions that stand in its round."""
    rows = Opinion.objects.filter(
        batch_entry__batch=batch, round=round_of(batch), stage=Stage.COUNTERSIGN, answer=Answer.NEED_MORE_TIME,
        standing=True,
    )  # fmt: skip
    open_ = Countersignature.objects.filter(batch=batch, answered_at=None, silent_at=None).values("agency")
    return rows.filter(agency__in=open_).select_related("batch_entry__entry", "agency", "person").order_by("pk")


def asking(batch: Batch) -> list[Asking]:
    """The questions of a batch with what was replied to each, those without a reply first. Two queries."""
    questions = list(questions_of(batch))
    replies = replies_to(question.batch_entry_id for question in questions)
    rows = [
        Asking(
            one,
            tuple(reply for reply in replies if reply.batch_entry_id == one.batch_entry_id and reply.at >= one.at),
        )
        for one in questions
    ]
    return sorted(rows, key=lambda row: bool(row.replies))


def replies_to(entries: Iterable[int]) -> list[Statement]:
    """The archives' replies about these entries (by batch entry id), in their order."""
    rows = Statement.objects.filter(batch_entry__in=list(entries), kind=StatementKind.REPLY)
    return list(rows.select_related("person").order_by("pk"))
