"""JSON Lines of our own: a first line that says so, then one object a line with the field names of CatalogueRow."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from policies.catalogue_rows import CatalogueRow, Complaint, on_its_lines, on_one_line, shown_value
from policies.sentences import Refusal, Sentence
from review.readers.catalogue_rows import MAX_COMPLAINTS, TOO_MANY_COMPLAINTS, complain
from review.readers.row_checks import faults_of
from review.readers.streams import CHUNK_ROWS, MAX_ROWS, Chunk
from review.readers.table_rows import LINED
from review.readers.text_blocks import TextLines
from review.readers.vocabularies import CLOSED_LISTS

FORMAT = "catalogue-1"
_DAYS = frozenset({"earliest", "latest", "declassify_on", "transfer_opinion_on"})
_NUMBERS = frozenset({"pages", "parent_row"})
_FIELDS = frozenset(CatalogueRow._fields) - {"row"}
_CHUNK_TEXT = 16_000_000  # characters


class JsonLines:
    """The chunks of a JSON Lines file; `fonds` is what its first line says. Raises Refusal for another file.

    The row number is the line. "row" in an object is passed over; a parent_row is the line of the unit above.
    """

    def __init__(self, path: Path, today: date | None, *, skip: int = 0) -> None:
        self._lines = TextLines(path, "utf-8-sig")
        self._numbered = enumerate(self._lines, start=1)
        self._lines.row = lambda: self._number + 1
        self._number = 0
        self._today = today.isoformat() if today else None
        self._skip = skip
        self.fonds = self._first_line()

    def _first_line(self) -> str:
        self._number, line = next(self._numbered, (1, ""))
        try:
            head = json.loads(line)
        except (ValueError, RecursionError):
            head = None
        if not isinstance(head, dict) or head.get("qifeng") != FORMAT:
            raise Refusal(_NOT_OURS)
        return str(head.get("fonds", ""))

    def __iter__(self) -> Iterator[Chunk]:
        rows: list[CatalogueRow] = []
        complaints: list[Complaint] = []
        refused: list[tuple[int, list[str]]] = []
        lines = found = size = 0
        for number, line in self._numbered:
            self._number = number
            self._lines.fresh = 0
            if number <= self._skip or not line.strip():
                continue
            if number > MAX_ROWS:
                raise Refusal(_TOO_MANY.filled(most=MAX_ROWS))
            row, faults = _row_of(number, line, self._today)
            if row:
                rows.append(row)
            else:
                refused.append((number, [line.rstrip("\r\n")]))
            complaints += faults
            found += len(faults)
            if found > MAX_COMPLAINTS:
                raise Refusal(TOO_MANY_COMPLAINTS.filled(most=MAX_COMPLAINTS))
            lines += 1
            size += len(line)
            if lines == CHUNK_ROWS or size > _CHUNK_TEXT:
                yield Chunk(rows, complaints, refused, number, self._lines.share)
                rows, complaints, refused = [], [], []
                lines = size = 0
        if lines:
            yield Chunk(rows, complaints, refused, self._number, 1.0)
        elif self._number <= 1:
            raise Refusal(_NO_ROWS)


def _row_of(number: int, line: str, today: str | None) -> tuple[CatalogueRow | None, list[Complaint]]:
    try:
        given = json.loads(line)
    except (ValueError, RecursionError):
        return None, [Complaint(number, None, "", _NO_JSON)]
    if not isinstance(given, dict):
        return None, [Complaint(number, None, "", _NO_OBJECT)]
    given.pop("row", None)
    classified = bool(given.get("classification"))
    values: dict[str, object] = {}
    found = []
    for field, value in given.items():
        values[field], sentence = _value(field, value)
        if sentence:
            shown = json.dumps(value, ensure_ascii=False)
            found.append(complain(number, field, shown, sentence, field=field, classified=classified))
    if found:
        return None, found
    row = CatalogueRow(row=number, **values)  # type: ignore[arg-type]
    if (row.earliest is None) != (row.latest is None) or (row.earliest or "") > (row.latest or ""):
        found.append(Complaint(number, "latest", f"{row.earliest}/{row.latest}", _SPAN))
    for field, sentence in faults_of(row, today):
        value = shown_value(getattr(row, field))
        found.append(complain(number, field, value, sentence, field=field, classified=classified))
    return (None if found else row), found


def _value(field: str, value: object) -> tuple[object, Sentence | None]:
    """The value as CatalogueRow has it, or the sentence that says why it cannot be."""
    if field not in _FIELDS:
        return None, _NO_FIELD
    if field in _NUMBERS:
        good = value is None or (type(value) is int and 0 <= value < 1_000_000_000)
        return value, None if good else _NO_NUMBER
    if field in _DAYS:
        return value, None if value is None or _is_day(value) else _NO_DAY
    if not isinstance(value, str):
        return None, _NO_TEXT
    if field in CLOSED_LISTS and value not in CLOSED_LISTS[field].values() and (value or field == "level"):
        return None, _NO_WORD.filled(known="、".join(dict.fromkeys(CLOSED_LISTS[field].values())))
    return (on_its_lines if field in LINED else on_one_line)(value), None


def _is_day(value: object) -> bool:
    try:
        return isinstance(value, str) and len(value) == 10 and bool(date.fromisoformat(value))
    except ValueError:
        return False


_NOT_OURS = Sentence(
    '不是本系统的 JSON Lines：首行应为 {"qifeng": "catalogue-1", "fonds": "全宗号"}。请用本系统导出的文件。',
    'This is no JSON Lines of ours: the first line has to be {"qifeng": "catalogue-1", "fonds": "code"}. Use a file '
    "that this system exported.",
)
_NO_ROWS = Sentence(
    "文件只有首行，没有目录条目。请确认导出是否完整。",
    "The file has its first line and no entries. Check that it was exported whole.",
)
_TOO_MANY = Sentence("超过 {most} 行。请分成几个文件导入。", "There are more than {most} lines. Split the file.")
_NO_JSON = Sentence("本行不是 JSON。请改正或重新导出。", "This line is no JSON. Correct it, or export it again.")
_NO_OBJECT = Sentence(
    "本行不是 JSON 对象（{…}）。请改正或重新导出。",
    "This line is no JSON object ({…}). Correct it, or export it again.",
)
_NO_FIELD = Sentence("没有这个著录项。请删去或改名。", "There is no such field. Delete or rename it.")
_NO_NUMBER = Sentence("应为整数或 null。请改正。", "Expected is a whole number, or null. Correct it.")
_NO_DAY = Sentence("应为日期（YYYY-MM-DD）或 null。请改正。", "Expected is a day (YYYY-MM-DD), or null. Correct it.")
_NO_TEXT = Sentence("应为文字。请改正。", "Expected is a text. Correct it.")
_NO_WORD = Sentence("应为下列之一：{known}。请改正。", "Expected is one of: {known}. Correct it.")
_SPAN = Sentence(
    "最早日期与最晚日期须同时给出，且最早不晚于最晚。请改正。",
    "The earliest and the latest day have to be given together, the earliest first. Correct them.",
)
