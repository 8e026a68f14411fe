"""What publishing a batch would change in what the public sees: made of the very edition that would be published.

Everything that goes out is in the edition; what was published before is read from the sealed bundles, for the record may
have other words by now.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from django.conf import settings

from review.documents.bundle import CSV
from review.documents.edition import Edition, EditionEntry
from review.models import CLOSED, AccessStatus, Batch, BatchEntry, Entry, Erratum, Release
from review.queries.decisions import Settled

Kind = Literal["new", "changed", "again"]
SHOWN = ("out", "new", "early", "reworded", "changed", "again", "deferred", "withdrawn")


@dataclass(frozen=True, slots=True)
class GoingOut:
    """One entry that would be public: as it would be, what its title is in the record, and how it was published before."""

    entry: EditionEntry
    series: str
    title: str
    kind: Kind
    before: str = ""
    release: str = ""

    @property
    def reworded(self) -> bool:
        return self.title != self.entry.public_title


@dataclass(frozen=True, slots=True)
class Deferred:
    """One entry that stays closed and is counted in the catalogue under its ground; never named there."""

    entry: Entry
    ground: str
    opens_on: date | None
    newly: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """The diff to what the public sees of this fonds now."""

    last: Release | None
    going_out: list[GoingOut]
    deferred: list[Deferred]
    errata: list[Erratum]
    unchanged: int
    listed: int

    @property
    def counts(self) -> dict[str, int]:
        """How many rows each view of the preview has."""
        found = Counter(row.kind for row in self.going_out)
        return {
            "out": len(self.going_out),
            "new": found["new"],
            "early": sum(row.entry.early for row in self.going_out),
            "reworded": sum(row.reworded for row in self.going_out),
            "changed": found["changed"],
            "again": found["again"],
            "deferred": len(self.deferred),
            "withdrawn": len(self.errata),
        }

    def rows(self, show: str, words: str = "") -> Sequence[GoingOut | Deferred | Erratum]:
        """The rows of one view, in printed order; of those that go out, only those with `words` in code or title."""
        if show == "deferred":
            return [row for row in self.deferred if words in row.entry.reference_code]
        if show == "withdrawn":
            return [row for row in self.errata if words in row.reference_code]
        return [row for row in self.going_out if _is(row, show) and _says(row, words)]


def _is(row: GoingOut, show: str) -> bool:
    named = {"out": True, "early": row.entry.early, "reworded": row.reworded}
    return named.get(show, row.kind == show)


def _says(row: GoingOut, words: str) -> bool:
    return not words or words in row.entry.reference_code or words in row.entry.public_title


def preview_of(batch: Batch, edition: Edition, rows: Sequence[Settled]) -> Preview:
    """What publishing `edition` would change. A number of queries that no number of entries changes."""
    last = Release.objects.filter(batch__fonds=batch.fonds).order_by("-pk").first()
    titles = {row.entry.reference_code: row.entry.title for row in rows}
    before = _published_before(batch)
    going_out = []
    for series, entry in _in_order(edition):
        release, title = before.get(entry.reference_code, ("", ""))
        kind: Kind = "new" if not release else "again" if title == entry.public_title else "changed"
        going_out.append(
            GoingOut(entry, series, titles[entry.reference_code], kind, title if kind == "changed" else "", release)
        )
    deferred = [
        Deferred(row.entry, row.decision.ground, row.decision.opens_on, row.entry.access_status not in CLOSED)
        for row in rows
        if row.decision is not None and row.decision.outcome.closes
    ]
    errata = Erratum.objects.filter(release__batch__fonds=batch.fonds).select_related("release").order_by("-pk")
    open_now = Entry.objects.filter(fonds=batch.fonds, access_status=AccessStatus.OPEN)
    here = BatchEntry.objects.filter(batch=batch).values("entry")
    return Preview(
        last=last,
        going_out=going_out,
        deferred=deferred,
        errata=list(errata.filter(at__gte=last.at)) if last else [],
        unchanged=open_now.exclude(pk__in=here).count(),
        listed=len(edition.closed),
    )


def _in_order(edition: Edition) -> Iterator[tuple[str, EditionEntry]]:
    """Every entry as the catalogue prints it, with its heading."""
    for fonds in edition.fonds:
        for series in fonds.series:
            for entry in series.entries:
                yield series.title, entry


def _published_before(batch: Batch) -> dict[str, tuple[str, str]]:
    """The entries of a batch that an earlier release opened, by reference code: that release, and the title it gave them.

    Only releases of batches that held one of these entries are read. Where a bundle is not kept here, what it opened is
    not known from it, and the public site will say.
    """
    entries = BatchEntry.objects.filter(batch=batch).values("entry")
    earlier = (
        Release.objects.filter(batch__batch_entries__entry__in=entries, corrected_by=None)
        .exclude(batch=batch)
        .distinct()
    )
    codes = set(BatchEntry.objects.filter(batch=batch).values_list("entry__reference_code", flat=True))
    found = {}
    for number in earlier.order_by("pk").values_list("number", flat=True):
        for code, title in _titles_in(Path(settings.RELEASES_DIR) / number / CSV):
            if code in codes:
                found[code] = (number, title)
    return found


def _titles_in(path: Path) -> Iterator[tuple[str, str]]:
    if not path.is_file():
        return
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            yield row["reference_code"], row["public_title"]
