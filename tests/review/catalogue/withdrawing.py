"""Withdrawal documents written by hand, as the format `qifeng-withdrawal/1` has them."""

import hashlib
import json

from review.catalogue.models import Edition, Withdrawal
from review.catalogue.withdrawals import load_document


def tell(
    edition: Edition, code: str, kind: str = "withdrawn", *, number: str = "E2026-1", fonds: str = "J047"
) -> Withdrawal:
    """Load a document that withdraws an entry of an edition, puts it back or closes it again."""
    content = {
        "format": "qifeng-withdrawal/1",
        "number": number,
        "case": f"S-{code}"[:20],
        "kind": kind,
        "release": edition.number,
        "manifest": edition.manifest_digest,
        "fonds": fonds,
        "reference_code": code,
        "issued_on": "2026-11-22",
    }
    digest = hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
    return load_document(json.dumps(content | {"digest": digest}, ensure_ascii=False).encode())
