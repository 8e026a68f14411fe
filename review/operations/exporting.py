"""Taking titles out of the house, closed ones too: a whole catalogue, or what a draft would change. Noted before it is done."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from review import access, ledger
from review.models import Fonds, Impact, Person


@transaction.atomic
def note_export(*, fonds: Fonds, format: str, by: Person, at: datetime) -> None:
    """Note that `by` takes the catalogue of a fonds out in a format. Only who plans or audits the fonds may.

    The file holds titles that are not open: that it left the database is an act like any other.
    """
    if not access.holds(by, "review.audit_fonds", fonds):
        access.demand(by, "review.plan_fonds", fonds)
    ledger.append(
        act="note_export",
        subject=f"fonds {fonds.code}",
        by=by,
        at=at,
        facts={"format": format, "entries": fonds.entries.count(), "series": fonds.series.count()},
    )


@transaction.atomic
def note_impact_export(*, impact: Impact, format: str, by: Person, at: datetime) -> None:
    """Note that `by` takes out in a format what a draft would change, in the fonds on which `by` holds a right.

    Only who reads drafts may: policy keepers and auditors.
    """
    if not access.reads_policies(by):
        access.demand_keeper(by)
    ledger.append(
        act="note_impact_export",
        subject=f"ruleset {impact.draft.number}",
        by=by,
        at=at,
        facts={
            "format": format,
            "entries": impact.entries.filter(entry__fonds__in=access.fonds_of(by)).count(),
            "today": impact.day.isoformat(),
        },
        ruleset_digest=impact.draft_digest,
    )
