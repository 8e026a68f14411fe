"""Reading a release bundle: a folder of three files that hold one another by digest. Nothing here writes to a database.

The format is `qifeng-release/1`. Whatever is not exactly as the format says is refused: a bundle is the only thing that
crosses to the public, and in doubt nothing does.
"""

import csv
import hashlib
import io
import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

FORMAT = "qifeng-release/1"
PDF, CSV, MANIFEST = "open-catalogue.pdf", "entries.csv", "manifest.json"
COLUMNS = (
    "fonds_code", "fonds_title", "series_title", "reference_code", "public_title", "responsible_body", "date", "extent",
    "early_opening",
)  # fmt: skip
MOST_MANIFEST_BYTES = 16 * 2**20

_NUMBER = re.compile(r"[0-9]{4}-[1-9][0-9]{0,5}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_FOLDER_HELP = (
    "请重新取得完整的发布包后再装载。",
    "Fetch the whole bundle again, then load it.",
)


class BundleError(Exception):
    """A bundle that cannot be loaded, with the sentence that says why and what to do, in Chinese and in English."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} {en}")
        self.zh = zh
        self.en = en


@dataclass(frozen=True, slots=True)
class BundleEntry:
    """One row of entries.csv."""

    fonds_code: str
    fonds_title: str
    series_title: str
    reference_code: str
    public_title: str
    responsible_body: str
    date: str
    extent: str
    early: bool


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle that was found whole: its manifest, the digest of that, and its entries in their order."""

    manifest: dict
    manifest_digest: str
    entries: tuple[BundleEntry, ...]

    @property
    def number(self) -> str:
        return self.manifest["number"]


def take_in(source: Path, copy: Path) -> Bundle:
    """Copy the bundle in `source` to the empty folder `copy`, and read and check the copy. BundleError if it is not whole.

    The copy is what is checked: nobody can change the files between the check and their use.
    """
    _check_folder(source)
    for name in (PDF, CSV, MANIFEST):
        shutil.copyfile(source / name, copy / name)
    raw = (copy / MANIFEST).read_bytes()
    manifest = _read_manifest(raw)
    for name in (PDF, CSV):
        _check_file(copy / name, manifest["files"][name])
    with (copy / PDF).open("rb") as pdf:
        if pdf.read(5) != b"%PDF-":
            raise BundleError(f"{PDF} 不是 PDF 文件。{_FOLDER_HELP[0]}", f"{PDF} is not a PDF. {_FOLDER_HELP[1]}")
    entries = tuple(read_entries(copy / CSV))
    _check_counts(manifest, entries)
    return Bundle(manifest, hashlib.sha256(raw).hexdigest(), entries)


def _check_folder(source: Path) -> None:
    if not source.is_dir():
        raise BundleError(f"找不到发布包文件夹：{source}。", f"There is no bundle folder at {source}.")
    found = {path.name for path in source.iterdir()}
    if found != {PDF, CSV, MANIFEST} or any(path.is_symlink() or not path.is_file() for path in source.iterdir()):
        raise BundleError(
            f"发布包应恰有 {PDF}、{CSV}、{MANIFEST} 三个文件，实有：{'、'.join(sorted(found)) or '无'}。{_FOLDER_HELP[0]}",
            f"A bundle holds exactly the files {PDF}, {CSV} and {MANIFEST}; this one holds: "
            f"{', '.join(sorted(found)) or 'nothing'}. {_FOLDER_HELP[1]}",
        )
    if (source / MANIFEST).stat().st_size > MOST_MANIFEST_BYTES:
        raise _bad_manifest("size", "")


def _read_manifest(raw: bytes) -> dict:
    """The manifest as a dict in which every key of the format is present, of its type, and no other is."""
    try:
        manifest = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise _bad_manifest("JSON", "") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise BundleError(
            f"{MANIFEST} 的格式不是 {FORMAT}，本系统读不了。请用同一版本的程序生成发布包。",
            f"The format of {MANIFEST} is not {FORMAT}; this program cannot read it. Make the bundle with the same version.",
        )
    _match(manifest, _SHAPE, "")
    counts = manifest["counts"]
    if counts["opened_early"] > counts["opened"]:
        raise _bad_manifest("counts.opened_early", counts["opened_early"])
    return manifest


def _text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip()) and len(value) <= 200 and not _CONTROL.search(value)


def _count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 10**9


def _day(value: object) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _digest(value: object) -> bool:
    return isinstance(value, str) and bool(_DIGEST.fullmatch(value))


def _number(value: object) -> bool:
    return isinstance(value, str) and bool(_NUMBER.fullmatch(value))


def _deferred(value: object) -> bool:
    return isinstance(value, dict) and all(
        re.fullmatch(r"[A-Za-z0-9.-]{1,40}", code) and _count(n) for code, n in value.items()
    )


