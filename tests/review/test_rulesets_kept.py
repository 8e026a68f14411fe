"""Rulesets as this archives keeps them: drafted by one policy keeper, adopted by another, frozen, and the newest in force."""

import hashlib
import subprocess

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from policies.outcomes import Suggestion
from policies.rulesets import SUMS, load_ruleset
from policies.sentences import Refusal
from review.models import AdoptedRuleset, DraftState, LedgerLine, MidBatch, Person, RulesChange, RulesetDraft
from review.operations import adopting, drafting, screening
from review.queries import rules
from review.queries.advice import suggestions_of
from tests import policy_desk
from tests.world import NOW, TODAY

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])


@pytest.fixture(autouse=True)
def beginning(settings):
    """What a new installation starts with, whatever the default is."""
    settings.RULESET = "cn-1"


def adopt(world, by="keeper2", **differently):
    given = {"reason": "会议通过", "at": NOW, "today": TODAY, "choices": MidBatch.CONTINUE, **differently}
    return adopting.adopt_ruleset(by=world[by], **given)


def file_of(draft, name=policy_desk.NEW_FILE) -> str:
    return draft.files.get(name=name).text


# -- what is in force


def test_until_anything_is_adopted_the_setting_says_what_is_in_force(db):
    assert rules.in_force() == "cn-1"
    assert rules.current_screener().ruleset.digest == load_ruleset("cn-1").digest


def test_the_newest_adopted_ruleset_is_in_force_and_older_ones_stay(world):
    adopt(world, number="cn-1")
    assert rules.in_force() == "cn-1"
    newer = policy_desk.adopted(world)
    assert rules.in_force() == newer.number == "cn-101"
    assert rules.current_screener().ruleset.digest == newer.digest
    assert rules.ruleset_of("cn-1").digest == load_ruleset("cn-1").digest


def test_work_after_an_adoption_is_screened_by_the_new_rules(world):
    policy_desk.adopted(world)
    batch = world.batch()
    flood = batch.batch_entries.get(entry__title="关于加强防汛工作的通知")
    assert suggestions_of(batch).get(batch_entry=flood).suggestion == Suggestion.DEFER
    run = batch.screening_runs.get()
    assert (run.ruleset, run.ruleset_digest) == ("cn-101", AdoptedRuleset.objects.get().digest)


def test_a_ruleset_changed_in_the_database_is_refused_aloud(world):
    adopted = policy_desk.adopted(world)
    without_guard()
    files = {**adopted.files, policy_desk.NEW_FILE: adopted.files[policy_desk.NEW_FILE].replace("防汛", "防火")}
    AdoptedRuleset.objects.update(files=files)
    rules._adopted.cache_clear()
    with pytest.raises(Refusal, match="digest differs"):
        rules.current_screener()


def without_guard() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER adoptedruleset_no_update")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE review_adoptedruleset DISABLE TRIGGER USER")


def test_asking_for_the_rules_in_force_takes_two_short_queries(world, django_assert_num_queries):
    policy_desk.adopted(world)
    rules.current_screener()
    with django_assert_num_queries(2):
        rules.current_screener()


def test_a_run_is_never_explained_by_another_ruleset_of_its_number(world):
    with pytest.raises(Refusal, match="not the digest"):
        rules.ruleset_with("cn-1", "0" * 64)


# -- drafting


def test_a_draft_is_a_copy_of_its_base_under_a_number_of_its_own(world):
    draft = policy_desk.begun(world)
    copied, base = rules.draft_ruleset(draft), load_ruleset("cn-1")
    assert (draft.number, copied.number, copied.base) == ("cn-101", "cn-101", "cn-1")
    assert copied.rules == base.rules
    assert draft.base_digest == base.digest


def test_no_number_is_given_twice_even_after_a_withdrawal(world):
    drafting.withdraw_draft(draft=policy_desk.begun(world), by=world["keeper"], at=NOW)
    assert policy_desk.begun(world).number == "cn-102"


