"""Suspending (暂停利用): what anybody doubts leaves public view in the same act; only people put it back or close it again.

Sources: policies/suspending.py. An act that changes what the public sees makes a numbered erratum; `deliver_erratum` hands
its document to the public site after the commit, again and again until it has it. The suspension holds meanwhile.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from policies.reassessing import RENEWED
from policies.sentences import Refusal, Sentence
from policies.suspending import (
    PANEL,
    RECLOSE,
    RESTORE,
    Result,
    Vote,
    check_consent_reason,
    check_ends,
    check_flag,
    check_runs,
    check_triage,
    check_vote,
)
from review import access, ledger
from review.catalogue.bundles import BundleError
from review.catalogue.withdrawals import load_withdrawal
from review.documents.withdrawal import withdrawal_document
from review.models import (
    AccessStatus,
    Entry,
    Erratum,
    PanelVote,
    Person,
    Reassessment,
    Statement,
    StatementKind,
    Suspension,
)
from review.queries.due import profile
from review.queries.procedures import procedure_in_force
from review.queries.reassessments import open_returns, returns_for
from review.queries.records import public_hits
from review.queries.rules import current_screener
from review.queries.suspensions import (
    batch_entry_of,
    next_erratum,
    next_suspension,
    opened_by,
    panel_of,
    release_of,
    running_suspension,
    withdrawal_facts,
)


@transaction.atomic
def suspend_entry(*, entry: Entry, reason: str, secret: bool, by: Person, at: datetime) -> Suspension:
    """Take an opened entry from public view because `by`, anyone who is signed in, doubts it. Raises Refusal.

    From this act on it counts as closed, wherever status is asked; its erratum tells the public site. `secret`: perhaps
    a state secret, an incident to be reported (档案法 art. 44).
    """
    ledger.hold()
    entry = Entry.objects.select_for_update().get(pk=entry.pk)
    running = running_suspension(entry)
    check_flag(status=entry.access_status, number=running.number if running else "", reason=reason)
    today, release = timezone.localdate(at), release_of(entry)
    entry.access_status = AccessStatus.SUSPENDED
    entry.save(update_fields=["access_status"])
    made = Suspension.objects.create(
        number=next_suspension(today.year),
        entry=entry,
        release=release,
        flagged_at=at,
        flagged_by=by,
        reason=reason.strip(),
        secret=secret,
        cap_on=today + timedelta(days=procedure_in_force().clocks["suspension_cap"].days),
    )
    facts: dict[str, ledger.Fact] = {"case": made.number, "secret": secret, "cap_on": made.cap_on.isoformat()}
    _note("suspend_entry", made, by, at, facts | _erratum(made, "withdrawn", at), digest_of=reason)
    return made


@transaction.atomic
def triage_flag(*, suspension: Suspension, choice: str, reason: str, by: Person, at: datetime) -> None:
    """Put a flag to the panel, or aside as plainly unfounded; `restore_entry` then ends it. Raises Refusal."""
    suspension = _running(suspension, by, "review.manage_fonds")
    if suspension.triage:
        raise Refusal(Sentence("已经作过初步处理。", "This was looked at already."))
    check_triage(
        choice=choice,
        reason=reason,
        secret=suspension.secret,
        person=by.pk,
        flagger=suspension.flagged_by_id,
        opened_by=opened_by(suspension),
    )
    suspension.triage, suspension.triaged_at, suspension.triaged_by = choice, at, by
    suspension.outcome = RESTORE if choice == RESTORE else ""
    suspension.save(update_fields=["triage", "triaged_at", "triaged_by", "outcome"])
    _say(suspension, StatementKind.ARCHIVES, reason, by, at)
    facts: dict[str, ledger.Fact] = {"case": suspension.number, "choice": choice}
    _note("triage_flag", suspension, by, at, facts | _for(by, "review.manage_fonds", suspension), digest_of=reason)


@transaction.atomic
def record_vote(
    *,
    suspension: Suspension,
    outcome: str,
    ground: str,
    opens_on: date | None,
    reason: str,
    by: Person,
    at: datetime,
    today: date,
) -> Result | None:
    """One panel member's vote, in person. The result where it completes the panel, else None. Raises Refusal."""
    suspension = _running(suspension, by, "review.panel_fonds")
    _in_person(by, suspension)
    panel = panel_of(suspension)
    if suspension.triage != PANEL or suspension.outcome:
        raise Refusal(Sentence("本案不在复议组表决之中。", "This case is not before the panel."))
    closes = outcome == RECLOSE
    vote = Vote(by.pk, outcome, ground if closes else "", opens_on if closes else None)
    check_vote(
        vote=vote,
        reason=reason,
        voted=panel.voted,
        flagger=suspension.flagged_by_id,
        grounds=profile().grounds,
        today=today,
    )
    PanelVote.objects.create(
        suspension=suspension,
        person=by,
        outcome=vote.outcome,
        ground=vote.ground,
        opens_on=vote.opens_on,
        reason=reason.strip(),
        at=at,
    )
    result = panel_of(suspension).result
    if result is not None:
        suspension.outcome, suspension.ground = result.outcome, result.ground
        suspension.opens_on = result.opens_on
        suspension.save(update_fields=["outcome", "ground", "opens_on"])
    facts: dict[str, ledger.Fact] = {
        "case": suspension.number,
        "vote": outcome,
        "ground": vote.ground,
        "votes": len(panel.votes) + 1,
    }
    _note(
        "record_vote", suspension, by, at, facts | ({"outcome": result.outcome} if result else {}), digest_of=reason
    )
    return result


