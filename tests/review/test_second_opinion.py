"""Past decisions become examples; a second opinion is adopted by a policy keeper, once, as the card said it was."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import translation
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from policies.learning.opinion import ANY, from_json
from policies.outcomes import Outcome, Suggestion
from policies.reviewing import Decision
from policies.sentences import Refusal
from review.models import AccessStatus, Batch, Entry, LedgerLine, MidBatch, RulesChange, SecondOpinionModel
from review.operations.learning import adopt_second_opinion
from review.operations.rescreening import rescreen_batch
from review.operations.screening import screen_batch
from review.queries.advice import findings_of, suggestions_of
from review.queries.past_decisions import past_decisions
from review.queries.records import standings_of
from review.queries.replaying import replay
from review.queries.rules import current_screener
from review.queries.screened import screened
from tests import policy_desk
from tests.second_opinions import small_opinion
from tests.world import NOW, TODAY, make_world
from workflows import rehearsal

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])


def adopt(world, opinion=None, **more):
    opinion = opinion or small_opinion()
    usual = {
        "number": "SO-1",
        "text": opinion.to_json(),
        "digest": opinion.digest,
        "by": world["keeper"],
        "at": NOW,
    }
    return adopt_second_opinion(**{**usual, **more})


@pytest.fixture
def world(db, tmp_path):
    return make_world(tmp_path)


def test_nothing_is_an_example_before_its_batch_is_released(world):
    world.walked("release")
    assert past_decisions() == []


def test_released_entries_are_examples_with_their_ground(world):
    batch = world.walked("the end")
    decided = Entry.objects.filter(batch_entries__batch=batch, stub=False)
    examples = past_decisions()
    assert len(examples) == decided.exclude(access_status=AccessStatus.NOT_REVIEWED).count() > 0
    closed = {example.entry.title: example.grounds for example in examples if example.grounds}
    assert closed == {
        entry.title: frozenset([entry.ground]) for entry in decided.filter(access_status=AccessStatus.DEFERRED)
    }
    assert {example.entry.group for example in examples} == {"Z001"}
    assert all(example.entry.years for example in examples)


def test_examples_may_be_held_out_by_series(world):
    world.walked("the end")
    assert {example.entry.group.split()[0] for example in past_decisions("series")} == {"Z001"}
    assert len({example.entry.group for example in past_decisions("series")}) > 1


def test_an_adopted_second_opinion_is_kept_whole_with_its_card(world):
    adopted = adopt(world)
    assert from_json(adopted.model, adopted.digest).to_json() == small_opinion().to_json()
    assert adopted.digest in adopted.card_zh
    assert "20 groups" in adopted.card_en
    line = LedgerLine.objects.latest("line")
    assert (line.act, line.subject, line.actor) == ("adopt_second_opinion", "second_opinion SO-1", "keeper")
    assert json.loads(line.facts) == {"entries": 400, "groups": 20, "grounds": [ANY, "CN-8-3-PI"]}
    assert "处分" not in line.facts


@pytest.mark.parametrize("who", ["planner", "first", "confirmer", "publisher", "auditor"])
def test_only_a_policy_keeper_adopts(world, who):
    with pytest.raises(PermissionDenied):
        adopt(world, by=world[who])
    assert not SecondOpinionModel.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"number": " "}, "编号"),
        ({"number": "cn-2026-1"}, "SO-99"),
        ({"number": "SO-101"}, "SO-99"),
        ({"text": "{}"}, "重新训练"),
        ({"digest": "0" * 64}, "校验和"),
    ],
)
def test_what_is_not_the_one_of_the_card_is_refused(world, wrong, words):
    with pytest.raises(Refusal, match=words):
        adopt(world, **wrong)
    assert not SecondOpinionModel.objects.exists()


def test_a_number_is_given_once(world):
    adopt(world)
    with pytest.raises(Refusal, match="不得改动"):
        adopt(world, by=world["keeper2"])


@pytest.mark.parametrize(
    "change", ["UPDATE review_secondopinionmodel SET digest = ''", "DELETE FROM review_secondopinionmodel"]
)
def test_an_adopted_one_is_not_changed_by_sql(world, change):
    adopt(world)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
    assert SecondOpinionModel.objects.get().digest == small_opinion().digest


def test_the_command_shows_the_card_and_adopts(world, tmp_path):
    path, out = tmp_path / "opinion.json", StringIO()
    path.write_text(small_opinion().to_json(), encoding="utf-8")
    digest = small_opinion().digest
    call_command("second_opinion", "adopt", "SO-1", str(path), "--digest", digest, "--by", "keeper", stdout=out)
    call_command("second_opinion", "card", "SO-1", "--language", "en", stdout=out)
    call_command("second_opinion", "card", str(path), stdout=out)
    assert out.getvalue().count(digest) == 4


def test_the_command_refuses_to_train_on_too_little(world, tmp_path):
    with pytest.raises(CommandError, match="Too few past decisions"):
        call_command("second_opinion", "train", str(tmp_path / "opinion.json"))
    assert not (tmp_path / "opinion.json").exists()


def test_the_command_says_which_file_it_cannot_read(world, tmp_path):
    with pytest.raises(CommandError, match="no-such-file"):
        call_command("second_opinion", "card", str(tmp_path / "no-such-file"))


# Asked when a batch is screened. "预算" stands in one title, which the rules would open.

BUDGET = "Z001-001-0006"


def stands(batch: Batch) -> dict[str, tuple]:
    rows = suggestions_of(batch).values_list("batch_entry__entry__reference_code", "suggestion", "ground", "opens_on")
    return {code: advice for code, *advice in rows}


@pytest.fixture
def looked(world) -> Batch:
    """A batch in which the second opinion asks for a look at one entry."""
    adopt(world, small_opinion("t:预算", 50.0))
    return world.batch()


def test_a_look_is_asked_for_at_what_the_rules_would_open_and_says_why(looked):
    finding = findings_of(looked).get(rule="SO-1")
    assert finding.batch_entry.entry.reference_code == BUDGET
    assert (finding.field, finding.level, finding.suggests, finding.ground) == ("title", "low", "look", "CN-8-3-PI")
    assert (finding.matched, finding.context.split()[0]) == ("预算", "t:预算")
    assert stands(looked)[BUDGET][:2] == ["look", "CN-8-3-PI"]


def test_the_ledger_names_the_second_opinion_that_was_asked(looked):
    facts = json.loads(LedgerLine.objects.get(act="screen_batch").facts)
    adopted = SecondOpinionModel.objects.get()
    assert (facts["second_opinion"], facts["second_opinion_digest"], facts["looks"]) == ("SO-1", adopted.digest, 1)


def test_its_guess_at_a_ground_bars_no_decision(looked):
    refer = dict.fromkeys(looked.batch_entries.values_list("pk", flat=True), Decision(Outcome.REFER, reason="待查"))
    standing = next(s for s in standings_of(looked, refer, TODAY).values() if s.reference_code == BUDGET)
    assert standing.suggestion is Suggestion.LOOK and standing.grounds == ()


def test_without_a_bound_everything_that_would_open_needs_a_look(world):
    batch = world.batch()
    opened = {code for code, advice in stands(batch).items() if advice[0] in {"open", "open_early"}}
    adopt(world, small_opinion(groups=18))
    screen_batch(batch=batch, by=world["planner"], at=NOW, today=TODAY)
    after = stands(batch)
    assert opened and all(after[code][0] == "look" for code in opened)
    assert not {"open", "open_early"} & {advice[0] for advice in after.values()}


@trying(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(word=st.sampled_from(["预算", "会议", "处分", "密", "关", "d:lateness"]), weight=st.floats(-300, 300))
def test_it_never_lowers_what_the_rules_demand_and_leaves_their_findings_alone(world, word, weight):
    batch = Batch.objects.first() or world.batch()
    number = SecondOpinionModel.objects.count() + 1
    with transaction.atomic():
        adopt(world, small_opinion(word if ":" in word else f"t:{word}", weight), number=f"SO-{number}")
        run = screen_batch(batch=batch, by=world["planner"], at=NOW, today=TODAY)
    asked = set(
        findings_of(batch).filter(rule=f"SO-{number}").values_list("batch_entry__entry__reference_code", flat=True)
    )
    plain = rules_alone(batch)
    for code, after in stands(batch).items():
        before = plain[code]
        if code in asked:
            assert before in {Suggestion.OPEN, Suggestion.OPEN_EARLY} and after[0] == "look"
        else:
            assert after[0] == before
    assert not findings_of(batch).filter(rule__startswith="SO-").exclude(rule=f"SO-{number}").exists()
    assert replay(run).same


def rules_alone(batch: Batch) -> dict[str, Suggestion]:
    """What the rules by themselves advise."""
    rows = list(batch.batch_entries.order_by("position").values_list("pk", flat=True))
    pieces = screened(rows, current_screener(), TODAY)
    return {one.record.reference_code: one.screening.suggestion for piece in pieces for one in piece}


def test_a_replay_is_exact_and_tells_a_look_on_what_the_rules_would_not_open(looked):
    run = looked.screening_runs.get()
    found = replay(run)
    assert (found.same, found.same_records, found.same_findings, found.differing) == (True, True, True, [])
    entry = Entry.objects.get(reference_code=BUDGET)
    entry.title = "关于给予王建业同志行政记过处分的决定"  # which the rules defer
    entry.save()
    assert replay(run).differing == [BUDGET]


def test_a_change_of_rules_takes_no_look_away(world, settings):
    settings.RULESET = "cn-1"
    adopt(world, small_opinion("t:预算", 50.0))
    batch = world.batch()
    policy_desk.adopted(world, MidBatch.REBASE_UNDECIDED)
    later = batch.screening_runs.get().day + timedelta(days=1)  # so that all that has findings is screened anew
    change = rescreen_batch(change=RulesChange.objects.get(), by=world["keeper"], at=NOW, today=later)
    assert change.rescreened > 1
    assert findings_of(batch).get(rule="SO-1").run == batch.screening_runs.latest()
    assert stands(batch)[BUDGET][0] == "look"


@pytest.mark.parametrize(("language", "name", "why"), [("zh-hans", "第二意见 SO-1", "题名中的词"), ("en", "Second opinion SO-1", "word of the title")])  # fmt: skip
def test_pages_say_that_a_second_opinion_asks_and_show_its_card(client, world, looked, language, name, why):
    client.cookies.load({"django_language": language})
    client.force_login(world["first"])
    (task,) = rehearsal.open_tasks(looked, "first_review")
    for address in (reverse("batch", args=[looked.number]), reverse("task", args=[task.pk])):
        with translation.override(language):  # the language of the page is not that of the next test
            page = client.get(f"{address}?group=rule:SO-1")
        text = page.content.decode()
        assert page.status_code == 200
        assert name in text and why in text and SecondOpinionModel.objects.get().digest in text