def _fonds(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(fonds, dict)
        and set(fonds) == {"code", "title", "entries"}
        and _text(fonds["code"])
        and len(fonds["code"]) <= 100
        and isinstance(fonds["title"], str)
        and not _CONTROL.search(fonds["title"])
        and _count(fonds["entries"])
        for fonds in value
    )


_FILE = {"sha256": _digest, "bytes": _count}
_SHAPE = {
    "format": _text,
    "number": _number,
    "archives": {"zh": _text, "en": _text},
    "issued_on": _day,
    "signed_off_by": _text,
    "signed_off_on": _day,
    "ruleset": {"number": _text, "digest": _digest},
    "ledger": {"line": _count, "digest": _digest},
    "fonds": _fonds,
    "counts": {
        "opened": _count,
        "opened_early": _count,
        "deferred": _deferred,
        "referred": _count,
        "not_due": _count,
    },
    "files": {PDF: _FILE, CSV: _FILE},
}


def _match(value: object, shape: dict, path: str) -> None:
    if not isinstance(value, dict) or set(value) != set(shape):
        keys = sorted(map(str, value)) if isinstance(value, dict) else value
        raise _bad_manifest(path or MANIFEST, keys)
    for key, expected in shape.items():
        place = f"{path}.{key}" if path else key
        if isinstance(expected, dict):
            _match(value[key], expected, place)
        elif not expected(value[key]):
            raise _bad_manifest(place, value[key])


def _bad_manifest(place: str, value: object) -> BundleError:
    shown = str(value)[:80]
    return BundleError(
        f"{MANIFEST} 的“{place}”不合格式 {FORMAT}：{shown}。{_FOLDER_HELP[0]}",
        f"In {MANIFEST}, “{place}” is not as {FORMAT} has it: {shown}. {_FOLDER_HELP[1]}",
    )


def _check_file(path: Path, expected: dict) -> None:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if (path.stat().st_size, digest) != (expected["bytes"], expected["sha256"]):
        raise BundleError(
            f"{path.name} 与 {MANIFEST} 所记的字节数或摘要不符，文件已被改动或残缺。{_FOLDER_HELP[0]}",
            f"{path.name} does not have the size and digest that {MANIFEST} gives: it was changed or cut short. "
            f"{_FOLDER_HELP[1]}",
        )


def read_entries(path: Path) -> Iterator[BundleEntry]:
    """The rows of an entries.csv, in order. BundleError for one that is not as the format has it."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _bad_row(0, f"byte {error.start}") from error
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        if tuple(next(rows, ())) != COLUMNS:
            raise _bad_row(1, ",".join(COLUMNS))
        for number, row in enumerate(rows, start=2):
            if len(row) != len(COLUMNS) or any(_CONTROL.search(cell) for cell in row):
                raise _bad_row(number, "")
            *texts, early = row
            entry = BundleEntry(*texts, early=early == "1")
            if early not in ("", "1") or not entry.public_title.strip():
                raise _bad_row(number, early)
            if not 0 < len(entry.reference_code) <= 200 or not 0 < len(entry.fonds_code) <= 100:
                raise _bad_row(number, entry.reference_code[:80])
            yield entry
    except csv.Error as error:
        raise _bad_row(rows.line_num, str(error)) from error


def _bad_row(number: int, value: str) -> BundleError:
    return BundleError(
        f"{CSV} 第 {number} 行不合格式 {FORMAT}：{value}。{_FOLDER_HELP[0]}",
        f"Row {number} of {CSV} is not as {FORMAT} has it: {value}. {_FOLDER_HELP[1]}",
    )


def _check_counts(manifest: dict, entries: tuple[BundleEntry, ...]) -> None:
    """What the manifest counts is what the rows hold, fonds by fonds, and no code stands twice."""
    codes = Counter((entry.fonds_code, entry.reference_code) for entry in entries)
    if twice := [code for (_, code), times in codes.items() if times > 1]:
        raise BundleError(
            f"{CSV} 中档号重复：{twice[0]}。请更正后重新发布。",
            f"The reference code {twice[0]} stands twice in {CSV}. Correct it and release again.",
        )
    counted = Counter((entry.fonds_code, entry.fonds_title) for entry in entries)
    named = {(fonds["code"], fonds["title"]): fonds["entries"] for fonds in manifest["fonds"]}
    opened = (len(entries), sum(entry.early for entry in entries))
    counts = manifest["counts"]
    if (
        len(named) != len(manifest["fonds"])
        or len({code for code, _ in named}) != len(named)
        or dict(counted) != {fonds: n for fonds, n in named.items() if n}
        or opened != (counts["opened"], counts["opened_early"])
    ):
        raise BundleError(
            f"{MANIFEST} 所记的条数与 {CSV} 不符（清单 {counts['opened']} 条，实有 {len(entries)} 条）。{_FOLDER_HELP[0]}",
            f"The counts of {MANIFEST} are not those of {CSV} ({counts['opened']} against {len(entries)} entries, "
            f"or a fonds differs). {_FOLDER_HELP[1]}",
        )
