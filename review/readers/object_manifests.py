"""Manifests of digital objects: SHA256SUMS as sha256sum writes it, or manifest.csv with file, sha256 and pages."""

from __future__ import annotations

import csv
import re
import unicodedata
from pathlib import Path
from typing import NamedTuple

from policies.catalogue_rows import same_word
from policies.sentences import Refusal, Sentence

SUMS, TABLE = "SHA256SUMS", "manifest.csv"
MANIFEST_NAMES = (SUMS, TABLE)
_MAX_BYTES = 200_000_000
_SUM = re.compile(r"\\?([0-9A-Fa-f]{64}) [ *](.+)")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_HEADINGS = {
    "file": "file", "path": "file", "文件": "file", "文件名": "file", "sha256": "digest", "sha-256": "digest",
    "digest": "digest", "摘要": "digest", "校验值": "digest", "pages": "pages", "页数": "pages",
}  # fmt: skip


class Expected(NamedTuple):
    """What a manifest says of one file: its SHA-256 (hex, lower case; "" where it is not given) and its pages."""

    digest: str
    pages: int | None = None


def read_manifest(path: Path) -> dict[str, Expected]:
    """The files that a manifest lists, by their path relative to its folder, with "/". Raises Refusal with the line."""
    if path.stat().st_size > _MAX_BYTES:
        raise Refusal(Sentence(f"清单“{path.name}”过大。", f"The manifest “{path.name}” is too large."))
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refusal(
            Sentence(f"清单“{path.name}”不是 UTF-8 文本。", f"The manifest “{path.name}” is not UTF-8 text.")
        ) from error
    rows = _sums(text, path.name) if path.name == SUMS else _table(text, path.name)
    result: dict[str, Expected] = {}
    for line, name, row in rows:
        key = unicodedata.normalize("NFC", name.replace("\\", "/")).removeprefix("./")
        if key in result and result[key] != row:
            raise _bad_line(path.name, line)
        result[key] = row
    return result


def _sums(text: str, manifest: str) -> list[tuple[int, str, Expected]]:
    rows = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        found = _SUM.fullmatch(line)
        if found is None:
            raise _bad_line(manifest, number)
        rows.append((number, found[2], Expected(found[1].lower())))
    return rows


def _table(text: str, manifest: str) -> list[tuple[int, str, Expected]]:
    try:
        records = list(csv.reader(text.splitlines(), strict=True))
    except csv.Error as error:
        raise _bad_line(manifest, 1) from error
    fields = [_HEADINGS.get(same_word(cell)) for cell in records[0]] if records else []
    if "file" not in fields:
        raise _bad_line(manifest, 1)
    rows = []
    for number, record in enumerate(records[1:], 2):
        if not any(cell.strip() for cell in record):
            continue
        cells = {name: cell.strip() for name, cell in zip(fields, record, strict=False) if name}
        digest, pages = cells.get("digest", "").lower(), cells.get("pages", "")
        well = cells.get("file") and (not digest or _DIGEST.fullmatch(digest))
        if not well or (pages and not (pages.isascii() and pages.isdecimal() and len(pages) < 8)):
            raise _bad_line(manifest, number)
        rows.append((number, cells["file"], Expected(digest, int(pages) if pages else None)))
    return rows


def _bad_line(manifest: str, line: int) -> Refusal:
    return Refusal(
        Sentence(
            f"清单“{manifest}”第 {line} 行无法识别，或与前面矛盾。SHA256SUMS 每行应为“摘要 两个空格 文件路径”；"
            "manifest.csv 首行应有 file、sha256、pages 三列（后两列可空）。",
            f"Line {line} of the manifest “{manifest}” cannot be read, or contradicts an earlier one. A line of SHA256SUMS is "
            "the digest, two spaces, the path; manifest.csv has the columns file, sha256, pages (the last two may be empty).",
        )
    )
