"""Taking a catalogue file in: all of it or nothing, unless told to keep the good rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from policies.sentences import Sentence
from review import access, ledger
from review.models import AccessStatus, Agency, Entry, Fonds, Intake, Person
from review.readers import CatalogueRow, Complaint, Reading

COMPARED = (
    "level",
    "series_title",
    "title",
    "responsible_body",
    "date_text",
    "earliest",
    "latest",
    "extent",
    "retention",
    "classification",
    "access_condition",
    "document_number",
    "notes",
    "agency_id",
)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of a file: entries added, rows already held unchanged, and every complaint."""

    added: int
    unchanged: int
    complaints: tuple[Complaint, ...]

    @property
    def refused_rows(self) -> int:
        return len({complaint.row for complaint in self.complaints if complaint.row is not None})


@transaction.atomic
def import_catalogue(
    *,
    fonds: Fonds,
    reading: Reading,
    file_name: str,
    by: Person,
    at: datetime,
    keep_good: bool = False,
    dry_run: bool = False,
) -> ImportReport:
    """Save the rows of a file as entries of `fonds`; the same file again changes nothing.

    A row that is held already with other values is a complaint: entries are not changed by this operation. With any
    complaint nothing is saved, unless `keep_good`. A dry run saves nothing either way.
    """
    access.demand(by, "review.plan_fonds", fonds)
    ledger.hold()
    entries, unchanged, complaints = _compared(fonds, reading)
    if complaints and not keep_good:
        entries = []
    report = ImportReport(len(entries), unchanged, complaints)
    if dry_run or not entries:
        return report
    intake = Intake.objects.create(
        fonds=fonds,
        file_name=file_name[:255],
        digest=reading.digest,
        profile=reading.profile,
        added=len(entries),
        refused=report.refused_rows,
        at=at,
        by=by,
    )
    for entry in entries:
        entry.intake = intake
    Entry.objects.bulk_create(entries, batch_size=500)
    ledger.append(
        act="import_catalogue",
        subject=f"fonds {fonds.code}",
        by=by,
        at=at,
        facts={"file": reading.digest, "added": len(entries), "unchanged": unchanged, "refused": report.refused_rows},
        rows_digest=ledger.digest_of_rows((entry.reference_code, entry.title) for entry in entries),
    )
    return report


def _compared(fonds: Fonds, reading: Reading) -> tuple[list[Entry], int, tuple[Complaint, ...]]:
    """The rows not yet held, how many are held unchanged, and all complaints, the reader's and ours."""
    agencies = {agency.name: agency for agency in Agency.objects.all()}
    held = {entry.reference_code: entry for entry in Entry.objects.filter(fonds=fonds)}
    fresh: list[Entry] = []
    unchanged = 0
    complaints: list[Complaint] = list(reading.complaints)
    for row in reading.rows:
        if row.agency and row.agency not in agencies:
            complaints.append(_unknown_agency(row))
            continue
        agency = agencies[row.agency] if row.agency else fonds.creating_agency
        entry = _entry_of(fonds, row, agency)
        known = held.get(entry.reference_code)
        if known is None:
            fresh.append(entry)
        elif differing := [name for name in COMPARED if getattr(known, name) != getattr(entry, name)]:
            complaints.append(_held_otherwise(row, entry, differing))
        else:
            unchanged += 1
    return fresh, unchanged, tuple(complaints)


def _entry_of(fonds: Fonds, row: CatalogueRow, agency: Agency | None) -> Entry:
    """A row as an entry. A status of another system is kept in words, never trusted: only a release opens."""
    condition, notes = row.access_condition, row.notes
    if row.access_status == AccessStatus.OPEN:
        notes = "\n".join(filter(None, (notes, "原开放标识：开放")))
    if row.access_status == AccessStatus.DEFERRED:
        condition = " | ".join(filter(None, (condition, "延期开放")))
    legacy = row.access_status == AccessStatus.LEGACY_CONTROL
    return Entry(
        fonds=fonds,
        position=row.row,
        level=row.level,
        # A catalogue without codes gets one from the place of the row, so that the same file gives the same codes.
        reference_code=row.reference_code or f"{fonds.code}-{row.row:06d}",
        series_title=row.series_title,
        title=row.title,
        responsible_body=row.responsible_body,
        date_text=row.date_text,
        earliest=row.span.earliest if row.span else None,
        latest=row.span.latest if row.span else None,
        extent=row.extent,
        retention=row.retention,
        classification=row.classification,
        access_condition=condition,
        document_number=row.document_number,
        notes=notes,
        agency=agency,
        access_status=AccessStatus.LEGACY_CONTROL if legacy else AccessStatus.NOT_REVIEWED,
    )


def _unknown_agency(row: CatalogueRow) -> Complaint:
    return Complaint(
        row.row,
        None,
        row.agency,
        Sentence(
            f"形成单位“{row.agency}”未登记。请先登记该机构，或改正名称后再导入。",
            f"The agency “{row.agency}” is not registered. Register it first, or correct its name.",
        ),
    )


def _held_otherwise(row: CatalogueRow, entry: Entry, differing: Sequence[str]) -> Complaint:
    return Complaint(
        row.row,
        None,
        entry.reference_code,
        Sentence(
            f"档号“{entry.reference_code}”已入库，且内容不同（{'、'.join(differing)}）。导入不改动已有条目。",
            f"“{entry.reference_code}” is held already with other values ({', '.join(differing)}). "
            "An import does not change held entries.",
        ),
    )