@pytest.mark.parametrize("person", ["planner", "first", "confirmer", "auditor", "unit-mzt"])
def test_nobody_but_a_policy_keeper_drafts(world, person):
    draft = policy_desk.begun(world)
    for act in (
        lambda by: drafting.begin_draft(base="cn-1", by=by, at=NOW),
        lambda by: drafting.change_draft_file(draft=draft, name="x.yaml", text="", by=by, at=NOW),
        lambda by: drafting.drop_draft_file(draft=draft, name="person-names.yaml", by=by, at=NOW),
        lambda by: drafting.describe_draft(draft=draft, why="x", by=by, at=NOW),
        lambda by: drafting.submit_draft(draft=draft, by=by, at=NOW),
        lambda by: drafting.take_back_draft(draft=draft, by=by, at=NOW),
        lambda by: drafting.withdraw_draft(draft=draft, by=by, at=NOW),
    ):
        with pytest.raises(PermissionDenied):
            act(world[person])
    root = Person.objects.create_superuser("root", full_name="管理员", password="long enough 1")
    with pytest.raises(PermissionDenied):
        drafting.begin_draft(base="cn-1", by=root, at=NOW)


def test_a_wrong_rule_may_be_kept_in_a_draft_and_is_never_submitted(world):
    draft = policy_desk.changed(world, policy_desk.NEW_RULE.replace("防汛工作的通知", "抗旱工作的通知"))
    with pytest.raises(Refusal, match="CN-991"):
        rules.draft_ruleset(draft)
    with pytest.raises(Refusal, match="CN-991"):
        drafting.submit_draft(draft=draft, by=world["keeper"], at=NOW)
    assert RulesetDraft.objects.get().state == DraftState.OPEN


def test_line_ends_of_a_form_are_kept_as_those_of_a_file(world):
    draft = policy_desk.begun(world)
    drafting.change_draft_file(draft=draft, name="a.txt", text="甲\r\n乙\r丙\n", by=world["keeper"], at=NOW)
    assert file_of(draft, "a.txt") == "甲\n乙\n丙\n"


def test_what_is_not_in_the_draft_cannot_be_dropped(world):
    with pytest.raises(Refusal, match=r"no file “x\.yaml”"):
        drafting.drop_draft_file(draft=policy_desk.begun(world), name="x.yaml", by=world["keeper"], at=NOW)


def test_a_rule_of_the_base_is_withdrawn_and_never_taken_away(world):
    draft = policy_desk.changed(world)
    name = "CN-401-trade-secrets-and-technology.yaml"
    text = file_of(draft, name)
    drafting.drop_draft_file(draft=draft, name=name, by=world["keeper"], at=NOW)
    policy_desk.counted(world, draft)
    with pytest.raises(Refusal, match="CN-401"):
        drafting.submit_draft(draft=draft, by=world["keeper"], at=NOW)
    withdrawn = text.replace("status: adopted", "status: withdrawn")
    drafting.change_draft_file(draft=draft, name=name, text=withdrawn, by=world["keeper"], at=NOW)
    policy_desk.counted(world, draft)
    drafting.submit_draft(draft=draft, by=world["keeper"], at=NOW)


def test_an_id_is_never_given_to_another_rule_even_of_a_ruleset_that_is_not_the_base(world):
    policy_desk.adopted(world)
    draft = policy_desk.begun(world, base="cn-1")
    other = policy_desk.NEW_RULE.replace("防汛工作", "蝗灾防治").replace("Flood prevention", "Locusts")
    drafting.change_draft_file(draft=draft, name=policy_desk.NEW_FILE, text=other, by=world["keeper"], at=NOW)
    drafting.describe_draft(draft=draft, why="换一条", by=world["keeper"], at=NOW)
    policy_desk.counted(world, draft)
    with pytest.raises(Refusal, match="CN-991 is “Flood prevention” in cn-101"):
        drafting.submit_draft(draft=draft, by=world["keeper"], at=NOW)


