"""The second person's part of partial opening: reading a copy again, looking at every page, and the verdict (核验)."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from policies.redacting import check_awaits_verdict, check_begin, check_refused, check_verified, check_verifier
from policies.sentences import Refusal, Sentence
from review import access, ledger
from review.documents.redaction_check import check_copy
from review.models import AccessStatus, Person, RedactedCopy, RedactionCheck, RedactionLook, RedactionVerdict
from review.queries.objects import kept_at
from review.queries.redactions import (
    as_marks,
    colophon_of,
    file_of,
    held_as_secret,
    is_current,
    makers_of,
    marks_of,
    pages_unseen,
)
from review.readers.object_contents import digest_of

VERIFY = "review.second_review_fonds"

_NO_SUCH_PAGE = Sentence("遮蔽件没有这一页。", "The copy has no such page.")
_CHANGED = Sentence(
    "遮蔽件的文件不在或已被改动，不得核验。请从备份恢复，或重新制作。",
    "The file of this copy is gone or was changed; it is not verified. Restore it from a backup, or have it made anew.",
)


def reread_copy(*, copy: RedactedCopy, by: Person, at: datetime, today: date) -> RedactionCheck:
    """Read a copy again for what it must not hold, and keep what was found, good or bad. Raises Refusal, PermissionDenied."""
    _check_hand(copy, by, today)
    master, path = copy.redaction.master, _file_of(copy)
    colophon = colophon_of(master, as_marks(marks_of(copy.redaction)), timezone.localdate(copy.made_at))
    faults = check_copy(path, file_of(master), colophon)
    made = RedactionCheck(copy=copy, faults=len(faults), found=[list(fault) for fault in faults], person=by, at=at)
    with transaction.atomic():
        ledger.hold()
        _check_hand(copy, by, today)
        made.save(force_insert=True)
        _note("reread_copy", copy, by, at, {"faults": len(faults)})
    return made


@transaction.atomic
def look_at_page(*, copy: RedactedCopy, page: int, by: Person, at: datetime, today: date) -> None:
    """Record that `by` compared one page of a copy with its master and saw nothing that is withheld; once a page.

    Raises Refusal, PermissionDenied.
    """
    ledger.hold()
    _check_hand(copy, by, today)
    if not 1 <= page <= copy.pages + 1:
        raise Refusal(_NO_SUCH_PAGE)
    if page not in pages_unseen(copy, by.pk):
        return
    RedactionLook.objects.create(copy=copy, page=page, person=by, at=at)
    _note("look_at_page", copy, by, at, {"page": page})


@transaction.atomic
def verify_copy(*, copy: RedactedCopy, by: Person, at: datetime, today: date) -> RedactionVerdict:
    """Verify a copy: `by` had it read again without a fault, and looked at every page. Raises Refusal, PermissionDenied."""
    ledger.hold()
    _check_hand(copy, by, today)
    _file_of(copy)
    checks = RedactionCheck.objects.filter(copy=copy)
    own = checks.filter(person=by).last()
    check_verified(
        faults=max(checks.values_list("faults", flat=True)) if own else None, unseen=pages_unseen(copy, by.pk)
    )
    assert own is not None  # else check_verified has refused
    return _judge(copy, own, verified=True, reason="", by=by, at=at)


@transaction.atomic
def refuse_copy(*, copy: RedactedCopy, reason: str, by: Person, at: datetime, today: date) -> RedactionVerdict:
    """Refuse a copy, with what is wrong. It is made anew from changed marks. Raises Refusal, PermissionDenied."""
    ledger.hold()
    _check_hand(copy, by, today)
    check_refused(reason)
    return _judge(copy, copy.checks.latest("pk"), verified=False, reason=reason.strip(), by=by, at=at)


def _judge(
    copy: RedactedCopy, check: RedactionCheck, *, verified: bool, reason: str, by: Person, at: datetime
) -> RedactionVerdict:
    made = RedactionVerdict.objects.create(
        copy=copy, check_made=check, verified=verified, reason=reason, person=by,
        on_behalf=access.on_behalf(by, VERIFY, copy.redaction.master.entry.fonds), at=at,
    )  # fmt: skip
    digest = ledger.digest_of_rows([(copy.digest, verified, reason)])
    _note("verify_copy" if verified else "refuse_copy", copy, by, at, {"pages": copy.pages}, digest)
    return made


def _check_hand(copy: RedactedCopy, by: Person, today: date) -> None:
    """The right on the fonds, four eyes, that the record is still neither secret nor open, and that the copy waits."""
    entry = copy.redaction.master.entry
    access.demand(by, VERIFY, entry.fonds)
    check_verifier(access.hands_of(by, VERIFY, entry.fonds), makers_of(copy.redaction))
    check_begin(
        entry.reference_code,
        is_open=entry.access_status in (AccessStatus.OPEN, AccessStatus.SUSPENDED),
        secret=held_as_secret(entry, today),
        pages_known=True,
    )
    judged = RedactionVerdict.objects.filter(copy=copy).exists()
    check_awaits_verdict(judged=judged, current=is_current(copy))


def _file_of(copy: RedactedCopy) -> Path:
    """The kept file, still what it was when it was made. Raises Refusal."""
    path = kept_at(copy.digest)
    if not path.is_file() or digest_of(path) != copy.digest:
        raise Refusal(_CHANGED)
    return path


def _note(  # noqa: PLR0917
    act: str, copy: RedactedCopy, by: Person, at: datetime, facts: dict[str, ledger.Fact], digest: str = ""
) -> None:
    entry = copy.redaction.master.entry
    giver = access.on_behalf(by, VERIFY, entry.fonds)
    ledger.append(
        act=act,
        subject=f"entry {entry.reference_code}",
        by=by,
        at=at,
        facts={"fonds": entry.fonds.code, "copy": copy.digest[:12], **facts}
        | ({"for": giver.username} if giver else {}),
        rows_digest=digest or copy.marks_digest,
    )
