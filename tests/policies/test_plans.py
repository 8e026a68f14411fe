"""What a plan and its lines must say."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies import plans
from policies.sentences import Refusal
from policies.separation import check_plan_approver

TODAY = date(2026, 11, 21)
LINE = {"state": "due", "size": 100, "due_to": date(2026, 12, 31), "begin_by": date(2026, 12, 1), "year": 2026}


def test_a_line_that_can_be_carried_out_passes():
    plans.check_line(**LINE)


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "deferred"},
        {"size": 0},
        {"size": 100_001},
        {"begin_by": date(2027, 1, 1)},
        {"due_to": date(2027, 1, 1)},
    ],
)
def test_a_line_that_says_something_else_is_refused(wrong):
    with pytest.raises(Refusal):
        plans.check_line(**LINE | wrong)


@pytest.mark.parametrize(("year", "fits"), [(2025, False), (2026, True), (2028, True), (2029, False)])
def test_a_plan_is_made_for_this_year_or_the_two_after_it(year, fits):
    if fits:
        plans.check_year(year, TODAY)
    else:
        with pytest.raises(Refusal):
            plans.check_year(year, TODAY)


@pytest.mark.parametrize("lines", [0, plans.MOST_LINES + 1])
def test_a_plan_has_lines_and_not_too_many(lines):
    with pytest.raises(Refusal):
        plans.check_lines(lines)
    plans.check_lines(1)
    plans.check_lines(plans.MOST_LINES)


@pytest.mark.parametrize("state", ["submitted", "approved", "given_up"])
def test_only_a_draft_is_changed(state):
    draft = {"submitted": False, "approved": False, "given_up": False}
    plans.check_drafting(**draft)
    with pytest.raises(Refusal):
        plans.check_drafting(**draft | {state: True})


@pytest.mark.parametrize(
    ("submitted", "approved", "given_up", "waits"),
    [
        (True, False, False, True),
        (False, False, False, False),
        (True, True, False, False),
        (True, False, True, False),
    ],
)
def test_only_a_submitted_plan_is_approved_once(submitted, approved, given_up, waits):
    call = {"submitted": submitted, "approved": approved, "given_up": given_up}
    if waits:
        plans.check_approving(**call)
    else:
        with pytest.raises(Refusal):
            plans.check_approving(**call)


@pytest.mark.parametrize(
    ("approved", "given_up", "cuts"), [(True, False, True), (False, False, False), (True, True, False)]
)
def test_batches_are_cut_of_an_approved_plan_alone(approved, given_up, cuts):
    if cuts:
        plans.check_cutting(approved=approved, given_up=given_up)
    else:
        with pytest.raises(Refusal):
            plans.check_cutting(approved=approved, given_up=given_up)


def test_nobody_approves_what_he_or_whoever_lent_him_the_right_had_a_hand_in():
    check_plan_approver(3, {1, 2})
    for hands in (1, {3, 2}):
        with pytest.raises(Refusal):
            check_plan_approver(hands, {1, 2})


@given(
    due_to=st.none() | st.dates(date(1990, 1, 1), date(2028, 12, 31)),
    today=st.dates(date(2024, 1, 1), date(2028, 12, 31)),
    ahead=st.integers(0, 400),
    year=st.integers(2026, 2028),
)
def test_a_proposed_day_to_begin_by_lies_in_the_plans_year(due_to, today, ahead, year):
    if today.year <= year:
        day = plans.begin_by(due_to, year=year, today=today, look_ahead=ahead)
        assert day.year == year
        assert day >= min(today, date(year, 12, 31))


def test_a_line_is_late_when_entries_wait_after_its_day():
    assert plans.is_late(date(2026, 11, 20), planned=5, in_batches=4, today=TODAY)
    assert not plans.is_late(date(2026, 11, 20), planned=5, in_batches=5, today=TODAY)
    assert not plans.is_late(TODAY, planned=5, in_batches=0, today=TODAY)
