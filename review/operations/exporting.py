"""Taking a whole catalogue out of the house, closed titles and all: noted before it is done."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from review import access, ledger
from review.models import Fonds, Person


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
