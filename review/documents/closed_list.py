"""closed.jsonl: the deferred entries that a release lists, each with its ground and the day it opens, never with a title."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from review.documents.edition import ClosedEntry


def closed_lines(closed: Iterable[ClosedEntry]) -> Iterator[bytes]:
    """One line for each, with its end: JSON with sorted keys; `opens_on` is an ISO date, "" where no day is known."""
    for entry in closed:
        content = {
            "fonds_code": entry.fonds_code,
            "reference_code": entry.reference_code,
            "ground": entry.ground,
            "opens_on": entry.opens_on.isoformat() if entry.opens_on else "",
        }
        yield json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"
