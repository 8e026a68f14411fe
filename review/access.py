"""The one door from a person to a record. django-guardian lives only here.

Rights are granted to groups, one group a role and a fonds (or agency); people join groups. The policy keepers' one
group holds over the whole archives. A superuser holds no right here: whoever runs the machine does not decide on
records, nor on the rules.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import get_language
from guardian.models import GroupObjectPermission, UserObjectPermission
from guardian.shortcuts import assign_perm, get_objects_for_user

from policies.roles import ROLES, Role
from policies.sentences import Sentence
from review.models import Agency, Batch, Delegation, Fonds, Person
from review.once import forget, once

FONDS_PERMISSIONS = tuple(f"review.{role.permission}" for role in ROLES.values() if role.over == "fonds")
KEEP_POLICIES = "review.keep_policies"
Archives = Literal["archives"]
ARCHIVES: Final[Archives] = "archives"  # in the place of a fonds or an agency: the whole archives


def appoint(person: Person, role: Role, over: Fonds | Agency | Archives) -> None:
    """Put `person` in the group that holds `role` over it; the group is made when it is missing."""
    group, made = Group.objects.get_or_create(name=group_of(role.code, over))
    if made:
        assign_perm(f"review.{role.permission}", group, None if over == ARCHIVES else over)
    person.groups.add(group)
    forget()


def group_of(role: str, over: Fonds | Agency | Archives) -> str:
    """The name of the group that holds a role over it."""
    return f"{role}:{over if isinstance(over, str) else over.code}"


def holds(person: Person, permission: str, record: Fonds | Agency) -> bool:
    """Whether `person` holds `permission` ("review.first_review_fonds") on this very record, by own right or lent."""
    return holds_own(person, permission, record) or bool(_givers(person, permission, record))


@once
def holds_own(person: Person, permission: str, record: Fonds | Agency) -> bool:
    """Whether `person` holds `permission` on this record without anybody having lent it."""
    if not person.is_active or person.is_superuser:
        return False
    granted = {
        "permission__codename": permission.partition(".")[2],
        "content_type": ContentType.objects.get_for_model(type(record)),
        "object_pk": str(record.pk),
    }
    through_a_group = GroupObjectPermission.objects.filter(group__user=person, **granted)
    return through_a_group.exists() or UserObjectPermission.objects.filter(user=person, **granted).exists()


def on_behalf(person: Person, permission: str, record: Fonds | Agency) -> Person | None:
    """Who lent the right that `person` uses here; None where it is held by own right. Of several the first who lent it."""
    givers = _givers(person, permission, record)
    return givers[0] if givers and not holds_own(person, permission, record) else None


def hands_of(person: Person, permission: str, record: Fonds | Agency) -> set[int]:
    """The ids of `person` and of everybody whose right is used here: a stand-in inherits the absent person's conflicts.

    Where several lent the same right, the conflicts of all of them count: in doubt somebody else acts.
    """
    givers = _givers(person, permission, record)
    if not givers or holds_own(person, permission, record):
        return {person.pk}
    return {person.pk, *(giver.pk for giver in givers)}


def _givers(person: Person, permission: str, record: Fonds | Agency) -> list[Person]:
    """Who lends `person` this right on this record today and still holds it, first lent first."""
    kind = "fonds_id" if isinstance(record, Fonds) else "agency_id"
    lent = [
        row for row in _all_lent_today(person) if row.permission == permission and getattr(row, kind) == record.pk
    ]
    return [row.giver for row in lent if holds_own(row.giver, permission, record)]


@once
def _all_lent_today(person: Person) -> list[Delegation]:
    return list(_lent_today(person))


def _lent_today(person: Person) -> QuerySet[Delegation]:
    """What others lend `person` today, whether they still hold it or not. A right is of this day: hence the clock."""
    if not person.is_active or person.is_superuser:
        return Delegation.objects.none()
    today = timezone.localdate()
    return (
        Delegation.objects.filter(receiver=person, revoked_at=None, from_day__lte=today, to_day__gte=today)
        .select_related("giver")
        .order_by("pk")
    )


@dataclass(frozen=True, slots=True)
class Rights:
    """Everything a person may do: permission -> ids of fonds or agencies, and whose right it is where it is lent."""

    person: int
    held: dict[str, set[int]]
    lent: dict[tuple[str, int], tuple[int, ...]]

    def hands(self, permission: str, record: int) -> set[int]:
        """As `hands_of`, without asking the database again."""
        return {self.person, *self.lent.get((permission, record), ())}


@once
def rights_of(person: Person) -> Rights:
    """All rights of `person`, own and lent, in at most five queries whatever their number."""
    rights = Rights(person.pk, {}, {})
    if not person.is_active or person.is_superuser:
        return rights
    rows = _all_lent_today(person)
    live = {row.giver_id for row in rows if row.giver.is_active and not row.giver.is_superuser}
    granted = _granted({person.pk, *live})
    for holder, permission, record in granted:
        if holder == person.pk:
            rights.held.setdefault(permission, set()).add(record)
    own = {row.permission: set(rights.held.get(row.permission, ())) for row in rows}
    for row in rows:
        record = row.fonds_id or row.agency_id or 0  # one of the two, by constraint
        if (row.giver_id, row.permission, record) in granted and record not in own[row.permission]:
            rights.held.setdefault(row.permission, set()).add(record)
            givers = rights.lent.get((row.permission, record), ())
            rights.lent[row.permission, record] = (*givers, row.giver_id)
    return rights


def _granted(people: Collection[int]) -> set[tuple[int, str, int]]:
    """(person, permission, record) for every right on a fonds or an agency that these people hold by own right."""
    path = ("permission", "object_pk")
    through_groups = GroupObjectPermission.objects.filter(group__user__in=people).values_list("group__user", *path)
    direct = UserObjectPermission.objects.filter(user__in=people).values_list("user", *path)
    rows = [*through_groups, *direct]
    known = Permission.objects.filter(pk__in={permission for _, permission, _ in rows})
    name = {pk: f"{app}.{code}" for pk, app, code in known.values_list("pk", "content_type__app_label", "codename")}
    return {(person, name[permission], int(record)) for person, permission, record in rows}


def manages(person: Person, other: Person) -> bool:
    """Whether `person` manages the work of a fonds on which `other` holds a right by own right."""
    managed = set(fonds_of(person, "review.manage_fonds").values_list("pk", flat=True))
    return bool(managed) and any(
        permission in FONDS_PERMISSIONS and record in managed for _, permission, record in _granted({other.pk})
    )


def lendable_by(person: Person) -> dict[str, set[int]]:
    """What `person` holds by own right on fonds and agencies, and so may lend: permission -> ids."""
    found: dict[str, set[int]] = {}
    if person.is_active and not person.is_superuser:
        for _, permission, record in _granted({person.pk}):
            found.setdefault(permission, set()).add(record)
    return found


def who_hold(permission: str, record: Fonds | Agency) -> list[Person]:
    """Everybody active who may use `permission` on this record today, by own right or lent, by name."""
    codename = permission.partition(".")[2]
    groups = GroupObjectPermission.objects.filter(
        permission__codename=codename, content_type__model=record._meta.model_name, object_pk=str(record.pk)
    )
    today = timezone.localdate()
    over = {"fonds": record} if isinstance(record, Fonds) else {"agency": record}
    lent = Delegation.objects.filter(
        permission=permission, revoked_at=None, from_day__lte=today, to_day__gte=today, **over
    )
    people = Person.objects.filter(
        Q(groups__in=groups.values("group")) | Q(pk__in=lent.values("receiver")), is_active=True, is_superuser=False
    )
    return [p for p in people.distinct().order_by("full_name", "pk") if holds(p, permission, record)]


def demand(person: Person, permission: str, record: Fonds | Agency) -> None:
    """Raise PermissionDenied, with a sentence for the screen, unless `person` holds `permission` on this record."""
    if not holds(person, permission, record):
        raise PermissionDenied(
            Sentence(
                f"您没有办理“{record}”此项工作的权限。需要时请与计划员联系。",
                f"You do not hold the right to do this for “{record}”. If you need it, ask the planner.",
            ).of(get_language() or "zh-hans")
        )


def keeps_policies(person: Person) -> bool:
    """Whether `person` may draft and adopt rulesets."""
    return bool(person.is_active and not person.is_superuser and person.has_perm(KEEP_POLICIES))


def demand_keeper(person: Person) -> None:
    """Raise PermissionDenied, with a sentence for the screen, unless `person` is a policy keeper."""
    if not keeps_policies(person):
        raise PermissionDenied(
            Sentence(
                "起草和采用规则须由规则管理员办理，您没有这一岗位。",
                "Rulesets are drafted and adopted by policy keepers, and you are none.",
            ).of(get_language() or "zh-hans")
        )


def reads_policies(person: Person) -> bool:
    """Whether `person` may read the drafts and what they would change: policy keepers, and auditors of any fonds."""
    return keeps_policies(person) or fonds_of(person, "review.audit_fonds").exists()


def fonds_of(person: Person, *permissions: str) -> QuerySet[Fonds]:
    """The fonds on which `person` holds any of `permissions`, own or lent; without any named, any right at all."""
    if not person.is_active or person.is_superuser:
        return Fonds.objects.none()
    wanted = permissions or FONDS_PERMISSIONS
    own = get_objects_for_user(
        person, list(wanted), Fonds, any_perm=True, accept_global_perms=False, with_superuser=False
    )
    lent = _lent_records(person, wanted, "fonds")
    return Fonds.objects.filter(Q(pk__in=own.values("pk")) | Q(pk__in=lent)) if lent else own


def agencies_of(person: Person, *permissions: str) -> QuerySet[Agency]:
    """The agencies on which `person` holds any of `permissions`, own or lent; without any named, may countersign."""
    if not person.is_active or person.is_superuser:
        return Agency.objects.none()
    wanted = permissions or ("review.countersign_agency",)
    own = get_objects_for_user(
        person, list(wanted), Agency, any_perm=True, accept_global_perms=False, with_superuser=False
    )
    lent = _lent_records(person, wanted, "agency")
    return Agency.objects.filter(Q(pk__in=own.values("pk")) | Q(pk__in=lent)) if lent else own


def _lent_records(person: Person, permissions: Collection[str], kind: Literal["fonds", "agency"]) -> set[int]:
    """The ids of the fonds or agencies over which one of `permissions` is lent by somebody who still holds it."""
    rows = [
        (row.giver_id, row.permission, getattr(row, f"{kind}_id"))
        for row in _lent_today(person).filter(permission__in=permissions, **{f"{kind}__isnull": False})
        if row.giver.is_active and not row.giver.is_superuser
    ]
    granted = _granted({giver for giver, _, _ in rows}) if rows else set()
    return {record for giver, permission, record in rows if (giver, permission, record) in granted}


def batches_of(person: Person) -> QuerySet[Batch]:
    """The batches `person` may look at: those of a fonds on which some right is held."""
    return Batch.objects.filter(fonds__in=fonds_of(person))


@once
def roles_of(person: Person) -> list[tuple[Role, str]]:
    """Each role `person` holds with the code of the fonds or agency it is held over ("": the archives), for the screen."""
    held = []
    for name in person.groups.order_by("name").values_list("name", flat=True):
        code, _, over = name.partition(":")
        if code in ROLES:
            held.append((ROLES[code], "" if ROLES[code].over == ARCHIVES else over))
    return held
