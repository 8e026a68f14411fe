"""manage.py ruleset: rulesets checked, compared, weighed, adopted, exported and replayed from the command line."""

import csv
import json
import os
import shutil
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from policies.grounds import DEFERRAL_GROUNDS
from policies.rulesets import FOLDER, SUMS, shipped
from review.jobs.intakes import take_in
from review.models import AdoptedRuleset, Impact, MidBatch, RulesChange
from review.operations import drafting
from review.queries import rules
from review.queries.replaying import replay
from tests import policy_desk
from tests.world import CATALOGUE, NOW, TODAY, make_world

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])


@pytest.fixture(autouse=True)
def beginning(settings):
    settings.RULESET = "cn-1"


def said(*words: str) -> str:
    """What the command says, and what it complains of."""
    out = StringIO()
    call_command("ruleset", *words, stdout=out, stderr=out)
    return out.getvalue()


# -- check and diff


def test_every_shipped_ruleset_meets_all_its_examples():
    text = said("check")
    for number in shipped():
        assert f"✓ {number}" in text


def test_check_and_diff_need_no_database():
    """As on a lawyer's own machine, or in a pipeline: nothing answers at that address."""
    words = [["check", "cn-1"], ["diff", "cn-1", str(FOLDER / "cn-1")], ["list"], ["crosswalk"]]
    code = "import sys, json; from django.core.management import execute_from_command_line as run\n"
    code += "for words in json.loads(sys.argv[1]): run(['manage.py', 'ruleset', *words])"
    nowhere = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "DJANGO_SETTINGS_MODULE": "config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", code, json.dumps(words)],
        cwd=settings.BASE_DIR, env={**os.environ, **nowhere}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "✓ cn-1" in done.stdout
    assert "The rules are the same" in done.stdout
    assert "No database answers" in done.stderr
    assert "CN-8-3-PI,涉及个人信息,Personal information,UK-40(2)" in done.stdout


def test_the_crosswalk_of_grounds_is_written_as_a_table_in_both_directions(tmp_path):
    said("crosswalk", "--out", str(tmp_path / "grounds.csv"))
    with (tmp_path / "grounds.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    pairs = {(row["ground"], row["ground_elsewhere"]) for row in rows}
    assert {("CN-8-3-PI", "US-b(6)"), ("US-b(6)", "CN-8-3-PI")} <= pairs
    assert {row["ground"] for row in rows} == set(DEFERRAL_GROUNDS)
    assert all(bool(row["ground_elsewhere"]) == bool(row["name_elsewhere_zh"]) for row in rows)
    with pytest.raises(CommandError, match="cannot be written"):
        said("crosswalk", "--out", str(tmp_path / "nowhere" / "grounds.csv"))


def folder(tmp_path: Path, **changes: str) -> Path:
    """A copy of cn-1 as a draft of its own, with these files changed or new."""
    copy = shutil.copytree(FOLDER / "cn-1", tmp_path / "cn-7")
    (copy / SUMS).unlink()
    head = (copy / "ruleset.yaml").read_text("utf-8").replace("cn-1", "cn-7")
    (copy / "ruleset.yaml").write_text(head.replace("status: adopted", "status: draft"), "utf-8")
    for name, text in changes.items():
        (copy / f"{name}.yaml").write_text(text, "utf-8")
    return copy


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (policy_desk.NEW_RULE.replace("防汛工作的通知", "抗旱的通知"), "CN-991: it must match and does not"),
        (policy_desk.NEW_RULE.replace("looks_for", "looksfor"), "new.yaml"),
        (policy_desk.NEW_RULE.replace("article:", "artikel:"), "new.yaml"),
        ("id: [", "new.yaml"),
    ],
)
def test_a_refused_folder_is_told_with_file_and_reason_and_fails(tmp_path, wrong, told):
    out = StringIO()
    with pytest.raises(CommandError, match="1 of 1 rulesets are refused"):
        call_command("ruleset", "check", str(folder(tmp_path, new=wrong)), stdout=out, stderr=out)
    assert told in out.getvalue()


def test_a_folder_is_compared_with_a_shipped_ruleset_in_both_languages(tmp_path):
    text = said("diff", "cn-1", str(folder(tmp_path, new=policy_desk.NEW_RULE)))
    assert "新增规则\n  CN-991 防汛工作" in text
    assert "New rules\n  CN-991 Flood prevention" in text


def test_a_draft_is_checked_and_compared_by_its_number(world):
    draft = policy_desk.changed(world)
    assert "✓ cn-101" in said("check", "--draft", draft.number)
    assert "CN-991" in said("diff", "cn-1", draft.number)
    with pytest.raises(CommandError, match="no draft “cn-999”"):
        said("check", "--draft", "cn-999")


def test_a_number_that_nobody_knows_is_refused(db):
    with pytest.raises(CommandError):
        said("diff", "cn-1", "cn-999")


# -- list, impact, adopt, export


