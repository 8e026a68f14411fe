"""The roles of open-access review and what each may do, as data (domain: 档案法 art. 30; house practice for the desks)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from policies.sentences import Sentence


@dataclass(frozen=True, slots=True)
class Role:
    """One role: held over a fonds or over an agency. Over the whole archives only where it decides on no record."""

    code: str
    name: Sentence
    over: Literal["fonds", "agency", "archives"]
    permission: str


ROLES: dict[str, Role] = {
    role.code: role
    for role in (
        Role("planner", Sentence("计划员", "Planner"), "fonds", "plan_fonds"),
        Role("first_reviewer", Sentence("初审员", "First reviewer"), "fonds", "first_review_fonds"),
        Role("second_reviewer", Sentence("复审员", "Second reviewer"), "fonds", "second_review_fonds"),
        Role("agency_reviewer", Sentence("形成单位审核员", "Forming unit"), "agency", "countersign_agency"),
        Role("agency_approver", Sentence("形成单位负责人", "Head of the forming unit"), "agency", "approve_agency"),
        Role("sampler", Sentence("质检员", "Quality leader"), "fonds", "sample_fonds"),
        Role("reconciler", Sentence("协商员", "Reconciler"), "fonds", "reconcile_fonds"),
        Role("confirmer", Sentence("审定人", "Confirmer"), "fonds", "sign_off_fonds"),
        Role("plan_approver", Sentence("计划审批人", "Plan approver"), "fonds", "approve_plan_fonds"),
        Role("authority_officer", Sentence("档案主管部门", "Archives authority"), "fonds", "oversee_fonds"),
        Role("secrecy_officer", Sentence("保密员", "Secrecy officer"), "fonds", "refer_fonds"),
        Role("panel_member", Sentence("复议组成员", "Panel member"), "fonds", "panel_fonds"),
        Role("request_officer", Sentence("利用受理员", "Request officer"), "fonds", "answer_requests_fonds"),
        Role("manager", Sentence("流程管理员", "Manager"), "fonds", "manage_fonds"),
        Role("publisher", Sentence("公布员", "Publisher"), "fonds", "release_fonds"),
        Role("auditor", Sentence("审计员", "Auditor"), "fonds", "audit_fonds"),
        Role("policy_keeper", Sentence("规则管理员", "Policy keeper"), "archives", "keep_policies"),
    )
}
