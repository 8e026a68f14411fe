"""The closure CSV of a transfer to The National Archives of the United Kingdom (TDR), and its cross-field rules.

Source: nationalarchives/da-metadata-schema (baseSchema, closureSchemaClosed, closureSchemaOpen, definitionsSchema,
config: the headings of a column in TDR's draft metadata, in its data load and in the older sheet for people).
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from policies.dates import years_after
from policies.sentences import Sentence
from review.readers.dialects import Dialect, Fault

_HEADINGS = {
    "title": "filename",
    "reference_code": "filepath ClientSideOriginalFilepath",
    "date.record": "date_of_the_record end_date",
    "date.modified": "date_last_modified ClientSideFileLastModifiedDate",
    "scope": "description",
    "access_status.closure": "closure_status ClosureType",
    "access_condition.start": "closure_start_date ClosureStartDate",
    "access_condition.periods": "closure_period ClosurePeriod",
    "access_condition.codes": "foi_exemption_code FoiExemptionCode",
    "access_condition.asserted": "foi_schedule_date FOI_decision_asserted FoiExemptionAsserted",
    "access_condition.title_closed": "is_filename_closed is_the_title_sensitive_for_the_public TitleClosed",
    "access_condition.title_alternate": (
        "alternate_filename add_alternative_title_without_the_file_extension TitleAlternate"
    ),
    "access_condition.scope_closed": (
        "is_description_closed is_the_description_sensitive_for_the_public DescriptionClosed"
    ),
    "access_condition.scope_alternate": "alternate_description alternative_description DescriptionAlternate",
}
COLUMNS = {name.casefold().replace("_", ""): field for field, names in _HEADINGS.items() for name in names.split()}

_CODES = frozenset(
    (
        *("23", "24", "26", "27(1)", "27(2)", "28", "29", "30(1)", "30(2)", "31", "32", "33", "34", "36", "38", "39"),
        *(f"35(1)({letter})" for letter in "abcd"),
        *(f"37(1)({letters})" for letters in ("a", "aa", "ab", "ac", "ad", "b")),
        *("40(2)", "41", "42", "43(1)", "43(2)", "44"),
        *(f"EIR 12(5)({letter})" for letter in "abcdefg"),
    )
)
_PERIODS = range(1, 151)  # years
_CLOSURE = "access_condition."


class TnaClosure(Dialect):
    """The rows of one file. A closed record says until when, and under which exemptions, in access_condition."""

    def interpret(
        self, number: int, values: dict[str, str], parts: dict[str, str], today: date | None
    ) -> tuple[int | None, list[Fault]]:
        """Checks one record by the schema's rules for closed and for open ones."""
        record, modified = _day_text(parts.get("date.record", "")), _day_text(parts.get("date.modified", ""))
        values["date"] = record or modified
        lines = [f"date last modified: {modified}"] if record and modified else []
        closure = {part: parts.get(_CLOSURE + part, "") for part in _PARTS}
        lines += [f"{_LABELS[part]}: {closure[part]}" for part in _LABELS if closure[part]]
        values["notes"] = "\n".join(filter(None, (values.get("notes", ""), *lines)))
        status = parts.get("access_status.closure", "")
        if status == "Closed":
            condition, faults = _closed(closure, today)
            values["access_status"], values["access_condition"] = "deferred", condition
        elif status == "Open":
            faults = _open(closure)
            values["access_status"] = "open"
        else:
            faults = [Fault("access_status.closure", status, _NO_STATUS)]
        return None, faults


_PARTS = (
    "start", "periods", "codes", "asserted", "title_closed", "title_alternate", "scope_closed", "scope_alternate",
)  # fmt: skip
_LABELS = {
    "asserted": "FOI exemption asserted",
    "title_closed": "title closed",
    "title_alternate": "alternative title",
    "scope_closed": "description closed",
    "scope_alternate": "alternative description",
}


def _closed(closure: dict[str, str], today: date | None) -> tuple[str, list[Fault]]:
    """The closure in words, and the rules of a closed record that are broken."""
    faults = [Fault(_CLOSURE + part, "", _NEEDED) for part in _PARTS[:4] if not closure[part]]
    codes = _several(closure["codes"])
    faults += [Fault(_CLOSURE + "codes", code, _NO_CODE) for code in codes if code not in _CODES]
    periods = [_years(period) for period in _several(closure["periods"])]
    if None in periods:
        faults.append(Fault(_CLOSURE + "periods", closure["periods"], _NO_PERIOD))
    if codes and periods and len(codes) != len(periods):
        sentence = _AS_MANY.filled(codes=len(codes), periods=len(periods))
        faults.append(Fault(_CLOSURE + "periods", closure["periods"], sentence))
    start = _day("start", closure, today, faults)
    asserted = _day("asserted", closure, today, faults)
    if start and start == asserted:
        faults.append(Fault(_CLOSURE + "asserted", closure["asserted"], _SAME_DAY, "warning"))
    for name in ("title", "scope"):
        faults += _flagged(name, closure)
    if start is None or any(fault.severity == "error" for fault in faults):
        return "", faults
    years = [period for period in periods if period]
    until = years_after(start, max(years)) + timedelta(days=1)
    terms = "; ".join(f"FOI {code}, {period} years" for code, period in zip(codes, years, strict=True))
    return f"Closed until {until.isoformat()} ({terms})", faults