def test_the_list_marks_what_is_in_force(world):
    assert "* cn-1" in said("list")
    policy_desk.adopted(world)
    assert "* cn-101" in said("list")
    assert "  cn-1 " in said("list")


def test_the_impact_of_a_draft_is_told_written_and_recorded(world, tmp_path):
    draft = policy_desk.changed(world)
    sheet, lines = tmp_path / "impact.csv", tmp_path / "impact.jsonl"
    assert "changed 1, of them open and newly hit 0" in said("impact", draft.number, "--out", str(sheet))
    (row,) = csv.DictReader(sheet.read_text("utf-8-sig").splitlines())
    assert (row["reference_code"], row["before"], row["after"]) == ("Z001-001-0002", "open", "defer")
    said("impact", draft.number, "--out", str(lines), "--by", "keeper")
    assert json.loads(lines.read_text("utf-8"))["rules_added"] == "CN-991"
    assert Impact.objects.get(draft=draft).changed == 1
    drafting.submit_draft(draft=draft, by=world["keeper"], at=NOW)


def test_a_draft_is_adopted_by_another_keeper_and_running_batches_follow(world):
    batch, draft = world.batch(), policy_desk.submitted(world)
    words = ("adopt", "--draft", draft.number, "--reason", "会议通过")
    with pytest.raises(CommandError, match=batch.number):
        said(*words, "--by", "keeper2")
    words += ("--midbatch", MidBatch.REBASE_UNDECIDED)
    with pytest.raises(CommandError, match="another policy keeper adopts"):
        said(*words, "--by", "keeper")
    with pytest.raises(CommandError, match="规则管理员"):
        said(*words, "--by", "planner")
    with pytest.raises(CommandError, match="no person"):
        said(*words, "--by", "nobody")
    assert "in force" in said(*words, "--by", "keeper2")
    change = RulesChange.objects.get()
    assert change.done_at is not None
    assert change.rescreened


def test_what_was_broken_off_after_an_adoption_is_carried_out_later(world):
    world.batch()
    policy_desk.adopted(world, MidBatch.REBASE_UNDECIDED)
    said("rescreen", "--by", "keeper2")
    assert not RulesChange.objects.filter(done_at=None).exists()


def test_a_shipped_ruleset_is_adopted_by_its_number(world):
    said("adopt", "cn-1", "--by", "keeper", "--reason", "采用")
    assert AdoptedRuleset.objects.get().number == "cn-1"
    with pytest.raises(CommandError, match="a number, or a draft"):
        said("adopt", "--by", "keeper", "--reason", "采用")


def test_what_was_adopted_is_exported_as_a_folder_that_checks(world, tmp_path):
    policy_desk.adopted(world)
    said("export", "cn-101", str(tmp_path))
    made = tmp_path / "cn-101"
    subprocess.run(["sha256sum", "--check", "--strict", SUMS], cwd=made, check=True, capture_output=True)
    assert "✓ cn-101" in said("check", str(made))
    assert "The rules are the same" in said("diff", "cn-101", str(made))
    with pytest.raises(CommandError, match="is there already"):
        said("export", "cn-101", str(tmp_path))


# -- replay


def test_an_old_run_replayed_gives_the_same_bytes_whatever_was_adopted_since(world):
    batch = world.batch()
    policy_desk.adopted(world)
    assert rules.in_force() == "cn-101"
    found = replay(batch.screening_runs.get())
    assert (found.same_records, found.same_findings) == (True, True)
    assert found.differing == []
    assert found.changed == []
    assert "records the same, findings the same" in said("replay", batch.number)


def test_a_replay_tells_which_records_changed_since(db, tmp_path):
    """An unreadable title is referred, so that its entry may be corrected once the batch is over."""
    world = make_world(tmp_path, f"{CATALOGUE}Z001-001-0013,？？？？,示例省民政厅,1961-02-03,会议,,示例省民政厅\n")
    batch = world.walked("")
    path = tmp_path / "correction.csv"
    path.write_text("档号,题名\nZ001-001-0013,关于召开会议的通知\n", encoding="utf-8")
    later = NOW.replace(year=NOW.year + 1)
    take_in(fonds=world.fonds, path=path, by=world["planner"], at=later, today=TODAY, update=True)
    found = replay(batch.screening_runs.get())
    assert (found.same_records, found.same_findings) == (False, False)
    assert found.changed == found.differing == ["Z001-001-0013"]
    assert "Z001-001-0013  筛查后有改动 changed since" in said("replay", batch.number)


def test_a_result_that_nobody_changed_and_that_differs_is_an_alarm(world):
    batch = world.batch()
    world.fonds.entries.filter(reference_code="Z001-001-0003").update(title="关于给予李建国同志行政警告处分的决定")
    with pytest.raises(CommandError, match="Find out why"):
        said("replay", batch.number)


def test_a_run_that_is_not_there_is_said(world):
    with pytest.raises(CommandError, match="no such screening run"):
        said("replay", "Z9-2026-01")
