"""The release bundle (发布包): one folder with the catalogue, its entries and a manifest of digests; all of it or nothing.

The public site is fed by this folder and by nothing else, across an air gap if need be; the format, `qifeng-release/2`, is all
they share. Everything but the signatures is a function of the edition: the same edition gives the same bytes.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any

from policies.sentences import Refusal, Sentence
from review.documents.bundle_check import FORMAT, MANIFEST, NOTICE, PDF, SEAL, Manifest, canonical, verify_bundle
from review.documents.catalogue_pdf import Progress, write_catalogue
from review.documents.closed_list import closed_lines
from review.documents.drafts import all_to_disk, draft_of, paths_in, to_disk
from review.documents.edition import Edition
from review.documents.edition_checks import check_edition
from review.documents.entries_jsonl import batches, line_of, rows_of
from review.documents.file_digests import check_sm3, digests_of
from review.documents.merkle import Tree
from review.documents.notice_pdf import write_notice
from review.documents.release_data import CLOSED, CSV, Tally, write_data
from review.documents.seal import Seal, check_valid_on, seal_bytes, sign_pdf

__all__ = ["CSV", "FORMAT", "MANIFEST", "PDF", "SEAL", "Manifest", "says", "seal_bundle", "verify_bundle"]

_EXISTS = Sentence(
    "发布包 {number} 已经存在，而且内容与这次的不同，没有覆盖。已发布的目录不能改写，更正请另用新的发布编号。",
    "The release bundle {number} exists already with other content and was not overwritten. What is released is not "
    "rewritten; issue a correction under a new release number.",
)


def seal_bundle(
    edition: Edition,
    directory: Path,
    progress: Progress | None = None,
    *,
    seal: Seal,
    cache: Path | None = None,
    workers: int = 2,
) -> Manifest:
    """Make the bundle of `edition` as `directory`, whose name must be the release number, signed with `seal`.

    The files are written beside it, brought to the disk and appear under the final name in one step: whoever looks sees a
    whole bundle or none. The same edition once more is fine; a different bundle of that number is never overwritten.
    Parts of the catalogue that are in `cache` are not set again; `workers` processes set them.
    Raises Refusal for an edition that contradicts itself, a catalogue that cannot be set, a certificate that is not valid on
    the issue day, and a disk that is full.
    """
    check_edition(edition)
    check_valid_on(seal, edition.issued_on)
    check_sm3()
    if directory.name != edition.number:
        raise ValueError(f"the bundle of release {edition.number} cannot be called {directory.name}")
    with draft_of(directory) as draft:
        tally = write_data(edition, draft)
        _copy_copies(edition, draft)
        made = write_catalogue(edition, draft, progress, cache=cache, workers=workers)
        write_notice(edition, draft / NOTICE)
        names = (*made.names, NOTICE)
        write_manifest(edition, draft, tally, made.pages)
        for name in names:
            sign_pdf(draft / name, seal, edition.issued_on)
        write_seal(draft, names, seal)
        draft.chmod(0o755)
        all_to_disk(draft)
        _put_in_place(draft, directory)
    return verify_bundle(directory)


def says(manifest: Manifest, edition: Edition) -> bool:
    """Whether a sealed bundle is of this very edition: its entries, closed list, copies, figures, day and signature."""
    sealed = manifest.content
    tree, of_fonds = Tree(), dict.fromkeys((part.code for part in edition.fonds), 0)
    for batch in batches(rows_of(edition)):
        tree.add([line_of(row) for row in batch])
        for row in batch:
            of_fonds[row.fonds_code] += 1
    listed, closed = hashlib.sha256(), 0
    for line in closed_lines(edition.closed):
        listed.update(line)
        closed += 1
    tally = Tally(tree.count, of_fonds, tree.root().hex(), closed)
    copies = {name for name in sealed["files"] if name.startswith("copies/")}
    return (
        _content(edition, tally, sealed["pages"]) | {"files": sealed["files"]} == sealed
        and sealed["files"][CLOSED]["sha256"] == listed.hexdigest()
        and copies == {f"copies/{digest}.pdf" for digest in edition.copies}
    )


def write_manifest(edition: Edition, draft: Path, tally: Tally, pages: int) -> None:
    """Write manifest.json over the files that are in the draft: UTF-8, sorted keys, indent 2, a line end."""
    names = {path: path.relative_to(draft).as_posix() for path in paths_in(draft)}
    files = {
        names[path]: {"bytes": digests.bytes, "sha256": digests.sha256, "sm3": digests.sm3}
        for path, digests in digests_of(dict.fromkeys(names)).items()
    }
    (draft / MANIFEST).write_bytes(canonical(_content(edition, tally, pages) | {"files": files}))


def write_seal(draft: Path, signed: tuple[str, ...], seal: Seal) -> None:
    """Write seal.json over the manifest and the signed PDFs of the draft."""
    files = {name: draft / name for name in signed}
    (draft / SEAL).write_bytes(seal_bytes((draft / MANIFEST).read_bytes(), files, seal))


def _content(edition: Edition, tally: Tally, pages: int) -> dict[str, Any]:
    """What the manifest says of an edition, without the digests of its files."""
    counts = edition.counts
    return {
        "format": FORMAT,
        "number": edition.number,
        "corrects": edition.corrects,
        "archives": {"zh": edition.archives.zh, "en": edition.archives.en},
        "issued_on": edition.issued_on.isoformat(),
        "signed_off_by": edition.signed_off_by,
        "signed_off_on": edition.signed_off_on.isoformat(),
        "ruleset": {"number": edition.ruleset_number, "digest": edition.ruleset_digest},
        "ledger": {"line": edition.ledger_line, "digest": edition.ledger_digest},
        "code_version": edition.code_version,
        "fonds": [
            {"code": fonds.code, "title": fonds.title, "entries": tally.of_fonds[fonds.code]}
            for fonds in edition.fonds
        ],
        "counts": {
            "opened": counts.opened,
            "opened_early": counts.opened_early,
            "opened_in_part": counts.opened_in_part,
            "deferred": dict(counts.deferred),
            "referred": counts.referred,
            "not_due": counts.not_due,
        },
        "entries": {"count": tally.entries, "merkle_root": tally.merkle_root},
        "closed": tally.closed,
        "pages": pages,
    }


def _copy_copies(edition: Edition, draft: Path) -> None:
    if edition.copies:
        (draft / "copies").mkdir()
    for digest, path in edition.copies.items():
        shutil.copyfile(path, draft / "copies" / f"{digest}.pdf")


def _put_in_place(draft: Path, directory: Path) -> None:
    """Give the draft its final name; where that is taken, only the same manifest is accepted."""
    try:
        draft.rename(directory)
    except OSError:
        if not directory.is_dir():
            raise
        sealed = directory / MANIFEST
        if not sealed.is_file() or sealed.read_bytes() != (draft / MANIFEST).read_bytes():
            raise Refusal(_EXISTS.filled(number=directory.name)) from None
    else:
        to_disk(directory.parent)
