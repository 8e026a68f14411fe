"""Countersignature (会签): asking each responsible agency, and recording its answer entry by entry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from policies.countersigning import UnitAnswer, check_answer
from policies.outcomes import Answer, Outcome, Stage
from policies.reviewing import check_all_decided, check_return_reason, check_rules_applied
from policies.sentences import Refusal, Sentence
from review import access, ledger
from review.models import Asked, AskedKind, Batch, BatchEntry, Countersignature, Opinion, Person
from review.queries.decisions import decision_of, entries_for, round_of, standing, unanswered
from review.queries.mid_batch import held_by_rules
from review.queries.succession import WhoAnswers, who_answers_each


@transaction.atomic
def ask_agencies(*, batch: Batch, by: Person | str, at: datetime) -> list[Countersignature]:
    """Ask every agency that answers today for an entry of the archives' proposal; entries referred elsewhere are not asked.

    Asked is who answers on this day, not who formed the record: what became of an agency later changes nothing in this
    round. Nobody is asked about what the archives decide alone, or about what nobody is known to answer for: that stays
    closed. Source: 档案法 art. 30; 实施条例 art. 30.
    """
    round_ = round_of(batch)
    proposed = (
        standing(batch, Stage.SECOND_REVIEW).exclude(outcome=Outcome.REFER).select_related("batch_entry__entry")
    )
    rows = [opinion.batch_entry for opinion in proposed.order_by("batch_entry__position")]
    answering = who_answers_each([row.entry for row in rows], timezone.localdate(at), "opening")
    agencies = {agency for row in rows for agency in answering[row.entry_id].agencies}
    requests = Countersignature.objects.bulk_create(
        [
            Countersignature(batch=batch, agency=agency, round=round_, asked_at=at)
            for agency in sorted(agencies, key=lambda agency: agency.code)
        ]
    )
    _record_asked(rows, answering, {request.agency_id: request for request in requests}, round_)
    ledger.append(
        act="ask_agencies",
        subject=f"batch {batch.number}",
        by=by,
        at=at,
        facts={
            "round": round_,
            "agencies": [request.agency.code for request in requests],
            **_of_nobody(rows, answering),
        },
        rows_digest=ledger.digest_of_rows(
            (row.entry.reference_code, who.kind, *(agency.code for agency in who.agencies))
            for row in rows
            for who in (answering[row.entry_id],)
        ),
    )
    return requests


def _record_asked(
    rows: Iterable[BatchEntry],
    answering: Mapping[int, WhoAnswers],
    requests: Mapping[int, Countersignature],
    round_: int,
) -> None:
    """Keep, entry by entry, who is asked and why; a row without a request where nobody is."""
    asked = []
    for row in rows:
        who = answering[row.entry_id]
        to: list[Countersignature | None] = [requests[agency.pk] for agency in who.agencies]
        for request in to or [None]:
            asked.append(
                Asked(
                    batch_entry=row,
                    round=round_,
                    kind=who.kind,
                    countersignature=request,
                    why_zh=who.reason.zh,
                    why_en=who.reason.en,
                )
            )
    Asked.objects.bulk_create(asked, batch_size=500)


def _of_nobody(rows: Iterable[BatchEntry], answering: Mapping[int, WhoAnswers]) -> dict[str, int | list[str]]:
    """What the ledger says of entries that nobody is asked about, with the reasons; and who is told only."""
    found = [answering[row.entry_id] for row in rows]
    facts: dict[str, int | list[str]] = {}
    for kind in (AskedKind.ARCHIVES_ALONE, AskedKind.UNKNOWN):
        of_kind = [who for who in found if who.kind == kind]
        if of_kind:
            facts[str(kind)] = len(of_kind)
            facts[f"why_{kind}"] = sorted({who.reason.zh for who in of_kind})
    told = sorted({agency.code for who in found for agency in who.told})
    return {**facts, "told": told} if told else facts


@transaction.atomic
def record_answers(
    *, countersignature: Countersignature, answers: Mapping[int, UnitAnswer], by: Person, at: datetime, today: date
) -> None:
    """Record an agency's answer for each batch entry id. All or none. Raises Refusal, PermissionDenied."""
    batch, agency = countersignature.batch, countersignature.agency
    _check_hand(countersignature, by)
    rows = {row.pk: row for row in entries_for(batch, agency).filter(pk__in=list(answers))}
    if len(rows) != len(answers) or not answers:
        raise Refusal(
            Sentence("所选条目不属贵单位，请刷新页面。", "The chosen entries are not your unit's. Reload the page.")
        )
    proposals = {
        opinion.batch_entry_id: opinion
        for opinion in standing(batch, Stage.SECOND_REVIEW).filter(batch_entry__in=list(rows))
    }
    opinions = []
    for pk, answer in answers.items():
        proposal = decision_of(proposals[pk])
        check_answer(rows[pk].entry.reference_code, proposal, answer, today=today)
        wanted = proposal if answer.answer is Answer.AGREE else answer.counter
        not_ours = answer.answer is Answer.NOT_OURS or wanted is None
        opinions.append(
            Opinion(
                batch_entry=rows[pk],
                stage=Stage.COUNTERSIGN,
                agency=agency,
                round=countersignature.round,
                answer=answer.answer,
                outcome="" if not_ours or wanted is None else wanted.outcome,
                ground="" if not_ours or wanted is None else wanted.ground,
                opens_on=None if not_ours or wanted is None else wanted.opens_on,
                reason=answer.reason,
                person=by,
                at=at,
            )
        )
    Opinion.objects.filter(
        batch_entry__in=list(rows),
        stage=Stage.COUNTERSIGN,
        agency=agency,
        round=countersignature.round,
        standing=True,
    ).update(standing=False)
    Opinion.objects.bulk_create(opinions, batch_size=500)
    ledger.append(
        act="record_answers",
        subject=f"batch {batch.number}",
        by=by,
        at=at,
        facts={"agency": agency.code, "round": countersignature.round, "entries": len(opinions)},
        rows_digest=ledger.digest_of_rows(
            (rows[o.batch_entry_id].entry.reference_code, o.answer, o.outcome, o.ground, o.opens_on, o.reason)
            for o in opinions
        ),
    )


