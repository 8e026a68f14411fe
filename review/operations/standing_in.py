"""Standing in (代办): who is away, and who acts for whom. A right is lent by its holder, or by whoever manages the work."""

from __future__ import annotations

from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import get_language

from policies import standing_in as policy
from policies.sentences import Refusal, Sentence
from review import access, ledger
from review.models import Absence, Agency, Delegation, Fonds, Person
from review.once import forget


@transaction.atomic
def record_absence(
    *, person: Person, from_day: date, to_day: date, stand_in: Person | None, by: Person, at: datetime, today: date
) -> Absence:
    """Record that `person` is away: nothing is mailed meanwhile, and `stand_in` is told instead. It lends no right.

    By the person, or a manager of work the person does. Raises Refusal, PermissionDenied. Source: house policy.
    """
    if by.pk != person.pk and not access.manages(by, person):
        raise _not_yours()
    policy.check_absence(
        person=person.pk,
        stand_in=stand_in.pk if stand_in is not None else None,
        from_day=from_day,
        to_day=to_day,
        today=today,
    )
    Person.objects.select_for_update().get(pk=person.pk)  # two absences recorded at once would overlap
    live = Absence.objects.filter(person=person, withdrawn_at=None)
    policy.check_no_overlap(from_day, to_day, live.values_list("from_day", "to_day"))
    absence = Absence.objects.create(
        person=person, from_day=from_day, to_day=to_day, stand_in=stand_in, recorded_at=at, recorded_by=by
    )
    facts: dict[str, ledger.Fact] = {"from_day": from_day.isoformat(), "to_day": to_day.isoformat()}
    if stand_in is not None:
        facts["told"] = stand_in.username
    ledger.append(act="record_absence", subject=f"person {person.username}", by=by, at=at, facts=facts)
    return absence


@transaction.atomic
def withdraw_absence(*, absence: Absence, by: Person, at: datetime) -> None:
    """Strike an absence out: the person is back. Raises Refusal where it was withdrawn already."""
    absence = Absence.objects.select_for_update().select_related("person").get(pk=absence.pk)
    if by.pk != absence.person_id and not access.manages(by, absence.person):
        raise _not_yours()
    if absence.withdrawn_at is not None:
        raise Refusal(Sentence("这次不在岗已经撤销。", "This absence has been withdrawn already."))
    absence.withdrawn_at = at
    absence.save(update_fields=["withdrawn_at"])
    ledger.append(
        act="withdraw_absence",
        subject=f"person {absence.person.username}",
        by=by,
        at=at,
        facts={"from_day": absence.from_day.isoformat(), "to_day": absence.to_day.isoformat()},
    )


@transaction.atomic
def delegate(
    *,
    giver: Person,
    receiver: Person,
    permission: str,
    over: Fonds | Agency,
    from_day: date,
    to_day: date,
    reason: str,
    proof: str,
    by: Person,
    at: datetime,
    today: date,
) -> Delegation:
    """Lend one right of `giver` over one fonds or agency to `receiver`, from day to day, both days included.

    By the giver, by a manager of the fonds, or by the head of the agency. Raises Refusal, PermissionDenied.
    Source: house policy; the document that gives the power is named in `proof`.
    """
    if by.pk != giver.pk and not _may_lend_for_others(by, over):
        raise _not_yours()
    policy.check_delegation(
        giver=giver.pk,
        receiver=receiver.pk,
        by=by.pk,
        receiver_can_act=receiver.is_active and not receiver.is_superuser,
        permission=permission,
        held_by_own_right=permission in policy.LENDABLE and access.holds_own(giver, permission, over),
        reason=reason,
        proof=proof,
        from_day=from_day,
        to_day=to_day,
        today=today,
    )
    made = Delegation.objects.create(
        giver=giver,
        receiver=receiver,
        permission=permission,
        fonds=over if isinstance(over, Fonds) else None,
        agency=over if isinstance(over, Agency) else None,
        from_day=from_day,
        to_day=to_day,
        reason=reason.strip(),
        proof=proof.strip(),
        recorded_at=at,
        recorded_by=by,
    )
    forget()
    ledger.append(
        act="delegate",
        subject=f"person {giver.username}",
        by=by,
        at=at,
        facts={
            "to": receiver.username,
            "right": permission.partition(".")[2],
            "over": over.code,
            "from_day": from_day.isoformat(),
            "to_day": to_day.isoformat(),
        },
        rows_digest=ledger.digest_of_rows([(made.pk, made.reason, made.proof)]),
    )
    return made


@transaction.atomic
def revoke(*, delegation: Delegation, by: Person, at: datetime) -> None:
    """End a lent right at once. By the giver, the receiver, a manager of the fonds or the head of the agency."""
    row = Delegation.objects.select_for_update(of=("self",)).select_related("giver", "receiver", "fonds", "agency")
    delegation = row.get(pk=delegation.pk)
    over = delegation.fonds or delegation.agency
    assert over is not None  # one of the two, by constraint
    if by.pk not in (delegation.giver_id, delegation.receiver_id) and not _may_lend_for_others(by, over):
        raise _not_yours()
    if delegation.revoked_at is not None:
        raise Refusal(Sentence("这项委托已经收回。", "This right has been taken back already."))
    delegation.revoked_at, delegation.revoked_by = at, by
    delegation.save(update_fields=["revoked_at", "revoked_by"])
    forget()
    ledger.append(
        act="revoke",
        subject=f"person {delegation.giver.username}",
        by=by,
        at=at,
        facts={
            "to": delegation.receiver.username,
            "right": delegation.permission.partition(".")[2],
            "over": over.code,
        },
    )


def _may_lend_for_others(by: Person, over: Fonds | Agency) -> bool:
    """A manager of the fonds, by own right; for an agency its head: the archives lend no right of another house."""
    permission = "review.manage_fonds" if isinstance(over, Fonds) else "review.approve_agency"
    return access.holds_own(by, permission, over)


def _not_yours() -> PermissionDenied:
    return PermissionDenied(
        Sentence(
            "只能办理本人的，或您所管理的人员的委托和不在岗登记。",
            "You may do this for yourself, or for people whose work you manage.",
        ).of(get_language() or "zh-hans")
    )
