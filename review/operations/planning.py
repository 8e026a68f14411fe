"""Cutting a batch: the entries of a fonds that are due, and those whose category may open early."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from itertools import islice
from typing import cast

from django.db import transaction
from django.db.models import QuerySet

from policies.outcomes import Suggestion
from policies.plans import check_cutting
from policies.screening import Screener
from policies.sentences import Refusal, Sentence
from review import access, ledger
from review.models import (
    CLOSED,
    AccessRequest,
    AccessStatus,
    Agency,
    Batch,
    BatchEntry,
    BatchKind,
    Entry,
    Fonds,
    Person,
    PlanLine,
    Series,
)
from review.queries.due import CUT_STATES, Choice, State, chosen, due_mode, last_due, not_held, profile
from review.queries.plans import entries_of
from review.queries.procedures import in_force
from review.queries.records import for_records, records_of
from review.queries.rules import current_screener

_AT_ONCE = 2000  # entries held and screened at a time


PLAN, ANSWER_REQUESTS = "review.plan_fonds", "review.answer_requests_fonds"


@transaction.atomic
def cut_batch(
    *,
    fonds: Fonds,
    by: Person,
    at: datetime,
    today: date,
    codes: Collection[str] | None = None,
    choice: Choice | None = None,
    kind: BatchKind = BatchKind.REVIEW,
) -> Batch:
    """Put the due entries of `fonds` and its early-opening candidates in a new batch, in archival order, outside any plan.

    `codes` narrows the choice to these reference codes, `choice` to a part of the due list: its state "due" or "overdue"
    takes no early candidates, "early" takes those alone that the rules open early, "all" both. Entries under review,
    held back (an open referral or suspension, a running re-assessment), already open or deferred stay out. Of `kind`
    on demand, `codes` are taken whether they are due or not and though they are deferred: somebody asked for them. The
    batch is under the procedure in force. Raises Refusal when nothing is due. Source: 档案法 art. 27; 实施条例 art. 29
    (in batches, 分期分批).
    """
    on_demand = kind == BatchKind.ON_DEMAND
    if on_demand and codes is None:
        raise ValueError("what is reviewed on demand is named by its codes")
    asked_by = on_demand and not access.holds(by, PLAN, fonds)
    right = ANSWER_REQUESTS if asked_by else PLAN
    access.demand(by, right, fonds)
    ledger.hold()
    taken = _demanded(fonds, codes or ()) if on_demand else _up(_waiting(fonds), today, codes, choice or Choice())
    facts = _narrowed(choice) | ({"kind": str(kind)} if on_demand else {"outside_plan": True})
    return _made(taken, facts | _acting_for(by, right, fonds), fonds=fonds, by=by, at=at, today=today, kind=kind)


@transaction.atomic
def cut_planned(*, line: PlanLine, by: Person, at: datetime, today: date) -> Batch:
    """Put what waits for one line of an approved plan in a new batch, at most as many entries as the line says.

    Of a line that a request asked for, its one entry, to be reviewed on demand. Raises Refusal when nothing waits.
    """
    access.demand(by, PLAN, line.fonds)
    ledger.hold()
    plan = line.plan
    plan.refresh_from_db()
    check_cutting(approved=plan.approved_at is not None, given_up=plan.given_up_at is not None)
    facts: dict[str, ledger.Fact] = {"plan": plan.number, "line": line.position}
    kind = BatchKind.REVIEW
    if line.asked_for is not None and line.asked_for.entry is not None:
        kind, facts["kind"] = BatchKind.ON_DEMAND, str(BatchKind.ON_DEMAND)
        taken = _demanded(line.fonds, [line.asked_for.entry.reference_code])
    else:
        taken = _up(entries_of(line), today, None, Choice(cast(State, line.state)), most=line.size)
    facts |= _acting_for(by, PLAN, line.fonds)
    batch = _made(taken, facts, fonds=line.fonds, by=by, at=at, today=today, kind=kind, line=line)
    if line.asked_for is not None:
        AccessRequest.objects.filter(pk=line.asked_for.pk, batch__isnull=True).update(batch=batch)
    return batch


def _made(
    taken: list[tuple[int, str]],
    facts: Mapping[str, ledger.Fact],
    *,
    fonds: Fonds,
    by: Person,
    at: datetime,
    today: date,
    kind: BatchKind = BatchKind.REVIEW,
    line: PlanLine | None = None,
) -> Batch:
    """The batch with its entries, under the procedure in force, and its line in the ledger. Raises Refusal for none."""
    if not taken:
        raise Refusal(
            Sentence(
                f"全宗“{fonds}”没有到期或可提前开放、且未在审核中的条目，无须组批。",
                f"In “{fonds}” no entry is due or a candidate for early opening outside a running batch: nothing to cut.",
            )
        )
    procedure = in_force()
    batch = Batch.objects.create(
        kind=kind,
        procedure=procedure,
        plan_line=line,
        number=_next_number(fonds, at),
        fonds=fonds,
        made_at=at,
        made_by=by,
    )
    BatchEntry.objects.bulk_create(
        [BatchEntry(batch=batch, entry_id=pk, position=place) for place, (pk, _) in enumerate(taken, 1)],
        batch_size=1000,
    )
    ledger.append(
        act="cut_batch",
        subject=f"batch {batch.number}",
        by=by,
        at=at,
        facts={
            "entries": len(taken), "closure_years": profile().closure_years, "today": today.isoformat(),
            "due_mode": due_mode(), **({"procedure": str(procedure)} if procedure else {}), **facts,
        },
        rows_digest=ledger.digest_of_rows([(code,) for _, code in taken]),
    )  # fmt: skip
    return batch


def _acting_for(by: Person, permission: str, fonds: Fonds) -> dict[str, ledger.Fact]:
    giver = access.on_behalf(by, permission, fonds)
    return {"for": giver.username} if giver else {}


def _waiting(fonds: Fonds) -> QuerySet[Entry]:
    statuses = [AccessStatus.NOT_REVIEWED, AccessStatus.LEGACY_CONTROL]
    return Entry.objects.filter(fonds=fonds, access_status__in=statuses, latest__isnull=False)


def _demanded(fonds: Fonds, codes: Collection[str]) -> list[tuple[int, str]]:
    """What is asked for by its codes and is neither open, under review nor held back, in archival order."""
    closed = [AccessStatus.NOT_REVIEWED, AccessStatus.LEGACY_CONTROL, *CLOSED]
    rows = not_held(Entry.objects.filter(fonds=fonds, reference_code__in=list(codes), access_status__in=closed))
    return list(rows.order_by("position", "id").values_list("pk", "reference_code"))


def _up(
    waiting: QuerySet[Entry], today: date, codes: Collection[str] | None, choice: Choice, most: int | None = None
) -> list[tuple[int, str]]:
    """Id and reference code of what is due, and of what is not due but may open early, in archival order, `most` of it."""
    if choice.state not in ("all", *CUT_STATES):
        raise ValueError(f"no batch is cut of entries that are {choice.state}")
    waiting = chosen(not_held(waiting), choice, today)
    if codes is not None:
        waiting = waiting.filter(reference_code__in=list(codes))
    rows = for_records(waiting).order_by("position", "id").iterator(chunk_size=_AT_ONCE)
    screener, due = current_screener(), last_due(today)
    taken: list[tuple[int, str]] = []
    while (piece := list(islice(rows, _AT_ONCE))) and (most is None or len(taken) < most):
        early = _early([entry for entry in piece if not _is_due(entry, due)], screener, today)
        taken += [(entry.pk, entry.reference_code) for entry in piece if _is_due(entry, due) or entry.pk in early]
    return taken[:most]


def _is_due(entry: Entry, due: date) -> bool:
    return entry.latest is not None and entry.latest <= due


def _early(entries: list[Entry], screener: Screener, today: date) -> set[int]:
    """Those of the entries, not yet due, that the rules would open early, by their full text as well."""
    early: set[int] = set()
    for piece in records_of(entries):
        screenings = screener.screen_all([record for _, record in piece], today)
        early |= {
            entry.pk
            for (entry, _), screening in zip(piece, screenings, strict=True)
            if screening.suggestion is Suggestion.OPEN_EARLY
        }
    return early


def _narrowed(choice: Choice | None) -> dict[str, ledger.Fact]:
    """What a batch was narrowed to, for the ledger: days and codes, no titles."""
    if choice is None:
        return {}
    agency = Agency.objects.filter(pk=choice.agency or 0).values_list("code", flat=True).first()
    series = Series.objects.filter(pk=choice.series or 0).values_list("reference_code", flat=True).first()
    facts = {
        "taken": choice.state,
        "due_from": choice.due_from.isoformat() if choice.due_from else "",
        "due_to": choice.due_to.isoformat() if choice.due_to else "",
        "agency": "—" if choice.agency == 0 else agency or "",
        "series": series or "",
    }
    return {name: fact for name, fact in facts.items() if fact}


def _next_number(fonds: Fonds, at: datetime) -> str:
    stem = f"{fonds.code}-{at.year}-"
    taken = Batch.objects.filter(number__startswith=stem).values_list("number", flat=True)
    return f"{stem}{max((int(number.removeprefix(stem)) for number in taken), default=0) + 1:02d}"
