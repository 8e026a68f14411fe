"""Registering agencies and fonds, enrolling people, and appointing them to roles."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from policies.agencies import check_days
from policies.roles import ROLES
from policies.sentences import Refusal, Sentence
from review import access, ledger
from review.models import Agency, Fonds, Person


@transaction.atomic
def register_agency(
    *,
    code: str,
    name: str,
    by: Person | str,
    at: datetime,
    from_day: date | None = None,
    to_day: date | None = None,
) -> Agency:
    """Enter an agency in the register, with the first and last day it existed where they are known.

    Raises Refusal when its code or name is taken by another.
    """
    check_days(name, from_day, to_day)
    if Agency.objects.filter(code=code).exists() or Agency.objects.filter(name=name).exists():
        raise Refusal(
            Sentence(
                f"机构“{code} {name}”的代码或名称已登记。", f"The code or name of agency “{code} {name}” is taken."
            )
        )
    agency = Agency.objects.create(code=code, name=name, from_day=from_day, to_day=to_day)
    ledger.append(act="register_agency", subject=f"agency {code}", by=by, at=at, facts={"name": name})
    return agency


@transaction.atomic
def register_fonds(
    *,
    code: str,
    title: str,
    creating_agency: Agency | None,
    by: Person | str,
    at: datetime,
    transferring_agency: Agency | None = None,
    custodial_unit: Agency | None = None,
) -> Fonds:
    """Enter a fonds in the register: the agency that answers for entries naming no other, and where they are known who
    handed it over (移交单位) and who kept it before (保管单位).

    Raises Refusal when its code is taken.
    """
    if Fonds.objects.filter(code=code).exists():
        raise Refusal(Sentence(f"全宗号“{code}”已登记。", f"The fonds code “{code}” is taken."))
    fonds = Fonds.objects.create(
        code=code,
        title=title,
        creating_agency=creating_agency,
        transferring_agency=transferring_agency,
        custodial_unit=custodial_unit,
    )
    ledger.append(act="register_fonds", subject=f"fonds {code}", by=by, at=at, facts={"title": title})
    return fonds


@transaction.atomic
def enrol(*, username: str, full_name: str, post: str, password: str, by: Person | str, at: datetime) -> Person:
    """Enter a person who may sign in, without any right yet. Raises Refusal when the user name is taken."""
    if Person.objects.filter(username=username).exists():
        raise Refusal(Sentence(f"用户名“{username}”已有人使用。", f"The user name “{username}” is taken."))
    person = Person(username=username, full_name=full_name, post=post)
    person.set_password(password)
    person.save(force_insert=True)
    ledger.append(act="enrol", subject=f"person {username}", by=by, at=at, facts={})
    return person


@transaction.atomic
def appoint(
    *, person: Person, role: str, over: Fonds | Agency | access.Archives, by: Person | str, at: datetime
) -> None:
    """Give `person` a role over one fonds, one agency or the archives. Raises Refusal when the role is not held over it."""
    kind = over if isinstance(over, str) else "fonds" if isinstance(over, Fonds) else "agency"
    code = over if isinstance(over, str) else over.code
    if role not in ROLES or ROLES[role].over != kind:
        raise Refusal(Sentence(f"没有这样的岗位：{role}（{code}）。", f"There is no such role: {role} over {code}."))
    access.appoint(person, ROLES[role], over)
    ledger.append(
        act="appoint", subject=f"person {person.username}", by=by, at=at, facts={"role": role, "over": code}
    )