@transaction.atomic
def restore_entry(*, suspension: Suspension, reason: str, by: Person, at: datetime) -> None:
    """Open a suspended entry again, as triage or panel decided or since the authority refused to keep it closed.

    Raises Refusal where neither is so, and where today's rules find in its public fields what may not be public.
    """
    permission = "review.manage_fonds" if suspension.triage == RESTORE else "review.panel_fonds"
    suspension = _running(suspension, by, permission)
    refused = panel_of(suspension).refused
    check_ends(outcome=RESTORE, decided=RESTORE if refused else suspension.outcome)
    check_consent_reason(agrees=not refused, reason=reason)
    entry, today = suspension.entry, timezone.localdate(at)
    if hits := public_hits(entry, today, screener=current_screener()):
        raise Refusal(
            Sentence(
                f"按现行规则，其公开题名或责任者仍显示“{'、'.join(hits)}”，不能恢复开放。",
                f"By the rules in force its public fields still show “{', '.join(hits)}”. It cannot be opened again so.",
            )
        )
    # What was open in part has kept the day on which its record is assessed again.
    entry.access_status = AccessStatus.PARTIAL if entry.opens_on else AccessStatus.OPEN
    entry.save(update_fields=["access_status"])
    suspension.outcome, suspension.ended_at = RESTORE, at
    suspension.save(update_fields=["outcome", "ended_at"])
    _say(suspension, StatementKind.ARCHIVES, reason, by, at)
    facts: dict[str, ledger.Fact] = (
        {"case": suspension.number} | _for(by, permission, suspension) | _erratum(suspension, "restored", at)
    )
    _note("restore_entry", suspension, by, at, facts, digest_of=reason)


@transaction.atomic
def answer_reclosure(
    *, suspension: Suspension, agrees: bool, reason: str, by: Person, at: datetime, reauthenticated: bool = False
) -> None:
    """The authority's answer to a panel that closes an entry again (档案法实施条例 art. 31). Raises Refusal.

    Agreed: the entry is deferred, with its day of return. Refused: it stays suspended and is the panel's again.
    """
    suspension = _running(suspension, by, "review.oversee_fonds")
    check_ends(outcome=RECLOSE, decided=suspension.outcome)
    check_consent_reason(agrees=agrees, reason=reason)
    facts: dict[str, ledger.Fact] = {
        "case": suspension.number,
        "agrees": agrees,
        "reauthenticated": reauthenticated,
    }
    facts.update(_for(by, "review.oversee_fonds", suspension))
    if agrees:
        entry = suspension.entry
        entry.access_status, entry.ground = AccessStatus.DEFERRED, suspension.ground
        entry.opens_on = suspension.opens_on
        entry.save(update_fields=["access_status", "ground", "opens_on"])
        suspension.ended_at = at
        suspension.save(update_fields=["ended_at"])
        open_returns([entry.pk]).update(done_at=at, outcome=RENEWED)
        Reassessment.objects.bulk_create(returns_for([entry], at=at))
        facts["ground"] = entry.ground
        facts.update(_erratum(suspension, "reclosed", at))
    else:
        suspension.outcome, suspension.ground, suspension.opens_on = "", "", None
        suspension.save(update_fields=["outcome", "ground", "opens_on"])
    _say(suspension, StatementKind.RULING, reason, by, at)
    _note("answer_reclosure", suspension, by, at, facts, digest_of=reason)


