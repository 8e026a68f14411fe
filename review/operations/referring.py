"""Referral: whoever may decide is asked, the answer is recorded with its document, and silence never opens anything."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from policies.referring import (
    ASKED_AGAIN,
    NO_BODY,
    NOT_OURS,
    PASSED_ON,
    SECRECY_AUTHORITY,
    STILL_SECRET,
    Addressee,
    ReferralReply,
    check_reply,
    highest_level,
)
from policies.sentences import Refusal, Sentence
from review import access, ledger
from review.models import Agency, Batch, Entry, Person, Referral
from review.queries.referrals import wanted_of

REFER = "review.refer_fonds"


@transaction.atomic
def open_referrals(*, batch: Batch, by: Person | str, at: datetime) -> list[Referral]:
    """Ask, for each entry whose signed outcome is "refer", the body that may decide on it. Again: asks nobody twice.

    The entries stay closed and in no batch until they are answered. Nothing to ask: no line, an empty list.
    Source: 保守国家秘密法实施条例 arts. 22-23 (the original classifier, its successor or superior; never the archives).
    """
    ledger.hold()
    wanted = wanted_of(batch, timezone.localdate(at))
    if not wanted:
        return []
    codes = {one.to.code for one in wanted} - {""}
    agencies = {agency.code: agency for agency in Agency.objects.filter(code__in=codes)}
    number = _last_number(at)
    rows = Referral.objects.bulk_create(
        [
            Referral(
                number=_numbered(at, number + place),
                entry=one.entry,
                batch=batch,
                to=agencies.get(one.to.code),
                to_name=one.to.name,
                why_zh=one.to.why.zh,
                why_en=one.to.why.en,
                level=one.level,
                opened_at=at,
                opened_by=by if isinstance(by, str) else by.username,
            )
            for place, one in enumerate(wanted, 1)
        ],
        batch_size=500,
    )
    ledger.append(
        act="open_referrals",
        subject=f"batch {batch.number}",
        by=by,
        at=at,
        facts={"referred": len(rows), "secrets": sum(bool(row.level) for row in rows), "from": rows[0].number,
               "until": rows[-1].number},
        rows_digest=ledger.digest_of_rows([(row.number, row.entry.reference_code, row.to_name) for row in rows]),
    )  # fmt: skip
    return rows


@transaction.atomic
def record_answer(
    *, referral: Referral, reply: ReferralReply, by: Person, at: datetime, today: date
) -> Referral | None:
    """Record what the body answered and the document that says so; returns the referral to the next body, if it goes on.

    Declassified: the entry may be cut into a batch again and is reviewed from the start; a stub, once its title was
    imported. Still secret: it stays closed and is asked about again on that day. Not theirs: the next body is asked at
    once, the secrecy authority where none is named. Raises Refusal.
    """
    access.demand(by, REFER, referral.entry.fonds)
    ledger.hold()
    referral.refresh_from_db()
    if referral.answered_at is not None:
        raise Refusal(
            Sentence(
                f"移送 {referral.number} 已有答复在案，未重复登记。",
                f"Referral {referral.number} is answered already; nothing was recorded twice.",
            )
        )
    check_reply(reply, asked=_asked(referral), today=today)
    following = _next(referral, reply, by, at) if reply.answer == NOT_OURS else None
    referral.answer, referral.evidence = reply.answer, reply.evidence.strip()
    referral.secret_until = reply.until if reply.answer == STILL_SECRET else None
    referral.level = highest_level([referral.level, reply.claimed])
    referral.answered_at, referral.answered_by = at, by
    referral.save()
    if following is not None:
        following.level = referral.level
        following.save()
    acting_for = access.on_behalf(by, REFER, referral.entry.fonds)
    facts: dict[str, ledger.Fact] = {
        "entry": referral.entry.reference_code,
        "asked": referral.to_name,
        "answer": reply.answer,
        "evidence": referral.evidence,
        "level": referral.level,
        "until": referral.secret_until.isoformat() if referral.secret_until else "",
        "next": f"{following.number} {following.to_name}" if following else "",
        "for": acting_for.username if acting_for else "",
    }
    ledger.append(
        act="answer_referral",
        subject=f"referral {referral.number}",
        by=by,
        at=at,
        facts={name: fact for name, fact in facts.items() if fact},
    )
    return following


@transaction.atomic
def ask_again(*, referral: Referral, by: Person | str, at: datetime, today: date) -> Referral:
    """Ask once more about an entry that was still secret until a day that has come. Raises Refusal where that is done.

    The end of a term is a reason to ask, never to open (保守国家秘密法 arts. 23-24: declassified by itself only where
    nothing extends it, which the classifier alone can tell).
    """
    ledger.hold()
    newest = Referral.objects.filter(entry=referral.entry_id).order_by("-pk").first()
    due = referral.secret_until is not None and referral.secret_until <= today
    if newest is None or newest.pk != referral.pk or referral.answer != STILL_SECRET or not due:
        raise Refusal(
            Sentence(
                f"移送 {referral.number} 之后已另有征询，或期限未到，未重复征询。",
                f"After {referral.number} somebody was asked already, or its day has not come; nobody was asked twice.",
            )
        )
    row = _open(referral.entry, referral, _asked(referral, ASKED_AGAIN), by, at)
    row.save()
    ledger.append(
        act="ask_again",
        subject=f"referral {row.number}",
        by=by,
        at=at,
        facts={"entry": row.entry.reference_code, "asked": row.to_name, "after": referral.number},
    )
    return row


def _asked(referral: Referral, why: Sentence | None = None) -> Addressee:
    return Addressee(referral.to.code if referral.to else "", referral.to_name, why or referral.why)


def _next(referral: Referral, reply: ReferralReply, by: Person, at: datetime) -> Referral:
    """The referral to the body that is asked instead; not yet saved, for an entry has one open referral at most."""
    why = PASSED_ON.filled(body=referral.to_name)
    if reply.next_code:
        agency = Agency.objects.filter(code=reply.next_code).first()
        if agency is None:
            raise Refusal(Sentence("没有这个机关，请从列表中选。", "There is no such body. Choose from the list."))
        to = Addressee(agency.code, agency.name, why)
    elif reply.next_name.strip():
        to = Addressee("", reply.next_name.strip()[:200], why)
    else:
        to = Addressee("", SECRECY_AUTHORITY.zh, Sentence(f"{why.zh}{NO_BODY.zh}", f"{why.en} {NO_BODY.en}"))
    return _open(referral.entry, referral, to, by, at)


def _open(entry: Entry, after: Referral, to: Addressee, by: Person | str, at: datetime) -> Referral:
    return Referral(
        number=_numbered(at, _last_number(at) + 1),
        entry=entry,
        batch=after.batch,
        to=Agency.objects.filter(code=to.code).first() if to.code else None,
        to_name=to.name,
        why_zh=to.why.zh,
        why_en=to.why.en,
        level=after.level,
        opened_at=at,
        opened_by=by if isinstance(by, str) else by.username,
    )


def _numbered(at: datetime, number: int) -> str:
    return f"{_stem(at)}{number:04d}"


def _stem(at: datetime) -> str:
    return f"YS-{timezone.localdate(at).year}-"


def _last_number(at: datetime) -> int:
    """The last number taken this year; asked under the ledger's hold, so that no two are the same."""
    taken = Referral.objects.filter(number__startswith=_stem(at)).values_list("number", flat=True)
    return max((int(number.removeprefix(_stem(at))) for number in taken), default=0)
