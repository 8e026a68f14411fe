"""A catalogue file on its way in: read into its staging, compared, saved; in the background or at once."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from policies.catalogue_rows import CatalogueRow, Complaint
from policies.sentences import Sentence
from review import access
from review.models import ColumnMapping, Fonds, Intake, Person
from review.operations import importing
from review.queries.comparing import Comparison, compare
from review.queries.intakes import folder_of, known_of, staged_of
from review.readers import PROFILES, Profile, digest_of, find_profile, open_stream, profile_from
from review.staging import Staged, complete

Report = Callable[[int, int], None]
SHOWN = 10_000  # complaints that an ImportReport carries; the report workbook has them all


def profile_named(name: str) -> Profile | None:
    """A column mapping of ours, or one this archives saved; None for "". Raises Refusal for another name."""
    if not name:
        return None
    if name not in PROFILES and (saved := ColumnMapping.objects.filter(name=name).first()):
        return profile_from(saved.name, saved.columns)
    return find_profile(name)


def source_of(intake: Intake) -> Path:
    """Where the uploaded file of an intake waits; it keeps its suffix, which says the format."""
    return folder_of(intake) / ("source" + Path(intake.file_name).suffix.lower())


def read_intake(arguments: Mapping[str, object], report: Report) -> None:
    """Job: reads a received file into its staging and compares it with the holdings. Begins where it was interrupted.

    Arguments: the keys `intake` and `by` (a person), `profile` (the name of a column mapping, or ""), `stubs_only`.
    """
    intake = Intake.objects.select_related("fonds").get(pk=arguments["intake"])
    if intake.read_at or intake.saved_at or intake.given_up_at:
        return
    stubs_only, today = bool(arguments.get("stubs_only")), timezone.localdate()
    profile = profile_named(str(arguments.get("profile", "")))
    with staged_of(intake) as staged:
        read_into(staged, intake.fonds, source_of(intake), profile, today, stubs_only=stubs_only, report=report)
        if staged.secret_rows() or staged.noted("stubs"):
            source_of(intake).unlink(missing_ok=True)  # it says of state secrets what may not be kept
        importing.note_reading(
            intake=intake, profile=staged.noted("profile", ""), stubs_only=stubs_only,
            comparison=compare(staged, intake.fonds), by=Person.objects.get(pk=arguments["by"]), at=timezone.now(),
        )  # fmt: skip


def save_intake(arguments: Mapping[str, object], report: Report) -> None:
    """Job: saves the staged rows of an intake, in one transaction. A second time it does nothing.

    Arguments: the keys `intake` and `by` (a person), `keep_good`.
    """
    intake = Intake.objects.select_related("fonds").get(pk=arguments["intake"])
    by = Person.objects.get(pk=arguments["by"])
    report(0, 1)
    importing.save_import(intake=intake, by=by, at=timezone.now(), keep_good=bool(arguments.get("keep_good")))
    report(1, 1)
    clear(intake)


def clear(intake: Intake) -> None:
    """Throws the file and its staged rows away, once they are saved or given up."""
    shutil.rmtree(folder_of(intake), ignore_errors=True)


def read_into(
    staged: Staged,
    fonds: Fonds,
    path: Path,
    profile: Profile | None,
    today: date,
    *,
    stubs_only: bool = False,
    report: Report | None = None,
) -> None:
    """Reads a file to its end into the staging, from where it was left, and completes it. Raises Refusal."""
    way = [profile.name, sorted(profile.columns.items()), stubs_only] if profile else ["", [], stubs_only]
    way = json.loads(json.dumps(way))
    if staged.noted("way", way) != way:
        staged.begin_again()  # rows read in two ways would be mixed
    if staged.complete:
        return
    staged.note("way", way)
    with open_stream(path, profile, today=today, skip=staged.read) as stream:
        for chunk in stream:
            staged.add(chunk)
            if report:
                report(chunk.read, max(chunk.read, int(chunk.read / chunk.share) if chunk.share else 0))
        for name in ("profile", "format", "headings", "codes_identify", "above"):
            staged.note(name, getattr(stream, name))
        staged.note("columns", dict(stream.columns))
        staged.note("mapping", profile.name if profile else "")
        staged.note("stated", None if stream.stated is None else sorted(stream.stated))
        staged.note("warnings", [[warning.zh, warning.en] for warning in stream.warnings])
    stated, above = staged.noted("stated"), staged.noted("above")
    complete(
        staged,
        fonds_code=fonds.code,
        today=today,
        known=known_of(fonds),
        stated=None if stated is None else frozenset(stated),
        codes_identify=staged.noted("codes_identify"),
        above=CatalogueRow._make(above) if above else None,
        stubs_only=stubs_only,
    )


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of a file: the counts, every complaint (the first SHOWN of them), and what was odd."""

    counts: Comparison
    complaints: tuple[Complaint, ...]
    warnings: tuple[Sentence, ...]
    row_warnings: tuple[Complaint, ...]
    profile: str
    intake: Intake | None = None

    @property
    def added(self) -> int:
        return self.counts.added

    @property
    def unchanged(self) -> int:
        return self.counts.unchanged

    @property
    def refused_rows(self) -> int:
        return self.counts.refused


def take_in(
    *,
    fonds: Fonds,
    path: Path,
    by: Person,
    at: datetime,
    today: date | None = None,
    profile: Profile | None = None,
    keep_good: bool = False,
    stubs_only: bool = False,
    update: bool = False,
    dry_run: bool = False,
    report: Report | None = None,
) -> ImportReport:
    """Read, compare and save a file at once, in this process: for commands, the demonstration and tests.

    Units held with other values are refused, unless `update`. With refused rows nothing is saved, unless `keep_good`; a
    dry run saves nothing either way; a file that says what is held already leaves no trace. Raises Refusal for a file that cannot be read as a whole, PermissionDenied.
    """
    access.demand(by, "review.plan_fonds", fonds)
    waiting = Path(settings.INTAKES_DIR)
    waiting.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=waiting) as folder:
        with Staged(Path(folder) / "staged.sqlite3") as staged:
            read_into(
                staged, fonds, path, profile, today or timezone.localdate(), stubs_only=stubs_only, report=report
            )
            staged.note("update", update)
            told = _told(staged, compare(staged, fonds))
        counts = told.counts
        nothing = not (counts.added or counts.changed or counts.proposed)
        if dry_run or nothing or (counts.refused and not keep_good):
            return told
        with transaction.atomic():
            intake = importing.receive_catalogue(
                fonds=fonds, file_name=path.name, size=path.stat().st_size, digest=digest_of(path), by=by, at=at
            )
            shutil.move(folder, folder_of(intake))
            try:
                importing.save_import(intake=intake, by=by, at=at, keep_good=keep_good)
            finally:
                clear(intake)
        Path(folder).mkdir()
    intake.refresh_from_db()
    return ImportReport(told.counts, told.complaints, told.warnings, told.row_warnings, told.profile, intake)


def _told(staged: Staged, counts: Comparison) -> ImportReport:
    return ImportReport(
        counts,
        tuple(staged.complaints(most=SHOWN)),
        tuple(Sentence(zh, en) for zh, en in staged.noted("warnings", ())),
        tuple(staged.complaints("warning", most=SHOWN)),
        staged.noted("profile", ""),
    )
