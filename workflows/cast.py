"""The demonstration's people: one or two for each role, appointed over the fonds and agencies that are there."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings

from policies.roles import ROLES
from policies.sentences import Refusal, Sentence
from review import access
from review.models import Agency, Fonds, Person
from review.operations import appointing

# user name, full name, post, roles over every fonds or over the archives
_ARCHIVES = (
    ("planner", "林书禾", "开放审核科 计划", ("planner",)),
    ("first", "周若川", "开放审核科 初审", ("first_reviewer",)),
    ("first2", "许知夏", "开放审核科 初审", ("first_reviewer", "second_reviewer")),
    ("second", "沈望山", "开放审核科 复审", ("second_reviewer",)),
    ("reconciler", "顾长宁", "开放审核科 协商", ("reconciler",)),
    ("sampler", "夏知行", "开放审核科 质检", ("sampler",)),
    ("authority", "钟岳庭", "档案主管部门", ("authority_officer",)),
    ("confirmer", "陆秉文", "馆长", ("confirmer", "plan_approver")),
    ("confirmer2", "柯景行", "副馆长", ("confirmer",)),
    ("secrecy", "戚守一", "保密办公室", ("secrecy_officer",)),
    ("panel", "宁致远", "复议组", ("panel_member",)),
    ("panel2", "骆清源", "复议组", ("panel_member",)),
    ("panel3", "卓望川", "复议组", ("panel_member",)),
    ("requests", "柳青禾", "利用服务科 受理", ("request_officer",)),
    ("manager", "文以恒", "办公室 流程管理", ("manager",)),
    ("publisher", "程晓岚", "利用服务科 公布", ("publisher",)),
    ("auditor", "何慎之", "审计", ("auditor",)),
    ("keeper", "唐思齐", "法规科 规则管理", ("policy_keeper",)),
    ("keeper2", "韦清澜", "法规科 规则管理", ("policy_keeper",)),
)
_UNIT_NAMES = ("苏念安", "方可期", "罗清越", "孟怀瑾", "江映雪", "杜南星", "白予安", "秦朗月", "叶知微", "宋临溪")


@dataclass(slots=True)
class Cast:
    """The people by user name, and the forming unit's person of each agency by agency id."""

    password: str
    people: dict[str, Person] = field(default_factory=dict)
    units: dict[int, Person] = field(default_factory=dict)

    def __getitem__(self, username: str) -> Person:
        return self.people[username]


def gather(*, at: datetime) -> Cast:
    """Make whoever is missing and appoint everyone over all fonds and agencies there are. Again: changes nothing.

    Raises Refusal where people of another making are enrolled: invented people with a shared password have no business
    among real ones.
    """
    known = {username for username, *_ in _ARCHIVES}
    strangers = Person.objects.exclude(username__in=known).exclude(username__startswith="unit-")
    if strangers.exists():
        raise Refusal(
            Sentence(
                "库中已有真实用户，演示人员不得进入。请为演示另用一个空库。",
                "Real people are enrolled here, and invented ones may not join them. Give the demonstration an empty database.",
            )
        )
    cast = Cast(_password())
    for username, name, post, roles in _ARCHIVES:
        person = cast.people[username] = _person(username, name, post, cast.password, at)
        for role in roles:
            for over in [access.ARCHIVES] if ROLES[role].over == access.ARCHIVES else Fonds.objects.all():
                _appoint(person, role, over, at)
    for place, agency in enumerate(Agency.objects.order_by("pk")):
        username = f"unit-{agency.code.lower()}"
        person = _person(username, _UNIT_NAMES[place % len(_UNIT_NAMES)], agency.name, cast.password, at)
        cast.people[username] = cast.units[agency.pk] = person
        for role in ("agency_reviewer", "agency_approver"):
            _appoint(person, role, agency, at)
    return cast


def _person(username: str, name: str, post: str, password: str, at: datetime) -> Person:
    known = Person.objects.filter(username=username).first()
    return known or appointing.enrol(
        username=username, full_name=name, post=post, password=password, by="demo", at=at
    )


def _appoint(person: Person, role: str, over: Fonds | Agency | access.Archives, at: datetime) -> None:
    if not person.groups.filter(name=access.group_of(role, over)).exists():
        appointing.appoint(person=person, role=role, over=over, by="demo", at=at)


def _password() -> str:
    """One password for the demonstration's people, made once for each installation and kept beside its database."""
    kept = settings.VAR_DIR / "demo_password"
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text("qifeng-" + secrets.token_hex(4), encoding="utf-8")
    return kept.read_text(encoding="utf-8").strip()
