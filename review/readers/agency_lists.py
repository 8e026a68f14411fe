"""Lists of agencies and what became of them, from CSV or a workbook: rows or complaints, every fault at once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from policies.catalogue_rows import CONTROLS, Complaint, shown_value
from policies.sentences import Refusal, Sentence
from review.readers.delimited import DelimitedFile
from review.readers.profiles import Profile, same_heading
from review.readers.spreadsheets import Workbook
from review.readers.tables import Block, Heading, find_heading

MAX_BYTES = 20_000_000

HEADINGS = {
    "code": ("机构代码", "code"),
    "name": ("机构名称", "name"),
    "from_day": ("成立日期", "from_day"),
    "to_day": ("撤销日期", "to_day"),
    "kind": ("变更方式", "kind"),
    "day": ("变更日期", "day"),
    "successors": ("承接单位", "successors"),
    "functions": ("承接职能", "functions"),
    "evidence": ("依据", "evidence"),
    "superior": ("上级单位", "superior"),
    "designated": ("指定单位", "designated"),
}
KINDS = {
    "更名": "renamed", "改名": "renamed", "renamed": "renamed",
    "合并": "merged", "并入": "merged", "merged": "merged",
    "分立": "split", "拆分": "split", "split": "split",
    "撤销": "abolished", "abolished": "abolished",
    "职能划转": "functions_moved", "职能转移": "functions_moved", "functions_moved": "functions_moved",
}  # fmt: skip
_DELIMITED, _SPREADSHEETS = (".csv", ".tsv", ".txt"), (".xlsx", ".xlsm", ".xls", ".ods")
# A table is recognised by what a catalogue calls its title; here that is the name of the agency.
_PROFILE = Profile(
    "agencies",
    Sentence("机构一览", "List of agencies"),
    {
        same_heading(text): "title" if field == "name" else field
        for field, texts in HEADINGS.items()
        for text in texts
    },
)
LONGEST = {"code": 40, "name": 200, "evidence": 500, "functions": 200}
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?: 00:00:00)?|(\d{4})(\d{2})(\d{2})")
_SIGNS = re.compile(r"[；;]")


class AgencyRow(NamedTuple):
    """One line: an agency and, where `kind` is not empty, one thing that became of it.

    Agencies other than its own are named as the file names them, by code or name; `functions` has one for each successor.
    """

    row: int
    code: str
    name: str
    from_day: date | None = None
    to_day: date | None = None
    kind: str = ""
    day: date | None = None
    successors: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    evidence: str = ""
    superior: str = ""
    designated: str = ""


class AgencyList(NamedTuple):
    """What a file says: its rows, its complaints, and the SHA-256 of its bytes."""

    rows: tuple[AgencyRow, ...]
    complaints: tuple[Complaint, ...]
    digest: str


def read_agencies(path: Path) -> AgencyList:
    """A list of agencies in CSV, xlsx, xls or ods, with its complaints. Raises Refusal for what cannot be read as a whole."""
    suffix = path.suffix.lower()
    if suffix not in (*_DELIMITED, *_SPREADSHEETS):
        raise Refusal(_FORMAT.filled(suffix=suffix or "—"))
    if not 0 < path.stat().st_size <= MAX_BYTES:
        raise Refusal(_SIZE.filled(most=MAX_BYTES // 1_000_000))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if suffix in _SPREADSHEETS:
        with closing(Workbook(path)) as book:
            heading, blocks = book.find_table(_PROFILE)
            return _read(heading, blocks, digest)
    delimited = DelimitedFile(path, _PROFILE).blocks()
    return _read(find_heading(delimited, _PROFILE), delimited, digest)


def _read(heading: Heading, blocks: Iterator[Block], digest: str) -> AgencyList:
    """The rows below the heading. Raises Refusal for a heading of other columns."""
    fields = _fields_of(heading.cells)
    headings = {field: names[0] for field, names in HEADINGS.items()}
    headings |= {field: cell.strip() for field, cell in zip(fields, heading.cells, strict=False)}
    rows: list[AgencyRow] = []
    complaints: list[Complaint] = []
    for number, cells, fault in _below(heading, blocks):
        if fault or any(cell.strip() for cell in cells[len(fields) :]):
            sentence = fault or _WIDTH.filled(cells=len(cells), headings=len(fields))
            complaints.append(Complaint(number, None, None, sentence))
            continue
        row, found = _row_of(number, dict(zip(fields, cells, strict=False)), headings)
        complaints += found
        if not found:
            rows.append(row)
    return AgencyList(tuple(rows), tuple(complaints), digest)


def _below(heading: Heading, blocks: Iterator[Block]) -> Iterator[tuple[int, list[str], Sentence | None]]:
    """The filled rows below the heading, with what makes a row unreadable (merged cells)."""
    for block in chain(heading.below, blocks):
        for number, cells in zip(block.numbers, block.records, strict=True):
            if number > heading.number and any(cell.strip() for cell in cells):
                yield number, cells, block.faults.get(number)


def _fields_of(cells: Sequence[str]) -> list[str]:
    known = {same_heading(name): field for field, names in HEADINGS.items() for name in names}
    headings = [cell.strip() for cell in cells]
    while headings and not headings[-1]:
        headings.pop()
    unknown = [shown_value(heading) or "—" for heading in headings if same_heading(heading) not in known]
    fields = [known.get(same_heading(heading), "") for heading in headings]
    repeated = {HEADINGS[field][0] for field in fields if field and fields.count(field) > 1}
    if unknown or repeated or not {"code", "name"} <= set(fields):
        expected = "、".join(names[0] for names in HEADINGS.values())
        english = ", ".join(names[1] for names in HEADINGS.values())
        found = "、".join([*unknown, *sorted(repeated)]) or "—"
        raise Refusal(_HEADING.filled(found=found, expected=expected, english=english))
    return fields


def _row_of(number: int, texts: dict[str, str], headings: dict[str, str]) -> tuple[AgencyRow, list[Complaint]]:
    values = {field: texts.get(field, "").strip() for field in HEADINGS}
    complaints: list[Complaint] = []

    def complain(field: str, sentence: Sentence) -> None:
        complaints.append(Complaint(number, headings[field], shown_value(values[field]), sentence))

    def day_of(field: str) -> date | None:
        if not values[field]:
            return None
        day = _read_day(values[field])
        if day is None:
            complain(field, _DAY_UNREAD)
        return day

    days = {field: day_of(field) for field in ("from_day", "to_day", "day")}
    kind = KINDS.get(values["kind"].lower(), "")
    successors, functions = _listed(values["successors"]), _listed(values["functions"])
    for field in ("code", "name"):
        if not values[field]:
            complain(field, _NEEDED)
    for field, value in values.items():
        if CONTROLS.search(value):
            complain(field, _CONTROL)
    for field, longest in LONGEST.items():
        pieces = functions if field == "functions" else (values[field],)
        if any(len(piece) > longest for piece in pieces):
            complain(field, _TOO_LONG.filled(longest=longest))
    if values["kind"] and not kind:
        complain("kind", _KIND)
    if functions and len(functions) != len(successors):
        complain("functions", _FUNCTIONS.filled(functions=len(functions), successors=len(successors)))
    for field, sentence in _of_the_change(values, headings):
        complain(field, sentence)
    row = AgencyRow(
        row=number, code=values["code"], name=values["name"], from_day=days["from_day"], to_day=days["to_day"],
        kind=kind, day=days["day"], successors=successors, functions=functions or ("",) * len(successors),
        evidence=values["evidence"], superior=values["superior"], designated=values["designated"],
    )  # fmt: skip
    return row, complaints


def _of_the_change(values: dict[str, str], headings: dict[str, str]) -> list[tuple[str, Sentence]]:
    """A change is whole (kind, day and evidence) or not there at all."""
    if values["kind"]:
        return [(field, _OF_A_CHANGE) for field in ("day", "evidence") if not values[field]]
    said = [
        field for field in ("day", "successors", "functions", "evidence", "superior", "designated") if values[field]
    ]
    return [("kind", _NO_KIND.filled(said="、".join(headings[field] for field in said)))] if said else []


def _read_day(text: str) -> date | None:
    found = _DAY.fullmatch(text)
    if not found:
        return None
    year, month, day = (int(part) for part in found.groups() if part)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _listed(text: str) -> tuple[str, ...]:
    """The pieces between （；）; of several, an empty one counts: a successor without a function of its own."""
    return tuple(piece.strip() for piece in _SIGNS.split(text)) if text else ()


_FORMAT = Sentence(
    "不能读取“{suffix}”文件。机构一览须为 CSV、xlsx、xls 或 ods。",
    "A file “{suffix}” cannot be read here: a list of agencies is CSV, xlsx, xls or ods.",
)
_SIZE = Sentence(
    "文件为空，或超过 {most} MB；机构一览通常很小，请核对是否选错文件。",
    "The file is empty, or over {most} MB; lists of agencies are small. Check whether this is the right file.",
)
_HEADING = Sentence(
    "表头有误（{found}）。第一行须为表头，至少有机构代码、机构名称；可用的列：{expected}。",
    "The heading is wrong ({found}). The first line is the heading, with code and name at least; columns: {english}.",
)
_WIDTH = Sentence(
    "本行有 {cells} 格，表头只有 {headings} 列，疑有错列。",
    "The row has {cells} cells, the heading {headings} columns: something has shifted.",
)
_NEEDED = Sentence("机构代码和机构名称都须填写。", "Code and name are both needed.")
_DAY_UNREAD = Sentence("日期须写明年月日，如 2001-05-01。", "A day needs year, month and day, as 2001-05-01.")
_KIND = Sentence(
    "变更方式须为：更名、合并、分立、撤销、职能划转。",
    "The kind is one of: renamed, merged, split, abolished, functions_moved.",
)
_FUNCTIONS = Sentence(
    "承接职能有 {functions} 项，承接单位有 {successors} 个，须一一对应（可空一项：甲；；丙）。",
    "{functions} functions for {successors} successors: one for each, in the same order (one may be left empty).",
)
_OF_A_CHANGE = Sentence("填写变更方式的，还须填写变更日期和依据。", "A change needs its day and its evidence.")
_NO_KIND = Sentence(
    "填写了{said}，却没有变更方式。", "There is something of a change here ({said}) but not its kind."
)
_TOO_LONG = Sentence("此处最多 {longest} 个字符。", "{longest} characters are the most here.")
_CONTROL = Sentence("含有不可见的控制字符，请删除。", "There is an invisible control character. Delete it.")
