"""Cutting a batch: the entries of a fonds that are due, and those whose category may open early."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from itertools import islice

from django.db import transaction

from policies.outcomes import Suggestion
from policies.screening import Screener
from policies.sentences import Refusal, Sentence
from review import access, ledger
from review.models import AccessStatus, Agency, Batch, BatchEntry, Entry, Fonds, Person, Series
from review.queries.due import CUT_STATES, Choice, chosen, due_mode, last_due, profile
from review.queries.records import for_records, records_of
from review.queries.rules import current_screener

_AT_ONCE = 2000  # entries held and screened at a time


@transaction.atomic
def cut_batch(
    *,
    fonds: Fonds,
    by: Person,
    at: datetime,
    today: date,
    codes: Collection[str] | None = None,
    choice: Choice | None = None,
) -> Batch:
    """Put the due entries of `fonds` and its early-opening candidates in a new batch, in archival order.

    `codes` narrows the choice to these reference codes, `choice` to a part of the due list: its state "due" or "overdue"
    takes no early candidates, "early" takes those alone that the rules open early, "all" both. Entries under review,
    already open or deferred stay out. Raises Refusal when nothing is due. Source: 档案法 art. 27; 实施条例 art. 29 (in
    batches, 分期分批).
    """
    access.demand(by, "review.plan_fonds", fonds)
    ledger.hold()
    taken = _up(fonds, today, codes, choice or Choice())
    if not taken:
        raise Refusal(
            Sentence(
                f"全宗“{fonds}”没有到期或可提前开放、且未在审核中的条目，无须组批。",
                f"In “{fonds}” no entry is due or a candidate for early opening outside a running batch: nothing to cut.",
            )
        )
    batch = Batch.objects.create(number=_next_number(fonds, at), fonds=fonds, made_at=at, made_by=by)
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
            "due_mode": due_mode(), **_narrowed(choice),
        },
        rows_digest=ledger.digest_of_rows([(code,) for _, code in taken]),
    )  # fmt: skip
    return batch


def _up(fonds: Fonds, today: date, codes: Collection[str] | None, choice: Choice) -> list[tuple[int, str]]:
    """Id and reference code of what is due, and of what is not due but may open early, in archival order."""
    if choice.state not in ("all", *CUT_STATES):
        raise ValueError(f"no batch is cut of entries that are {choice.state}")
    waiting = Entry.objects.filter(
        fonds=fonds, access_status__in=[AccessStatus.NOT_REVIEWED, AccessStatus.LEGACY_CONTROL], latest__isnull=False
    ).exclude(batch_entries__live=True)
    if codes is not None:
        waiting = waiting.filter(reference_code__in=list(codes))
    rows = for_records(chosen(waiting, choice, today)).order_by("position", "id").iterator(chunk_size=_AT_ONCE)
    screener, due = current_screener(), last_due(today)
    taken: list[tuple[int, str]] = []
    while piece := list(islice(rows, _AT_ONCE)):
        early = _early([entry for entry in piece if not _is_due(entry, due)], screener, today)
        taken += [(entry.pk, entry.reference_code) for entry in piece if _is_due(entry, due) or entry.pk in early]
    return taken


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


def _narrowed(choice: Choice | None) -> dict[str, str]:
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
