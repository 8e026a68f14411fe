"""What visitors asked on the public site, as its document brings it across: read whole or not at all.

The format is `qifeng-requests/1`: a head with the number of lines and the SHA-256 of all that follows it, then one JSON
object a line. It shows that the document came whole, not who made it: that is a matter of whoever carries it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from policies.requesting import KINDS
from policies.sentences import Refusal, Sentence

FORMAT = "qifeng-requests/1"
MOST_BYTES = 256 * 2**20
# the longest that each text may be, as the public site's form has it
LONGEST = {"fonds": 100, "reference_code": 200, "asker": 80, "contact": 200, "text": 4000}
_KEYS = {"receipt", "kind", "made_on", *LONGEST}
_RECEIPT = re.compile(r"R[0-9]{8}-[0-9A-Z]{6}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class VisitorAsked:
    """What one visitor sent, under the receipt that they hold."""

    receipt: str
    kind: str
    fonds: str
    reference_code: str
    asker: str
    contact: str
    text: str
    made_on: str

    def words(self, *, found: bool) -> str:
        """What was written; and before it what was named, where that was not found in the register."""
        named = "，".join(part for part in (self.fonds.strip(), self.reference_code.strip()) if part)
        return self.text.strip() if found or not named else f"（访客所指：{named}）\n{self.text.strip()}"


def read_visitor_requests(path: Path) -> list[VisitorAsked]:
    """The requests of a document, in its order. Refusal for one that is not whole or not of the format; nothing is read then."""
    with path.open("rb") as file:
        raw = file.read(MOST_BYTES + 1)
    head, _newline, rest = raw.partition(b"\n")
    told = _object(head)
    rows = rest.splitlines()
    if (
        len(raw) > MOST_BYTES
        or told.keys() != {"format", "rows", "sha256"}
        or told["format"] != FORMAT
        or told["rows"] != len(rows)
        or told["sha256"] != hashlib.sha256(rest).hexdigest()
    ):
        raise _bad("1")
    found = [_asked(_object(row), number) for number, row in enumerate(rows, start=2)]
    if len({asked.receipt for asked in found}) != len(found):
        raise _bad("receipt")
    return found


def _object(line: bytes) -> Mapping[str, object]:
    try:
        value = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise _bad("JSON") from error
    if not isinstance(value, dict):
        raise _bad("JSON")
    return value


def _asked(row: Mapping[str, object], number: int) -> VisitorAsked:
    texts = {key: value for key, value in row.items() if isinstance(value, str)}
    if texts.keys() != _KEYS or len(texts) != len(row):
        raise _bad(str(number))
    if any(len(texts[key]) > most or _CONTROL.search(texts[key]) for key, most in LONGEST.items()):
        raise _bad(str(number))
    if not _RECEIPT.fullmatch(texts["receipt"]) or texts["kind"] not in KINDS or not _DAY.fullmatch(texts["made_on"]):
        raise _bad(str(number))
    if not all(texts[key].strip() for key in ("asker", "contact", "text")):
        raise _bad(str(number))
    return VisitorAsked(**texts)


def _bad(place: str) -> Refusal:
    return Refusal(
        Sentence(
            f"访客申请文件不合格式 {FORMAT}，或在途中被改动（第 {place} 行）。什么都没有登记。请从公众网站重新导出。",
            f"The document of visitors' requests is not as {FORMAT} has it, or was changed on its way (line {place}). "
            "Nothing was registered. Write it out again on the public site.",
        )
    )
