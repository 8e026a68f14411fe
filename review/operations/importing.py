"""Taking a catalogue file in: received, read, then saved whole or given up; and undone as long as nothing was decided."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q
from policies.protection import HOUSEKEEPING, check_proposal_acceptance

from policies.sentences import Refusal, Sentence
from review import access, ledger
from review.models import (
    AccessStatus,
    BatchEntry,
    ColumnMapping,
    DigitalObject,
    Entry,
    EntryChange,
    Fonds,
    Intake,
    JointMaker,
    Person,
    Proposal,
    Series,
    SeriesChange,
)
from review.models.bulk import insert_rows, next_ids
from review.queries.intakes import ENTRY_COLUMNS, SERIES_COLUMNS, Agencies, Comparison, compare, staged_of, stated
from review.staging import Staged


@transaction.atomic
def receive_catalogue(
    *,
    fonds: Fonds,
    file_name: str,
    size: int,
    digest: str,
    by: Person,
    at: datetime,
) -> Intake:
    """Note that a file of `size` bytes came for a fonds. Whoever calls puts it where review.queries.intakes says."""
    access.demand(by, "review.plan_fonds", fonds)
    intake = Intake.objects.create(fonds=fonds, file_name=file_name[-255:], size=size, digest=digest, by=by, at=at)
    ledger.append(
        act="receive_catalogue",
        subject=f"fonds {fonds.code}",
        by=by,
        at=at,
        facts={"intake": intake.pk, "file": digest, "bytes": size},
    )
    return intake


@transaction.atomic
def note_reading(
    *, intake: Intake, profile: str, stubs_only: bool, comparison: Comparison, by: Person, at: datetime
) -> None:
    """Note what became of the rows of a file when it was read and compared; nothing is saved by it."""
    access.demand(by, "review.plan_fonds", intake.fonds)
    intake = Intake.objects.select_for_update().get(pk=intake.pk)
    _check_waiting(intake)
    intake.read_at, intake.profile, intake.stubs_only = at, profile[:60], stubs_only
    _count(intake, comparison)
    intake.save()
    ledger.append(
        act="note_reading", subject=f"fonds {intake.fonds.code}", by=by, at=at,
        facts={"intake": intake.pk, "file": intake.digest, **_counts(comparison)},
    )  # fmt: skip


@transaction.atomic
def save_import(*, intake: Intake, by: Person, at: datetime, keep_good: bool = False) -> Comparison:
    """Save the staged rows of a file: new units added, held ones changed, protected ones only proposed to be changed.

    All in one transaction, or nothing. Saved already: does nothing. Raises Refusal where rows were refused and the
    good ones are not to be kept alone (`keep_good`), where there is nothing to save, and where the file was given up.
    """
    access.demand(by, "review.plan_fonds", intake.fonds)
    ledger.hold()
    intake = Intake.objects.select_for_update().select_related("fonds").get(pk=intake.pk)
    with staged_of(intake) as staged:
        if intake.saved_at:
            return _compared(intake)
        _check_waiting(intake)
        if not staged.complete:
            raise Refusal(_NOT_READ)
        comparison = compare(staged, intake.fonds)
        if comparison.refused and not keep_good:
            raise Refusal(_ROWS_REFUSED.filled(rows=comparison.refused))
        if not (comparison.added or comparison.changed or comparison.proposed or _series_waiting(staged)):
            raise Refusal(_NOTHING)
        _save(staged, intake)
        _count(intake, comparison)
        intake.profile = intake.profile or staged.noted("profile", "")[:60]
        intake.read_at = intake.read_at or at
        intake.saved_at, intake.saved_by, intake.keep_good = at, by, keep_good
        intake.save()
        ledger.append(
            act="import_catalogue", subject=f"fonds {intake.fonds.code}", by=by, at=at,
            facts={"intake": intake.pk, "file": intake.digest, **_counts(comparison)},
            rows_digest=ledger.digest_of_rows(
                staged.rows("verdict IN ('', 'change', 'propose')", columns=("reference_code", "title"))
            ),
        )  # fmt: skip
    return comparison


@transaction.atomic
def give_up_import(*, intake: Intake, by: Person, at: datetime) -> None:
    """Give up a file that was received and not saved; its rows are thrown away by whoever calls."""
    access.demand(by, "review.plan_fonds", intake.fonds)
    intake = Intake.objects.select_for_update().get(pk=intake.pk)
    _check_waiting(intake)
    intake.given_up_at, intake.given_up_by = at, by
    intake.save()
    ledger.append(
        act="give_up_import", subject=f"fonds {intake.fonds.code}", by=by, at=at,
        facts={"intake": intake.pk, "file": intake.digest},
    )  # fmt: skip


@transaction.atomic
def undo_import(*, intake: Intake, by: Person, at: datetime) -> None:
    """Take back everything a saved file did; the holdings are as they were before it.

    Raises Refusal once anything rests on it: an entry of it in a batch, an object attached, a later import over it.
    """
    access.demand(by, "review.plan_fonds", intake.fonds)
    ledger.hold()
    intake = Intake.objects.select_for_update().select_related("fonds").get(pk=intake.pk)
    if intake.saved_at is None or intake.undone_at is not None:
        raise Refusal(_NOT_SAVED)
    _check_nothing_rests_on(intake)
    for change in intake.changes.select_related("entry").order_by("-id"):
        _set(change.entry, change.before)
    for series, before in _series_changes(intake):
        Series.objects.filter(pk=series).update(**before)
    proposals = Proposal.objects.filter(intake=intake).delete()[0]
    added = Entry.objects.filter(intake=intake)
    rows_digest = ledger.digest_of_rows(added.order_by("pk").values_list("reference_code", "title").iterator())
    JointMaker.objects.filter(entry__intake=intake)._raw_delete(using=added.db)
    entries = added._raw_delete(using=added.db)
    Series.objects.filter(intake=intake)._raw_delete(using=added.db)
    intake.undone_at, intake.undone_by = at, by
    intake.save()
    ledger.append(
        act="undo_import", subject=f"fonds {intake.fonds.code}", by=by, at=at, rows_digest=rows_digest,
        facts={"intake": intake.pk, "file": intake.digest, "removed": entries, "restored": intake.changes.count(),
               "proposals": proposals},
    )  # fmt: skip


@transaction.atomic
def settle_proposal(*, proposal: Proposal, accept: bool, reason: str, by: Person, at: datetime) -> None:
    """Accept or decline a change that a file proposed to a protected entry. Accepting changes the entry, so it must be
    under no review and not open then; declining says why."""
    proposal = Proposal.objects.select_for_update().select_related("entry__fonds", "intake").get(pk=proposal.pk)
    entry = proposal.entry
    access.demand(by, "review.plan_fonds", entry.fonds)
    under_review = BatchEntry.objects.filter(entry=entry, live=True).exists()
    decided = entry.access_status in (AccessStatus.OPEN, AccessStatus.DEFERRED)
    check_proposal_acceptance(
        settled=proposal.settled_at is not None, accept=accept, reason=reason, under_review=under_review,
        decided=decided,
    )  # fmt: skip
    if accept:
        _note_change(proposal.intake, entry, _set(entry, _wanted(proposal.changes, {})))
    proposal.settled_at, proposal.settled_by, proposal.accepted, proposal.reason = at, by, accept, reason
    proposal.save()
    ledger.append(
        act="settle_proposal", subject=f"entry {entry.reference_code}", by=by, at=at,
        facts={"intake": proposal.intake_id, "accepted": accept, "fields": sorted(proposal.changes)},
        rows_digest=ledger.digest_of_rows([[json.dumps(proposal.changes, ensure_ascii=False, sort_keys=True)]]),
    )  # fmt: skip


@transaction.atomic
def save_mapping(*, name: str, columns: Mapping[str, str], by: Person, at: datetime) -> ColumnMapping:
    """Keep under a name which heading means which field; the same name again replaces it."""
    if not access.fonds_of(by, "review.plan_fonds").exists():
        raise Refusal(_NO_PLANNER)
    mapping, _ = ColumnMapping.objects.update_or_create(
        name=name, defaults={"columns": dict(columns), "made_by": by, "made_at": at}
    )
    ledger.append(
        act="save_mapping", subject=f"mapping {name}", by=by, at=at, facts={"columns": len(columns)},
        rows_digest=ledger.digest_of_rows(sorted(columns.items())),
    )  # fmt: skip
    return mapping


def _check_waiting(intake: Intake) -> None:
    if intake.given_up_at or intake.saved_at:
        raise Refusal(_OVER)


def _count(intake: Intake, comparison: Comparison) -> None:
    for name, value in _counts(comparison).items():
        setattr(intake, name, value)


def _counts(comparison: Comparison) -> dict[str, int]:
    return {name: getattr(comparison, name) for name in Comparison.__slots__}


def _compared(intake: Intake) -> Comparison:
    return Comparison(**{name: getattr(intake, name) for name in Comparison.__slots__})


def _series_waiting(staged: Staged) -> bool:
    return bool(staged.count("kind = 'series' AND verdict IN ('', 'change')"))


# Saving.

_SERIES_ROW = ("row", "code_key", "own", "agency", "above_row", "above_key", *SERIES_COLUMNS)
_ENTRY_ROW = ("row", "code_key", "own", "kind", "agency", "access_status", "above_row", "above_key", *ENTRY_COLUMNS)
_SERIES_INTO = ("id", "fonds_id", "intake_id", "position", "code_key", "own", "agency_id", "parent_id", *SERIES_COLUMNS)
_ENTRY_INTO = (
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
        keys += [key for (key,) in staged.db.execute("SELECT DISTINCT above_key FROM row WHERE above_key IS NOT NULL")]
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


def _save(staged: Staged, intake: Intake) -> None:
    fonds = intake.fonds
    agencies = Agencies(fonds.creating_agency_id)
    places = _Places(staged, fonds)
    last = Entry.objects.filter(fonds=fonds).aggregate(last=Max("position"))["last"] or 0
    _add_series(staged, intake, agencies, places, last)
    _change_series(staged, intake, places)
    _add_entries(staged, intake, agencies, places, last)
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
    joint: list[JointMaker] = []
    fonds, number, not_reviewed = intake.fonds_id, intake.pk, AccessStatus.NOT_REVIEWED.value

    def rows() -> Iterator[tuple[object, ...]]:
        found = staged.rows(where, columns=_ENTRY_ROW, order="depth, row")
        for pk, (row, key, own, kind, agency, status, above_row, above_key, *values) in enumerate(found, start=first):
            answers = agencies.of(agency)
            assert answers is not None, "an unknown agency was refused when the file was compared"
            if answers[1]:
                joint.extend(JointMaker(entry_id=pk, agency_id=each) for each in answers[1])
            series, parent = places.above(above_row, above_key) if above_row or above_key else (None, None)
            places.keep(row, series=False, pk=pk, under=series)
            recorded = not_reviewed
            if status in _SAID:
                said = stated({"access_status": status, "notes": values[_NOTES], "access_condition": values[_CONDITION]})
                values[_NOTES], values[_CONDITION] = said["notes"], said["access_condition"]
                if status == AccessStatus.LEGACY_CONTROL and kind != "stub":
                    recorded = status
            yield (
                pk, fonds, number, last + row, key, own, kind == "stub", answers[0], recorded, series, parent, "", "",
                *values,
            )  # fmt: skip

    insert_rows(Entry, _ENTRY_INTO, rows())
    JointMaker.objects.bulk_create(joint, batch_size=500)


def _change_entries(staged: Staged, intake: Intake, places: _Places) -> None:
    """Changes held entries and notes what they were; to a protected one only what is housekeeping, the rest is proposed."""
    found = staged.rows(
        "kind <> 'series' AND verdict IN ('change', 'propose')",
        columns=("code_key", "verdict", "changes", "above_row", "above_key"),
    )
    while piece := list(islice(found, 500)):
        held = Entry.objects.filter(fonds=intake.fonds, code_key__in=[row[0] for row in piece])
        entries = {entry.code_key: entry for entry in held}
        for key, verdict, text, above_row, above_key in piece:
            changes = json.loads(text)
            series, parent = places.above(above_row, above_key)
            if "above" in changes:
                changes["above"].append([series, parent])
            if verdict == "propose":
                proposed = {name: values for name, values in changes.items() if name not in HOUSEKEEPING}
                Proposal.objects.create(intake=intake, entry=entries[key], changes=proposed)
                changes = {name: values for name, values in changes.items() if name in HOUSEKEEPING}
            if changes:
                _note_change(intake, entries[key], _set(entries[key], _wanted(changes, {})))


def _wanted(changes: Mapping[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """The columns of Entry, and "joint", that a set of changes wants."""
    for name, values in changes.items():
        if name == "above":
            wanted["series_id"], wanted["parent_id"] = values[2]
        else:
            wanted[name] = values[1]
    return wanted


def _set(entry: Entry, wanted: Mapping[str, Any]) -> dict[str, Any]:
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


def _note_change(intake: Intake, entry: Entry, before: dict[str, Any]) -> None:
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


def _series_changes(intake: Intake) -> list[tuple[int, dict[str, Any]]]:
    return list(intake.series_changes.order_by("-id").values_list("series", "before"))


def _plain(value: object) -> object:
    return value.isoformat() if hasattr(value, "isoformat") else value


# Undoing.


def _check_nothing_rests_on(intake: Intake) -> None:
    """What was decided stays: an import is undone only as long as nothing rests on it."""
    added = Entry.objects.filter(intake=intake)
    changed = Q(changes__intake=intake)
    touched = Entry.objects.filter(Q(intake=intake) | changed)
    if touched.filter(Exists(BatchEntry.objects.filter(entry=OuterRef("pk")))).exists():
        raise Refusal(_DECIDED)
    if touched.filter(Exists(DigitalObject.objects.filter(entry=OuterRef("pk")))).exists():
        raise Refusal(_HAS_OBJECTS)
    later = Q(changes__intake_id__gt=intake.pk, changes__intake__undone_at__isnull=True) | Q(
        proposals__intake_id__gt=intake.pk, proposals__intake__undone_at__isnull=True
    )
    others = Entry.objects.filter(Q(parent__in=added) | Q(series__intake=intake))
    others = others.exclude(Q(intake=intake) | Q(changes__intake=intake))
    if touched.filter(later).exists() or others.exists() or intake.proposals.filter(settled_at__isnull=False).exists():
        raise Refusal(_BUILT_UPON)
    if Series.objects.filter(parent__intake=intake).exclude(intake=intake).exists():
        raise Refusal(_BUILT_UPON)


_NOT_READ = Sentence(
    "该文件尚未读完，不能保存。请等待读取完成，或重新读取。",
    "The file has not been read to its end and cannot be saved. Wait for it, or read it again.",
)
_ROWS_REFUSED = Sentence(
    "有 {rows} 行不合要求，未保存任何内容。请改正后重新导入，或选择只保存合格的行。",
    "{rows} rows were refused; nothing was saved. Mend them and import again, or choose to save the good rows alone.",
)
_NOTHING = Sentence(
    "文件内容与库中一致，没有需要保存的变化。",
    "The file says what is held already; there is nothing to save.",
)
_OVER = Sentence(
    "此次导入已保存或已放弃，不能再改。请重新上传文件。",
    "This import was saved or given up already. Upload the file again.",
)
_NOT_SAVED = Sentence(
    "此次导入没有保存，或已经撤销，没有可撤销的内容。",
    "This import was not saved, or is undone already; there is nothing to undo.",
)
_DECIDED = Sentence(
    "此次导入的条目已进入审核批次，不能撤销。需要更正的，请导入更正后的目录。",
    "Entries of this import are or were in a batch, so it cannot be undone. To correct them, import a corrected catalogue.",
)
_HAS_OBJECTS = Sentence(
    "此次导入的条目已挂接数字对象，不能撤销。",
    "Digital objects are attached to entries of this import, so it cannot be undone.",
)
_BUILT_UPON = Sentence(
    "其后的导入或已处理的变更建议以此次导入为基础，不能撤销。请先撤销其后的导入。",
    "A later import, or a settled proposal, rests on this one. Undo the later import first.",
)
_NO_PLANNER = Sentence(
    "只有计划员可以保存列映射。",
    "Only a planner may save a column mapping.",
)
