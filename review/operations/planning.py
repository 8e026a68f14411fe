"""Cutting a batch: the entries of a fonds that are due, and those whose category may open early."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction

from policies.dates import CLOSURE_YEARS, due_date
from policies.outcomes import Suggestion
from policies.sentences import Refusal, Sentence
from review import access, ledger
from review.models import AccessStatus, Batch, BatchEntry, Entry, Fonds, Person
from review.queries.records import record_of, span_of
from review.queries.rules import current_screener


@transaction.atomic
def cut_batch(*, fonds: Fonds, by: Person, at: datetime, today: date, codes: Collection[str] | None = None) -> Batch:
    """Put the due entries of `fonds` and its early-opening candidates in a new batch, in archival order.

    `codes` narrows the choice to these reference codes. Entries under review, already open or deferred stay out.
    Raises Refusal when nothing is due. Source: 档案法 art. 27; 实施条例 art. 29 (in batches, 分期分批).
    """
    access.demand(by, "review.plan_fonds", fonds)
    ledger.hold()
    waiting = Entry.objects.filter(
        fonds=fonds, access_status__in=[AccessStatus.NOT_REVIEWED, AccessStatus.LEGACY_CONTROL], latest__isnull=False
    ).exclude(batch_entries__live=True)
    if codes is not None:
        waiting = waiting.filter(reference_code__in=list(codes))
    chosen = [entry for entry in waiting.order_by("position", "id") if _is_up(entry, today)]
    if not chosen:
        raise Refusal(
            Sentence(
                f"全宗“{fonds}”没有到期或可提前开放、且未在审核中的条目，无须组批。",
                f"In “{fonds}” no entry is due or a candidate for early opening outside a running batch: nothing to cut.",
            )
        )
    batch = Batch.objects.create(number=_next_number(fonds, at), fonds=fonds, made_at=at, made_by=by)
    BatchEntry.objects.bulk_create(
        [BatchEntry(batch=batch, entry=entry, position=place) for place, entry in enumerate(chosen, 1)],
        batch_size=1000,
    )
    ledger.append(
        act="cut_batch",
        subject=f"batch {batch.number}",
        by=by,
        at=at,
        facts={"entries": len(chosen), "closure_years": CLOSURE_YEARS, "today": today.isoformat()},
        rows_digest=ledger.digest_of_rows([(entry.reference_code,) for entry in chosen]),
    )
    return batch


def _is_up(entry: Entry, today: date) -> bool:
    """Due by its date, or not due but of a category that may open early."""
    span = span_of(entry)
    if span is None:
        return False
    if due_date(span) <= today:
        return True
    return current_screener().screen(record_of(entry), today).suggestion is Suggestion.OPEN_EARLY


def _next_number(fonds: Fonds, at: datetime) -> str:
    stem = f"{fonds.code}-{at.year}-"
    taken = Batch.objects.filter(number__startswith=stem).values_list("number", flat=True)
    return f"{stem}{max((int(number.removeprefix(stem)) for number in taken), default=0) + 1:02d}"
