"""A running batch when the rules change: what each choice does where the batch is, and what then holds it."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from policies.outcomes import Outcome, Stage
from policies.reviewing import Decision
from policies.sentences import Refusal
from review import jobs
from review.models import Batch, MidBatch, Opinion, RulesChange
from review.operations import (
    adopting,
    drafting,
    rescreening,
    returning,
    reviewing,
    screening,
)
from review.queries.advice import findings_of, suggestions_of
from review.queries.decisions import round_of, standing
from review.queries.desks import last_round
from review.queries.mid_batch import preview
from review.queries.replaying import replay
from review.queries.rules import current_screener, files_of, screener_of
from tests import policy_desk
from tests.policy_desk import NEW_FILE, NEW_RULE
from tests.world import NOW, TODAY, World
from workflows import rehearsal

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])

BOTH = NEW_RULE.replace(
    "    - 防汛工作\n", "    - 防汛工作\n    - 救济标准\n"
)  # meets the first two entries of the world
LATER = max(NOW, timezone.now()) + timedelta(days=1)  # after the rehearsed opinions, which are given by the clock


@pytest.fixture(autouse=True)
def first_ruleset(settings):
    """The archives began with cn-1, of which the drafts here are made."""
    settings.RULESET = "cn-1"


def adopted(world: World, choice: MidBatch = MidBatch.REBASE_UNDECIDED, files: dict[str, str] | None = None):
    """A ruleset with these files instead of cn-1's, in force; what it means for the one running batch is still to be done."""
    draft = policy_desk.begun(world)
    for name, text in (files or {NEW_FILE: BOTH}).items():
        drafting.change_draft_file(draft=draft, name=name, text=text, by=world["keeper"], at=NOW)
    drafting.describe_draft(draft=draft, why="试", by=world["keeper"], at=NOW)
    policy_desk.counted(world, draft)
    drafting.submit_draft(draft=draft, by=world["keeper"], at=NOW)
    adopting.adopt_ruleset(draft=draft, reason="会议通过", by=world["keeper2"], at=NOW, today=TODAY, choices=choice)
    return RulesChange.objects.get()


def carried_out(world: World, change: RulesChange, days: int = 0) -> RulesChange:
    """The change done, so many days after the batch was screened."""
    return rescreening.rescreen_batch(
        change=change, by=world["keeper2"], at=LATER, today=change.batch.screening_runs.first().day + timedelta(days)
    )


def row(batch: Batch, code: str):
    return batch.batch_entries.get(entry__reference_code=f"Z001-001-{code}")


def decide(world: World, batch: Batch, stage: Stage, code: str) -> None:
    reviewing.record_opinions(
        batch=batch, stage=stage, decisions={row(batch, code).pk: Decision(Outcome.OPEN)},
        by=world["first" if stage == Stage.FIRST_REVIEW else "second"], at=NOW, today=TODAY,
    )  # fmt: skip


def stands(batch: Batch) -> tuple[list, list]:
    """What the rules advise on a batch and what they found, whichever run said so."""
    advice = suggestions_of(batch).order_by("batch_entry")
    found = findings_of(batch).order_by("batch_entry", "rule", "field", "page", "start")
    return (
        list(advice.values_list("batch_entry", "suggestion", "ground", "opens_on")),
        list(
            found.values_list(
                "batch_entry", "rule", "field", "page", "start", "end", "context", "suggests", "opens_on"
            )
        ),
    )


# REBASE is a full screening, of which only a part is done.

CN_305 = "CN-305-disasters-and-grain.yaml"
CHANGES = {
    "a rule more": lambda files: {NEW_FILE: BOTH},
    "a term more": lambda files: {CN_305: files[CN_305].replace("terms: [", "terms: [年度, ")},
    "a rule withdrawn": lambda files: {
        name: files[name].replace("status: adopted", "status: withdrawn")
        for name in files
        if name.startswith(("CN-211", "CN-301"))
    },
    "a condition": lambda files: {
        NEW_FILE: BOTH.replace("kind: lexicon", "kind: expression").partition("  terms:")[0]
        + '  when: record.title.contains("防汛")\n'
        + "false_alarms:"
        + BOTH.partition("false_alarms:")[2]
    },
}


