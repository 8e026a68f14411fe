"""What visitors ask, carried to the archives as one document, and what comes back: whole or not at all.

Two formats of one shape: a head with the number of lines and the SHA-256 of all that follows it, then one JSON object a
line. A request is written out again and again until a document of answers says that the archives have it, so that a
document that is lost on its way loses nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from review.catalogue.bundles import BundleError
from review.catalogue.models_asking import VisitorRequest
from review.catalogue.router import ALIAS

REQUESTS, ANSWERS = "qifeng-requests/1", "qifeng-answers/1"
MOST_BYTES = 256 * 2**20
_LONGEST = {"receipt": 20, "number": 20, "registered_on": 10, "answer": 12, "answer_text": 4000, "answered_on": 10}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def write_requests(path: Path) -> int:
    """Write what the archives do not have yet to `path`, readable by its owner only; how many there are."""
    waiting = VisitorRequest.objects.filter(number="").order_by("pk")
    lines = [
        {
            "receipt": row.receipt,
            "kind": row.kind,
            "fonds": row.fonds,
            "reference_code": row.reference_code,
            "asker": row.asker,
            "contact": row.contact,
            "text": row.text,
            "made_on": timezone.localdate(row.made_at).isoformat(),
        }
        for row in waiting
    ]
    rest = "".join(f"{_line(line)}\n" for line in lines).encode()
    head = {"format": REQUESTS, "rows": len(lines), "sha256": hashlib.sha256(rest).hexdigest()}
    half = path.with_name(f".{path.name}.half")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(f"{_line(head)}\n".encode() + rest)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)
    return len(lines)


def take_answers(path: Path) -> int:
    """Note what the archives say of requests sent from here; how many changed. The same document again changes nothing.

    Who asked, how to reach them and what they wrote is erased with the first word of the archives. BundleError, with
    nothing noted: a document that is not whole, or that answers what was answered otherwise. Receipts of another site are
    passed over.
    """
    with path.open("rb") as file:
        rows = _read_answers(file.read(MOST_BYTES + 1))
    changed = 0
    with transaction.atomic(using=ALIAS):
        known = {
            row.receipt: row
            for row in VisitorRequest.objects.select_for_update().filter(receipt__in=[row["receipt"] for row in rows])
        }
        for told in rows:
            row = known.get(told["receipt"])
            if row is not None and _note(row, told):
                changed += 1
    return changed


def _note(row: VisitorRequest, told: dict[str, Any]) -> bool:
    said = {name: told[name] for name in ("number", "registered_on", "answer", "answer_text", "answered_on")}
    before = {name: getattr(row, name) for name in said}
    if before == said or (row.answer and not said["answer"]):
        return False  # an older document: nothing is taken back by it
    if (row.number and row.number != said["number"]) or (row.answer and before != said):
        raise BundleError(
            f"回执 {row.receipt} 已有另一登记号或另一答复。请核对后重新导出。",
            f"Receipt {row.receipt} has another number or another answer already. Compare, and write it out again.",
        )
    for name, value in said.items():
        setattr(row, name, value)
    row.asker = row.contact = row.text = ""
    row.save()
    return True


def _read_answers(raw: bytes) -> list[dict[str, Any]]:
    head, _newline, rest = raw.partition(b"\n")
    told, lines = _object(head), rest.splitlines()
    if (
        len(raw) > MOST_BYTES
        or told.keys() != {"format", "rows", "sha256"}
        or told["format"] != ANSWERS
        or told["rows"] != len(lines)
        or told["sha256"] != hashlib.sha256(rest).hexdigest()
    ):
        raise _bad("1")
    return [_answer(_object(line), number) for number, line in enumerate(lines, start=2)]


def _answer(row: dict[str, Any], number: int) -> dict[str, Any]:
    texts = [row.get(key) for key in _LONGEST]
    if row.keys() != _LONGEST.keys() or not all(isinstance(text, str) for text in texts):
        raise _bad(str(number))
    if any(len(row[key]) > most or _CONTROL.search(row[key]) for key, most in _LONGEST.items()):
        raise _bad(str(number))
    if not row["receipt"] or not row["number"] or bool(row["answer"]) != bool(row["answered_on"]):
        raise _bad(str(number))
    try:
        days = {key: date.fromisoformat(row[key]) if row[key] else None for key in ("registered_on", "answered_on")}
    except ValueError as error:
        raise _bad(str(number)) from error
    if days["registered_on"] is None:
        raise _bad(str(number))
    return row | days


def _object(line: bytes) -> dict[str, Any]:
    try:
        value = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise _bad("JSON") from error
    if not isinstance(value, dict):
        raise _bad("JSON")
    return value


def _line(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _bad(place: str) -> BundleError:
    return BundleError(
        f"答复文件不合格式 {ANSWERS}，或在途中被改动（第 {place} 行）。什么都没有改。请从审核系统重新导出。",
        f"The document of answers is not as {ANSWERS} has it, or was changed on its way (line {place}). Nothing was changed. "
        "Write it out again on the review side.",
    )
