"""A staged file against what is held: what saving it would add, change, propose and leave, before anything is written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Exists, OuterRef

from policies.catalogue_rows import Complaint
from policies.protection import HOUSEKEEPING
from policies.sentences import Sentence
from review.models import DECIDED, AccessStatus, Agency, BatchEntry, Entry, Fonds, JointMaker, LedgerLine, Series
from review.queries.own_rows import OF_ENTRIES, SHARED
from review.staging import ABOVE_REFUSED, Staged

# Columns of the tables and of the staging alike, in the order in which they are compared and saved.
SERIES_COLUMNS = SHARED
ENTRY_COLUMNS = (*SHARED, *(name for name in OF_ENTRIES if name != "access_status"))
_PIECE = 900
_NO_MATTER = ("receive_catalogue", "note_reading", "save_mapping")  # acts after which a comparison still holds
_STATED_OPEN = "原开放标识：开放"
_STATED_DEFERRED = "延期开放"


@dataclass
class Agencies:
    """The agencies by name. Several names in one cell are a joint document: the first leads."""

    default: int | None
    # Asked for at once: while rows are copied into PostgreSQL its connection answers nothing else.
    _by_name: dict[str, int] = field(default_factory=lambda: dict(Agency.objects.values_list("name", "pk")))
    _found: dict[str, tuple[int | None, tuple[int, ...]] | None] = field(default_factory=dict)

    def of(self, text: str) -> tuple[int | None, tuple[int, ...]] | None:
        """The agency that answers and the further makers; None where a name is not registered."""
        if not text:
            return self.default, ()
        if text not in self._found:
            names = [text] if text in self._by_name else _names(text)
            keys = [self._by_name.get(name) for name in names]
            known = [key for key in dict.fromkeys(keys) if key is not None]
            self._found[text] = (known[0], tuple(known[1:])) if known and None not in keys else None
        return self._found[text]


def _names(text: str) -> list[str]:
    for sign in ("；", ";", "、", "，", ","):
        text = text.replace(sign, "\n")
    return [name.strip() for name in text.split("\n") if name.strip()]


@dataclass(frozen=True, slots=True)
class Comparison:
    """How many rows saving would add, change, propose to change, leave, refuse; how many are held and not in the file."""

    added: int
    changed: int
    proposed: int
    unchanged: int
    refused: int
    stubs: int
    gone: int


def compare(staged: Staged, fonds: Fonds) -> Comparison:
    """Writes into the staging what saving would do with each row. Again only where something was written since.

    A staging with a note "update" of False takes no changes of held units: such rows are refused.
    """
    acts = LedgerLine.objects.exclude(act__in=_NO_MATTER).order_by("-line")
    now = [acts.values_list("line", flat=True).first() or 0, fonds.pk]
    if staged.noted("compared_at") != now:
        with staged.transaction():
            staged.db.execute("DELETE FROM complaint WHERE compared")
            staged.db.execute("UPDATE row SET verdict = '', changes = '' WHERE verdict <> ''")
            agencies = Agencies(fonds.creating_agency_id)
            _refuse_unknown_agencies(staged, agencies)
            if Entry.objects.filter(fonds=fonds).exists():
                _compare_held(staged, fonds, agencies)
                if not staged.noted("update", True):
                    _refuse_changes(staged)
            else:
                staged.note("gone", 0)
            staged.note("compared_at", now)
    counts = dict(staged.db.execute("SELECT verdict, count(*) FROM row WHERE kind <> 'series' GROUP BY verdict"))
    return Comparison(
        added=counts.get("", 0),
        changed=counts.get("change", 0),
        proposed=counts.get("propose", 0),
        unchanged=counts.get("same", 0),
        refused=staged.refused_rows,
        stubs=staged.count("kind = 'stub' AND verdict = ''"),
        gone=staged.noted("gone", 0),
    )


def _refuse_unknown_agencies(staged: Staged, agencies: Agencies) -> None:
    names = [name for (name,) in staged.db.execute("SELECT DISTINCT agency FROM row WHERE agency <> ''")]
    for name in names:
        if agencies.of(name) is None:
            column, sentence = staged.column("agency"), _UNKNOWN_AGENCY.filled(name=name)
            rows = staged.rows("agency = ? AND verdict = ''", name, columns=("row",)).fetchall()
            _refuse(staged, [Complaint(row, column, name, sentence) for (row,) in rows])


def _refuse(staged: Staged, complaints: Sequence[Complaint]) -> None:
    """Marks rows as refused, and those that lie in them with their own complaint: no row is lost in silence."""
    while complaints:
        staged.complain(complaints, compared=True)
        staged.db.executemany("UPDATE row SET verdict = 'refuse' WHERE row = ?", [(c.row,) for c in complaints])
        below = staged.rows(
            "verdict <> 'refuse' AND above_row IN (SELECT row FROM row WHERE verdict = 'refuse')",
            columns=("row", "above_row"),
        )
        complaints = [Complaint(row, None, None, ABOVE_REFUSED.filled(row=above)) for row, above in below.fetchall()]


def _refuse_changes(staged: Staged) -> None:
    changed = staged.rows("verdict IN ('change', 'propose')", columns=("row", "reference_code", "changes"))
    complaints = []
    column = staged.column("reference_code")
    for row, code, changes in changed.fetchall():
        fields = sorted(json.loads(changes))
        complaints.append(Complaint(row, column, code, _HELD_OTHERWISE.filled(code=code, fields="、".join(fields))))
    _refuse(staged, complaints)


_STAGED = (
    "row", "code_key", "kind", "own", "agency", "access_status", "above_row", "above_key", *ENTRY_COLUMNS
)  # fmt: skip


def _compare_held(staged: Staged, fonds: Fonds, agencies: Agencies) -> None:
    staged.db.execute("CREATE TABLE IF NOT EXISTS held (code_key TEXT PRIMARY KEY) WITHOUT ROWID")
    staged.db.execute("DELETE FROM held")
    keys = Entry.objects.filter(fonds=fonds).order_by().values_list("code_key")
    staged.db.executemany("INSERT INTO held VALUES (?)", keys.iterator(chunk_size=5000))
    gone = "SELECT count(*) FROM held WHERE code_key NOT IN (SELECT code_key FROM row)"
    staged.note("gone", staged.db.execute(gone).fetchone()[0])
    last = -1
    while piece := list(staged.rows("row > ? AND verdict = ''", last, columns=_STAGED, order=f"row LIMIT {_PIECE}")):
        last = piece[-1][0]
        rows = [dict(zip(_STAGED, values, strict=True)) for values in piece]
        _judge(staged, fonds, rows, agencies)


def missing_keys(staged: Staged, first: int, most: int) -> list[str]:
    """The codes, as compared, of held entries that a compared file does not have: `most` of them from the `first` on."""
    sql = "SELECT code_key FROM held WHERE code_key NOT IN (SELECT code_key FROM row) ORDER BY code_key LIMIT ? OFFSET ?"
    return [key for (key,) in staged.db.execute(sql, (most, first))]


def _judge(staged: Staged, fonds: Fonds, rows: list[dict], agencies: Agencies) -> None:
    codes = [row["code_key"] for row in rows]
    entries = {unit["code_key"]: unit for unit in _held_entries(fonds, codes)}
    joint: dict[int, list[int]] = {}
    makers = JointMaker.objects.filter(entry__in=[unit["pk"] for unit in entries.values()]).order_by("id")
    for entry, agency in makers.values_list("entry", "agency"):
        joint.setdefault(entry, []).append(agency)
    series = {unit["code_key"]: unit for unit in _held_series(fonds, codes)}
    above = dict(
        staged.rows(
            f"row IN ({', '.join('?' * len(rows))})", *[row["above_row"] or -1 for row in rows],
            columns=("row", "code_key"), order="1",
        )
    )  # fmt: skip
    complaints, verdicts = [], []
    for row in rows:
        row["above"] = above.get(row["above_row"]) or row["above_key"] or ""
        as_series = row["kind"] == "series"
        unit = (series if as_series else entries).get(row["code_key"])
        other = (entries if as_series else series).get(row["code_key"])
        if other is not None:
            complaints.append(
                Complaint(
                    row["row"],
                    staged.column("level"),
                    row["level"],
                    _HELD_AS_SERIES if not as_series else _HELD_AS_ENTRY,
                )
            )
        elif unit is not None:
            unit["joint"] = joint.get(unit["pk"], []) if not as_series else []
            verdicts.append((*_difference(unit, row, agencies, as_series), row["row"]))
    staged.db.executemany("UPDATE row SET verdict = ?, changes = ? WHERE row = ?", verdicts)
    _refuse(staged, complaints)


def _held_entries(fonds: Fonds, codes: Sequence[str]) -> Iterator[dict]:
    live = BatchEntry.objects.filter(entry=OuterRef("pk"), live=True)
    return (
        Entry.objects.filter(fonds=fonds, code_key__in=codes)
        .order_by()
        .annotate(live=Exists(live))
        .values("pk", "code_key", "agency_id", "own", "stub", "access_status", "live", "parent__code_key",
                "series__code_key", *ENTRY_COLUMNS)
        .iterator(chunk_size=1000)
    )  # fmt: skip


def _held_series(fonds: Fonds, codes: Sequence[str]) -> Iterator[dict]:
    found = Series.objects.filter(fonds=fonds, code_key__in=codes).order_by()
    return found.values("pk", "code_key", "agency_id", "own", "parent__code_key", *SERIES_COLUMNS).iterator(
        chunk_size=1000
    )


def _difference(unit: dict, row: dict, agencies: Agencies, as_series: bool) -> tuple[str, str]:
    """The verdict on a row that is held, and what differs: column to [held, in the file]."""
    answers = agencies.of(row["agency"])
    wanted = {name: row[name] for name in (SERIES_COLUMNS if as_series else ENTRY_COLUMNS)}
    wanted |= {
        "agency_id": answers[0] if answers and (row["agency"] or not as_series) else None,
        "own": json.loads(row["own"]),
    }
    held = {name: _plain(unit[name]) for name in wanted}
    above = unit["parent__code_key"] or unit.get("series__code_key") or ""
    if not as_series:
        wanted["stub"], held["stub"] = row["kind"] == "stub", unit["stub"]
        with_statement = stated(row, unit["access_status"])
        if all(held[name] == with_statement[name] for name in ("notes", "access_condition")) or row[
            "access_status"
        ] not in ("", unit["access_status"]):
            wanted |= with_statement
    changes = {name: [held[name], wanted[name]] for name in wanted if held[name] != wanted[name]}
    if above != row["above"]:
        changes["above"] = [above, row["above"]]
    if not as_series and answers and unit["joint"] != list(answers[1]):
        changes["joint"] = [unit["joint"], list(answers[1])]
    if not changes:
        return "same", ""
    protected = not as_series and (unit["live"] or unit["access_status"] in DECIDED)
    # `own` follows the fields it is about, and has no weight of its own.
    verdict = "propose" if protected and not set(changes) - {"own"} <= HOUSEKEEPING else "change"
    return verdict, json.dumps(changes, ensure_ascii=False)


def stated(row: dict, held_status: str = "") -> dict[str, str]:
    """Notes and condition of access with the status that the source states put into words: it is never trusted. Only a
    release opens, only a sign-off defers."""
    notes, condition = row["notes"], row["access_condition"]
    if row["access_status"] == AccessStatus.OPEN and _STATED_OPEN not in notes:
        notes = "\n".join(filter(None, (notes, _STATED_OPEN)))
    if row["access_status"] == AccessStatus.DEFERRED and _STATED_DEFERRED not in condition:
        condition = " | ".join(filter(None, (condition, _STATED_DEFERRED)))
    return {"notes": notes, "access_condition": condition}


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


_UNKNOWN_AGENCY = Sentence(
    "形成单位“{name}”未登记。请先登记该机构，或改正名称后再导入。",
    "The agency “{name}” is not registered. Register it first, or correct its name.",
)
_HELD_OTHERWISE = Sentence(
    "档号“{code}”已入库，且内容不同（{fields}）。如要更新，请加 --update，或在网页上预览差异后保存。",
    "“{code}” is held already with other values ({fields}). To update it, import with --update, or look at the differences on the page and save.",
)
_HELD_AS_ENTRY = Sentence(
    "此档号在库中是条目，在本文件中却是含有下级条目的类目。请改正级别，或先撤销原来的导入。",
    "This code is held as an entry, and in this file it is a heading with entries below it. Correct the level, or undo the earlier import.",
)
_HELD_AS_SERIES = Sentence(
    "此档号在库中是类目，在本文件中却是条目。请改正级别，或改正档号。",
    "This code is held as a series, and in this file it is an entry. Correct the level or the code.",
)
