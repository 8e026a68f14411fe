"""A catalogue file on disk: measured, told apart by its content, and handed to the reader of its format."""

from __future__ import annotations

import hashlib
import re
import stat
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date
from itertools import chain
from pathlib import Path

from policies.sentences import Refusal, Sentence
from review.readers.catalogue_rows import Reading
from review.readers.ead import open_ead, peek_ead
from review.readers.jsonlines import JsonLines
from review.readers.profiles import Profile
from review.readers.streams import MAX_FILE_BYTES, Chunk, Peek, Stream
from review.readers.table_files import open_table, peek_table, raw_cells

DELIMITED = (".csv", ".tsv", ".txt")
SPREADSHEETS = (".xlsx", ".xlsm", ".xls", ".ods")
EAD = (".xml", ".ead")
JSON = (".jsonl", ".ndjson")

# The first bytes that give a file away, whatever it is called.
_SIGNS = (
    ("a workbook", re.compile(rb"PK\x03\x04|\xd0\xcf\x11\xe0")),
    ("PDF", re.compile(rb"%PDF")),
    ("HTML", re.compile(rb"(\xef\xbb\xbf)?\s*<(!doctype\s+html|html|head|table)", re.IGNORECASE)),
    ("XML", re.compile(rb"(\xef\xbb\xbf)?\s*<(\?xml|!doctype|!--|ead\b)|\xff\xfe<\0|\xfe\xff\0<", re.IGNORECASE)),
)


def open_stream(path: Path, profile: Profile | None = None, *, today: date | None, skip: int = 0) -> Stream:
    """A catalogue file as a stream of chunks; `skip` is the `read` of the last chunk that was used, to go on after it.

    The suffix says the format (CSV and TSV; xlsx, xls, ods; EAD; JSON Lines) and the content has to agree. `profile`
    maps the columns of a table; without one it is found by the headings. With `today`, a date after it is complained
    of. Raises Refusal for a file that cannot be read as a whole: absent, empty, over MAX_FILE_BYTES, of another kind
    than its name says, in a wrong encoding, without a title column, with XML entities, a zip bomb ... Iterating
    raises it where the fault is found only then.
    """
    suffix = _checked_suffix(path, profile)
    with _refusals_named(path):
        if suffix in EAD:
            stream = open_ead(path, today=today, skip=skip)
        elif suffix in JSON:
            lines = JsonLines(path, today, skip=skip)
            stream = Stream(iter(lines), format="jsonl", profile="jsonl")
        else:
            stream = open_table(path, suffix, profile, today=today, skip=skip)
    stream.wrap(lambda chunks: _named(chunks, path))
    return stream


def peek(path: Path, profile: Profile | None = None, *, today: date | None = None) -> Peek:
    """What a file is, seen from its first lines: for the page on which its columns are mapped.

    A table without a title column is shown too; only open_stream refuses it. Raises Refusal as open_stream does.
    """
    suffix = _checked_suffix(path, profile)
    with _refusals_named(path):
        if suffix in EAD:
            return peek_ead(path)
        if suffix in JSON:
            return Peek("jsonl", "jsonl", encoding="UTF-8", title=JsonLines(path, today).fonds)
        return peek_table(path, suffix, profile, today=today)


def cells_of(path: Path, profile: Profile | None, wanted: Collection[int]) -> Iterator[tuple[int, list[str]]]:
    """The cells of the rows `wanted` of a table as they stand in the file; nothing of a file that is no table."""
    suffix = _checked_suffix(path, profile)
    if suffix not in EAD + JSON:
        yield from raw_cells(path, suffix, profile, wanted)


def read_catalogue(path: Path, profile: Profile | None = None, *, today: date | None = None) -> Reading:
    """All rows of a catalogue file at once, and every complaint; for tests and small files. Raises Refusal."""
    with open_stream(path, profile, today=today) as stream:
        chunks = list(stream)
        return Reading(
            rows=tuple(chain.from_iterable(chunk.rows for chunk in chunks)),
            complaints=tuple(chain.from_iterable(chunk.complaints for chunk in chunks)),
            profile=stream.profile,
            digest=digest_of(path),
            warnings=tuple(stream.warnings),
        )


