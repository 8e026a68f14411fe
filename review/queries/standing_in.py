"""Who is away and which rights are lent: what concerns one person, and what a manager looks after."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from policies.roles import ROLES, Role
from review import access
from review.models import Absence, Agency, Delegation, Fonds, Person

NAMES: dict[str, Role] = {f"review.{role.permission}": role for role in ROLES.values()}


@dataclass(frozen=True, slots=True)
class Lendable:
    """One right that may be lent: its role and the fonds or agency over which it is held."""

    permission: str
    role: Role
    over: Fonds | Agency

    @property
    def key(self) -> str:
        """As the form sends it."""
        kind = "fonds" if isinstance(self.over, Fonds) else "agency"
        return f"{self.permission} {kind} {self.over.code}"


def own_rights(person: Person) -> list[Lendable]:
    """What `person` holds by own right and may lend, by role and code. Four queries at most."""
    held = {permission: ids for permission, ids in access.lendable_by(person).items() if permission in NAMES}
    fonds = Fonds.objects.in_bulk(
        {pk for permission, ids in held.items() if permission.endswith("_fonds") for pk in ids}
    )
    agencies = Agency.objects.in_bulk(
        {pk for permission, ids in held.items() if permission.endswith("_agency") for pk in ids}
    )
    return [
        Lendable(permission, role, records[pk])
        for permission, role in NAMES.items()
        for records in [fonds if role.over == "fonds" else agencies]
        for pk in sorted(held.get(permission, ()))
    ]


def managed_rights(fonds: Iterable[Fonds]) -> list[Lendable]:
    """Every right over these fonds: what their manager may lend for whoever holds it."""
    return [Lendable(name, role, one) for one in fonds for name, role in NAMES.items() if role.over == "fonds"]


def lent_by_or_to(person: Person, managed: Iterable[int], today: date) -> QuerySet[Delegation]:
    """What `person` lent or was lent, and what is lent over managed fonds: not revoked and not over."""
    mine = Q(giver=person) | Q(receiver=person) | Q(fonds__in=list(managed))
    return (
        Delegation.objects.filter(mine, revoked_at=None, to_day__gte=today)
        .select_related("giver", "receiver", "fonds", "agency", "recorded_by")
        .order_by("from_day", "pk")
    )


def absences_of(person: Person, today: date) -> QuerySet[Absence]:
    """The absences of `person` that are not over, and those in which `person` is told instead."""
    mine = Q(person=person) | Q(stand_in=person) | Q(recorded_by=person)
    return (
        Absence.objects.filter(mine, withdrawn_at=None, to_day__gte=today)
        .select_related("person", "stand_in")
        .order_by("from_day", "pk")
    )
