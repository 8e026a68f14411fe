"""Release bundles written by hand, as the format `qifeng-release/2` has them: small, valid, and sealed by a demonstration seal.

Nothing here uses the program's own writer, so that the reader is tried on the format and not on its twin; only the
signatures inside the PDFs and the seal's key are made by it.
"""

import base64
import csv
import functools
import hashlib
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path

import pikepdf
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding

from review.documents.seal import Seal, sign_pdf

COLUMNS = [
    "fonds_code", "fonds_title", "series_title", "reference_code", "public_title", "responsible_body", "date", "extent",
    "early_opening", "redacted_copy",
]  # fmt: skip
CLOSED = (
    {"fonds_code": "J047", "reference_code": "J047-002-0113-100", "ground": "CN-8-3-PI", "opens_on": "2062-12-31"},
    {"fonds_code": "J047", "reference_code": "J047-002-0113-101", "ground": "CN-8-1", "opens_on": ""},
)


@functools.cache
def blank_pdf(text: str = "") -> bytes:
    """A PDF of one empty page, always the same bytes for the same text."""
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.docinfo["/Title"] = text
    file = io.BytesIO()
    pdf.save(file, deterministic_id=True)
    return file.getvalue()


COPY = blank_pdf("a redacted copy")
COPY_DIGEST = hashlib.sha256(COPY).hexdigest()


def row(code: str, title: str = "关于防汛工作的通知", **changes: str) -> dict[str, str]:
    """One entry, by the columns of entries.csv; `redacted_copy=COPY_DIGEST` for one that opens in part."""
    usual = {
        "fonds_code": "J047",
        "fonds_title": "示例省民政局",
        "series_title": "救灾救济",
        "reference_code": code,
        "public_title": title,
        "responsible_body": "省民政局",
        "date": "1962-03",
        "extent": "3 页",
        "early_opening": "",
        "redacted_copy": "",
    }
    return usual | changes


def write_bundle(
    folder: Path,
    rows: list[dict[str, str]],
    change: Callable[[dict], None] | None = None,
    *,
    seal: Seal,
    closed: Iterable[Mapping[str, str]] = CLOSED,
    copies: Mapping[str, bytes] | None = None,
    corrects: str = "",
    issued_on: str = "2026-11-21",
) -> Path:
    """A valid bundle in `folder` (named by its number), its manifest then changed by `change` and sealed as it is."""
    closed = list(closed)
    copies = {COPY_DIGEST: COPY} if copies is None else copies
    used = {each["redacted_copy"] for each in rows} - {""}
    fonds = Counter((each["fonds_code"], each["fonds_title"]) for each in rows)
    lines = [json_line(entry_of(each)) for each in rows]
    in_part = sum(each["redacted_copy"] != "" for each in rows)
    files = {
        "entries.csv": csv_of(rows),
        "entries.jsonl": b"".join(line + b"\n" for line in lines),
        "entries.xlsx": b"PK\x03\x04 a workbook",
        "catalogue.sqlite3": b"SQLite format 3\x00 a database",
        "closed.jsonl": b"".join(json_line(each) + b"\n" for each in closed),
        "open-catalogue.pdf": blank_pdf(f"open catalogue {folder.name}"),
        "notice.pdf": blank_pdf(f"notice {folder.name}"),
        **{f"ead3/{segment(code)}.xml": f"<ead>{code}</ead>".encode() for code, _ in fonds},
        **{f"copies/{digest}.pdf": copies[digest] for digest in used},
    }
    manifest = {
        "format": "qifeng-release/2",
        "number": folder.name,
        "corrects": corrects,
        "archives": {"zh": "示例省档案馆", "en": "Provincial Archives of Sample Province"},
        "issued_on": issued_on,
        "signed_off_by": "周明德",
        "signed_off_on": "2026-11-20",
        "ruleset": {"number": "cn-1", "digest": "a" * 64},
        "ledger": {"line": 41, "digest": "b" * 64},
        "code_version": "0.1.0",
        "fonds": [{"code": code, "title": title, "entries": n} for (code, title), n in fonds.items()],
        "counts": {
            "opened": len(rows) - in_part,
            "opened_early": sum(each["early_opening"] == "1" for each in rows),
            "opened_in_part": in_part,
            "deferred": {"CN-8-1": 2, "CN-8-3-PI": 5 + in_part},
            "referred": 1,
            "not_due": 4,
        },
        "entries": {"count": len(rows), "merkle_root": tree_hash(lines).hex()},
        "closed": len(closed),
        "pages": 1,
        "files": {
            name: {
                "bytes": len(body),
                "sha256": hashlib.sha256(body).hexdigest(),
                "sm3": hashlib.new("sm3", body).hexdigest(),
            }
            for name, body in files.items()
        },
    }
    if change:
        change(manifest)
    for name, body in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(signed(body, seal, issued_on) if name in ("open-catalogue.pdf", "notice.pdf") else body)
    (folder / "manifest.json").write_bytes(written(manifest))
    write_seal(folder, seal)
    return folder


def write_seal(folder: Path, seal: Seal) -> None:
    """Seal the folder as it is: its manifest and its signed PDFs."""
    content = {
        "format": "qifeng-seal/1",
        "manifest": hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest(),
        "files": {
            path.name: {"bytes": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
            for path in sorted(folder.glob("*.pdf"))
        },
        "algorithm": "RSA-PKCS1v15-SHA256",
        "certificates": [
            certificate.public_bytes(Encoding.PEM).decode() for certificate in (seal.certificate, *seal.intermediates)
        ],
    }
    signature = seal.key.sign(written(content), padding.PKCS1v15(), hashes.SHA256())
    (folder / "seal.json").write_bytes(written(content | {"signature": base64.b64encode(signature).decode()}))


def written(content: dict) -> bytes:
    """JSON as the manifest and the seal are written."""
    return (json.dumps(content, ensure_ascii=False, sort_keys=True, indent=2) + "\n").encode()


def json_line(content: Mapping) -> bytes:
    """JSON as a line of entries.jsonl, without its end."""
    return json.dumps(dict(content), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def entry_of(each: Mapping[str, str]) -> dict:
    """A row as entries.jsonl has it."""
    return {**each, "early_opening": each["early_opening"] == "1"}


def csv_of(rows: list[dict[str, str]]) -> bytes:
    """Rows as entries.csv has them."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def tree_hash(lines: list[bytes]) -> bytes:
    """MTH of RFC 9162, section 2.1.1, word for word."""
    if not lines:
        return hashlib.sha256().digest()
    if len(lines) == 1:
        return hashlib.sha256(b"\0" + lines[0]).digest()
    k = 1 << (len(lines) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + tree_hash(lines[:k]) + tree_hash(lines[k:])).digest()


def segment(code: str) -> str:
    """A fonds code as the name of its EAD file, for the codes of tests: a slash and a tilde are written ~HEX~."""
    return "".join(f"~{ord(sign):X}~" if sign in "/\\~" else sign for sign in code)


def signed(body: bytes, seal: Seal, issued_on: str) -> bytes:
    """The PDF with the seal's signature appended."""
    return _signed(body, seal.certificate.public_bytes(Encoding.DER), issued_on, seal)


_KEPT: dict[tuple[bytes, bytes, str], bytes] = {}


def _signed(body: bytes, certificate: bytes, issued_on: str, seal: Seal) -> bytes:
    import tempfile

    key = (body, certificate, issued_on)
    if key not in _KEPT:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "signed.pdf"
            path.write_bytes(body)
            sign_pdf(path, seal, date.fromisoformat(issued_on))
            _KEPT[key] = path.read_bytes()
    return _KEPT[key]
