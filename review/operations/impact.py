"""Counting what a draft of a ruleset would change in all that is held, before anybody adopts it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime

from django.db import transaction

from review import access, ledger
from review.models import Impact, ImpactEntry, Person, RulesetDraft
from review.models.bulk import insert_rows
from review.queries.impact import EntryChange, impact_of
from review.queries.rules import current_screener, draft_screener

_AT_ONCE = 5000
_INTO = ("impact_id", "entry_id", "before", "after", "added", "removed", "was_open")


@transaction.atomic
def record_impact(
    *,
    draft: RulesetDraft,
    by: Person,
    at: datetime,
    today: date,
    report: Callable[[int, int], None] | None = None,
) -> Impact:
    """Screen what the draft could touch by it and by the ruleset in force, and keep which entries differ.

    `report` is told how far it is. Raises Refusal for a draft that does not load, PermissionDenied.
    """
    access.demand_keeper(by)
    old, new = current_screener(), draft_screener(draft)
    found = impact_of(old, new, today, report)
    impact = Impact.objects.create(
        draft=draft, base_digest=old.ruleset.digest, draft_digest=new.ruleset.digest, day=today, held=found.held,
        looked_at=found.looked_at, changed=0, newly_hit_open=0, by=by, at=at,
    )  # fmt: skip
    waiting: list[EntryChange] = []
    for change in found.changes:
        waiting.append(change)
        impact.changed += 1
        impact.newly_hit_open += change.newly_hit_open
        if len(waiting) == _AT_ONCE:
            _keep(impact, waiting)
            waiting = []
    _keep(impact, waiting)
    impact.save(update_fields=["changed", "newly_hit_open"])
    kept = impact.entries.order_by("entry").values_list(
        "entry__reference_code", "before", "after", "added", "removed"
    )
    ledger.append(
        act="record_impact",
        subject=f"ruleset {draft.number}",
        by=by,
        at=at,
        facts={
            "held": impact.held, "looked_at": impact.looked_at, "changed": impact.changed,
            "newly_hit_open": impact.newly_hit_open, "today": today.isoformat(), "base": old.ruleset.number,
        },
        ruleset_digest=impact.draft_digest,
        rows_digest=ledger.digest_of_rows(kept.iterator(chunk_size=5000)),
    )  # fmt: skip
    return impact


def _keep(impact: Impact, changes: list[EntryChange]) -> None:
    insert_rows(
        ImpactEntry,
        _INTO,
        [
            (
                impact.pk,
                change.entry,
                str(change.before.suggestion),
                str(change.after.suggestion),
                json.dumps(change.added),
                json.dumps(change.removed),
                change.was_open,
            )
            for change in changes
        ],
    )
