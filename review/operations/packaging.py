"""Countersign packages (征求意见函、表) for units on another network: made, and taken back with the stamped letter.

Whoever reconciles the fonds does both, for the unit. What is taken back ends in the same opinions as an answer at the
unit's own desk, and says that it came on paper. Source: 档案法 art. 30 (会同); 国家档案馆档案开放办法 art. 15 (协商一致).
That a stamped letter goes with it is house policy.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import transaction

from policies.countersigning import UnitAnswer, wanted
from policies.outcomes import Stage
from policies.packages import FilledPackage, Package, read_answers
from policies.reviewing import check_all_decided, check_rules_applied
from policies.sentences import Refusal, Sentence
from review import access, ledger
from review.models import Countersignature, CountersignPackage, Opinion, PackageReturn, Person
from review.models.opinions import Hand, NewOpinion, insert_opinions
from review.queries.decisions import round_of, unanswered
from review.queries.due import profile
from review.queries.mid_batch import held_by_rules
from review.queries.packages import content_of, letter_at, letters_dir, newest_package, number_of, package_now
from review.readers.media_types import JPEG, PDF, PNG, look_at

PERMISSION, ANSWER = "review.reconcile_fonds", "review.countersign_agency"
MAX_LETTER = 50_000_000  # bytes
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class CameBack:
    """A file that a unit sent back: where it lies now, its digest (SHA-256, hex) and the name it had."""

    path: Path
    digest: str
    name: str


@transaction.atomic
def make_package(*, countersignature: Countersignature, by: Person, at: datetime) -> CountersignPackage:
    """The version of a unit's package that says what is asked now: a new one, or the last where nothing changed.

    Raises Refusal when the unit has answered or was silent, PermissionDenied but for who reconciles the fonds.
    """
    ledger.hold()
    asked = _open(countersignature, by)
    content, last = content_of(asked), newest_package(asked)
    if not content.rows:
        raise Refusal(Sentence("没有征求该单位意见的条目。", "The unit is asked about no entry."))
    if last is not None and last.digest == content.digest:
        return last
    made = CountersignPackage.objects.create(
        countersignature=asked, version=last.version + 1 if last else 1, digest=content.digest, made_at=at, made_by=by
    )
    ledger.append(
        act="make_package",
        subject=f"package {content.number}",
        by=by,
        at=at,
        facts={
            "batch": asked.batch.number,
            "agency": asked.agency.code,
            "round": asked.round,
            "version": made.version,
            "entries": len(content.rows),
            **_for(access.on_behalf(by, PERMISSION, asked.batch.fonds)),
        },
        rows_digest=made.digest,
    )
    return made


@transaction.atomic
def take_back_package(
    *,
    package: CountersignPackage,
    filled: FilledPackage,
    file: CameBack,
    letter: CameBack,
    by: Person,
    at: datetime,
    today: date,
) -> PackageReturn:
    """Record every answer of a filled sheet and hand the unit's answer in. All or none.

    Both files are kept by their digest before the rows are written. Raises PackageRefused with every fault of the sheet,
    Refusal for another reason, PermissionDenied but for who reconciles the fonds.
    """
    ledger.hold()
    asked = _open(package.countersignature, by)
    batch, agency = asked.batch, asked.agency
    check_rules_applied(**held_by_rules(batch))
    newest = newest_package(asked)
    if newest is None or newest.pk != package.pk:
        raise Refusal(_OLD_PACKAGE)
    content = content_of(asked)
    answers, signed_by = read_answers(content, newest.version, filled, profile(), today=today)
    _check_letter(letter)
    giver = access.on_behalf(by, PERMISSION, batch.fonds)
    opinions = _record(asked, content, answers, by=by, giver=giver, at=at)
    check_all_decided(unanswered(batch, agency).count())
    asked.answered_at, asked.answered_by, asked.answered_for, asked.on_paper = at, by, giver, True
    asked.save(update_fields=["answered_at", "answered_by", "answered_for", "on_paper"])
    for kept in (file, letter):
        _keep(kept)
    returned = PackageReturn.objects.create(
        package=package,
        file_digest=file.digest,
        letter_digest=letter.digest,
        letter_name=letter.name[-200:],
        signed_by=signed_by,
        answers=len(opinions),
        person=by,
        at=at,
    )
    codes = {row.key: row.reference_code for row in content.rows}
    ledger.append(
        act="take_back_package",
        subject=f"package {content.number}",
        by=by,
        at=at,
        facts={
            "batch": batch.number,
            "agency": agency.code,
            "round": asked.round,
            "version": package.version,
            "entries": len(opinions),
            "file": file.digest,
            "letter": letter.digest,
            **_for(giver),
        },
        rows_digest=ledger.digest_of_rows(
            (codes[o.batch_entry_id], o.answer, o.outcome, o.ground, o.opens_on, o.reason) for o in opinions
        ),
    )
    return returned


@transaction.atomic
def attach_letter(*, countersignature: Countersignature, letter: CameBack, by: Person, at: datetime) -> PackageReturn:
    """Keep the unit's sealed letter (复函) with the answer that it gives at its own desk; it answers nothing by itself.

    The letter belongs to the version of the package that says what is asked now, which is made where there is none.
    Raises Refusal when the answer was handed in or the time is over, PermissionDenied but for the unit's own people.
    """
    ledger.hold()
    asked = _waiting(countersignature)
    access.demand(by, ANSWER, asked.agency)
    _check_letter(letter)
    package = package_now(asked, at)
    if not asked.packages.filter(version=package.version).exists():
        package.made_by = by
        package.save(force_insert=True)
    _keep(letter)
    returned = PackageReturn.objects.create(
        package=package,
        file_digest="",
        letter_digest=letter.digest,
        letter_name=letter.name[-200:],
        signed_by=by.full_name,
        answers=0,
        person=by,
        at=at,
    )
    ledger.append(
        act="attach_letter",
        subject=f"package {number_of(asked)}",
        by=by,
        at=at,
        facts={
            "batch": asked.batch.number,
            "agency": asked.agency.code,
            "round": asked.round,
            "version": package.version,
            "letter": letter.digest,
            **_for(access.on_behalf(by, ANSWER, asked.agency)),
        },
        rows_digest=package.digest,
    )
    return returned


def _open(countersignature: Countersignature, by: Person) -> Countersignature:
    """The request as it is now, for who reconciles the fonds. Raises Refusal, PermissionDenied."""
    access.demand(by, PERMISSION, countersignature.batch.fonds)
    return _waiting(countersignature)


def _waiting(countersignature: Countersignature) -> Countersignature:
    """The request as it is now, where it still waits for the unit's answer. Raises Refusal.

    The ledger is held: whoever answers at this moment writes a line after this act. Locking the row as well could wait
    for one who waits for the ledger.
    """
    asked = Countersignature.objects.select_related("batch__fonds", "agency").get(pk=countersignature.pk)
    if asked.answered_at is not None:
        raise Refusal(_ANSWERED)
    if asked.silent_at is not None:
        raise Refusal(_SILENT)
    if asked.round != round_of(asked.batch):
        raise Refusal(_EARLIER_ROUND)
    return asked


def _record(
    asked: Countersignature,
    content: Package,
    answers: Mapping[int, UnitAnswer],
    *,
    by: Person,
    giver: Person | None,
    at: datetime,
) -> list[NewOpinion]:
    """The unit's opinions, in the order of the sheet; what it had begun to answer online no longer stands."""
    hand = Hand(Stage.COUNTERSIGN, asked.round, by, giver, at, asked.agency)
    opinions = []
    for row in content.rows:
        answer = answers[row.key]
        decided = wanted(row.proposal, answer)
        opinions.append(hand.gives(row.key, decided, answer=answer.answer, reason=answer.reason))
    Opinion.objects.filter(
        batch_entry__batch=asked.batch,
        stage=Stage.COUNTERSIGN,
        agency=asked.agency,
        round=asked.round,
        standing=True,
    ).update(standing=False)
    insert_opinions(opinions)
    return opinions


