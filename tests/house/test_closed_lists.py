"""Closed lists: a model, role, desk, operation or setting that nobody listed here was not meant to be."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from viewflow.workflow import flow, lock
from viewflow.workflow.fields import get_task_ref

from policies.roles import ROLES
from policies.separation import CHECKS
from workflows import flows
from workflows.nodes import Desk

ROOT = Path(settings.BASE_DIR)
ALL_FLOWS = [getattr(flows, name) for name in flows.__all__]


def test_models():
    assert {m.__name__ for m in apps.get_app_config("review").get_models()} == {
        "Absence", "AccessRequest", "AdoptedRuleset", "Agency", "AgencyChange", "Asked", "Batch",
        "BatchEntry", "BatchReturn", "CalendarDay", "Certificate", "Clock", "ClockPause", "ClockRung",
        "ClosureEvent", "ColumnMapping", "CountersignPackage", "Countersignature", "DeferralList", "Delegation", "Delivery",
        "DeskEntry", "DeskLeft", "DeskList", "DeskTally", "TakenBack",
        "DigitalObject", "DraftFile", "Entry", "EntryChange", "Erratum", "Finding", "Fonds", "FondsCreator",
        "Impact", "ImpactEntry", "Intake", "Job", "JointMaker", "LedgerHead", "LedgerLine", "Notice",
        "Opinion", "PackageReturn", "PageText", "PanelVote", "Person", "Plan", "PlanLine", "Procedure",
        "Proposal", "Reassessment", "Referral", "Release", "RulesChange", "RulesetDraft", "Sample",
        "SampleVerdict", "Sampled", "ScreeningRun", "SecondOpinionModel", "Series", "SeriesChange", "Shard",
        "SignOff", "Statement", "Successor", "Suggested", "Suspension", "Titling", "TransferOpinion",
        "TransferRequest", "Worker",
        "RedactedCopy", "Redaction", "RedactionCheck", "RedactionLook", "RedactionMark", "RedactionVerdict",
    }  # fmt: skip
    assert {m.__name__ for m in apps.get_app_config("catalogue").get_models()} == {
        "AskingTally", "Edition", "ListedClosed", "ReleasedBody", "ReleasedEntry", "ReleasedFile", "ReleasedFonds", "ReleasedSeries",
        "Tombstone", "VisitorRequest", "Withdrawal",
    }  # fmt: skip
    assert {m.__name__ for m in apps.get_app_config("workflows").get_models()} == {
        "OpeningProcess", "PlanProcess", "ReferralProcess", "RequestProcess", "SuspensionProcess", "TransferProcess",
    }  # fmt: skip


def test_roles():
    assert set(ROLES) == {
        "planner", "first_reviewer", "second_reviewer", "agency_reviewer", "agency_approver", "sampler", "reconciler",
        "confirmer", "plan_approver", "authority_officer", "secrecy_officer", "panel_member", "request_officer",
        "manager", "publisher", "auditor", "policy_keeper",
    }  # fmt: skip


def test_every_permission_of_a_role_stands_on_its_record():
    held = {
        "fonds": apps.get_model("review", "Fonds"),
        "agency": apps.get_model("review", "Agency"),
        "archives": apps.get_model("review", "AdoptedRuleset"),
    }
    for role in ROLES.values():
        assert role.permission in dict(held[role.over]._meta.permissions), role.code


def test_settings_read_from_outside():
    text = (ROOT / "config" / "settings.py").read_text(encoding="utf-8")
    assert set(re.findall(r'"((?:QIFENG_|DATABASE_|CATALOGUE_)[A-Z_]+)"', text)) == {
        "QIFENG_VAR", "QIFENG_DEBUG", "QIFENG_DEMO", "QIFENG_SECRET_KEY", "QIFENG_HOSTS", "QIFENG_ORIGINS",
        "QIFENG_HTTPS", "QIFENG_ARCHIVES_ZH", "QIFENG_ARCHIVES_EN", "QIFENG_SOURCE_URL", "QIFENG_TIME_ZONE",
        "QIFENG_RELEASES", "QIFENG_RULESET", "QIFENG_DUE_MODE", "QIFENG_WORKERS", "QIFENG_SMTP", "QIFENG_MAIL_FROM", "QIFENG_SEAL", "QIFENG_SEAL_PASSWORD", "QIFENG_TRUST", "QIFENG_TIME_STAMPS",
        "QIFENG_PUBLIC_URL", "QIFENG_PUBLIC_CONTACT", "DATABASE_URL", "CATALOGUE_DATABASE_URL",
    }  # fmt: skip


def test_flow_names_are_schema():
    """Stored in the database as text: a name changed here needs a data migration of the tasks that carry the old one."""
    names = {get_task_ref(node) for cls in ALL_FLOWS for node in cls.instance.nodes()}
    assert names == {
        f"workflows/flows.{flow}.{node}"
        for flow, nodes in {
            "opening.OpeningFlow": (
                "start", "screen", "first_review", "after_first_review", "second_review", "after_second_review",
                "before_asking", "sample", "after_sample", "ask_agencies", "countersign", "all_answered",
                "after_countersign", "return_for_agency", "reconcile", "after_reconcile", "coordinate", "after_coordinate",
                "sign_off", "after_sign_off", "before_consent", "consent", "after_consent", "release", "after_release",
                "close", "follow_up", "end", "obsolete",
            ),
            "plan.PlanFlow": ("start", "draft", "after_draft", "approve", "after_approve", "end", "obsolete"),
            "referral.ReferralFlow": ("start", "answer", "after_answer", "end", "obsolete"),
            "request.RequestFlow": ("start", "handle", "after_handle", "end", "obsolete"),
            "suspension.SuspensionFlow": (
                "start", "triage", "after_triage", "panel", "after_panel", "consent", "after_consent", "end", "obsolete",
            ),
            "transfer.TransferFlow": ("start", "give_opinions", "end", "obsolete"),
        }.items()
        for node in nodes
    }  # fmt: skip


@pytest.mark.parametrize("cls", ALL_FLOWS)
def test_every_flow_is_locked_and_guarded(cls):
    assert isinstance(cls.lock_impl, lock.SelectForUpdateLock)
    assert (cls.lock_impl.nowait, cls.lock_impl.attempts) == (False, 1)
    assert cls.process_title
    for node in cls.instance.nodes():
        if node.task_type == "HUMAN":
            assert isinstance(node, Desk), f"{node.name} is a stock View"
            assert node._owner_permission, f"{node.name} asks for no right"
        assert not isinstance(node, flow.Start), "processes start from code"


def test_every_desk_with_a_rule_of_separation_names_whom_it_bars():
    desks = {n.name: n for cls in ALL_FLOWS[::-1] for n in cls.instance.nodes() if isinstance(n, Desk)}
    for name in CHECKS:
        assert desks[name]._earlier is not None, name


def test_sqlite_writes_one_at_a_time():
    text = (ROOT / "config" / "settings.py").read_text(encoding="utf-8")
    assert '"transaction_mode": "IMMEDIATE"' in text
    assert "foreign_keys=ON" in text


@pytest.mark.django_db
def test_one_open_task_a_process_node_and_token():
    from django.db import connection

    with connection.cursor() as cursor:
        names = set(connection.introspection.get_constraints(cursor, "viewflow_task"))
    assert "workflows_one_open_task" in names


def test_the_drawings_of_the_flows_are_up_to_date():
    call_command("draw_flows", "--check")


def test_nothing_in_the_floor_below_the_database_asks_for_it():
    for folder in ("readers", "documents", "sample"):
        for path in (ROOT / "review" / folder).rglob("*.py"):
            assert "django.db" not in path.read_text(encoding="utf-8"), path


def test_one_version_number():
    assert f'version = "{settings.VERSION}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_no_lock_file_names_a_registry():
    for path in ROOT.glob("requirements*.lock"):
        text = path.read_text(encoding="utf-8")
        assert "://" not in text, path
        assert "--hash=sha256:" in text
        assert "index-url" not in text


def test_both_readmes_name_the_two_commands():
    for name in ("README.md", "README.zh-CN.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "sh script/demo" in text
        assert "sh script/test" in text