@pytest.mark.parametrize(
    ("change", "days"), [*((change, 0) for change in CHANGES), ("a rule more", 400), ("a condition", 400)]
)
def test_a_batch_of_which_nothing_is_decided_is_advised_on_as_if_screened_anew(world, change, days):
    batch = world.batch()
    files = {name: text.decode() for name, text in files_of("cn-1").items()}
    carried_out(world, adopted(world, files=CHANGES[change](files)), days)
    incremental = stands(batch)
    screening.screen_batch(batch=batch, by="test", at=LATER, today=batch.screening_runs.latest().day)
    assert incremental == stands(batch)


def test_only_what_the_change_touches_is_written(world):
    batch = world.batch()
    before = batch.screening_runs.get()
    carried_out(world, adopted(world))
    assert batch.screening_runs.latest().suggestions.count() == 2
    assert suggestions_of(batch).filter(run=before).count() == batch.batch_entries.count() - 2
    assert before.suggestions.count() == batch.batch_entries.count()
    assert not batch.screening_runs.latest().whole


# Where the batch is, and what was chosen.


def at_first_review(world):
    batch = world.batch()
    decide(world, batch, Stage.FIRST_REVIEW, "0002")
    return batch


def at_second_review(world):
    batch = world.walked("second_review")
    decide(world, batch, Stage.SECOND_REVIEW, "0002")
    return batch


PLACES = {
    "first_review": at_first_review,
    "second_review": at_second_review,
    "countersign": lambda world: world.walked("countersign"),
    "reconcile": lambda world: world.walked("reconcile"),
    "sign_off": lambda world: world.walked("sign_off"),
    "release": lambda world: world.walked("release"),
}
NOTHING = (0, 0, 0, False, 0)
# Screened anew, decided and judged otherwise, to be decided again, must return, opinions that fall.
TABLE = {
    ("first_review", MidBatch.REBASE_UNDECIDED): (1, 0, 0, False, 0),
    ("first_review", MidBatch.REOPEN_AFFECTED): (2, 1, 1, False, 1),
    ("second_review", MidBatch.REBASE_UNDECIDED): (1, 0, 0, False, 0),
    ("second_review", MidBatch.REOPEN_AFFECTED): (2, 2, 2, True, 3),
    ("countersign", MidBatch.REOPEN_AFFECTED): (2, 2, 2, True, 0),
    ("reconcile", MidBatch.REOPEN_AFFECTED): (2, 2, 2, True, 0),
    ("sign_off", MidBatch.REOPEN_AFFECTED): (2, 2, 2, True, 0),
    ("release", MidBatch.REOPEN_AFFECTED): (0, 2, 0, False, 0),
}


@pytest.mark.parametrize("place", PLACES)
def test_what_each_choice_does_where_the_batch_is(world, place):
    batch = PLACES[place](world)
    change = adopted(world)
    seen = preview(batch, screener_of(change.ruleset.number), batch.screening_runs.first().day)
    expected = TABLE[place, MidBatch.REOPEN_AFFECTED]
    assert (seen.affected, seen.reopened, seen.must_return) == expected[1:4]
    assert seen.rebased == TABLE.get((place, MidBatch.REBASE_UNDECIDED), NOTHING)[0]
    opinions = Opinion.objects.filter(standing=True).count()
    for choice in MidBatch:
        with transaction.atomic():
            RulesChange.objects.update(choice=choice)
            done = carried_out(world, change)
            fallen = opinions - Opinion.objects.filter(standing=True).count()
            found = (done.rescreened, done.affected, done.reopened, done.must_return, fallen)
            assert found == TABLE.get((place, choice), NOTHING), choice
            transaction.set_rollback(True)


def test_a_second_time_nothing_is_done(world):
    batch = world.batch()
    change = carried_out(world, adopted(world))
    runs = batch.screening_runs.count()
    assert carried_out(world, change).done_at == LATER
    assert batch.screening_runs.count() == runs


def test_a_batch_never_goes_back_to_rules_that_were_replaced_meanwhile(world):
    batch = world.batch()
    older = adopted(world)
    newest = policy_desk.begun(world, base=older.ruleset.number)
    drafting.describe_draft(draft=newest, why="再试", by=world["keeper"], at=NOW)
    text = BOTH.replace("status: draft", "status: withdrawn")
    drafting.change_draft_file(draft=newest, name=NEW_FILE, text=text, by=world["keeper"], at=NOW)
    policy_desk.counted(world, newest)
    drafting.submit_draft(draft=newest, by=world["keeper"], at=NOW)
    adopting.adopt_ruleset(
        draft=newest, reason="改回", by=world["keeper2"], at=NOW, today=TODAY, choices=MidBatch.REBASE_UNDECIDED
    )
    carried_out(world, RulesChange.objects.exclude(pk=older.pk).get())
    before = stands(batch)
    assert carried_out(world, older).rescreened == 0
    assert stands(batch) == before
    assert batch.screening_runs.latest().ruleset == newest.number