def test_a_submitted_draft_is_not_changed_until_it_is_taken_back(world):
    draft = policy_desk.submitted(world)
    with pytest.raises(Refusal, match="is submitted"):
        drafting.change_draft_file(draft=draft, name="x.yaml", text="", by=world["keeper"], at=NOW)
    drafting.take_back_draft(draft=draft, by=world["keeper"], at=NOW)
    drafting.change_draft_file(draft=draft, name="x.yaml", text="", by=world["keeper"], at=NOW)


@pytest.mark.parametrize("stale", ["none", "of another text", "of another ruleset in force"])
def test_a_draft_whose_impact_is_not_counted_as_it_stands_is_not_submitted(world, stale):
    draft = policy_desk.changed(world)
    if stale == "of another text":
        policy_desk.counted(world, draft)
        again = policy_desk.NEW_RULE.replace("90", "60")
        drafting.change_draft_file(draft=draft, name=policy_desk.NEW_FILE, text=again, by=world["keeper"], at=NOW)
    if stale == "of another ruleset in force":
        policy_desk.counted(world, draft)
        policy_desk.adopted(world)
    with pytest.raises(Refusal, match="Count its impact first"):
        drafting.submit_draft(draft=draft, by=world["keeper"], at=NOW)


# -- adopting


def test_the_submitter_does_not_adopt(world):
    draft = policy_desk.submitted(world)
    with pytest.raises(Refusal, match="another policy keeper adopts"):
        adopt(world, by="keeper", draft=draft)
    assert not AdoptedRuleset.objects.exists()
    assert adopt(world, draft=draft).adopted_by == world["keeper2"]


@pytest.mark.parametrize("person", ["planner", "confirmer", "auditor"])
def test_nobody_but_a_policy_keeper_adopts(world, person):
    draft = policy_desk.submitted(world)
    with pytest.raises(PermissionDenied):
        adopt(world, by=person, draft=draft)
    with pytest.raises(PermissionDenied):
        adopt(world, by=person, number="cn-1")


def test_a_draft_that_is_not_submitted_or_was_adopted_is_not_adopted(world):
    with pytest.raises(Refusal, match="must be submitted"):
        adopt(world, draft=policy_desk.changed(world))
    draft = policy_desk.submitted(world)
    adopt(world, draft=draft)
    with pytest.raises(Refusal, match="is adopted"):
        adopt(world, draft=draft)


def test_a_draft_changed_behind_its_submission_is_not_adopted(world):
    draft = policy_desk.submitted(world)
    draft.files.filter(name=policy_desk.NEW_FILE).update(text=policy_desk.NEW_RULE.replace("90", "30"))
    with pytest.raises(Refusal, match="not what was submitted"):
        adopt(world, draft=draft)


def test_an_impact_counted_long_ago_is_counted_again_before_adoption(world):
    draft = policy_desk.submitted(world)
    with pytest.raises(Refusal, match="too long ago"):
        adopt(world, draft=draft, today=TODAY.replace(year=TODAY.year + 1))


@pytest.mark.parametrize("given", ["draft", "number"])
def test_nothing_is_adopted_without_a_reason(world, given):
    what = {"draft": policy_desk.submitted(world)} if given == "draft" else {"number": "cn-1"}
    with pytest.raises(Refusal, match="reason"):
        adopt(world, **what, reason=" ")


@pytest.mark.parametrize(("number", "said"), [("cn-101", "No ruleset cn-101 is shipped"), ("../cn-1", "is shipped")])
def test_only_what_is_shipped_is_adopted_by_its_number(world, number, said):
    with pytest.raises(Refusal, match=said):
        adopt(world, number=number)


def test_no_number_is_adopted_twice(world):
    adopt(world, number="cn-1")
    with pytest.raises(Refusal, match="adopted before"):
        adopt(world, number="cn-1")


def test_a_house_keeps_its_jurisdiction(world):
    with pytest.raises(Refusal, match="QIFENG_RULESET"):
        adopt(world, number="uk-1")
    assert rules.in_force() == "cn-1"


def test_a_house_of_another_jurisdiction_adopts_the_rulesets_of_its_own(world, settings):
    settings.RULESET = "us-1"
    with pytest.raises(Refusal, match="jurisdiction CN and this archives of US"):
        adopt(world, draft=policy_desk.submitted(world))
    assert not AdoptedRuleset.objects.exists()


