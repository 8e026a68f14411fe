"""Partial opening (部分开放): marking what is withheld on a master, and making the copy without it. The master is not touched."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

from django.db import transaction
from django.utils import timezone

from policies.redacting import Mark, check_begin, check_makes, check_marks, words_kept
from policies.sentences import Refusal, Sentence
from review import access, ledger
from review.documents.redacted_copy import write_copy
from review.documents.redaction_check import Fault, check_copy
from review.models import AccessStatus, DigitalObject, Person, RedactedCopy, Redaction, RedactionCheck, RedactionMark
from review.queries.due import profile
from review.queries.objects import kept_at, objects_dir
from review.queries.redaction_offers import unmarked
from review.queries.redactions import (
    as_marks,
    colophon_of,
    digest_of_marks,
    file_of,
    held_as_secret,
    is_current,
    last_copy,
    marks_of,
)

MARK = "review.first_review_fonds"

_CHANGED_MEANWHILE = Sentence(
    "制作期间标记有变动，没有存入。请重新制作。",
    "Marks were changed while the copy was made; it was not kept. Make it again.",
)
_ALREADY = Sentence(
    "所选位置都已标记。如需更改依据或期限，请先撤销原有标记。",
    "All of this is marked already. To change ground or day, take the old marks back first.",
)
_NOT_THERE = Sentence("所选标记已被撤销，请刷新页面。", "The chosen marks are withdrawn already. Reload the page.")
_BEGUN = Sentence("该文件的遮蔽已经开始，请直接打开。", "The redaction of this file is begun already. Open it.")


@transaction.atomic
def begin_redaction(*, master: DigitalObject, by: Person, at: datetime, today: date) -> Redaction:
    """Begin the redaction of one digital object, once. Raises Refusal, PermissionDenied."""
    ledger.hold()
    _check(master, by, today)
    if Redaction.objects.filter(master=master).exists():
        raise Refusal(_BEGUN)
    made = Redaction.objects.create(master=master, begun_by=by, begun_at=at)
    _note("begin_redaction", made, by, at, {"pages": master.pages})
    return made


@transaction.atomic
def add_marks(*, redaction: Redaction, marks: Sequence[Mark], by: Person, at: datetime, today: date) -> int:
    """Add marks, all or none; what is marked at the same place already stays as it is. How many were added.

    Raises Refusal, PermissionDenied.
    """
    ledger.hold()
    master = redaction.master
    _check(master, by, today)
    check_marks(marks, pages=master.pages, grounds=profile().grounds, today=today)
    standing = {(row.page, row.x, row.y, row.width, row.height) for row in marks_of(redaction)}
    fresh = {(mark.page, *mark.box): mark for mark in marks if (mark.page, *mark.box) not in standing}
    if not fresh:
        raise Refusal(_ALREADY)
    giver = access.on_behalf(by, MARK, master.entry.fonds)
    RedactionMark.objects.bulk_create(
        [
            RedactionMark(
                redaction=redaction, page=mark.page, x=mark.box.x, y=mark.box.y, width=mark.box.width,
                height=mark.box.height, words=words_kept(mark.words), rule=mark.rule, ground=mark.ground,
                opens_on=mark.opens_on, person=by, on_behalf=giver, at=at,
            )
            for mark in fresh.values()
        ],
        batch_size=500,
    )  # fmt: skip
    grounds = sorted({mark.ground for mark in fresh.values()})
    facts: dict[str, ledger.Fact] = {"marks": len(fresh), "grounds": grounds}
    _note("mark_redaction", redaction, by, at, facts, digest_of_marks(fresh.values()))
    return len(fresh)


@transaction.atomic
def withdraw_marks(*, redaction: Redaction, marks: Collection[int], by: Person, at: datetime, today: date) -> int:
    """Take marks back, by their ids. They stay on record. How many were taken back. Raises Refusal, PermissionDenied."""
    ledger.hold()
    _check(redaction.master, by, today)
    rows = list(marks_of(redaction).filter(pk__in=list(marks)))
    if not rows:
        raise Refusal(_NOT_THERE)
    RedactionMark.objects.filter(pk__in=[row.pk for row in rows]).update(withdrawn_at=at, withdrawn_by=by)
    _note("withdraw_marks", redaction, by, at, {"marks": len(rows)}, digest_of_marks(as_marks(rows)))
    return len(rows)


def make_copy(
    *, redaction: Redaction, by: Person, at: datetime, today: date, report: Callable[[int], None] = lambda page: None
) -> RedactedCopy:
    """Make the copy of the marks as they stand, read it again for what it must not hold, and keep both results.

    The file is kept under its digest before its row is written. Raises Refusal, PermissionDenied.
    """
    master = redaction.master
    _check(master, by, today)
    marks = as_marks(marks_of(redaction))
    last = last_copy(redaction)
    check_makes(
        marks=len(marks),
        same_as_last=last is not None and is_current(last) and kept_at(last.digest).is_file(),
        unmarked=unmarked(redaction),
    )
    source, colophon = file_of(master), colophon_of(master, marks, timezone.localdate(at))
    draft = _draft(lambda file: write_copy(source, marks, colophon, file, report))
    try:
        faults = check_copy(draft, source, colophon)
        digest, size = hashlib.sha256(draft.read_bytes()).hexdigest(), draft.stat().st_size
        target = kept_at(digest)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    copy = RedactedCopy(
        redaction=redaction, digest=digest, size=size, pages=master.pages, marks=len(marks),
        marks_digest=digest_of_marks(marks), made_by=by, made_at=at,
    )  # fmt: skip
    _record(copy, faults)
    return copy


@transaction.atomic
def _record(copy: RedactedCopy, faults: Sequence[Fault]) -> None:
    ledger.hold()
    redaction = copy.redaction
    if digest_of_marks(as_marks(marks_of(redaction))) != copy.marks_digest:
        raise Refusal(_CHANGED_MEANWHILE)
    copy.save(force_insert=True)
    by, at = copy.made_by, copy.made_at
    RedactionCheck.objects.create(
        copy=copy, faults=len(faults), found=[list(fault) for fault in faults], person=by, at=at
    )
    facts: dict[str, ledger.Fact] = {"copy": copy.digest, "marks": copy.marks, "faults": len(faults)}
    _note("make_redacted_copy", redaction, by, at, facts, copy.marks_digest)


def _draft(write: Callable[[BinaryIO], None]) -> Path:
    """A file beside the kept ones, readable by its owner only, safe on disk; gone if it could not be written whole."""
    folder = objects_dir()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder, prefix=".copy-")
    try:
        with os.fdopen(handle, "w+b") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def _check(master: DigitalObject, by: Person, today: date) -> None:
    """The right on the fonds; that the record is neither a secret of state nor open, and has pages."""
    entry = master.entry
    access.demand(by, MARK, entry.fonds)
    check_begin(
        entry.reference_code,
        is_open=entry.access_status in (AccessStatus.OPEN, AccessStatus.SUSPENDED),
        secret=held_as_secret(entry, today),
        pages_known=master.pages > 0,
    )


def _note(  # noqa: PLR0917
    act: str, redaction: Redaction, by: Person, at: datetime, facts: dict[str, ledger.Fact], digest: str = ""
) -> None:
    """The ledger line: which file and how many; what was marked by its digest alone."""
    entry = redaction.master.entry
    giver = access.on_behalf(by, MARK, entry.fonds)
    ledger.append(
        act=act,
        subject=f"entry {entry.reference_code}",
        by=by,
        at=at,
        facts={"fonds": entry.fonds.code, "file": redaction.master.digest[:12], **facts}
        | ({"for": giver.username} if giver else {}),
        rows_digest=digest,
    )
