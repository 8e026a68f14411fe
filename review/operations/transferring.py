"""Transfer: a forming unit is asked for its opinion on what it will hand over; the opinion is stored, dated and shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from policies.sentences import Refusal, Sentence
from policies.transferring import (
    TransferAdvice,
    check_advice,
    check_all_given,
    check_open_request,
    check_something_to_ask,
)
from review import access, ledger
from review.models import Agency, Fonds, Person, TransferOpinion, TransferRequest
from review.queries.due import due_on
from review.queries.transfers import asked_about, not_transferred, without_opinion

COUNTERSIGN = "review.countersign_agency"


@transaction.atomic
def ask_opinion(*, fonds: Fonds, agency: Agency, by: Person, at: datetime) -> TransferRequest:
    """Ask a unit about its entries of a fonds that are not yet due and were never reviewed. Raises Refusal for none.

    Source: 档案法 art. 30 and 档案法实施条例 art. 30 (the unit alone reviews what is not transferred, and says so then).
    """
    access.demand(by, "review.plan_fonds", fonds)
    ledger.hold()
    day = timezone.localdate(at)
    entries = not_transferred(fonds, agency, day).count()
    check_something_to_ask(entries)
    if TransferRequest.objects.filter(fonds=fonds, agency=agency, done_at__isnull=True).exists():
        raise Refusal(
            Sentence(
                f"已就此全宗征询“{agency}”，尚未答复。",
                f"“{agency}” is asked about this fonds already and has not answered.",
            )
        )
    stem = f"YJ-{day.year}-"
    taken = TransferRequest.objects.filter(number__startswith=stem).values_list("number", flat=True)
    number = max((int(one.removeprefix(stem)) for one in taken), default=0) + 1
    request = TransferRequest.objects.create(
        number=f"{stem}{number:03d}", fonds=fonds, agency=agency, asked_at=at, asked_by=by
    )
    ledger.append(
        act="ask_opinion",
        subject=f"transfer {request.number}",
        by=by,
        at=at,
        facts={"fonds": fonds.code, "agency": agency.code, "entries": entries},
    )
    return request


@transaction.atomic
def record_opinions(
    *, request: TransferRequest, opinions: Mapping[int, TransferAdvice], by: Person, at: datetime
) -> None:
    """Store the unit's opinions (by entry id). An older opinion on an entry stays on record and no longer stands.

    An opinion decides nothing: the entry's access status is not touched, and a later review is as long as any other.
    Raises Refusal.
    """
    access.demand(by, COUNTERSIGN, request.agency)
    ledger.hold()
    request.refresh_from_db(fields=["done_at"])
    check_open_request(request.done_at is not None)
    entries = asked_about(request).in_bulk(list(opinions))
    if not opinions or len(entries) != len(opinions):
        raise Refusal(
            Sentence(
                "所选条目不在本次征询之列，请刷新页面。",
                "The chosen entries are not what is asked about. Reload the page.",
            )
        )
    for pk, advice in opinions.items():
        entry = entries[pk]
        due = due_on(entry.latest) if entry.latest else None
        check_advice(advice, code=entry.reference_code, stub=entry.stub, due=due)
    TransferOpinion.objects.filter(entry__in=list(opinions), standing=True).update(standing=False)
    TransferOpinion.objects.bulk_create(
        [
            TransferOpinion(
                request=request,
                entry=entries[pk],
                outcome=advice.outcome,
                ground=advice.ground,
                opens_on=advice.opens_on,
                disclosure=advice.disclosure,
                classification_change=advice.classification_change,
                reason=advice.reason,
                person=by,
                at=at,
            )
            for pk, advice in opinions.items()
        ],
        batch_size=500,
    )
    ledger.append(
        act="record_transfer_opinions",
        subject=f"transfer {request.number}",
        by=by,
        at=at,
        facts=_acting_for(by, request) | {"entries": len(opinions)},
        rows_digest=ledger.digest_of_rows(
            (entries[pk].reference_code, said.outcome, said.ground, said.opens_on or "", said.disclosure)
            for pk, said in sorted(opinions.items())
        ),
    )


@transaction.atomic
def hand_in(*, request: TransferRequest, by: Person, at: datetime) -> None:
    """Hand the opinions in when there is one on every entry: untouched is no opinion. Raises Refusal."""
    access.demand(by, COUNTERSIGN, request.agency)
    ledger.hold()
    request.refresh_from_db(fields=["done_at"])
    check_open_request(request.done_at is not None)
    check_all_given(without_opinion(request).count())
    request.done_at, request.done_by = at, by
    request.save(update_fields=["done_at", "done_by"])
    ledger.append(
        act="hand_in_opinions",
        subject=f"transfer {request.number}",
        by=by,
        at=at,
        facts=_acting_for(by, request) | {"entries": request.opinions.filter(standing=True).count()},
    )


def _acting_for(by: Person, request: TransferRequest) -> dict[str, ledger.Fact]:
    giver = access.on_behalf(by, COUNTERSIGN, request.agency)
    return {"for": giver.username} if giver else {}
