"""A list of agencies beside the register: what is new, what changes, what is wrong. Reads only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from policies.agencies import check_days
from policies.catalogue_rows import Complaint
from policies.sentences import Refusal, Sentence
from policies.succession import Change, check_change
from review.models import Agency
from review.queries.succession import standing_changes
from review.readers.agency_lists import HEADINGS, AgencyList, AgencyRow

Days = tuple[date | None, date | None]


@dataclass(slots=True)
class Comparison:
    """What taking a list in would do: agencies added, days changed (by code), changes recorded, rows that say nothing new."""

    added: dict[str, AgencyRow] = field(default_factory=dict)
    days: dict[str, Days] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    unchanged: int = 0
    complaints: list[Complaint] = field(default_factory=list)

    @property
    def says_nothing_new(self) -> bool:
        return not (self.added or self.days or self.changes)


def compared(listed: AgencyList) -> Comparison:
    """A list against the register. Three queries at any size. With complaints nothing of it may be taken."""
    result = Comparison(complaints=list(listed.complaints))
    held = list(Agency.objects.all())
    codes = {agency.code: agency.name for agency in held}
    names = {agency.name: agency.code for agency in held}
    days: dict[str, Days] = {agency.code: (agency.from_day, agency.to_day) for agency in held}
    good = [row for row in listed.rows if _register(row, codes, names, days, result)]
    _compare_changes(good, codes, names, result)
    result.complaints.sort(key=lambda complaint: complaint.row or 0)
    return result


def _register(
    row: AgencyRow, codes: dict[str, str], names: dict[str, str], days: dict[str, Days], result: Comparison
) -> bool:
    """Find or enter the agency of a row, and what days it says; whether the row may go on."""
    if codes.get(row.code, row.name) != row.name:
        sentence = _OTHER_NAME.filled(code=row.code, name=codes[row.code])
        result.complaints.append(Complaint(row.row, HEADINGS["name"][0], row.name, sentence))
        return False
    if names.get(row.name, row.code) != row.code:
        sentence = _OTHER_CODE.filled(name=row.name, code=names[row.name])
        result.complaints.append(Complaint(row.row, HEADINGS["code"][0], row.code, sentence))
        return False
    if row.code not in codes:
        codes[row.code], names[row.name] = row.name, row.code
        days[row.code] = (None, None)
        result.added[row.code] = row
    before = days[row.code]
    said = (row.from_day or before[0], row.to_day or before[1])
    try:
        check_days(row.name, *said)
    except Refusal as refusal:
        result.complaints.append(Complaint(row.row, HEADINGS["to_day"][0], str(said[1]), refusal.sentence))
        return False
    if said != before:
        days[row.code] = result.days[row.code] = said
    elif not row.kind and row.code not in result.added:
        result.unchanged += 1
    return True


def _compare_changes(
    rows: Iterable[AgencyRow], codes: dict[str, str], names: dict[str, str], result: Comparison
) -> None:
    """The changes of all rows, oldest first: rows of one agency, kind and day are one change with several successors."""
    known = list(standing_changes())
    dated = sorted(
        (row for row in rows if row.kind), key=lambda row: (row.day or date.min, row.code, row.kind, row.row)
    )
    for _, same in groupby(dated, key=lambda row: (row.day, row.code, row.kind)):
        part = list(same)
        change = _change_of(part, codes, names, result)
        if change is None:
            continue
        held = [other for other in known if _same_event(other, change)]
        if any(_says(other) == _says(change) for other in held):
            result.unchanged += len(part)
        elif held:
            result.complaints.append(Complaint(part[0].row, HEADINGS["kind"][0], _kind(part[0]), _HELD_OTHERWISE))
        else:
            try:
                check_change(change, known)
            except Refusal as refusal:
                result.complaints.append(
                    Complaint(part[0].row, HEADINGS["kind"][0], _kind(part[0]), refusal.sentence)
                )
                continue
            known.append(change)
            result.changes.append(change)


def _change_of(
    rows: list[AgencyRow], codes: dict[str, str], names: dict[str, str], result: Comparison
) -> Change | None:
    """Rows as one change; None where they name an agency that nobody knows, or contradict one another."""
    before = len(result.complaints)

    def code_of(row: AgencyRow, column: str, said: str) -> str:
        found = said if said in codes else names.get(said, "")
        if not found:
            result.complaints.append(Complaint(row.row, HEADINGS[column][0], said, _UNKNOWN))
        return found

    first = rows[0]
    to: list[tuple[str, str]] = []
    for row in rows:
        if (row.evidence, row.superior, row.designated) != (first.evidence, first.superior, first.designated):
            result.complaints.append(
                Complaint(row.row, HEADINGS["evidence"][0], row.evidence, _CONTRADICTS.filled(row=first.row))
            )
        named = zip(row.successors, row.functions, strict=True)
        to += [(code_of(row, "successors", said), function) for said, function in named]
    superior = code_of(first, "superior", first.superior) if first.superior else None
    designated = code_of(first, "designated", first.designated) if first.designated else None
    if len(result.complaints) > before or first.day is None:
        return None
    to = list(dict.fromkeys(to))
    return Change(
        kind=first.kind,
        day=first.day,
        from_code=first.code,
        to_codes=tuple(code for code, _ in to),
        functions=tuple(function for _, function in to),
        evidence=first.evidence,
        superior=superior,
        designated=designated,
    )


def _same_event(one: Change, other: Change) -> bool:
    return (one.kind, one.day, one.from_code) == (other.kind, other.day, other.from_code)


def _says(change: Change) -> tuple[object, ...]:
    """A change as it is compared: the order of its successors does not matter."""
    successors = sorted(zip(change.to_codes, change.functions, strict=True))
    return (successors, change.evidence, change.superior or "", change.designated or "")


def _kind(row: AgencyRow) -> str:
    return f"{row.code} {row.kind} {row.day}"


_OTHER_NAME = Sentence(
    "代码“{code}”已登记为“{name}”。单位更名的，请把新名称登记为新机构，并登记一项“更名”。",
    "The code “{code}” stands for “{name}”. After a renaming, enter the new name as an agency and a change “renamed”.",
)
_OTHER_CODE = Sentence(
    "名称“{name}”已登记，代码是“{code}”。请核对代码。",
    "The name “{name}” is registered under the code “{code}”. Check the code.",
)
_UNKNOWN = Sentence(
    "机构未登记，文件中也没有这一行。请先登记，或改正名称、代码。",
    "No such agency is registered or listed in this file. Enter it, or correct the name or code.",
)
_CONTRADICTS = Sentence(
    "与第 {row} 行是同一项变更，但依据、上级单位或指定单位不同。",
    "This is the same change as in row {row}, but its evidence, superior or designated body differs.",
)
_HELD_OTHERWISE = Sentence(
    "同日同类的变更已登记，内容不同。请先在机构页撤回原登记并写明理由，再导入。",
    "Such a change of that day is on record with other content. Withdraw it on the agency's page first, with a reason.",
)
