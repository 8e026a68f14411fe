"""Attaching digital objects and the text of their pages to an entry: all of its folder or nothing."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import transaction

from policies.attaching import check_attaching
from policies.catalogue_rows import Complaint
from policies.sentences import Refusal, Sentence
from review import access, ledger
from review.models import DigitalObject, Entry, PageText, Person
from review.queries.objects import is_decided, is_secret, kept_at, objects_dir
from review.readers.object_contents import ObjectFile, read_folder
from review.readers.object_folders import EntryFolder

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Attached:
    """What became of one folder: files and page texts attached, files held already, and all that was said of it."""

    added: int
    texts: int
    unchanged: int
    complaints: tuple[Complaint, ...]

    @property
    def refused(self) -> bool:
        return any(complaint.severity == "error" for complaint in self.complaints)


def attach_objects(
    *, entry: Entry, folder: EntryFolder, by: Person, at: datetime, today: date, dry_run: bool = False
) -> Attached:
    """Keep the files of a folder and put them behind those that `entry` has; the same folder again changes nothing.

    With any error nothing of the folder is taken; `dry_run` takes nothing either way. Files are kept under their digest
    before the rows are written, so that a call that breaks off leaves no row without its file.
    Raises PermissionDenied, and Refusal where nothing may be attached; then no file was opened.
    """
    access.demand(by, "review.plan_fonds", entry.fonds)
    check_attaching(entry.reference_code, stub=entry.stub, secret=is_secret(entry, today), decided=False)
    files = read_folder(folder)
    fresh, texts = _compared(entry, files, folder)
    report = Attached(len(fresh), len(texts), len(files) - len(fresh), tuple(folder.complaints))
    if report.refused:
        return Attached(0, 0, 0, report.complaints)
    if fresh or texts:
        check_attaching(entry.reference_code, stub=False, secret=False, decided=is_decided(entry))
    if dry_run or not (fresh or texts):
        return report
    for file in fresh:
        keep(file.path, file.digest)
    _record(entry, fresh, texts, report, by=by, at=at, today=today)
    return report


Text = tuple[str, int, str]  # digest of its object, page, text


def _compared(entry: Entry, files: Sequence[ObjectFile], folder: EntryFolder) -> tuple[list[ObjectFile], list[Text]]:
    """The files and the page texts that are not held yet; a name or a page held with another content is complained of."""
    held = {row.digest: row for row in entry.objects_attached.all()}
    names = {row.file_name: row.digest for row in held.values()}
    said = {
        (text.digital_object_id, text.page): text.text
        for text in PageText.objects.filter(digital_object__entry=entry)
    }
    fresh, texts = [], []
    for file in files:
        known = held.get(file.digest)
        if known is None:
            fresh.append(file)
            if file.file_name in names:
                folder.complain(file.file_name, _OTHER_CONTENT)
        for page, text in file.texts:
            before = said.get((known.pk, page)) if known else None
            if before is None:
                texts.append((file.digest, page, text))
            elif before != text:
                folder.complain(file.file_name, _OTHER_TEXT.filled(page=page))
    pages = sum(row.pages for row in held.values()) + sum(file.pages for file in fresh)
    if files and entry.pages is not None and pages != entry.pages:
        folder.complain(None, _OTHER_PAGES.filled(stated=entry.pages, found=pages), "warning")
    return fresh, texts


@transaction.atomic
def _record(
    entry: Entry,
    files: Sequence[ObjectFile],
    texts: Sequence[Text],
    report: Attached,
    *,
    by: Person,
    at: datetime,
    today: date,
) -> None:
    """The rows and the line of the ledger. What may be attached is asked again: time went by while files were read."""
    ledger.hold()
    now = Entry.objects.select_for_update().get(pk=entry.pk)
    check_attaching(now.reference_code, stub=now.stub, secret=is_secret(now, today), decided=is_decided(now))
    held = dict(now.objects_attached.values_list("digest", "pk"))
    if any(file.digest in held for file in files):
        raise Refusal(_MEANWHILE)
    place = max(now.objects_attached.values_list("place", flat=True), default=0)
    rows = [
        DigitalObject(
            entry=now, place=place + number, file_name=file.file_name, media_type=file.media_type, size=file.size,
            digest=file.digest, pages=file.pages, attached_at=at, attached_by=by,
        )
        for number, file in enumerate(files, 1)
    ]  # fmt: skip
    held |= {row.digest: row.pk for row in DigitalObject.objects.bulk_create(rows, batch_size=500)}
    PageText.objects.bulk_create(
        [PageText(digital_object_id=held[digest], page=page, text=text) for digest, page, text in texts],
        batch_size=200,
    )
    listed: list[tuple[object, ...]] = [(row.place, row.digest, row.pages) for row in rows]
    listed += [(digest, page, hashlib.sha256(text.encode()).hexdigest()) for digest, page, text in texts]
    ledger.append(
        act="attach_objects",
        subject=f"entry {now.reference_code}",
        by=by,
        at=at,
        facts={
            "fonds": now.fonds.code,
            "objects": len(rows),
            "pages": sum(row.pages for row in rows),
            "texts": len(texts),
            "unchanged": report.unchanged,
        },
        rows_digest=ledger.digest_of_rows(listed),
    )


def keep(path: Path, digest: str) -> Path:
    """Copy a file to where its digest says, readable by its owner only, safe on disk before this returns.

    Written once and never again: what is kept already stays as it is. Raises Refusal when the content is another by now.
    """
    target = kept_at(digest)
    if target.exists():
        return target
    for folder in (objects_dir(), target.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=target.parent, prefix=".draft-")  # mode 0600
    try:
        sha = hashlib.sha256()
        with os.fdopen(handle, "wb") as copy, path.open("rb") as source:
            while piece := source.read(_PIECE):
                sha.update(piece)
                copy.write(piece)
            copy.flush()
            os.fsync(copy.fileno())
        if sha.hexdigest() != digest:
            raise Refusal(_CHANGED_MEANWHILE.filled(name=path.name))
        Path(draft).replace(target)  # the same content, should another have come first
    finally:
        Path(draft).unlink(missing_ok=True)
    _sync(target.parent)
    return target


def _sync(folder: Path) -> None:
    """Make a name that was given in a folder safe on disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


_OTHER_CONTENT = Sentence(
    "同名文件已挂接，而内容不同。已挂接的文件不被替换；确需补充的，请改名。",
    "A file of this name is attached with other content. Attached files are never replaced; rename it if it is a further one.",
)
_OTHER_TEXT = Sentence(
    "第 {page} 页已有文本，而内容不同。已有文本不被替换。",
    "Page {page} has a text already, and it is another. Texts are never replaced.",
)
_OTHER_PAGES = Sentence(
    "条目著录 {stated} 页，图像共 {found} 页。请核对是否漏扫或著录有误。",
    "The entry states {stated} pages; the objects have {found}. Check for missed pages or a slip in the catalogue.",
)
_MEANWHILE = Sentence(
    "这些文件刚刚已由他人挂接。请再运行一次。", "Somebody has just attached these files. Run it once more."
)
_CHANGED_MEANWHILE = Sentence(
    "文件“{name}”在读取时被改动。请再运行一次。", "“{name}” changed while it was read. Run it once more."
)
