"""When something will be done: from the pace of the last weeks, with a range, and nothing said where nothing is known."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.forecasting import forecast

TODAY = date(2026, 11, 22)


def test_at_an_even_pace_the_range_is_one_day():
    found = forecast(100, [10] * 12, TODAY)
    assert found is not None
    assert found.soonest == found.likely == found.latest == TODAY + timedelta(weeks=10)


def test_the_range_is_from_the_fastest_and_the_slowest_four_weeks_in_a_row():
    found = forecast(120, [5] * 4 + [10] * 4 + [20] * 4, TODAY)
    assert found is not None
    assert found.soonest == TODAY + timedelta(weeks=6)
    assert found.latest == TODAY + timedelta(weeks=24)
    assert found.soonest < found.likely < found.latest


def test_where_nothing_was_done_for_four_weeks_there_is_no_latest_day():
    found = forecast(10, [0, 0, 0, 0, 10], TODAY)
    assert found is not None
    assert found.latest is None


@pytest.mark.parametrize("weekly", [[], [5, 5, 5], [0] * 12])
def test_too_little_known_gives_no_estimate(weekly):
    assert forecast(10, weekly, TODAY) is None


def test_what_would_take_longer_than_thirty_years_is_no_forecast():
    assert forecast(1_000_000, [1] * 12, TODAY) is None


def test_what_is_done_is_done_today():
    found = forecast(0, [1] * 4, TODAY)
    assert found is not None
    assert (found.soonest, found.likely, found.latest) == (TODAY, TODAY, TODAY)


@given(st.integers(0, 10_000), st.lists(st.integers(0, 500), min_size=4, max_size=12))
def test_the_days_stand_in_their_order(left, weekly):
    found = forecast(left, weekly, TODAY)
    if found is not None:
        assert TODAY <= found.soonest <= found.likely
        assert found.latest is None or found.likely <= found.latest
