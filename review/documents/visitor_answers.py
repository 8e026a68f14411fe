"""What the public site is told of visitors' requests: that they are registered, and their answers. No title in it.

The format is `qifeng-answers/1`: a head with the number of lines and the SHA-256 of all that follows it, then one JSON
object a line.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

FORMAT = "qifeng-answers/1"


@dataclass(frozen=True, slots=True)
class VisitorAnswer:
    """How one visitor's request stands. Days as YYYY-MM-DD; `answer`, its text and its day are "" until it is answered."""

    receipt: str
    number: str
    registered_on: str
    answer: str = ""
    answer_text: str = ""
    answered_on: str = ""


def answers_document(answers: Iterable[VisitorAnswer]) -> bytes:
    """The document: the same answers, the same bytes."""
    lines = [f"{_line(asdict(answer))}\n".encode() for answer in answers]
    rest = b"".join(lines)
    head = {"format": FORMAT, "rows": len(lines), "sha256": hashlib.sha256(rest).hexdigest()}
    return f"{_line(head)}\n".encode() + rest


def _line(content: dict[str, object]) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
