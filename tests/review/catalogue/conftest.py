"""A release bundle written by hand, as the format has it; and a catalogue that keeps its files in a folder of the test."""

import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

COLUMNS = [
    "fonds_code", "fonds_title", "series_title", "reference_code", "public_title", "responsible_body", "date", "extent",
    "early_opening",
]  # fmt: skip


def row(code: str, title: str = "关于防汛工作的通知", **changes: str) -> dict[str, str]:
    """One row of entries.csv."""
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
    }
    return usual | changes


def write_bundle(folder: Path, rows: list[dict[str, str]], change: Callable[[dict], None] | None = None) -> Path:
    """A valid bundle in `folder` (named by its number), its manifest then changed by `change`."""
    folder.mkdir(parents=True)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    (folder / "entries.csv").write_bytes(text.getvalue().encode("utf-8-sig"))
    (folder / "open-catalogue.pdf").write_bytes(b"%PDF-1.7\n% a catalogue\n%%EOF\n")
    fonds = Counter((each["fonds_code"], each["fonds_title"]) for each in rows)
    manifest = {
        "format": "qifeng-release/1",
        "number": folder.name,
        "archives": {"zh": "示例省档案馆", "en": "Provincial Archives of Sample Province"},
        "issued_on": "2026-11-21",
        "signed_off_by": "周明德",
        "signed_off_on": "2026-11-20",
        "ruleset": {"number": "cn-1", "digest": "a" * 64},
        "ledger": {"line": 41, "digest": "b" * 64},
        "fonds": [{"code": code, "title": title, "entries": n} for (code, title), n in fonds.items()],
        "counts": {
            "opened": len(rows),
            "opened_early": sum(each["early_opening"] == "1" for each in rows),
            "deferred": {"CN-8-1": 2, "CN-8-3-PI": 5},
            "referred": 1,
            "not_due": 4,
        },
        "files": {
            name: {
                "sha256": hashlib.sha256((folder / name).read_bytes()).hexdigest(),
                "bytes": (folder / name).stat().st_size,
            }
            for name in ("open-catalogue.pdf", "entries.csv")
        },
    }
    if change:
        change(manifest)
    written = json.dumps(manifest, ensure_ascii=False, sort_keys=True, indent=2) + "\n"
    (folder / "manifest.json").write_text(written, encoding="utf-8")
    return folder


@pytest.fixture
def make_bundle(tmp_path: Path) -> Callable[..., Path]:
    """make_bundle(rows, number="2026-1", change=None): the folder of a bundle."""

    def make(
        rows: list[dict[str, str]], number: str = "2026-1", change: Callable[[dict], None] | None = None
    ) -> Path:
        return write_bundle(tmp_path / f"bundles{len(list(tmp_path.iterdir()))}" / number, rows, change)

    return make


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, settings) -> Path:
    """Where the catalogue of this test keeps its files."""
    settings.CATALOGUE_FILES_DIR = tmp_path / "kept"
    return settings.CATALOGUE_FILES_DIR


@pytest.fixture
def entry_row() -> Callable[..., dict[str, str]]:
    """entry_row(code, title, **columns): one row of entries.csv."""
    return row
