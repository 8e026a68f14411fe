"""The rows of a file as the records that rules look at, without a fonds around them: for screening before any import.

A title is enough; a reference code, a date or any other column may be missing. What a table says of the units above a
row holds for the row as well, as far as they stand above it in the file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from policies.catalogue_rows import CatalogueRow
from policies.dates import DateSpan, parse_date_span
from policies.inheritance import TOP, Context, Within, below, effective
from policies.records import Record
from policies.sentences import Refusal, Sentence
from review.readers.catalogue_files import DELIMITED, JSON, SPREADSHEETS, open_stream
from review.readers.headings import PROFILES
from review.readers.jsonlines import FORMAT
from review.readers.profiles import Profile
from review.readers.streams import Chunk, Stream
from review.readers.text_blocks import TextLines

KEYS = (
    "reference_code", "title", "responsible_body", "series_title", "notes", "retention", "classification",
    "access_condition", "fonds", "agency",
)  # fmt: skip
_DATE_KEYS = ("created", "date")
_PART_LINES = 2_000
_PART_TEXT = 4_000_000  # characters
# Names of a title that a plain list may have; a catalogue that has 题名 may have such a column beside it.
_PLAIN = Profile(
    "house", PROFILES["house"].title, {**PROFILES["house"].columns, "标题": "title", "名称": "title", "name": "title"}
)


class Line(NamedTuple):
    """A line of JSON Lines that is still to be read."""

    row: int
    text: str


class Refused(NamedTuple):
    """A row that cannot be taken, and why."""

    row: int
    why: Sentence


class Given(NamedTuple):
    """What a row of a table says to the rules, made of plain values: rows of many files go from process to process."""

    row: int
    reference_code: str
    title: str
    responsible_body: str
    series_title: str
    notes: str
    scope: str
    persons: str
    keywords: str
    earliest: str | None
    latest: str | None
    date_text: str
    retention: str
    classification: str
    access_condition: str
    public_attribute: str
    agency: str


_given = itemgetter(*map(CatalogueRow._fields.index, Given._fields))
Row = tuple[Any, ...] | Line | Refused  # a plain tuple: the values of a Given


class RecordFile:
    """A file being read: iterating it gives lists of its data rows, in order, of bounded size; `share` of it is read.

    Raises Refusal for a file that cannot be read as a whole. `warnings` is complete at the end, `format` known at once.
    """

    def __init__(self, path: Path) -> None:
        self.share = 0.0
        self.warnings: list[Sentence] = []
        suffix = path.suffix.lower()
        if suffix not in (*DELIMITED, *SPREADSHEETS, *JSON):
            raise Refusal(_FORMAT.filled(name=path.name))
        self._stream = None if suffix in JSON and not _is_ours(path) else _opened(path)
        self._path = path

    def __iter__(self) -> Iterator[list[Row]]:
        if self._stream is None:
            yield from self._lines()
            return
        above = _Above(self._stream)
        with self._stream as stream:
            for chunk in stream:
                self.share = chunk.share
                yield above.over(chunk)
        self.warnings += stream.warnings
        if above.missing:
            self.warnings.append(_NOT_ABOVE.filled(count=above.missing))

    def _lines(self) -> Iterator[list[Row]]:
        lines = TextLines(self._path, "utf-8-sig")
        part: list[Row] = []
        number = size = 0
        lines.row = lambda: number + 1
        try:
            for number, text in enumerate(lines, start=1):
                lines.fresh = 0
                if not text.strip():
                    continue
                part.append(Line(number, text))
                size += len(text)
                if len(part) == _PART_LINES or size > _PART_TEXT:
                    self.share = lines.share
                    yield part
                    part, size = [], 0
        except Refusal as refusal:
            raise _about(self._path, refusal) from refusal
        if part:
            yield part


def record_of(row: Row, fonds: str = "") -> tuple[Record, frozenset[str]]:
    """The record of a row, and the keys of a line of JSON that are no fields. Raises Refusal, saying what is wrong."""
    if isinstance(row, Refused):
        raise Refusal(row.why)
    if isinstance(row, Line):
        return _record_of_line(row.text, fonds)
    return _record_of_row(Given._make(row), fonds), _NOTHING


_NOTHING: frozenset[str] = frozenset()


def _record_of_row(row: Given, fonds: str) -> Record:
    """As an entry is screened once it is imported: scope, persons and keywords count among the notes."""
    notes = [text for text in (row.notes, row.scope, row.persons, row.keywords) if text]
    conditions = (row.access_condition, row.public_attribute)
    return Record(
        reference_code=row.reference_code,
        title=row.title,
        responsible_body=row.responsible_body,
        series_title=row.series_title,
        notes="\n".join(notes),
        span=_span(row.earliest, row.latest, row.date_text),
        retention=row.retention,
        classification=row.classification,
        access_condition=" | ".join(filter(None, conditions)) if row.public_attribute else row.access_condition,
        fonds=fonds,
        agency=row.agency,
    )


@lru_cache(maxsize=20_000)
def _span(earliest: str | None, latest: str | None, text: str) -> DateSpan | None:
    if earliest is None or latest is None:
        return None
    return DateSpan(date.fromisoformat(earliest), date.fromisoformat(latest), text)


_read_span = lru_cache(maxsize=20_000)(parse_date_span)


def _record_of_line(text: str, fonds: str) -> tuple[Record, frozenset[str]]:
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise Refusal(_NO_OBJECT)
    values: dict[str, Any] = {"fonds": fonds, **{key: _text(given, key) for key in KEYS if given.get(key)}}
    if not values.get("title") and not values.get("classification"):
        raise Refusal(_NO_TITLE)
    created = next((_text(given, key) for key in _DATE_KEYS if given.get(key)), "")
    unknown = given.keys() - {*KEYS, *_DATE_KEYS, "pages"}
    # What has no field of its own is screened as a note: nothing that was given is passed over.
    further = [f"{key}: {value}" for key in sorted(unknown) if isinstance(value := given[key], str) and value]
    values["notes"] = "\n".join(filter(None, (values.get("notes", ""), *further)))
    pages = given.get("pages") or []
    if not isinstance(pages, list) or not all(isinstance(page, str) for page in pages):
        raise Refusal(_NO_PAGES)
    return Record(**{"reference_code": "", "title": "", **values}, span=_read_span(created), pages=tuple(pages)), (
        frozenset(unknown)
    )


def _text(given: Mapping[str, object], key: str) -> str:
    value = given[key]
    if isinstance(value, int) and key in _DATE_KEYS:
        return str(value)
    if not isinstance(value, str):
        raise Refusal(_NO_TEXT.filled(key=key))
    return value


class _Above:
    """What holds for the rows of a file from the units above them; the units have to stand above their parts."""

    def __init__(self, stream: Stream) -> None:
        profile = PROFILES.get(stream.profile)
        self._says_above = (
            stream.stated is None or "parent_code" in stream.stated or bool(profile and profile.dialect)
        )
        self._by_row: dict[int, tuple[Context, str]] = {}
        self._by_code: dict[str, tuple[Context, str]] = {}
        self.missing = 0

    def over(self, chunk: Chunk) -> list[Row]:
        """The rows of a chunk with what they have from above, the refused ones among them, in the order of the file."""
        rows: list[Row] = list(map(self._placed if self._says_above else _given, chunk.rows))
        faults = [complaint for complaint in chunk.complaints if complaint.severity == "error"]
        if not faults:
            return rows
        why: dict[int, list[Sentence]] = {}
        for complaint in faults:
            where = f"{complaint.column}“{complaint.value or ''}”" if complaint.column else ""
            sentence = Sentence(
                f"{where}：{complaint.sentence.zh}" if where else complaint.sentence.zh,
                f"{where}: {complaint.sentence.en}" if where else complaint.sentence.en,
            )
            why.setdefault(complaint.row or 0, []).append(sentence)
        rows += (Refused(row, _together(sentences)) for row, sentences in why.items())
        return sorted(rows, key=itemgetter(0))

    def _placed(self, row: CatalogueRow) -> Row:
        above, part_of = TOP, ""
        if row.parent_row is not None or row.parent_code:
            found = self._by_row.get(row.parent_row or 0) or self._by_code.get(row.parent_code)
            if found is None:
                self.missing += 1
            else:
                above, part_of = found
        try:
            placed, _ = effective(row, above, Within())
            if row.level != "item":
                held = (below(row, above), row.title if row.level == "file" else "")
                self._by_row[row.row] = held
                if row.reference_code:
                    self._by_code[row.reference_code] = held
        except Refusal as refusal:
            return Refused(row.row, refusal.sentence)
        if part_of:
            placed = placed._replace(notes="\n".join(filter(None, (placed.notes, f"part of: {part_of}"))))
        return _given(placed)


def _together(sentences: Sequence[Sentence]) -> Sentence:
    some = list(islice(dict.fromkeys(sentences), 5))
    return Sentence("".join(each.zh for each in some), " ".join(each.en for each in some))


def _opened(path: Path) -> Stream:
    try:
        return open_stream(path, today=None)
    except Refusal as refusal:
        if path.suffix.lower() in JSON:
            raise
        try:
            return open_stream(path, _PLAIN, today=None)
        except Refusal:
            raise refusal from None


def _is_ours(path: Path) -> bool:
    """Whether a JSON Lines file is one that this system exports: its first line says so."""
    try:
        with path.open("rb") as file:
            head = json.loads(file.readline(1_000))
    except (OSError, ValueError, RecursionError):
        head = None
    if isinstance(head, dict) and head.get("qifeng") == FORMAT:
        return True
    if not path.is_file():
        raise Refusal(_NO_FILE.filled(name=path.name))
    return False


def _about(path: Path, refusal: Refusal) -> Refusal:
    why = refusal.sentence
    return Refusal(Sentence(f"文件“{path.name}”：{why.zh}", f"File “{path.name}”: {why.en}"))


_FORMAT = Sentence(
    "文件“{name}”的格式不受支持。可筛查：.csv、.tsv、.txt，.xlsx、.xls、.ods，.jsonl。EAD 请先导入。",
    "File “{name}” is of no supported format. Screened are: .csv, .tsv, .txt; .xlsx, .xls, .ods; .jsonl. Import EAD first.",
)
_NO_FILE = Sentence("“{name}”不是文件。请指定一个数据文件。", "“{name}” is no file. Name a file.")
_NO_OBJECT = Sentence(
    "本行不是 JSON 对象（{{…}}）。请改正或重新导出。",
    "This line is no JSON object ({{…}}). Correct it, or export it again.",
).filled()
_NO_TITLE = Sentence("没有题名（title）。请补录。", "There is no title (title). Fill it in.")
_NO_TEXT = Sentence("“{key}”应为文字。请改正。", "Expected of “{key}” is a text. Correct it.")
_NO_PAGES = Sentence(
    "“pages”应为文字的列表，每页一项。请改正。", "Expected of “pages” is a list of texts, one a page. Correct it."
)
_NOT_ABOVE = Sentence(
    "{count} 行所属的上级不在其上方，未计入上级的限制与日期。请先导入，或把上级排在前面。",
    "{count} rows name a unit above that does not stand above them; its restrictions and dates are not counted. Import "
    "the file, or put the units above first.",
)
