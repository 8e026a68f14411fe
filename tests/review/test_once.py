"""What one act asks again and again is asked once; what changes the answer makes it be asked anew."""

import pytest
from django.db import transaction

from policies.roles import ROLES
from review import access, ledger
from review.models import LedgerHead, LedgerLine
from review.once import forget, once, once_between_writes, one_act
from tests.world import NOW

pytestmark = pytest.mark.django_db


def line(act: str = "test"):
    return ledger.append(act=act, subject="x", by="test", at=NOW, facts={})


def test_within_an_act_a_right_is_asked_once_and_outside_each_time(world, django_assert_num_queries):
    person, right = world["first"], "review.first_review_fonds"
    with one_act():
        assert access.holds(person, right, world.fonds)
        with django_assert_num_queries(0):
            assert access.holds(person, right, world.fonds)
    with pytest.raises(pytest.fail.Exception), django_assert_num_queries(0):
        access.holds(person, right, world.fonds)


def test_a_right_given_within_an_act_is_seen_at_once(world):
    person = world["publisher"]
    with one_act():
        assert not access.holds_own(person, "review.first_review_fonds", world.fonds)
        access.appoint(person, ROLES["first_reviewer"], world.fonds)
        person.__dict__.pop("_group_perm_cache", None)
        assert access.holds_own(person, "review.first_review_fonds", world.fonds)
        assert not access.holds_own(person, "review.manage_fonds", world.fonds)


def test_a_right_that_was_taken_away_while_the_act_waited_for_the_ledger_is_no_right_any_more(world):
    person, right = world["first"], "review.first_review_fonds"
    with one_act():
        assert access.holds(person, right, world.fonds)
        person.groups.clear()  # as another transaction does it meanwhile: nothing is forgotten by that
        assert access.holds(person, right, world.fonds)
        ledger.hold()
        assert not access.holds(person, right, world.fonds)


def test_what_may_be_kept_between_writes_is_asked_anew_after_a_line_of_the_ledger():
    asked = []

    @once_between_writes
    def of_the_record(key: int) -> int:
        asked.append(key)
        return key

    @once
    def of_the_act(key: int) -> int:
        asked.append(-key)
        return key

    with one_act(writing=True):
        ledger.hold()
        for _ in range(3):
            assert (of_the_record(1), of_the_act(2)) == (1, 2)
        line()
        assert (of_the_record(1), of_the_act(2)) == (1, 2)
        forget()
        assert of_the_act(2) == 2
    assert asked == [1, -2, 1, -2]


def test_an_act_within_an_act_is_part_of_it():
    asked = []

    @once
    def number() -> int:
        asked.append(1)
        return len(asked)

    with one_act():
        number()
        with one_act():
            number()
        number()
    number()
    assert len(asked) == 2


def test_reading_a_page_remembers_no_head_of_the_ledger(django_assert_num_queries):
    line()
    with one_act(), django_assert_num_queries(3 + 3):  # each line waits for the head, moves it and is written
        line()
        line()


def test_lines_that_were_rolled_back_within_an_act_leave_no_gap_and_no_fork():
    with one_act(writing=True):
        first = line("first")
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            line("undone")
            raise ZeroDivisionError
        second = line("second")
    assert (second.line, second.previous) == (first.line + 1, first.digest)
    assert not LedgerLine.objects.filter(act="undone").exists()
    assert LedgerHead.objects.get().line == second.line
    assert ledger.verify().fault is None