@transaction.atomic
def hand_on(*, countersignature: Countersignature, by: Person, at: datetime) -> None:
    """Declare an agency's answer complete. Raises Refusal while an entry of its own has no answer."""
    batch, agency = countersignature.batch, countersignature.agency
    _check_hand(countersignature, by)
    check_rules_applied(**held_by_rules(batch))
    check_all_decided(unanswered(batch, agency).count())
    _complete(countersignature, by, at)
    answers = standing(batch, Stage.COUNTERSIGN).filter(agency=agency).order_by("batch_entry__position")
    ledger.append(
        act="countersign",
        subject=f"batch {batch.number}",
        by=by,
        at=at,
        facts={"agency": agency.code, "round": countersignature.round, "entries": answers.count()},
        rows_digest=ledger.digest_of_rows(
            answers.values_list("batch_entry__entry__reference_code", "answer", "outcome", "ground", "opens_on")
        ),
    )


@transaction.atomic
def ask_return(*, countersignature: Countersignature, reason: str, by: Person, at: datetime) -> None:
    """Answer that the batch should go back to first review; it does when the other agencies have answered too."""
    _check_hand(countersignature, by)
    check_return_reason(reason)
    countersignature.return_reason = reason.strip()
    _complete(countersignature, by, at)
    ledger.append(
        act="ask_return",
        subject=f"batch {countersignature.batch.number}",
        by=by,
        at=at,
        facts={"agency": countersignature.agency.code, "round": countersignature.round},
        rows_digest=ledger.digest_of_rows([(countersignature.return_reason,)]),
    )


def _complete(countersignature: Countersignature, by: Person, at: datetime) -> None:
    countersignature.answered_at, countersignature.answered_by = at, by
    countersignature.save(update_fields=["answered_at", "answered_by", "return_reason"])


def _check_hand(countersignature: Countersignature, by: Person) -> None:
    access.demand(by, "review.countersign_agency", countersignature.agency)
    if countersignature.answered_at is not None or countersignature.round != round_of(countersignature.batch):
        raise Refusal(
            Sentence(
                "贵单位的会签意见已经交回，不能再改。",
                "Your unit's answer has been handed in and can no longer change.",
            )
        )
