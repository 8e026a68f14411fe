"""Countersign packages that come back: the sheet as it stands. What must hold of it, policies/packages.py says."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from policies.packages import COLUMNS, HEAD, FilledPackage, FilledRow, named
from policies.sentences import Refusal, Sentence
from review.readers.spreadsheets import Workbook

MAX_BYTES = 50_000_000
MAX_ROWS = 200_000

_TOO_LARGE = Sentence(
    "文件过大（超过 50 MB 或 20 万行），不是本系统发出的征求意见表。请上传填好的原表。",
    "The file is too large (over 50 MB or 200,000 rows) for a sheet of ours. Upload the sheet that was sent, filled in.",
)
_NO_SHEET = Sentence(
    "文件中没有征求意见表。请上传本系统发出、由单位填好的表（xlsx、xls 或 ods）。",
    "The file holds no countersign sheet. Upload the sheet that was sent, filled in (xlsx, xls or ods).",
)


def read_package(path: Path) -> FilledPackage:
    """The first visible sheet that has the heading of a reference code. Raises Refusal where the file cannot be read.

    Empty rows below the heading are passed over. What is missing of the headings is listed, not guessed.
    """
    if path.stat().st_size > MAX_BYTES:
        raise Refusal(_TOO_LARGE)
    with closing(Workbook(path)) as book:
        for _name, blocks in book.sheets():
            rows = [
                (number, texts)
                for block in blocks
                for number, texts in zip(block.numbers, block.records, strict=True)
            ]
            if len(rows) > MAX_ROWS:
                raise Refusal(_TOO_LARGE)
            if found := _package(rows):
                for _rest, more in book.sheets():  # read to its end: whether the workbook is sound
                    for _block in more:
                        pass
                return found
    raise Refusal(_NO_SHEET)


def _package(rows: Sequence[tuple[int, list[str]]]) -> FilledPackage | None:
    place = next((n for n, (_, texts) in enumerate(rows) if _columns(texts).get("reference_code") is not None), None)
    if place is None:
        return None
    columns = _columns(rows[place][1])
    head = _head(rows[:place])
    filled = [
        FilledRow(number, {name: texts[at] if at < len(texts) else "" for name, at in columns.items()})
        for number, texts in rows[place + 1 :]
        if any(text.strip() for text in texts)
    ]
    missing = (*(name for name in HEAD if name not in head), *(name for name in COLUMNS if name not in columns))
    return FilledPackage(head, tuple(filled), missing)


def _columns(texts: Iterable[str]) -> dict[str, int]:
    known = _by_label(COLUMNS)
    found: dict[str, int] = {}
    for at, text in enumerate(texts):
        name = known.get(_label(text))
        if name and name not in found:
            found[name] = at
    return found


def _head(rows: Iterable[tuple[int, list[str]]]) -> dict[str, tuple[int, str]]:
    """What stands above the table: in each row a label and, in the cell right of it, its value."""
    known = _by_label(HEAD)
    found: dict[str, tuple[int, str]] = {}
    for number, texts in rows:
        for label, value in zip(texts, [*texts[1:], ""], strict=True):
            name = known.get(_label(label))
            if name and name not in found:
                found[name] = (number, value)
    return found


def _by_label(labels: Mapping[str, Sentence]) -> dict[str, str]:
    return {_label(named(label)): name for name, label in labels.items()}


def _label(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())