def digest_of(path: Path) -> str:
    """The SHA-256 of a file in hex. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _refusals_named(path: Path) -> Iterator[None]:
    """Says in a refusal which file it is about."""
    try:
        yield
    except Refusal as refusal:
        why = refusal.sentence
        raise Refusal(Sentence(f"文件“{path.name}”：{why.zh}", f"File “{path.name}”: {why.en}")) from refusal


def _named(chunks: Iterator[Chunk], path: Path) -> Iterator[Chunk]:
    with _refusals_named(path):
        yield from chunks


def _checked_suffix(path: Path, profile: Profile | None) -> str:
    suffix = path.suffix.lower()
    if suffix not in DELIMITED + SPREADSHEETS + EAD + JSON:
        raise Refusal(_FORMAT.filled(name=path.name))
    _check_kind(path.name, suffix, _head_of(path))
    if suffix in EAD + JSON and profile:
        raise Refusal(_NO_PROFILE.filled(name=path.name))
    return suffix


def _head_of(path: Path) -> bytes:
    """The first bytes of a file of a bearable size; at least one of them is no blank."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # a folder, or a pipe that would be waited on for ever
            raise Refusal(_NO_FILE.filled(name=path.name))
        if status.st_size > MAX_FILE_BYTES:
            raise Refusal(
                _TOO_LARGE.filled(name=path.name, size=status.st_size // 1_000_000, most=MAX_FILE_BYTES // 1_000_000)
            )
        with path.open("rb") as file:
            while head := file.read(65_536):
                if head.strip():
                    return head
    except (OSError, ValueError) as error:
        raise Refusal(_UNREADABLE.filled(name=path.name, error=getattr(error, "strerror", None) or error)) from error
    raise Refusal(_EMPTY.filled(name=path.name))


def _check_kind(name: str, suffix: str, data: bytes) -> None:
    found = next((kind for kind, sign in _SIGNS if sign.match(data)), "text")
    if suffix in SPREADSHEETS:
        right = found == "a workbook"
    elif suffix in EAD:
        right = found in ("XML", "text")  # what is not XML after all, the parser says with its place
    else:
        right = found == "text"
    if not right:
        raise Refusal(_KIND.filled(name=name, suffix=suffix, found=_KINDS[found].zh, found_en=_KINDS[found].en))


_KINDS = {
    "a workbook": Sentence("表格工作簿", "a workbook"),
    "PDF": Sentence("PDF 文档", "PDF"),
    "HTML": Sentence("网页（HTML）", "HTML"),
    "XML": Sentence("XML", "XML"),
    "text": Sentence("纯文本或未知内容", "plain text or something unknown"),
}
_FORMAT = Sentence(
    "文件“{name}”的格式不受支持。可导入：.csv、.tsv、.txt，.xlsx、.xls、.ods，EAD 的 .xml，本系统的 .jsonl。",
    "File “{name}” is of no supported format. Supported: .csv, .tsv, .txt; .xlsx, .xls, .ods; EAD as .xml; "
    "our own .jsonl.",
)
_KIND = Sentence(
    "文件“{name}”的扩展名是 {suffix}，内容却是{found}。请用原软件打开，另存为正确的格式后重新导入。",
    "File “{name}” is called {suffix} and holds {found_en}. Open it in its own program, save it in the right format "
    "and import again.",
)
_NO_FILE = Sentence("“{name}”不是文件。请指定一个目录数据文件。", "“{name}” is no file. Name one catalogue file.")
_EMPTY = Sentence(
    "文件“{name}”是空的。请确认导出是否完整。", "File “{name}” is empty. Check that it was exported whole."
)
_UNREADABLE = Sentence(
    "文件“{name}”无法读取（{error}）。请确认文件存在，且有权读取。",
    "File “{name}” cannot be read ({error}). Check that it exists and that you may read it.",
)
_TOO_LARGE = Sentence(
    "文件“{name}”有 {size} MB，最多 {most} MB。请分成几个文件导入。",
    "File “{name}” has {size} MB; {most} MB are the most. Split it and import the parts.",
)
_NO_PROFILE = Sentence(
    "文件“{name}”是 EAD 或 JSON Lines，不需要列映射。请去掉列映射后重新导入。",
    "File “{name}” is EAD or JSON Lines and takes no column mapping. Import it without one.",
)
