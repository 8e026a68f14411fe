"""Countersignature (会签): asking each responsible agency, and recording its answer entry by entry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from policies.countersigning import UnitAnswer, check_answer, check_seal, wanted
from policies.outcomes import Outcome, Stage
from policies.reviewing import check_all_decided, check_return_reason, check_rules_applied
from policies.sentences import Refusal, Sentence
from review import access, ledger
from review.models import Asked, AskedKind, Batch, BatchEntry, Countersignature, Opinion, Person
from review.models.bulk import insert_rows
from review.models.opinions import Hand, insert_opinions
from review.queries.decisions import decision_of, entries_for, proposals, round_of, standing, unanswered
from review.queries.mid_batch import held_by_rules
from review.queries.procedures import procedure_of, steps_of
from review.queries.succession import WhoAnswers, who_answers_each

# Of each entry no more than who answers is found by, and what the ledger names it by.
_OF_ENTRY = ("reference_code", "series_title", "agency", "fonds", "earliest", "latest", "date_text")
_ASKED_BY = ("batch", "entry", "position", *(f"entry__{name}" for name in _OF_ENTRY))
ANSWER, APPROVE = "review.countersign_agency", "review.approve_agency"


@transaction.atomic
def ask_agencies(*, batch: Batch, by: Person | str, at: datetime) -> list[Countersignature]:
    """Ask every agency that answers today for an entry of the archives' proposal; entries referred elsewhere are not asked.

    Asked is who answers on this day, not who formed the record: what became of an agency later changes nothing in this
    round. Nobody is asked about what the archives decide alone, or about what nobody is known to answer for: that stays
    closed. Source: 档案法 art. 30; 实施条例 art. 30.
    """
    round_ = round_of(batch)
    proposed = proposals(batch).exclude(outcome=Outcome.REFER).order_by()
    of_them = batch.batch_entries.filter(pk__in=proposed.values("batch_entry")).select_related("entry")
    rows = list(of_them.only(*_ASKED_BY).order_by("position"))
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
        to: list[int | None] = [requests[agency.pk].pk for agency in who.agencies]
        for request in to or [None]:
            asked.append((row.pk, round_, who.kind, request, who.reason.zh, who.reason.en))
    insert_rows(Asked, ("batch_entry_id", "round", "kind", "countersignature_id", "why_zh", "why_en"), asked)


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
    rows = {row.pk: row for row in entries_for(batch, agency).filter(pk__among=answers)}
    if len(rows) != len(answers) or not answers:
        raise Refusal(
            Sentence("所选条目不属贵单位，请刷新页面。", "The chosen entries are not your unit's. Reload the page.")
        )
    proposed = {row.batch_entry_id: decision_of(row) for row in proposals(batch).filter(batch_entry_id__among=rows)}
    giver = access.on_behalf(by, ANSWER, agency)
    hand = Hand(Stage.COUNTERSIGN, countersignature.round, by, giver, at, agency)
    opinions = []
    for pk, answer in answers.items():
        check_answer(rows[pk].entry.reference_code, proposed[pk], answer, today=today)
        decided = wanted(proposed[pk], answer)
        opinions.append(hand.gives(pk, decided, answer=answer.answer, reason=answer.reason))
    Opinion.objects.filter(
        batch_entry_id__among=rows,
        stage=Stage.COUNTERSIGN,
        agency=agency,
        round=countersignature.round,
        standing=True,
    ).update(standing=False)
    insert_opinions(opinions)
    ledger.append(
        act="record_answers",
        subject=f"batch {batch.number}",
        by=by,
        at=at,
        facts={"agency": agency.code, "round": countersignature.round, "entries": len(opinions), **_for(giver)},
        rows_digest=ledger.digest_of_rows(
            (rows[o.batch_entry_id].entry.reference_code, o.answer, o.outcome, o.ground, o.opens_on, o.reason)
            for o in opinions
        ),
    )


@transaction.atomic
def hand_on(*, countersignature: Countersignature, by: Person, at: datetime) -> None:
    """Declare an agency's answer complete. Raises Refusal while an entry of its own has no answer.

    Where the procedure asks for the seal, only a head of the unit does (house policy; 盖章 of the 会签 letter).
    """
    batch, agency = countersignature.batch, countersignature.agency
    _check_hand(countersignature, by)
    if steps_of(batch).agency_seal:
        check_seal(sealed_by_head=access.holds(by, APPROVE, agency))
    check_rules_applied(**held_by_rules(batch))
    check_all_decided(unanswered(batch, agency).count())
    _complete(countersignature, by, at)
    answers = standing(batch, Stage.COUNTERSIGN).filter(agency=agency).order_by("batch_entry__position")
    ledger.append(
        act="countersign",
        subject=f"batch {batch.number}",
        by=by,
        at=at,
        facts={
            "agency": agency.code,
            "round": countersignature.round,
            "entries": answers.count(),
            **_for(countersignature.answered_for),
        },
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
        facts={
            "agency": countersignature.agency.code,
            "round": countersignature.round,
            **_for(countersignature.answered_for),
        },
        rows_digest=ledger.digest_of_rows([(countersignature.return_reason,)]),
    )


@transaction.atomic
def lapse(*, countersignature: Countersignature, at: datetime) -> None:
    """Record that an agency's time is over without its answer, and what that means by the batch's procedure.

    Nothing opens and nothing is deferred by it: what is unanswered goes on as a difference, but for the entries on which
    the rule deems consent (policies/silence.py). Raises Refusal when the answer was handed in, or recorded as silent.
    Source: 国家档案馆档案开放办法 art. 15; 档案法实施条例 art. 30.
    """
    batch, agency = countersignature.batch, countersignature.agency
    countersignature.refresh_from_db(fields=["answered_at", "silent_at"])
    _check_open(countersignature)
    countersignature.silent_at, countersignature.silence = at, procedure_of(batch).silence
    countersignature.save(update_fields=["silent_at", "silence"])
    ledger.append(
        act="lapse",
        subject=f"batch {batch.number}",
        by="tick",
        at=at,
        facts={
            "agency": agency.code,
            "round": countersignature.round,
            "silence": countersignature.silence,
            "unanswered": unanswered(batch, agency).count(),
        },
        rows_digest=ledger.digest_of_rows(
            unanswered(batch, agency).order_by("position").values_list("entry__reference_code")
        ),
    )


def _complete(countersignature: Countersignature, by: Person, at: datetime) -> None:
    countersignature.answered_at, countersignature.answered_by = at, by
    countersignature.answered_for = access.on_behalf(by, ANSWER, countersignature.agency)
    countersignature.save(update_fields=["answered_at", "answered_by", "answered_for", "return_reason"])


def _for(giver: Person | None) -> dict[str, str]:
    return {"for": giver.username} if giver else {}


def _check_hand(countersignature: Countersignature, by: Person) -> None:
    access.demand(by, ANSWER, countersignature.agency)
    _check_open(countersignature)


def _check_open(countersignature: Countersignature) -> None:
    if countersignature.silent_at is not None:
        raise Refusal(
            Sentence(
                "会签期限已过，已按逾期未答复处理。贵单位的意见请交档案馆，在协商环节作为陈述记录。",
                "The time to answer is over, and this was recorded as no answer. Give your unit's view to the archives: it is "
                "recorded as a statement at reconciliation.",
            )
        )
    if countersignature.answered_at is not None or countersignature.round != round_of(countersignature.batch):
        raise Refusal(
            Sentence(
                "贵单位的会签意见已经交回，不能再改。",
                "Your unit's answer has been handed in and can no longer change.",
            )
        )
