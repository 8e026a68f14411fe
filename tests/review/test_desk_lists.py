"""The working list of a desk says what the record says, whatever was decided, taken back or screened anew before."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.outcomes import Outcome, Stage
from policies.reviewing import Decision
from policies.sentences import Refusal
from review import desk_lists
from review.models import Batch, DeskEntry, DeskLeft, DeskList, DeskTally, Opinion
from review.operations import returning, reviewing, screening
from review.queries import desk_pages
from review.queries.decisions import round_of, standing, undecided
from review.queries.desk_pages import Look
from tests.world import NOW, TODAY, World
from workflows import rehearsal

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])

LATER = Decision(Outcome.DEFER, "CN-8-2", date(2036, 1, 1), "内容涉及尚未了结的事项")
OTHER = Decision(Outcome.DEFER, "CN-8-4", date(2040, 1, 1), "另有规定")


def tallies(batch: Batch) -> dict[str, tuple[int, int]]:
    return {row.key: (row.count, row.left) for row in DeskTally.objects.filter(batch=batch)}


def counted_anew(batch: Batch, stage: Stage) -> dict[str, tuple[int, int]]:
    """What the record itself gives, entry by entry, without the list."""
    left = set(undecided(batch, stage).values_list("pk", flat=True))
    first = {o.batch_entry_id: o.outcome for o in standing(batch, Stage.FIRST_REVIEW)}
    likeness = Counter(batch.batch_entries.values_list("likeness", flat=True))
    found: dict[str, list[int]] = {}
    for row in batch.batch_entries.select_related("entry"):
        advice = row.suggestions.get(replaced_by=None)
        keys = {"all", f"suggestion:{advice.suggestion}"}
        keys |= {f"ground:{advice.ground}"} if advice.ground else set()
        keys |= {f"series:{row.entry.series_title}"} if row.entry.series_title else set()
        keys |= {f"agency:{row.entry.agency_id}"} if row.entry.agency_id else set()
        keys |= {f"decade:{row.entry.latest.year // 10}"} if row.entry.latest else set()
        keys |= {"alike:any"} if row.likeness and likeness[row.likeness] > 1 else set()
        keys |= {f"rule:{finding.rule}" for finding in row.findings.filter(replaced_by=None)}
        if stage is Stage.SECOND_REVIEW and row.pk in first:
            keys.add(f"opinion:{first[row.pk]}")
        for key in keys:
            found.setdefault(key, []).append(row.pk)
    return {key: (len(pks), len(left.intersection(pks))) for key, pks in found.items()}


def decide(world: World, batch: Batch, pks, decision=LATER, stage=Stage.FIRST_REVIEW, who="first", at=NOW) -> None:
    reviewing.record_opinions(
        batch=batch, stage=stage, decisions=dict.fromkeys(pks, decision), by=world[who], at=at, today=TODAY
    )


def test_a_list_says_what_the_record_says(world):
    batch = world.batch()
    desk_lists.lay_out(batch, Stage.FIRST_REVIEW, 1)
    assert tallies(batch) == counted_anew(batch, Stage.FIRST_REVIEW)
    assert DeskEntry.objects.filter(batch=batch).count() == batch.batch_entries.count()


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["decide", "other", "back", "again"]), st.sets(st.integers(0, 30), min_size=1, max_size=6)
    ),
    max_size=12,
)


def test_after_any_acts_the_counts_are_those_of_counting_anew(world):
    batch = world.batch()
    rows = list(batch.batch_entries.values_list("pk", flat=True))

    @settings(max_examples=25, deadline=None, database=None)
    @given(acts=ACTS)
    def holds(acts):
        with transaction.atomic():
            desk_lists.lay_out(batch, Stage.FIRST_REVIEW, 1)
            for place, (what, chosen) in enumerate(acts, 1):
                act(batch, what, {rows[number % len(rows)] for number in chosen}, NOW + timedelta(minutes=place))
                assert tallies(batch) == counted_anew(batch, Stage.FIRST_REVIEW)
                left = set(DeskLeft.objects.filter(batch=batch).values_list("pk", flat=True))
                assert left == set(undecided(batch, Stage.FIRST_REVIEW).values_list("pk", flat=True))
            transaction.set_rollback(True)

    def act(batch, what, pks, at):
        if what == "back":
            last = Opinion.objects.filter(batch_entry__batch=batch, standing=True).order_by("-at").first()
            if last:
                reviewing.take_back(batch=batch, stage=Stage.FIRST_REVIEW, given_at=last.at, by=world["first"], at=at)
        elif what == "again":
            screening.screen_batch(batch=batch, by=world["planner"], at=at, today=TODAY)
            desk_lists.lay_out(batch, Stage.FIRST_REVIEW, 1)
        else:
            decide(world, batch, pks, LATER if what == "decide" else OTHER, at=at)

    holds()


def test_a_list_that_forgot_a_decision_would_be_found_out(world, monkeypatch):
    batch = world.batch()
    desk_lists.lay_out(batch, Stage.FIRST_REVIEW, 1)
    monkeypatch.setattr(desk_lists, "decided", lambda *args: None)
    decide(world, batch, list(batch.batch_entries.values_list("pk", flat=True))[:1])
    assert tallies(batch) != counted_anew(batch, Stage.FIRST_REVIEW)


def test_second_review_has_a_list_of_its_own_by_what_first_review_decided(world):
    batch = world.batch()
    rehearsal.first_review(batch, world["first"])
    assert not DeskList.objects.filter(batch=batch).exists()  # thrown away when it was handed on
    desk = desk_pages.desk_of(batch, Stage.SECOND_REVIEW)
    assert tallies(batch) == counted_anew(batch, Stage.SECOND_REVIEW)
    assert any(group.kind == "opinion" for group in desk.groups.values())
    blind = desk_pages.desk_of(batch, Stage.SECOND_REVIEW, blind=True)
    assert not any(group.kind == "opinion" for group in blind.groups.values())


def test_a_return_begins_a_new_list(world):
    batch = world.batch()
    rehearsal.first_review(batch, world["first"])
    desk_pages.desk_of(batch, Stage.SECOND_REVIEW)
    returning.return_batch(batch=batch, from_desk="second_review", reason="再看一遍", by=world["second"], at=NOW)
    assert desk_pages.desk_of(batch, Stage.FIRST_REVIEW).all.left == batch.batch_entries.count()
    assert DeskList.objects.get(batch=batch).round == round_of(batch) == 2
    assert tallies(batch) == counted_anew(batch, Stage.FIRST_REVIEW)


@pytest.mark.parametrize("kind", ["suggestion", "ground", "rule", "series", "decade", "agency"])
def test_every_group_shows_as_many_entries_as_it_counts(world, kind):
    batch = world.batch()
    decide(world, batch, list(batch.batch_entries.values_list("pk", flat=True))[:3])
    desk = desk_pages.desk_of(batch, Stage.FIRST_REVIEW)
    groups = [group for group in desk.groups.values() if group.kind == kind]
    assert groups
    for group in groups:
        assert desk_pages.page_of(desk, Look(group=group.key)).paginator.count == group.count
        assert len(desk_pages.page_of(desk, Look(group=group.key)).object_list) == group.count
        assert len(desk_pages.page_of(desk, Look(group=group.key, left=True)).object_list) == group.left
        assert len(desk_pages.undecided_in(desk, group.key, 100)) == group.left


def test_words_are_found_in_title_code_and_body_within_a_group_and_looked_for_further_on(world, monkeypatch):
    batch = world.batch()
    desk = desk_pages.desk_of(batch, Stage.FIRST_REVIEW)

    def codes(**look):
        found = desk_pages.found_in(desk, Look(**look))
        return [row.entry.reference_code for row in desk_pages.entries_by_id(found.rows)], found.on

    assert codes(words="救济 调整") == (["Z001-001-0001"], 0)
    assert codes(words="z001-001-0002") == (["Z001-001-0002"], 0)
    assert codes(words="通知", group="suggestion:defer") == ([], 0)
    monkeypatch.setattr(desk_pages, "STRETCH", 2)
    (first, on) = codes(words="纪要")
    assert first == [] and on > 0
    found: list[str] = []
    while on:
        more, on = codes(words="纪要", after=on)
        found += more
    assert found == ["Z001-001-0007"]


def test_what_was_taken_back_stands_as_before(world):
    batch = world.batch()
    first, second = list(batch.batch_entries.values_list("pk", flat=True))[:2]

    def back(minute: int) -> int:
        given = Opinion.objects.filter(batch_entry__batch=batch, standing=True, person=world["first"]).latest("at").at
        return reviewing.take_back(
            batch=batch,
            stage=Stage.FIRST_REVIEW,
            given_at=given,
            by=world["first"],
            at=NOW + timedelta(minutes=minute),
        )

    def now(pk: int):
        return [(o.outcome, o.ground) for o in standing(batch, Stage.FIRST_REVIEW).filter(batch_entry=pk)]

    decide(world, batch, [first], LATER, at=NOW)
    decide(world, batch, [first, second], OTHER, at=NOW + timedelta(minutes=1))
    assert back(2) == 2
    assert (now(first), now(second)) == ([("defer", "CN-8-2")], [])
    decide(world, batch, [second], OTHER, at=NOW + timedelta(minutes=3))
    assert back(4) == 1
    assert now(second) == []
    assert back(5) == 1
    assert (now(first), now(second)) == ([], [])


def test_only_ones_own_last_act_can_be_taken_back(world):
    batch = world.batch()
    first, second = list(batch.batch_entries.values_list("pk", flat=True))[:2]
    decide(world, batch, [first], at=NOW)
    decide(world, batch, [second], at=NOW + timedelta(minutes=1))
    later = NOW + timedelta(minutes=2)
    for who, when in (("first", NOW), ("first2", NOW + timedelta(minutes=1)), ("first", later)):
        with pytest.raises(Refusal):
            reviewing.take_back(batch=batch, stage=Stage.FIRST_REVIEW, given_at=when, by=world[who], at=later)
    assert standing(batch, Stage.FIRST_REVIEW).count() == 2


def test_nothing_is_taken_back_once_the_batch_has_gone_on(world):
    batch = world.batch()
    rehearsal.first_review(batch, world["first"])
    rehearsal.second_review(batch, world["second"])
    given = standing(batch, Stage.FIRST_REVIEW).latest("at")
    with pytest.raises(Refusal):
        reviewing.take_back(batch=batch, stage=Stage.FIRST_REVIEW, given_at=given.at, by=given.person, at=NOW)
