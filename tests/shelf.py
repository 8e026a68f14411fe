"""A fonds as an import leaves it, put together row by row: for tests of pages and counts that no small file could fill."""

from __future__ import annotations

from datetime import date

from policies.catalogue_rows import same_code
from review.models import Agency, Entry, Fonds, Intake, Person, Series
from tests.world import NOW


def make_intake(fonds: Fonds, by: Person) -> Intake:
    return Intake.objects.create(
        fonds=fonds, file_name="目录.csv", digest="0" * 64, by=by, at=NOW, read_at=NOW, saved_at=NOW, saved_by=by
    )


def make_series(intake: Intake, code: str, title: str, parent: Series | None = None, **more: object) -> Series:
    return Series.objects.create(
        fonds=intake.fonds,
        intake=intake,
        position=Series.objects.count() + 1,
        reference_code=code,
        code_key=same_code(code),
        title=title,
        parent=parent,
        **more,
    )


def make_entry(intake: Intake, code: str, title: str, day: date | None, **more: object) -> Entry:
    """An entry formed on `day`; None: its date is not known."""
    given = {"level": "item", "agency": intake.fonds.creating_agency, "earliest": day, "latest": day}
    given["date_text"] = day.isoformat() if day else ""
    return Entry.objects.create(
        fonds=intake.fonds,
        intake=intake,
        position=Entry.objects.count() + 1,
        reference_code=code,
        code_key=same_code(code),
        title=title,
        **{**given, **more},
    )


def make_entries(intake: Intake, count: int, day: date, **more: object) -> list[Entry]:
    """Many entries of one day, under codes that were not used yet."""
    first = Entry.objects.count() + 1
    return [
        make_entry(intake, f"{intake.fonds.code}-900-{number:04d}", f"关于第{number}次会议的通知", day, **more)
        for number in range(first, first + count)
    ]


def another_agency(code: str, name: str) -> Agency:
    return Agency.objects.create(code=code, name=name)
