"""The release bundle (发布包): one folder with the catalogue, its entries and a manifest of digests; all of it or nothing.

The public site is fed by this folder and by nothing else, across an air gap if need be; the format is all they share.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from policies.sentences import Refusal, Sentence
from review.documents.catalogue_pdf import PdfFacts, Progress, write_catalogue
from review.documents.edition import Edition, check_edition
from review.documents.entries_csv import entries_csv

FORMAT = "qifeng-release/1"
PDF, CSV, MANIFEST = "open-catalogue.pdf", "entries.csv", "manifest.json"

_EXISTS = Sentence(
    "发布包 {number} 已经存在，而且内容与这次的不同，没有覆盖。已发布的目录不能改写，更正请另用新的发布编号。",
    "The release bundle {number} exists already with other content and was not overwritten. What is released is not "
    "rewritten; issue a correction under a new release number.",
)
_DIFFERS = Sentence(
    "发布包 {number} 已经不是发布时的原样：{file}（{what}）。请从备份恢复该发布包，并查明原因。",
    "The release bundle {number} is not as it was released: {file} ({what}). Restore the bundle from a backup and find "
    "out what happened.",
)
_MISSING = Sentence("文件缺失", "the file is missing")
_STRANGE = Sentence("多出的文件", "a file that does not belong here")
_CHANGED = Sentence("内容与清单所记摘要不符", "its content does not match the digest in the manifest")
_UNREADABLE = Sentence("清单无法读取", "the manifest cannot be read")


@dataclass(frozen=True, slots=True)
class Manifest:
    """A sealed bundle: its folder, what manifest.json says, and the SHA-256 of manifest.json, which vouches for the rest.

    `pdf` is what came out of the typesetter, known only to whoever has just sealed the bundle.
    """

    directory: Path
    content: dict[str, Any]
    digest: str
    pdf: PdfFacts | None = None


def seal_bundle(edition: Edition, directory: Path, progress: Progress | None = None) -> Manifest:
    """Make the bundle of `edition` as `directory`, whose name must be the release number.

    The files are written beside it, brought to the disk and appear under the final name in one step: whoever looks sees a
    whole bundle or none. The same edition once more is fine; a different bundle of that number is never overwritten.
    Raises Refusal for that, for an edition that contradicts itself and for a catalogue that cannot be set.
    """
    check_edition(edition)
    if directory.name != edition.number:
        raise ValueError(f"the bundle of release {edition.number} cannot be called {directory.name}")
    directory.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{edition.number}-", dir=directory.parent))
    try:
        (draft / CSV).write_bytes(entries_csv(edition))
        facts = write_catalogue(edition, draft / PDF, progress)
        (draft / MANIFEST).write_bytes(_manifest_bytes(edition, draft))
        for name in (CSV, PDF, MANIFEST):
            _to_disk(draft / name)
        draft.chmod(0o755)
        _to_disk(draft)
        _put_in_place(draft, directory)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return replace(verify_bundle(directory), pdf=facts)


def verify_bundle(directory: Path) -> Manifest:
    """The manifest of a bundle that is whole and unchanged; else Refusal names the first file that is not."""
    try:
        raw = (directory / MANIFEST).read_bytes()
        content = json.loads(raw)
        files = {name: (content["files"][name]["bytes"], content["files"][name]["sha256"]) for name in (PDF, CSV)}
        if content["format"] != FORMAT or content["number"] != directory.name:
            raise ValueError
    except FileNotFoundError:
        raise _refusal(directory, MANIFEST, _MISSING) from None
    except (OSError, ValueError, KeyError, TypeError):
        raise _refusal(directory, MANIFEST, _UNREADABLE) from None
    for name, (size, digest) in files.items():
        path = directory / name
        if not path.is_file():
            raise _refusal(directory, name, _MISSING)
        if path.stat().st_size != size or _digest(path) != digest:
            raise _refusal(directory, name, _CHANGED)
    for path in sorted(directory.iterdir()):
        if path.name not in (PDF, CSV, MANIFEST):
            raise _refusal(directory, path.name, _STRANGE)
    return Manifest(directory, content, hashlib.sha256(raw).hexdigest())


def says(manifest: Manifest, edition: Edition) -> bool:
    """Whether a sealed bundle is of this very edition: its entries, figures, day and signature."""
    content = {**manifest.content, "files": None}
    return (
        content == {**_content(edition), "files": None}
        and manifest.content["files"][CSV]["sha256"] == hashlib.sha256(entries_csv(edition)).hexdigest()
    )


def with_pages(manifest: Manifest) -> Manifest:
    """The same bundle with how many pages its catalogue has: for whoever did not seal it himself."""
    import pypdf  # noqa: PLC0415  only who publishes pays for it

    return replace(manifest, pdf=PdfFacts(pages=len(pypdf.PdfReader(manifest.directory / PDF).pages), seconds=0.0))


def _manifest_bytes(edition: Edition, draft: Path) -> bytes:
    """manifest.json: UTF-8, sorted keys, indent 2, a line end; the same edition gives the same bytes."""
    files = {name: {"sha256": _digest(draft / name), "bytes": (draft / name).stat().st_size} for name in (PDF, CSV)}
    return (
        json.dumps(_content(edition) | {"files": files}, ensure_ascii=False, sort_keys=True, indent=2) + "\n"
    ).encode()


def _content(edition: Edition) -> dict[str, Any]:
    """What the manifest says of an edition, without the digests of its files."""
    counts = edition.counts
    return {
        "format": FORMAT,
        "number": edition.number,
        "archives": {"zh": edition.archives.zh, "en": edition.archives.en},
        "issued_on": edition.issued_on.isoformat(),
        "signed_off_by": edition.signed_off_by,
        "signed_off_on": edition.signed_off_on.isoformat(),
        "ruleset": {"number": edition.ruleset_number, "digest": edition.ruleset_digest},
        "ledger": {"line": edition.ledger_line, "digest": edition.ledger_digest},
        "fonds": [
            {"code": fonds.code, "title": fonds.title, "entries": sum(1 for _ in fonds.entries())}
            for fonds in edition.fonds
        ],
        "counts": {
            "opened": counts.opened,
            "opened_early": counts.opened_early,
            "deferred": dict(counts.deferred),
            "referred": counts.referred,
            "not_due": counts.not_due,
        },
    }


def _put_in_place(draft: Path, directory: Path) -> None:
    """Give the draft its final name; where that is taken, only the same manifest with whole files is accepted."""
    try:
        draft.rename(directory)
    except OSError:
        if not directory.is_dir():
            raise
        same = (directory / MANIFEST).is_file() and (directory / MANIFEST).read_bytes() == (
            draft / MANIFEST
        ).read_bytes()
        if not same:
            raise Refusal(_EXISTS.filled(number=directory.name)) from None
    else:
        _to_disk(directory.parent)


def _to_disk(path: Path) -> None:
    """Wait until a file, or on POSIX a folder's list of names, is on the disk and not only in memory."""
    if path.is_dir() and os.name != "posix":
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _refusal(directory: Path, name: str, what: Sentence) -> Refusal:
    return Refusal(
        Sentence(
            _DIFFERS.zh.format(number=directory.name, file=name, what=what.zh),
            _DIFFERS.en.format(number=directory.name, file=name, what=what.en),
        )
    )
