"""The one door from a person to a record. django-guardian lives only here.

Rights are granted to groups, one group a role and a fonds (or agency); people join groups. The policy keepers' one
group holds over the whole archives. A superuser holds no right here: whoever runs the machine does not decide on
records, nor on the rules.
"""

from __future__ import annotations

from typing import Final, Literal

from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils.translation import get_language
from guardian.shortcuts import assign_perm, get_objects_for_user

from policies.roles import ROLES, Role
from policies.sentences import Sentence
from review.models import Agency, Batch, Fonds, Person

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


def group_of(role: str, over: Fonds | Agency | Archives) -> str:
    """The name of the group that holds a role over it."""
    return f"{role}:{over if isinstance(over, str) else over.code}"


def holds(person: Person, permission: str, record: Fonds | Agency) -> bool:
    """Whether `person` holds `permission` ("review.first_review_fonds") on this very record."""
    if not person.is_active or person.is_superuser:
        return False
    return person.has_perm(permission, record)


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
    """The fonds on which `person` holds any of `permissions`; without any named, any right at all."""
    if not person.is_active or person.is_superuser:
        return Fonds.objects.none()
    return get_objects_for_user(
        person,
        permissions or FONDS_PERMISSIONS,
        Fonds,
        any_perm=True,
        accept_global_perms=False,
        with_superuser=False,
    )


def agencies_of(person: Person) -> QuerySet[Agency]:
    """The agencies for which `person` may countersign."""
    if not person.is_active or person.is_superuser:
        return Agency.objects.none()
    return get_objects_for_user(
        person, ["review.countersign_agency"], Agency, accept_global_perms=False, with_superuser=False
    )


def batches_of(person: Person) -> QuerySet[Batch]:
    """The batches `person` may look at: those of a fonds on which some right is held."""
    return Batch.objects.filter(fonds__in=fonds_of(person))


def roles_of(person: Person) -> list[tuple[Role, str]]:
    """Each role `person` holds with the code of the fonds or agency it is held over ("": the archives), for the screen."""
    held = []
    for name in person.groups.order_by("name").values_list("name", flat=True):
        code, _, over = name.partition(":")
        if code in ROLES:
            held.append((ROLES[code], "" if ROLES[code].over == ARCHIVES else over))
    return held
