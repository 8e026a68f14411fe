"""How the staged rows of a file become series and entries: those above first, so that each finds its place."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from django.db.models import Exists, Max, OuterRef

from policies.protection import HOUSEKEEPING, may_change
from policies.sentences import Refusal, Sentence
from review import ledger
from review.models import (
    DECIDED,
    AccessStatus,
    BatchEntry,
    Entry,
    EntryChange,
    Fonds,
    Intake,
    JointMaker,
    Proposal,
    Series,
    SeriesChange,
)
from review.models.bulk import insert_rows, next_ids
from review.queries.comparing import ENTRY_COLUMNS, SERIES_COLUMNS, Agencies, stated
from review.staging import Staged

_SERIES_ROW = ("row", "code_key", "own", "agency", "above_row", "above_key", *SERIES_COLUMNS)
_ENTRY_ROW = ("row", "code_key", "own", "kind", "agency", "access_status", "above_row", "above_key", *ENTRY_COLUMNS)
_SERIES_INTO = (
    "id",
    "fonds_id",
    "intake_id",
    "position",
    "code_key",
    "own",
    "agency_id",
    "parent_id",
    *SERIES_COLUMNS,
)
ENTRY_INTO = (
    "id", "fonds_id", "intake_id", "position", "code_key", "own", "stub", "agency_id", "access_status", "series_id",
    "parent_id", "public_title", "ground", *ENTRY_COLUMNS,
)  # fmt: skip
_SAID = frozenset({AccessStatus.OPEN.value, AccessStatus.DEFERRED.value, AccessStatus.LEGACY_CONTROL.value})
_NOTES, _CONDITION = ENTRY_COLUMNS.index("notes"), ENTRY_COLUMNS.index("access_condition")


class _Places:
    """Where in the tree a row goes: the keys of the series and of the file above it."""

    def __init__(self, staged: Staged, fonds: Fonds) -> None:
        self._fonds = fonds
        self._of_row: dict[int, tuple[bool, int, int | None]] = {}
        parts = "row IN (SELECT above_row FROM row WHERE above_row IS NOT NULL)"
        self._awaited = {row for (row,) in staged.rows(f"verdict = '' AND {parts}", columns=("row",))}
        self._of_code: dict[str, tuple[bool, int, int | None]] = {}
        keys = [key for (key,) in staged.rows(f"verdict <> '' AND {parts}", columns=("code_key",))]
        keys += [
            key for (key,) in staged.db.execute("SELECT DISTINCT above_key FROM row WHERE above_key IS NOT NULL")
        ]
        self.learn(keys)
        for row, key in staged.rows(f"verdict <> '' AND {parts}", columns=("row", "code_key")):
            if key in self._of_code:
                self._of_row[row] = self._of_code[key]

    def learn(self, keys: Iterable[str]) -> None:
        """Looks up held units by their codes."""
        wanted = iter([key for key in keys if key and key not in self._of_code])
        while piece := list(islice(wanted, 900)):
            for key, pk in Series.objects.filter(fonds=self._fonds, code_key__in=piece).values_list("code_key", "pk"):
                self._of_code[key] = (True, pk, None)
            held = Entry.objects.filter(fonds=self._fonds, code_key__in=piece).order_by()
            for key, pk, series in held.values_list("code_key", "pk", "series"):
                self._of_code[key] = (False, pk, series)

    def keep(self, row: int, *, series: bool, pk: int, under: int | None) -> None:
        """Remembers where a new unit went, if others lie in it."""
        if row in self._awaited:
            self._of_row[row] = (series, pk, under)

    def above(self, row: int | None, key: str | None) -> tuple[int | None, int | None]:
        """Series and file above: keys of rows, None where there is none."""
        found = self._of_row.get(row) if row is not None else self._of_code.get(key or "")
        if found is None:
            return None, None
        is_series, pk, under = found
        return (pk, None) if is_series else (under, pk)


def save_staged(staged: Staged, intake: Intake) -> None:
    """Saves a compared staging. The caller holds the intake and its fonds; the ledger is held only from where held
    entries are changed, so that a million new rows do not keep reviewers waiting."""
    fonds = intake.fonds
    agencies = Agencies(fonds.creating_agency_id)
    places = _Places(staged, fonds)
    last = Entry.objects.filter(fonds=fonds).aggregate(last=Max("position"))["last"] or 0
    _add_series(staged, intake, agencies, places, last)
    _add_entries(staged, intake, agencies, places, last)
    ledger.hold()
    _change_series(staged, intake, places)
    _change_entries(staged, intake, places)


def _add_series(staged: Staged, intake: Intake, agencies: Agencies, places: _Places, last: int) -> None:
    where = "kind = 'series' AND verdict = ''"
    first = next_ids(Series, staged.count(where)) if staged.count(where) else 0

    def rows() -> Iterator[tuple[object, ...]]:
        found = staged.rows(where, columns=_SERIES_ROW, order="depth, row")
        for pk, (row, key, own, agency, above_row, above_key, *values) in enumerate(found, start=first):
            parent, _ = places.above(above_row, above_key)
            places.keep(row, series=True, pk=pk, under=None)
            answers = agencies.of(agency) if agency else None
            yield pk, intake.fonds_id, intake.pk, last + row, key, own, answers and answers[0], parent, *values

    insert_rows(Series, _SERIES_INTO, rows())


def _add_entries(staged: Staged, intake: Intake, agencies: Agencies, places: _Places, last: int) -> None:
    where = "kind <> 'series' AND verdict = ''"
    count = staged.count(where)
    if not count:
        return
    first = next_ids(Entry, count)
    order = "depth, row" if staged.count("depth > 0") else "row"  # sorting a million rows for nothing takes seconds
    joint: list[JointMaker] = []
    fonds, number, not_reviewed = intake.fonds_id, intake.pk, AccessStatus.NOT_REVIEWED.value

    def rows() -> Iterator[tuple[object, ...]]:
        found = staged.rows(where, columns=_ENTRY_ROW, order=order)
        for pk, (row, key, own, kind, agency, status, above_row, above_key, *values) in enumerate(found, start=first):
            answers = agencies.of(agency)
            assert answers is not None, "an unknown agency was refused when the file was compared"
            if answers[1]:
                joint.extend(JointMaker(entry_id=pk, agency_id=each) for each in answers[1])
            series, parent = places.above(above_row, above_key) if above_row or above_key else (None, None)
            places.keep(row, series=False, pk=pk, under=series)
            recorded = not_reviewed
            if status in _SAID:
                said = stated(
                    {"access_status": status, "notes": values[_NOTES], "access_condition": values[_CONDITION]}
                )
                values[_NOTES], values[_CONDITION] = said["notes"], said["access_condition"]
                if status == AccessStatus.LEGACY_CONTROL and kind != "stub":
                    recorded = status
            yield (
                pk, fonds, number, last + row, key, own, kind == "stub", answers[0], recorded, series, parent, "", "",
                *values,
            )  # fmt: skip

    insert_rows(Entry, ENTRY_INTO, rows())
    JointMaker.objects.bulk_create(joint, batch_size=500)


def _change_entries(staged: Staged, intake: Intake, places: _Places) -> None:
    """Changes held entries and notes what they were; to a protected one only what is housekeeping, the rest is proposed."""
    found = staged.rows(
        "kind <> 'series' AND verdict IN ('change', 'propose')",
        columns=("code_key", "verdict", "changes", "above_row", "above_key"),
    )
    while piece := list(islice(found, 500)):
        live = BatchEntry.objects.filter(entry=OuterRef("pk"), live=True)
        held = Entry.objects.filter(fonds=intake.fonds, code_key__in=[row[0] for row in piece])
        entries = {entry.code_key: entry for entry in held.annotate(live=Exists(live))}
        for key, verdict, text, above_row, above_key in piece:
            changes = json.loads(text)
            if verdict == "change" and not is_free(entries[key], changes):
                raise Refusal(_MEANWHILE)
            series, parent = places.above(above_row, above_key)
            if "above" in changes:
                changes["above"].append([series, parent])
            if verdict == "propose":
                proposed = {name: values for name, values in changes.items() if name not in HOUSEKEEPING}
                Proposal.objects.create(intake=intake, entry=entries[key], changes=proposed)
                changes = {name: values for name, values in changes.items() if name in HOUSEKEEPING}
            if changes:
                note_change(intake, entries[key], give(entries[key], wanted_of(changes, {})))


def wanted_of(changes: Mapping[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """The columns of Entry, and "joint", that a set of changes wants."""
    for name, values in changes.items():
        if name == "above":
            wanted["series_id"], wanted["parent_id"] = values[2]
        else:
            wanted[name] = values[1]
    return wanted


def give(entry: Entry, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Gives an entry other values and returns those it had."""
    columns = {name: value for name, value in wanted.items() if name != "joint"}
    before = {name: _plain(getattr(entry, name)) for name in columns}
    if "joint" in wanted:
        before["joint"] = list(entry.joint_makers.values_list("agency", flat=True))
        entry.joint_makers.all().delete()
        JointMaker.objects.bulk_create(JointMaker(entry=entry, agency_id=key) for key in wanted["joint"])
    if columns:
        Entry.objects.filter(pk=entry.pk).update(**columns)
    return before