def _check_letter(letter: CameBack) -> None:
    """The letter is a whole PDF, JPEG or PNG of no more than 50 MB: whether it is signed, a person has seen."""
    if letter.path.stat().st_size > MAX_LETTER:
        raise Refusal(_LETTER_LARGE)
    seen = look_at(letter.path)
    if seen.media_type not in (PDF, JPEG, PNG) or seen.fault is not None:
        raise Refusal(_NO_LETTER)


def _keep(came: CameBack) -> Path:
    """Copy a file to where its digest says, readable by its owner only, safe on disk before this returns.

    What is kept already stays. Raises Refusal when the content is another than the digest says.
    """
    target = letter_at(came.digest)
    if target.exists():
        return target
    for folder in (letters_dir(), target.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=target.parent, prefix=".draft-")  # mode 0600
    try:
        sha = hashlib.sha256()
        with os.fdopen(handle, "wb") as copy, came.path.open("rb") as source:
            while piece := source.read(_PIECE):
                sha.update(piece)
                copy.write(piece)
            copy.flush()
            os.fsync(copy.fileno())
        if sha.hexdigest() != came.digest:
            raise Refusal(_CHANGED_MEANWHILE)
        Path(draft).replace(target)
    finally:
        Path(draft).unlink(missing_ok=True)
    named = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(named)
    finally:
        os.close(named)
    return target


def _for(giver: Person | None) -> dict[str, str]:
    return {"for": giver.username} if giver else {}


_OLD_PACKAGE = Sentence(
    "这不是最新一版征求意见表。请发出最新一版，按最新一版收回。",
    "This is not the newest version of the package. Send the newest, and take that one back.",
)
_ANSWERED = Sentence(
    "该单位的会签意见已经交回，不能再改。", "The unit's answer has been handed in and can no longer change."
)
_SILENT = Sentence(
    "会签期限已过，已按逾期未答复处理。该单位的意见请在协商环节作为陈述记录。",
    "The time to answer is over, and this was recorded as no answer. Record the unit's view as a statement at reconciliation.",
)
_EARLIER_ROUND = Sentence(
    "本批已退回重审，这是上一轮的征求意见。请按本轮重新征求。",
    "The batch was returned since; this belongs to an earlier round. Ask the unit again in this one.",
)
_NO_LETTER = Sentence(
    "请一并上传加盖公章的征求意见函扫描件：完整的 PDF、JPEG 或 PNG 文件。没有保存任何答复。",
    "Upload the scan of the sealed letter as well: a whole PDF, JPEG or PNG file. No answer was saved.",
)
_LETTER_LARGE = Sentence(
    "函件扫描件超过 50 MB。请降低分辨率（300 dpi 已够）重新扫描。没有保存任何答复。",
    "The scan of the letter is larger than 50 MB. Scan it again at 300 dpi. No answer was saved.",
)
_CHANGED_MEANWHILE = Sentence(
    "文件在上传时被改动。请重新上传。", "The file changed while it was uploaded. Try again."
)
