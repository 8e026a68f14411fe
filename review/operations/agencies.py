"""What became of agencies: dated changes, the days they existed, and the creators of combined fonds.

Source: 档案法实施条例 art. 30 (review with the unit that continues the functions; none: the archives alone).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import get_language

from policies.agencies import check_days, check_evidence
from policies.catalogue_rows import Complaint
from policies.sentences import Refusal, Sentence
from policies.succession import Change, check_change
from review import access, ledger
from review.models import Agency, AgencyChange, Fonds, FondsCreator, Person, Successor
from review.queries.agency_lists import compared
from review.queries.succession import standing_changes
from review.readers.agency_lists import AgencyList


@transaction.atomic
def register_change(
    *,
    agency: Agency,
    kind: str,
    day: date,
    successors: Sequence[tuple[Agency, str]],
    evidence: str,
    superior: Agency | None = None,
    designated: Agency | None = None,
    by: Person | str,
    at: datetime,
) -> AgencyChange:
    """Record what became of `agency` on `day`: `successors` with the function each continues (empty: all the rest).

    `superior` and `designated` declassify where nobody succeeds. Batches that were asked already keep whom they asked.
    Raises Refusal (contradicts what is on record), PermissionDenied.
    """
    _check_registrar(by)
    ledger.hold()
    change = Change(
        kind=kind,
        day=day,
        from_code=agency.code,
        to_codes=tuple(successor.code for successor, _ in successors),
        functions=tuple(function.strip() for _, function in successors),
        evidence=evidence.strip(),
        superior=superior.code if superior else None,
        designated=designated.code if designated else None,
    )
    check_evidence(change.evidence, change.functions)
    check_change(change, standing_changes())
    named = [agency, superior, designated, *(successor for successor, _ in successors)]
    (row,) = _record_changes([change], {one.code: one for one in named if one is not None}, _name(by), at)
    ledger.append(
        act="register_change",
        subject=f"agency {agency.code}",
        by=by,
        at=at,
        facts={
            "kind": kind,
            "day": day.isoformat(),
            "successors": list(change.to_codes),
            "evidence": change.evidence,
        },
        rows_digest=ledger.digest_of_rows([*zip(change.to_codes, change.functions, strict=True)]),
    )
    return row


@transaction.atomic
def withdraw_change(*, change: AgencyChange, reason: str, by: Person | str, at: datetime) -> None:
    """Take back a change that was recorded by mistake; it stays on record with the reason. Raises Refusal."""
    _check_registrar(by)
    ledger.hold()
    change.refresh_from_db()
    if change.withdrawn_at is not None:
        raise Refusal(Sentence("这项变更已经撤回。", "The change has been withdrawn already."))
    if not reason.strip():
        raise Refusal(Sentence("撤回变更须写明理由。", "A change is withdrawn only with a reason. Please write one."))
    change.withdrawn_at, change.withdrawn_by, change.withdrawn_because = at, _name(by), reason.strip()[:500]
    change.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_because"])
    ledger.append(
        act="withdraw_change",
        subject=f"agency {change.agency.code}",
        by=by,
        at=at,
        facts={"kind": change.kind, "day": change.day.isoformat()},
        rows_digest=ledger.digest_of_rows([(change.withdrawn_because,)]),
    )


@transaction.atomic
def set_dates(*, agency: Agency, from_day: date | None, to_day: date | None, by: Person | str, at: datetime) -> None:
    """Set the first and the last day that an agency existed; None: not known, or it still exists. Raises Refusal."""
    _check_registrar(by)
    check_days(agency.name, from_day, to_day)
    agency.from_day, agency.to_day = from_day, to_day
    agency.save(update_fields=["from_day", "to_day"])
    ledger.append(
        act="set_dates",
        subject=f"agency {agency.code}",
        by=by,
        at=at,
        facts={"from_day": _iso(from_day), "to_day": _iso(to_day)},
    )


@transaction.atomic
def name_creators(
    *,
    fonds: Fonds,
    creators: Sequence[tuple[Agency, date | None, date | None]],
    by: Person | str,
    at: datetime,
) -> None:
    """Name the creators of a combined fonds (联合全宗) with the days of which their records are, in place of those named.

    An entry that names no agency belongs to the creator of its date. Raises Refusal, PermissionDenied.
    """
    if not isinstance(by, str):
        access.demand(by, "review.plan_fonds", fonds)
    for agency, from_day, to_day in creators:
        check_days(agency.name, from_day, to_day)
    if len({(agency.pk, from_day) for agency, from_day, _ in creators}) < len(creators):
        raise Refusal(Sentence("同一形成单位重复列出。", "The same creator is named twice."))
    FondsCreator.objects.filter(fonds=fonds).delete()
    FondsCreator.objects.bulk_create(
        [FondsCreator(fonds=fonds, agency=agency, from_day=start, to_day=end) for agency, start, end in creators]
    )
    ledger.append(
        act="name_creators",
        subject=f"fonds {fonds.code}",
        by=by,
        at=at,
        facts={"creators": [f"{agency.code} {_iso(start)}–{_iso(end)}" for agency, start, end in creators]},
    )


@dataclass(frozen=True, slots=True)
class AgenciesReport:
    """What became of a list: agencies added, agencies whose days changed, changes recorded, rows that said nothing new."""

    added: int
    redated: int
    changes: int
    unchanged: int
    complaints: tuple[Complaint, ...]


@transaction.atomic
def import_agencies(*, listed: AgencyList, by: Person | str, at: datetime, dry_run: bool = False) -> AgenciesReport:
    """Take a list of agencies and their changes in: all of it, or with any complaint nothing. Again: nothing changes."""
    _check_registrar(by)
    ledger.hold()
    found = compared(listed)
    report = AgenciesReport(
        len(found.added), len(found.days), len(found.changes), found.unchanged, tuple(found.complaints)
    )
    if dry_run or found.complaints or found.says_nothing_new:
        return report
    Agency.objects.bulk_create([Agency(code=row.code, name=row.name) for row in found.added.values()])
    agencies = {agency.code: agency for agency in Agency.objects.all()}
    redated = [agencies[code] for code in found.days]
    for agency in redated:
        agency.from_day, agency.to_day = found.days[agency.code]
    Agency.objects.bulk_update(redated, ["from_day", "to_day"], batch_size=300)
    _record_changes(found.changes, agencies, _name(by), at)
    ledger.append(
        act="import_agencies",
        subject="agencies",
        by=by,
        at=at,
        facts={"file": listed.digest, "added": report.added, "redated": report.redated, "changes": report.changes},
        rows_digest=ledger.digest_of_rows(
            (c.from_code, c.kind, c.day, *c.to_codes, *c.functions, c.evidence) for c in found.changes
        ),
    )
    return report


def _record_changes(
    changes: Sequence[Change], agencies: Mapping[str, Agency], by: str, at: datetime
) -> list[AgencyChange]:
    rows = AgencyChange.objects.bulk_create(
        [
            AgencyChange(
                agency=agencies[change.from_code],
                kind=change.kind,
                day=change.day,
                evidence=change.evidence,
                superior=agencies[change.superior] if change.superior else None,
                designated=agencies[change.designated] if change.designated else None,
                recorded_at=at,
                recorded_by=by,
            )
            for change in changes
        ]
    )
    Successor.objects.bulk_create(
        [
            Successor(change=row, agency=agencies[code], function=function)
            for row, change in zip(rows, changes, strict=True)
            for code, function in zip(change.to_codes, change.functions, strict=True)
        ]
    )
    return rows


def _check_registrar(by: Person | str) -> None:
    """Whoever plans any fonds keeps the register of agencies; setting up, by a name, is nobody's desk."""
    if isinstance(by, str) or access.fonds_of(by, "review.plan_fonds").exists():
        return
    raise PermissionDenied(
        Sentence(
            "机构沿革由计划员登记。需要时请与计划员联系。", "Planners keep the register of agencies. Ask one of them."
        ).of(get_language() or "zh-hans")
    )


def _name(by: Person | str) -> str:
    return by if isinstance(by, str) else by.username


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