def note_change(intake: Intake, entry: Entry, before: dict[str, Any]) -> None:
    noted, made = EntryChange.objects.get_or_create(intake=intake, entry=entry, defaults={"before": before})
    if not made:
        noted.before = before | noted.before
        noted.save()


def _change_series(staged: Staged, intake: Intake, places: _Places) -> None:
    found = staged.rows(
        "kind = 'series' AND verdict = 'change'", columns=("code_key", "changes", "above_row", "above_key")
    )
    for key, text, above_row, above_key in found.fetchall():
        changes = json.loads(text)
        columns = {name: values[1] for name, values in changes.items() if name not in ("above", "joint")}
        if "above" in changes:
            columns["parent_id"] = places.above(above_row, above_key)[0]
        series = Series.objects.get(fonds=intake.fonds, code_key=key)
        before = {name: _plain(getattr(series, name)) for name in columns}
        SeriesChange.objects.create(intake=intake, series=series, before=before)
        Series.objects.filter(pk=series.pk).update(**columns)


def _plain(value: object) -> object:
    return value.isoformat() if hasattr(value, "isoformat") else value


def is_free(entry: Entry, changes: Mapping[str, Any]) -> bool:
    """Whether an entry, as it stands now, may be changed in these columns by a file."""
    decided = entry.access_status in DECIDED
    return all(
        may_change(name, under_review=entry.live, decided=decided)  # type: ignore[attr-defined]
        for name in changes
        if name != "own"
    )


_MEANWHILE = Sentence(
    "保存期间有条目进入审核或已作出决定，未保存任何内容。请再保存一次：系统会重新比较，改为提出变更建议。",
    "Entries came under review or were decided while this was saved; nothing was saved. Save again: it will be compared "
    "anew, and the changes proposed.",
)
