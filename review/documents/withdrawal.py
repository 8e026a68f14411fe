"""The withdrawal document (撤下通知): what tells the public site to take one entry out, put it back or keep it closed.

One small JSON file, so that it crosses an air gap like a bundle does. It says codes and days, never a title, and ends
with the SHA-256 of all the rest: a document that was changed on its way is refused. Format `qifeng-withdrawal/1`; read by
review/catalogue/withdrawals.py.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date

FORMAT = "qifeng-withdrawal/1"


@dataclass(frozen=True, slots=True)
class WithdrawalFacts:
    """What a withdrawal document says: its number, the case it belongs to, which entry of which release, and since when.

    `kind`: withdrawn, restored or reclosed. `manifest` is the digest of the release that the entry was issued in.
    """

    number: str
    case: str
    kind: str
    release: str
    manifest: str
    fonds: str
    reference_code: str
    issued_on: date


def withdrawal_document(facts: WithdrawalFacts) -> bytes:
    """The document, the same bytes for the same facts."""
    content: dict[str, str] = {"format": FORMAT, **asdict(facts), "issued_on": facts.issued_on.isoformat()}
    content["digest"] = digest_of(content)
    return (json.dumps(content, ensure_ascii=False, sort_keys=True, indent=2) + "\n").encode()


def digest_of(content: dict[str, str]) -> str:
    """SHA-256 (hex) of everything in the document but the digest itself, in one fixed form."""
    rest = {key: value for key, value in content.items() if key != "digest"}
    return hashlib.sha256(json.dumps(rest, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
