"""The ledger: append and verify. The only writer of ledger lines.

Each line holds the SHA-256 of its own content and of the line before; LedgerHead holds the end, so that a lost tail is
found too. Appending serialises on the head row, so lines never fork.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection

from policies.sentences import Sentence
from review.models import LedgerHead, LedgerLine, Person, SignOff
from review.once import forget, recall, remember, written

GENESIS = "0" * 64
_HEAD = "head of the ledger"
Fact = str | int | bool | None | Sequence[str] | Mapping[str, int]


def append(
    *,
    act: str,
    subject: str,
    by: Person | str,
    at: datetime,
    facts: Mapping[str, Fact],
    ruleset_digest: str = "",
    rows_digest: str = "",
) -> LedgerLine:
    """Write one act at the end of the ledger, inside the caller's transaction, and return its line."""
    head = recall(_HEAD) or hold()
    while True:
        line = LedgerLine(
            line=head.line + 1,
            at=at,
            actor=by if isinstance(by, str) else by.username,
            act=act,
            subject=subject,
            facts=json.dumps(facts, ensure_ascii=False, sort_keys=True),
            ruleset_digest=ruleset_digest,
            rows_digest=rows_digest,
            previous=head.digest,
        )
        line.digest = digest_of(line)
        # What the act remembers of the head is out of date when some of its lines were rolled back.
        end = LedgerHead.objects.filter(pk=1, line=head.line, digest=head.digest)
        if end.update(line=line.line, digest=line.digest):
            break
        head = hold()
    line.save(force_insert=True)
    remember(_HEAD, LedgerHead(pk=1, line=line.line, digest=line.digest))
    written()
    return line


def hold() -> LedgerHead:
    """Wait until no other act is being written, and keep it so to the end of the transaction; the head as it is then.

    For acts that choose the next number or the free entries: two of them would choose the same.
    """
    waited = recall(_HEAD) is None
    held = LedgerHead.objects.select_for_update()
    head = held.filter(pk=1).first()
    if waited:
        forget()  # what the act asked before it waited may have changed meanwhile: a right, a decision
    if head is None:
        LedgerHead.objects.get_or_create(pk=1, defaults={"line": 0, "digest": GENESIS})
        head = held.get(pk=1)
    remember(_HEAD, head)
    return head


def digest_of(line: LedgerLine) -> str:
    """SHA-256 (hex) over every column of the line but its own digest, in a fixed order and form."""
    columns = [
        line.line,
        line.at.astimezone(UTC).isoformat(timespec="microseconds"),
        line.actor,
        line.act,
        line.subject,
        line.facts,
        line.ruleset_digest,
        line.rows_digest,
        line.previous,
    ]
    return hashlib.sha256(json.dumps(columns, ensure_ascii=False).encode()).hexdigest()


def digest_of_rows(rows: Iterable[Sequence[object]]) -> str:
    """SHA-256 (hex) over rows of plain values, in the order given: what was decided, without saying it."""
    digest = hashlib.sha256()
    quoted = json.encoder.encode_basestring  # each row as json.dumps would write its texts, in a third of the time
    for row in rows:
        digest.update(f"[{', '.join([quoted(str(value)) for value in row])}]\n".encode())
    return digest.hexdigest()


MISSING = Sentence("此行缺失", "the line is missing")
MOVED = Sentence("与上一行不衔接", "it does not follow the line before it")
CHANGED = Sentence("内容被改动", "its content was changed")
HEADLESS = Sentence("台账末行的登记缺失", "the head of the ledger is missing")
CUT_OFF = Sentence("此行缺失：台账末尾被截去", "the line is missing: lines were cut off at the end")
NOT_LAST = Sentence("与登记的台账末行不符", "it is not the line the head of the ledger names")
REWRITTEN = Sentence(
    "与签发或已公布目录所记的摘要不符，台账可能被整体改写",
    "its digest is not the one a sign-off or a published catalogue noted, so the ledger may have been rewritten",
)
# The triggers of review/migrations/0002, 0005 and 0007; SQLite loses them when a later migration makes a table anew.
_FROZEN = (
    "adoptedruleset", "secondopinionmodel", "suggested", "finding", "screeningrun", "opinion", "signoff",
    "transferopinion", "procedure", "deferrallist", "erratum", "statement", "sample", "sampled", "sampleverdict",
    "certificate", "panelvote", "packagereturn", "countersignpackage", "delivery", "takenback", "closureevent",
)  # fmt: skip
GUARDS = {
    "sqlite": {
        *(f"{table}_no_{what}" for table in _FROZEN for what in ("update", "delete")),
        "ledgerline_no_update", "ledgerline_no_delete", "ledgerhead_forward", "ledgerhead_no_delete",
        "titling_no_update", "titling_no_delete",
    },
    "postgresql": {
        *(f"{table}_no_{what}" for table in _FROZEN for what in ("update", "delete", "truncate")),
        "ledgerline_no_change", "ledgerhead_forward", "ledgerhead_no_delete",
        "titling_no_change", "ledgerline_no_truncate", "ledgerhead_no_truncate", "titling_no_truncate",
    },
}  # fmt: skip
_TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'",
}


def missing_guards() -> list[str]:
    """The triggers that keep what was decided, adopted and advised as it was, and are not there or switched off."""
    with connection.cursor() as cursor:
        cursor.execute(_TRIGGERS[connection.vendor])
        return sorted(GUARDS[connection.vendor] - {name for (name,) in cursor.fetchall()})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verification found: how many lines were good and, if any, the first bad one and why."""

    good_lines: int
    bad_line: int | None = None
    fault: Sentence | None = None


def verify(anchors: Mapping[int, str] | None = None, *, tell: Callable[[int, int], None] | None = None) -> Verdict:
    """Read the whole ledger in order and name the first line that is missing, moved or changed.

    `anchors` (line to digest) are what others noted of the ledger, such as published manifests; every sign-off is one
    as well. They find out a ledger that was rewritten as a whole. `tell` hears now and then how many lines of how many
    were read. What is written meanwhile is read as well.
    """
    noted = dict(SignOff.objects.values_list("ledger_line", "ledger_digest")) | dict(anchors or {})
    previous, expected, begun = GENESIS, 1, 0
    lines, head = LedgerLine.objects.order_by("line"), LedgerHead.objects.filter(pk=1).first()
    while begun < expected:
        begun = expected
        for line in lines.iterator(chunk_size=2000):
            if line.line != expected:
                return Verdict(expected - 1, expected, MISSING)
            if line.previous != previous:
                return Verdict(expected - 1, expected, MOVED)
            if line.digest != digest_of(line):
                return Verdict(expected - 1, expected, CHANGED)
            if noted.get(line.line, line.digest) != line.digest:
                return Verdict(expected - 1, expected, REWRITTEN)
            previous, expected = line.digest, expected + 1
            if tell is not None and not expected % 1000:
                tell(expected - 1, max(head.line if head else 0, expected))
        head = LedgerHead.objects.filter(pk=1).first()
        if head is None or head.line < expected:
            break
        lines = LedgerLine.objects.filter(line__gte=expected).order_by("line")
    last = expected - 1
    if any(line > last for line in noted):
        return Verdict(last, expected, CUT_OFF)
    if head is None and last:
        return Verdict(last, last, HEADLESS)
    if head is not None and head.line > last:
        return Verdict(last, expected, CUT_OFF)
    if head is not None and (head.line, head.digest) != (last, previous):
        return Verdict(last, last or 1, NOT_LAST)
    return Verdict(last)