def test_a_decision_under_old_rules_keeps_the_advice_it_was_made_by(world):
    batch = at_first_review(world)
    carried_out(world, adopted(world))
    assert suggestions_of(batch).get(batch_entry=row(batch, "0002")).run.ruleset == "cn-1"
    assert suggestions_of(batch).get(batch_entry=row(batch, "0001")).run.ruleset == current_screener().ruleset.number


# What holds a batch.


def hand_on_countersign(world, batch):
    for task in rehearsal.open_tasks(batch, "countersign"):
        rehearsal.countersign(task, world.people.units[task.seed.agency_id])


HANDING_ON = {
    "first_review": lambda world, batch: rehearsal.first_review(batch, world["first"]),
    "second_review": lambda world, batch: rehearsal.second_review(batch, world["second"]),
    "sample": lambda world, batch: rehearsal.sample(batch, world["sampler"]),
    "countersign": hand_on_countersign,
    "reconcile": lambda world, batch: rehearsal.reconcile(batch, world["reconciler"]),
    "sign_off": lambda world, batch: rehearsal.sign_off(batch, world["confirmer"]),
}


@pytest.mark.parametrize("desk", HANDING_ON)
def test_a_batch_is_not_handed_on_before_the_change_is_carried_out_and_what_it_asks_is_done(world, desk):
    batch = world.walked(desk)
    change = adopted(world, MidBatch.REOPEN_AFFECTED)
    with pytest.raises(Refusal, match="being applied"):
        HANDING_ON[desk](world, batch)
    carried_out(world, change)
    if desk == "first_review":
        HANDING_ON[desk](world, batch)
        assert rehearsal.open_tasks(batch, "second_review")
    else:
        with pytest.raises(Refusal, match="Return the batch"):
            HANDING_ON[desk](world, batch)


@pytest.mark.parametrize("desk", ["second_review", "sign_off"])
def test_after_the_return_both_reviews_are_given_again_and_affected_opinions_are_not_offered(world, desk):
    batch = world.walked(desk)
    carried_out(world, adopted(world, MidBatch.REOPEN_AFFECTED))
    (task,) = rehearsal.open_tasks(batch, desk)
    person = world["second" if desk == "second_review" else "confirmer"]
    rehearsal.work(
        task,
        person,
        lambda _: returning.return_batch(batch=batch, from_desk=desk, reason="规则集更换", by=person, at=LATER),
        verdict="return",
    )
    names = list(batch.batch_entries.values_list("pk", flat=True))
    offered = last_round(batch, Stage.FIRST_REVIEW, names)
    assert set(names) - set(offered) == {row(batch, "0001").pk, row(batch, "0002").pk}
    rehearsal.first_review(batch, world["first"])
    rehearsal.second_review(batch, world["second"])
    assert round_of(batch) == 2
    again = standing(batch, Stage.SECOND_REVIEW).get(batch_entry=row(batch, "0002"))
    assert (again.outcome, again.ground) == (Outcome.DEFER, "CN-8-2")


def test_a_change_of_rules_is_carried_out_in_the_background(world):
    batch = world.batch()
    change = adopted(world)
    job = jobs.begin(
        kind="rescreen_batch", subject=batch.number, shards=[{"change": change.pk, "by": world["keeper2"].pk}],
        by=world["keeper2"], at=NOW,
    )  # fmt: skip
    jobs.run_here(job)
    change.refresh_from_db()
    assert change.done_at is not None
    assert change.rescreened == 2


# Replaying.


def test_a_run_replayed_gives_the_same_bytes_whatever_is_in_force(world):
    batch = world.batch()
    run = batch.screening_runs.get()
    adopted(world)
    replayed = replay(run)
    assert (replayed.same, replayed.same_records, replayed.same_findings) == (True, True, True)
    assert (replayed.entries, replayed.changed, replayed.differing) == (batch.batch_entries.count(), [], [])


def test_a_replay_tells_which_entry_was_changed(world):
    batch = world.batch()
    entry = row(batch, "0002").entry
    entry.title = "关于霍乱流行情况的报告"
    entry.save()
    replayed = replay(batch.screening_runs.get())
    assert (replayed.same, replayed.same_records, replayed.same_findings) == (False, False, False)
    assert replayed.differing == ["Z001-001-0002"]
