"""What a catalogue file yields: rows, complaints about the rows that could not be taken, and warnings.

The columns are those of DA/T 18 and DA/T 22. The checks here are the ones every format shares.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from policies.dates import DateSpan
from policies.sentences import Refusal, Sentence

MAX_FILE_BYTES = 200_000_000
MAX_ROWS = 500_000
MAX_COLUMNS = 1_000
MAX_CELL = 100_000
MAX_ROW_TEXT = 2_000_000  # characters of one row, before its cells are told apart
MAX_TITLE = 2_000
MAX_COMPLAINTS = 100_000
MAX_TEXT = 300_000_000  # characters of all rows: a heading or an inherited restriction is repeated in every row

# The longest text, in characters, that a catalogue keeps in one place; longer ones are slips of the column.
LONGEST = {
    "reference_code": 120,
    "series_title": 500,
    "title": MAX_TITLE,
    "responsible_body": 500,
    "date_text": 200,
    "extent": 500,
    "retention": 60,
    "classification": 60,
    "agency": 200,
    "document_number": 120,
}

ACCESS_STATUSES = {
    "开放": "open", "open": "open",
    "控制": "legacy_control", "控制使用": "legacy_control", "restricted": "legacy_control",
    "延期开放": "deferred", "deferred": "deferred",
    "未审核": "not_reviewed", "not reviewed": "not_reviewed", "unreviewed": "not_reviewed",
}  # fmt: skip

LEVELS = {
    "案卷": "file", "卷": "file", "file": "file", "volume": "file",
    "件": "item", "文件": "item", "item": "item",
    "类": "series", "类别": "series", "series": "series",
}  # fmt: skip

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−─﹘﹣－", "-"))


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """One entry as its file states it; a text that the file does not give is "".

    `row` is the row of the sheet, the record of the CSV (the heading's row counts), or the ordinal of the EAD
    component; no two rows of a file share it. `level` is "series", "file" or "item". `access_status` is "", "open",
    "deferred", "legacy_control" or "not_reviewed". `span` is None where no date could be read: such an entry is
    never due. `agency` is the creating agency's name.
    """

    row: int
    title: str
    level: str = "item"
    reference_code: str = ""
    series_title: str = ""
    responsible_body: str = ""
    span: DateSpan | None = None
    date_text: str = ""
    extent: str = ""
    retention: str = ""
    classification: str = ""
    access_status: str = ""
    access_condition: str = ""
    agency: str = ""
    document_number: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Complaint:
    """Why one row was not taken: `column` is the heading as it stands in the file, `value` the text found there."""

    row: int | None
    column: str | None
    value: str | None
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Reading:
    """All of one file: each of its rows is in `rows`, or has at least one complaint.

    `digest` is the SHA-256 of the file in hex; `profile` names the column mapping, or "ead2002".
    """

    rows: tuple[CatalogueRow, ...]
    complaints: tuple[Complaint, ...]
    profile: str
    digest: str
    warnings: tuple[Sentence, ...] = ()


def same_word(text: str) -> str:
    """A word of a closed list as it is compared: width, case and outer space do not matter."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def same_code(reference_code: str) -> str:
    """A reference code as it is compared: full-width signs, kinds of dash and spaces do not make it another one."""
    return "".join(unicodedata.normalize("NFKC", reference_code.translate(_DASHES)).split())


class Gathering:
    """The rows and complaints of one file, as they come. Holds the checks that every row passes, whatever its format."""

    def __init__(self, today: date | None) -> None:
        self.rows: list[CatalogueRow] = []
        self.complaints: list[Complaint] = []
        self._today = today
        self._first_row: dict[str, int] = {}
        self._text = 0

    def take(self, row: CatalogueRow, found: list[Complaint], heading: Callable[[str], str | None]) -> None:
        """Adds the row, or else all that is wrong with it: what its reader `found`, and what is seen here.

        `heading` gives the file's name for a field of CatalogueRow. Raises Refusal for more than MAX_COMPLAINTS, and
        for more than MAX_TEXT.
        """
        found = [*found, *self._faults(row, heading)]
        if not found:
            self.rows.append(row)
        self.refuse(found)
        self._text += len(row.notes) + len(row.access_condition)
        if self._text > MAX_TEXT:
            raise Refusal(_TOO_MUCH_TEXT.filled(most=MAX_TEXT))

    def refuse(self, found: list[Complaint]) -> None:
        """Adds complaints alone."""
        self.complaints += found
        if len(self.complaints) > MAX_COMPLAINTS:
            raise Refusal(_TOO_MANY_COMPLAINTS.filled(most=MAX_COMPLAINTS))

    def _faults(self, row: CatalogueRow, heading: Callable[[str], str | None]) -> Iterator[Complaint]:
        def about(field: str, sentence: Sentence) -> Complaint:
            return complain(row.row, heading(field), getattr(row, field), sentence)

        yield from (about(field, sentence) for field, sentence in _text_faults(row))
        # Only a span that begins after today is impossible; one that ends later ("2020s") merely stays closed longer.
        if row.span and self._today and row.span.earliest > self._today:
            yield about("date_text", _FUTURE.filled(today=self._today.isoformat()))
        if row.reference_code:
            first = self._first_row.setdefault(same_code(row.reference_code), row.row)
            if first != row.row:
                yield about("reference_code", _REPEATED.filled(first=first))


def complain(row: int, column: str | None, value: str, sentence: Sentence) -> Complaint:
    """A complaint that carries no more of the value than a screen can show."""
    return Complaint(row, column, value if len(value) <= 200 else value[:199] + "…", sentence)


def _text_faults(row: CatalogueRow) -> list[tuple[str, Sentence]]:
    faults = []
    if not row.title:
        faults.append(("title", _NO_TITLE))
    for field, longest in LONGEST.items():
        text = getattr(row, field)
        if not text:
            continue
        if len(text) > longest:
            faults.append((field, _TOO_LONG.filled(length=len(text), longest=longest)))
        if control := _CONTROLS.search(text):
            faults.append((field, _CONTROL.filled(code=f"U+{ord(control[0]):04X}", place=control.start() + 1)))
    return faults


_NO_TITLE = Sentence(
    "题名为空。每条目录都须有题名；请补录后重新导入。",
    "The title is empty. Every entry needs a title: fill it in and import again.",
)
_TOO_LONG = Sentence(
    "此处有 {length} 个字符，最多 {longest} 个。请检查是否错列，或缩短后重新导入。",
    "This text has {length} characters; {longest} are the most. Check for a shifted column, or shorten it.",
)
_CONTROL = Sentence(
    "第 {place} 个字符是不可见的控制字符 {code}。请删除后重新导入。",
    "Character {place} is the invisible control character {code}. Delete it and import again.",
)
_FUTURE = Sentence(
    "日期晚于今天（{today}），档案不可能在此后形成。请核对日期。",
    "The date lies after today ({today}); a record cannot have been formed then. Check the date.",
)
_REPEATED = Sentence(
    "档号与第 {first} 行重复（全角半角、横线写法不同视为相同）。一个档号只能对应一条目录；请核对。",
    "The reference code repeats that of row {first} (width and kind of dash do not count). "
    "One code stands for one entry: check both.",
)
_TOO_MANY_COMPLAINTS = Sentence(
    "有问题之处超过 {most} 个，疑为列映射有误。请核对表头与列映射后重新导入。",
    "More than {most} faults were found: the columns are probably mistaken. Check headings and mapping.",
)
_TOO_MUCH_TEXT = Sentence(
    "各条目的附注与利用限制合计超过 {most} 个字符。请分成几个文件导入，或缩短表头与限制说明。",
    "Notes and restrictions of all entries come to more than {most} characters. Split the file, or shorten headings "
    "and restrictions.",
)