def _open(closure: dict[str, str]) -> list[Fault]:
    """An open record has no closure: all of its columns are empty, or say No."""
    faults = []
    for part, text in closure.items():
        flag = part.endswith("_closed")
        if text and not (flag and _flag(text) is False):
            faults.append(Fault(_CLOSURE + part, text, _NOT_OPEN_FLAG if flag else _NOT_OPEN))
    return faults


def _flagged(name: str, closure: dict[str, str]) -> list[Fault]:
    """Closed has its alternative, and an alternative is closed."""
    closed, alternate = closure[f"{name}_closed"], closure[f"{name}_alternate"]
    flag = _flag(closed)
    if flag is None:
        return [Fault(f"{_CLOSURE}{name}_closed", closed, _YES_OR_NO)]
    if flag and not alternate:
        return [Fault(f"{_CLOSURE}{name}_alternate", "", _NO_ALTERNATE)]
    if alternate and not flag:
        return [Fault(f"{_CLOSURE}{name}_closed", closed, _ALTERNATE)]
    return []


def _flag(text: str) -> bool | None:
    return {"yes": True, "true": True, "no": False, "false": False}.get(text.casefold())


def _several(text: str) -> list[str]:
    return [value for part in re.split(r"[;|]", text) if (value := part.strip())]


def _years(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 3 and int(text) in _PERIODS else None


def _day_text(text: str) -> str:
    """A day without the midnight that data loads write after it."""
    return text.removesuffix("T00:00:00").removesuffix(" 00:00:00")


def _day(part: str, closure: dict[str, str], today: date | None, faults: list[Fault]) -> date | None:
    text = _day_text(closure[part])
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
        years_after(day, max(_PERIODS))
    except ValueError:
        faults.append(Fault(_CLOSURE + part, text, _NO_DAY))
        return None
    if today and day > today:
        faults.append(Fault(_CLOSURE + part, text, _FUTURE.filled(today=today.isoformat())))
    return day


_NO_STATUS = Sentence("应为 Open 或 Closed。请改正。", "Must be Open or Closed. Correct it.")
_NEEDED = Sentence("封闭（Closed）的档案须填写此项。请补全。", "Must be provided for a closed record. Fill it in.")
_NO_CODE = Sentence(
    "不是英国国家档案馆所列的豁免代码（如 27(1)、40(2)、EIR 12(5)(a)）。请改正；多个代码以分号隔开。",
    "This is no exemption code of The National Archives (as 27(1), 40(2), EIR 12(5)(a)). Correct it; several are "
    "parted by semicolons.",
)
_NO_PERIOD = Sentence(
    "封闭年数应为 1 至 150 的整数，多个以分号隔开。请改正。",
    "The closure period has to be a whole number of years from 1 to 150, several parted by semicolons. Correct it.",
)
_AS_MANY = Sentence(
    "有 {codes} 个豁免代码、{periods} 个封闭年数；两者须一一对应。请改正。",
    "There are {codes} exemption codes and {periods} closure periods; there has to be one for each. Correct them.",
)
_NO_DAY = Sentence("应为日期 YYYY-MM-DD。请改正。", "Expected is a date, YYYY-MM-DD. Correct it.")
_FUTURE = Sentence("日期晚于今天（{today}）。请核对。", "The date lies after today ({today}). Check it.")
_SAME_DAY = Sentence(
    "豁免认定日与封闭起始日相同；认定日应为封闭目录获准之日。请核对。",
    "The exemption is asserted on the day the closure starts; expected is the date of the advisory schedule. Check it.",
)
_YES_OR_NO = Sentence(
    "封闭（Closed）的档案须填 Yes 或 No。请改正。", "Of a closed record this must be Yes or No. Correct it."
)
_NO_ALTERNATE = Sentence(
    "题名或内容说明不公开的，须有替代文字。请补全。",
    "Where the text is closed, its alternative must be given. Fill it in.",
)
_ALTERNATE = Sentence(
    "有替代文字的，此处须为 Yes。请改正其一。", "Must be Yes where an alternative is given. Correct one of them."
)
_NOT_OPEN = Sentence(
    "开放（Open）的档案此处须为空。请删除，或改为 Closed。",
    "Must be empty for an open record. Delete it, or make the record Closed.",
)
_NOT_OPEN_FLAG = Sentence(
    "开放（Open）的档案此处须为 No 或空。请改正。", "Must be No, or empty, for an open record. Correct it."
)
