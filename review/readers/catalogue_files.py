"""A catalogue file on disk: opened once, measured, told apart by its content, and handed to the reader of its format."""

from __future__ import annotations

import hashlib
import re
import stat
from datetime import date
from pathlib import Path

from policies.sentences import Refusal, Sentence
from review.readers.catalogue_rows import MAX_FILE_BYTES, Reading
from review.readers.delimited import read_delimited
from review.readers.ead2002 import read_ead
from review.readers.profiles import PROFILES, Profile
from review.readers.spreadsheets import read_spreadsheet

DELIMITED = (".csv", ".tsv", ".txt")
SPREADSHEETS = (".xlsx", ".xlsm", ".xls", ".ods")
EAD = (".xml", ".ead")

# The first bytes that give a file away, whatever it is called.
_SIGNS = (
    ("a workbook", re.compile(rb"PK\x03\x04|\xd0\xcf\x11\xe0")),
    ("PDF", re.compile(rb"%PDF")),
    ("HTML", re.compile(rb"(\xef\xbb\xbf)?\s*<(!doctype\s+html|html|head|table)", re.IGNORECASE)),
    ("XML", re.compile(rb"(\xef\xbb\xbf)?\s*<(\?xml|!doctype|!--|ead\b)|\xff\xfe<\0|\xfe\xff\0<", re.IGNORECASE)),
)


def read_catalogue(path: Path, profile: Profile | None = None, *, today: date | None = None) -> Reading:
    """All rows of a catalogue file, or complaints about them; every complaint of the file at once.

    The suffix says the format (CSV and TSV; xlsx, xls, ods; EAD 2002) and the content has to agree. `profile` maps the
    columns of a table (PROFILES["house"] where none is given). With `today`, a date after it is complained of.
    Raises Refusal for a file that cannot be read as a whole: absent, empty, over 200 MB, of another kind than its
    name says, in a wrong encoding, without a title column, with XML entities, a zip bomb ...
    """
    suffix = path.suffix.lower()
    if suffix not in DELIMITED + SPREADSHEETS + EAD:
        raise Refusal(_FORMAT.filled(name=path.name))
    data = _bytes_of(path)
    _check_kind(path.name, suffix, data)
    if suffix in EAD and profile:
        raise Refusal(_NO_PROFILE_FOR_EAD.filled(name=path.name))
    profile = profile or PROFILES["house"]
    try:
        if suffix in EAD:
            gathering, warnings = read_ead(data, today), []
        elif suffix in SPREADSHEETS:
            gathering, warnings = read_spreadsheet(data, profile, today)
        else:
            gathering, warnings = read_delimited(data, profile, today)
    except Refusal as refusal:
        why = refusal.sentence
        raise Refusal(Sentence(f"文件“{path.name}”：{why.zh}", f"File “{path.name}”: {why.en}")) from refusal
    return Reading(
        rows=tuple(gathering.rows),
        complaints=tuple(gathering.complaints),
        profile="ead2002" if suffix in EAD else profile.name,
        digest=hashlib.sha256(data).hexdigest(),
        warnings=tuple(warnings),
    )


def _bytes_of(path: Path) -> bytes:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # a folder, or a pipe that would be waited on for ever
            raise Refusal(_NO_FILE.filled(name=path.name))
        if status.st_size <= MAX_FILE_BYTES:
            with path.open("rb") as file:
                data = file.read(MAX_FILE_BYTES + 1)  # it may have grown since
            if not data.strip():
                raise Refusal(_EMPTY.filled(name=path.name))
            if len(data) <= MAX_FILE_BYTES:
                return data
    except (OSError, ValueError) as error:
        raise Refusal(_UNREADABLE.filled(name=path.name, error=getattr(error, "strerror", None) or error)) from error
    raise Refusal(
        _TOO_LARGE.filled(name=path.name, size=status.st_size // 1_000_000, most=MAX_FILE_BYTES // 1_000_000)
    )


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
    "文件“{name}”的格式不受支持。可导入：.csv、.tsv、.txt，.xlsx、.xls、.ods，EAD 2002 的 .xml。",
    "File “{name}” is of no supported format. Supported: .csv, .tsv, .txt; .xlsx, .xls, .ods; EAD 2002 as .xml.",
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
_NO_PROFILE_FOR_EAD = Sentence(
    "文件“{name}”是 EAD，不需要列映射。请去掉列映射后重新导入。",
    "File “{name}” is EAD and takes no column mapping. Import it without one.",
)