def test_what_is_adopted_is_kept_whole_with_its_sums_and_says_who_and_when(world, tmp_path):
    adopted = policy_desk.adopted(world)
    ruleset = rules.ruleset_of("cn-101")
    assert ruleset.adopted == TODAY
    assert ruleset.adopted_by.zh == world["keeper2"].full_name
    assert {rule.status for rule in ruleset.rules} <= {"adopted", "withdrawn"}
    assert adopted.digest == hashlib.sha256(adopted.files[SUMS].encode()).hexdigest()
    for name, text in adopted.files.items():
        (tmp_path / name).write_bytes(text.encode())
    subprocess.run(["sha256sum", "--check", "--strict", SUMS], cwd=tmp_path, check=True, capture_output=True)


def test_the_ledger_line_of_an_adoption_carries_its_digest_and_no_rule(world):
    draft = policy_desk.submitted(world)
    adopted = adopt(world, draft=draft)
    line = LedgerLine.objects.latest("line")
    assert (line.act, line.actor, line.subject) == ("adopt_ruleset", "keeper2", "ruleset cn-101")
    assert line.ruleset_digest == adopted.digest
    draft.refresh_from_db()
    assert draft.submitted_digest in line.facts
    assert "防汛" not in line.facts


# -- what becomes of running batches


def test_every_running_batch_is_given_a_choice_and_no_other(world):
    batch, draft = world.batch(), policy_desk.submitted(world)
    with pytest.raises(Refusal, match=batch.number):
        adopt(world, draft=draft, choices={})
    with pytest.raises(Refusal, match="Z9"):
        adopt(world, draft=draft, choices={batch.number: MidBatch.CONTINUE, "Z9": MidBatch.CONTINUE})
    adopt(world, draft=draft, choices={batch.number: MidBatch.REOPEN_AFFECTED})
    change = RulesChange.objects.get()
    assert (change.batch, change.choice, change.done_at) == (batch, MidBatch.REOPEN_AFFECTED, None)


def test_a_released_batch_is_left_alone(world):
    world.walked("")
    adopt(world, draft=policy_desk.submitted(world))
    assert not RulesChange.objects.exists()


def test_a_batch_that_goes_on_keeps_the_advice_that_it_was_given(world):
    batch = world.batch()
    before = list(suggestions_of(batch).order_by("pk").values_list())
    adopt(world, draft=policy_desk.submitted(world))
    assert list(suggestions_of(batch).order_by("pk").values_list()) == before


# -- the model of names


def naming_a_model(world, digest: str) -> RulesetDraft:
    draft = policy_desk.changed(world)
    head = file_of(draft, "ruleset.yaml") + f"name_model: '{digest}'\n"
    drafting.change_draft_file(draft=draft, name="ruleset.yaml", text=head, by=world["keeper"], at=NOW)
    return draft


def test_a_ruleset_whose_name_model_is_not_installed_screens_nothing(world):
    draft = naming_a_model(world, "f" * 64)
    with pytest.raises(Refusal, match="Install that model"):
        rules.draft_screener(draft)
    assert rules.draft_screener(draft, without_names=True).ruleset.number == draft.number


def test_a_ruleset_whose_name_model_is_not_installed_is_not_submitted(world):
    draft = naming_a_model(world, "f" * 64)
    with pytest.raises(Refusal, match="Install that model"):
        policy_desk.counted(world, draft)
    with pytest.raises(Refusal, match="Install that model"):
        drafting.submit_draft(draft=draft, by=world["keeper"], at=NOW)


def test_screening_anew_after_an_adoption_keeps_what_was_advised_before(world):
    batch = world.batch()
    adopt(world, draft=policy_desk.submitted(world))
    screening.screen_batch(batch=batch, by="test", at=NOW, today=TODAY)
    assert batch.screening_runs.count() == 2
    assert batch.screening_runs.first().suggestions.filter(replaced_by__isnull=False).count() == 10