@transaction.atomic
def deliver_erratum(*, erratum: Erratum, at: datetime) -> None:
    """Write an erratum's document and load it into the public site. What is delivered is left alone. Raises Refusal."""
    ledger.hold()
    erratum.refresh_from_db()
    if erratum.delivered_at is not None:
        return
    path = document_of(erratum)
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".part")
    with aside.open("wb") as file:
        file.write(withdrawal_document(withdrawal_facts(erratum)))
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    try:
        load_withdrawal(path)
    except BundleError as error:
        raise Refusal(Sentence(error.zh, error.en)) from error
    erratum.delivered_at = at
    erratum.save(update_fields=["delivered_at"])
    if erratum.kind == "withdrawn":
        Suspension.objects.filter(pk=erratum.suspension_id).update(withdrawn_at=at)
    ledger.append(
        act="deliver_erratum",
        subject=f"erratum {erratum.number}",
        by=erratum.suspension.flagged_by or "archives",
        at=at,
        facts={"to": "catalogue", "case": erratum.suspension.number, "kind": erratum.kind},
    )


def document_of(erratum: Erratum) -> Path:
    """The file of an erratum's document, to be carried to a public site that stands elsewhere."""
    return Path(settings.RELEASES_DIR) / "errata" / f"{erratum.number}.json"


def _running(suspension: Suspension, by: Person, permission: str) -> Suspension:
    """The suspension as it stands now, held to the end of the transaction, still running, and `by` may act on it."""
    access.demand(by, permission, suspension.entry.fonds)
    ledger.hold()
    fresh = Suspension.objects.select_related("entry__fonds", "release").get(pk=suspension.pk)
    check_runs(ended=fresh.ended_at is not None)
    return fresh


def _in_person(by: Person, suspension: Suspension) -> None:
    if access.on_behalf(by, "review.panel_fonds", suspension.entry.fonds) is not None:
        raise Refusal(
            Sentence("复议组成员须本人表决，不得委托。", "A panel member votes in person; the vote is not delegated.")
        )


def _for(by: Person, permission: str, suspension: Suspension) -> dict[str, ledger.Fact]:
    """On whose behalf, for the ledger."""
    whose = access.on_behalf(by, permission, suspension.entry.fonds)
    return {"for": whose.username} if whose else {}


def _say(suspension: Suspension, kind: StatementKind, text: str, by: Person, at: datetime) -> None:
    row = batch_entry_of(suspension)
    if row is not None and text.strip():
        round_ = row.batch.returns.count() + 1
        Statement.objects.create(batch_entry=row, round=round_, kind=kind, text=text.strip(), person=by, at=at)


def _erratum(suspension: Suspension, kind: str, at: datetime) -> dict[str, ledger.Fact]:
    """The numbered correction to the release, where the entry stands in one; what the ledger says of it."""
    if suspension.release is None:
        return {}
    made = Erratum.objects.create(
        number=next_erratum(suspension.release),
        release=suspension.release,
        suspension=suspension,
        kind=kind,
        reference_code=suspension.entry.reference_code,
        issued_on=timezone.localdate(at),
        at=at,
    )
    return {"release": suspension.release.number, "erratum": made.number}


def _note(
    act: str, suspension: Suspension, by: Person, at: datetime, facts: Mapping[str, ledger.Fact], *, digest_of: str
) -> None:
    """The ledger line: codes and numbers; what was written as a reason by its digest alone, for it may say too much."""
    ledger.append(
        act=act,
        subject=f"entry {suspension.entry.reference_code}",
        by=by,
        at=at,
        facts=facts,
        rows_digest=ledger.digest_of_rows([(digest_of.strip(),)]),
    )
