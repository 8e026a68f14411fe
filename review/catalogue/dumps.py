"""Dumps for machines: every file of every release, what one edition changed against the one it corrects, and what changed
since a day. The lists say codes and digests and no title, so that a withdrawal never has to reach into them.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path

from django.http import FileResponse, HttpRequest, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from review.catalogue.harvesting import Limits, every_change
from review.catalogue.models import Edition
from review.catalogue.outlets import absolute, for_everybody
from review.catalogue.public_pages import nothing
from review.catalogue.rows import files_dir

ENTRIES = "entries.jsonl"
LINES = "application/jsonl; charset=utf-8"
AT_ONCE = 1_000


@require_safe
@for_everybody
def changes(request: HttpRequest) -> HttpResponseBase:
    """What changed here since a day (`since=YYYY-MM-DD`, in UTC; without it, all): one JSON object a line, in that order."""
    asked = request.GET.get("since", "")
    try:
        since = date.fromisoformat(asked) if asked else None
        if since is not None and since.isoformat() != asked:
            raise ValueError
    except ValueError:
        told = {"error": "bad_since", "zh": "日期须为 YYYY-MM-DD。", "en": "A day as YYYY-MM-DD is expected."}
        return JsonResponse(told, status=400, json_dumps_params={"ensure_ascii": False})
    first = None if since is None else datetime.combine(since, time(), UTC)
    return StreamingHttpResponse(_changed(Limits(first=first)), content_type=LINES)


def _changed(limits: Limits) -> Iterator[bytes]:
    lines: list[str] = []
    for change in every_change(limits):
        told = {
            "changed_at": change.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "fonds_code": change.fonds_code,
            "reference_code": change.reference_code,
            "release": change.edition,
            "state": change.gone or "open",
        }
        lines.append(_line(told))
        if len(lines) == AT_ONCE:
            yield "".join(lines).encode()
            lines.clear()
    yield "".join(lines).encode()


@require_safe
@for_everybody
def difference(request: HttpRequest, number: str) -> HttpResponseBase:
    """What an edition changed against the one that it corrects: one JSON object a line, by fonds and code."""
    edition = Edition.objects.defer("proof_blocks").exclude(corrects="").filter(number=number).first()
    path = None if edition is None else difference_of(edition)
    if path is None:
        return nothing(request)
    return FileResponse(path.open("rb"), content_type=LINES, as_attachment=True, filename=f"{number}-changes.jsonl")


def difference_of(edition: Edition) -> Path | None:
    """The file of it, made once and kept: neither edition ever changes. None where the files of one are not here."""
    kept = files_dir() / ".differences" / f"{edition.number}.jsonl"
    old, new = (files_dir() / number / ENTRIES for number in (edition.corrects, edition.number))
    if kept.is_file():
        return kept
    if not old.is_file() or not new.is_file():
        return None
    kept.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=kept.parent) as folder:
        half = Path(folder) / "changes.jsonl"
        with half.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(_differences(old, new, Path(folder) / "sorted.sqlite3"))
            file.flush()
            os.fsync(file.fileno())
        half.replace(kept)
    return kept


def _differences(old: Path, new: Path, place: Path) -> Iterator[str]:
    """added, removed and changed codes, with the digests of both lines. A file sorts them: memory does not grow."""
    database = sqlite3.connect(place)
    try:
        database.execute("PRAGMA journal_mode=OFF")
        database.execute("PRAGMA synchronous=OFF")
        for name, path in (("before", old), ("after", new)):
            database.execute(
                f"CREATE TABLE {name} (fonds TEXT, code TEXT, digest TEXT, PRIMARY KEY (fonds, code)) WITHOUT ROWID"
            )
            database.executemany(f"INSERT INTO {name} VALUES (?, ?, ?)", _digests(path))  # noqa: S608
        rows = database.execute(
            "SELECT b.fonds, b.code, b.digest, a.digest FROM before b LEFT JOIN after a USING (fonds, code) "
            "WHERE a.digest IS NOT b.digest UNION ALL "
            "SELECT a.fonds, a.code, NULL, a.digest FROM after a LEFT JOIN before b USING (fonds, code) "
            "WHERE b.digest IS NULL ORDER BY 1, 2"
        )
        for fonds, code, before, after in rows:
            change = "added" if before is None else "removed" if after is None else "changed"
            told = {"change": change, "fonds_code": fonds, "reference_code": code}
            yield _line(told | {"before": before or "", "after": after or ""})
    finally:
        database.close()


def _digests(path: Path) -> Iterator[tuple[str, str, str]]:
    """Of each entry its codes and its leaf hash, as the Merkle tree of the release has it."""
    with path.open("rb") as file:
        for line in file:
            entry = json.loads(line)
            digest = hashlib.sha256(b"\0" + line.rstrip(b"\n")).hexdigest()
            yield entry["fonds_code"], entry["reference_code"], digest


@require_safe
@for_everybody
def listing(request: HttpRequest) -> JsonResponse:
    """Every release with the addresses and digests of its files: the whole catalogue, as it was sealed."""
    editions = [
        _edition(request, each)
        for each in Edition.objects.defer("proof_blocks").order_by("pk").prefetch_related("files")
    ]
    return JsonResponse({"releases": editions}, json_dumps_params={"ensure_ascii": False})


def _edition(request: HttpRequest, edition: Edition) -> dict[str, object]:
    def address(name: str) -> str:
        return absolute(request, reverse("catalogue:release-file", args=[edition.number, name]))

    files = [
        {"name": file.name, "url": address(file.name), "bytes": file.signed_bytes, "sha256": file.signed_sha256}
        for file in edition.files.all()
    ]
    changed = (
        absolute(request, reverse("catalogue:dump-difference", args=[edition.number])) if edition.corrects else ""
    )
    return {
        "number": edition.number,
        "issued_on": edition.issued_on.isoformat(),
        "corrects": edition.corrects,
        "superseded_by": edition.superseded_by,
        "entries": edition.entries_count,
        "manifest": {"url": address("manifest.json"), "sha256": edition.manifest_digest},
        "seal": {"url": address("seal.json")},
        "changes": {"url": changed},
        "files": files,
    }


def _line(content: dict[str, object]) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"
