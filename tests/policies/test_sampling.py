"""Samples: sizes, draws, when a batch is stopped, and what a sample bounds."""

from itertools import combinations
from math import comb

import hypothesis.strategies as st
import pytest
from hypothesis import given

from policies.grounds import GROUNDS
from policies.outcomes import Outcome
from policies.procedure import SamplePlan
from policies.sampling import (
    Looked,
    allowed_of,
    check_sample_passes,
    check_verdict,
    defective_at_most,
    drawn,
    needed_for,
    seed_of,
    size_of,
    stops,
    stratum_of,
)
from policies.sentences import Refusal

PLAN = SamplePlan(share=0.05, least=5, most=200, allowed=0.01, zero_tolerance=("CN-8-1", "CN-8-2"))
NEVER = PLAN.zero_tolerance


def looked(**values) -> Looked:
    return Looked(
        **{"stratum": "open", "population": 100, "size": 5, "looked": 5, "errors": 0, "allowed": 0} | values
    )


@pytest.mark.parametrize(
    ("population", "size"), [(0, 0), (3, 3), (5, 5), (20, 5), (101, 6), (1000, 50), (10**6, 200)]
)
def test_a_sample_is_a_share_within_its_limits(population, size):
    assert size_of(PLAN, population) == size


@given(st.integers(0, 10**6))
def test_no_greater_share_of_errors_passes_than_is_allowed(size):
    assert allowed_of(PLAN, size) <= 0.01 * size
    assert allowed_of(PLAN, size) + 1 > 0.01 * size


@given(st.sets(st.integers(0, 10**6), min_size=1, max_size=200), st.data())
def test_a_draw_can_be_drawn_again_and_takes_each_entry_once(ids, data):
    ordered = sorted(ids)
    size = data.draw(st.integers(0, len(ordered)))
    first = drawn(ordered, size, seed_of("B", 1, "open", "digest"))
    assert first == drawn(ordered, size, seed_of("B", 1, "open", "digest"))
    assert len(set(first)) == size
    assert first == sorted(first)
    assert set(first) <= ids


def test_every_entry_is_as_likely_to_be_drawn():
    times = [0] * 10
    for seed in range(2000):
        for place in drawn(range(10), 3, seed_of(seed)):
            times[place] += 1
    assert all(abs(count - 600) < 100 for count in times)  # five standard deviations of 600


def test_another_seed_draws_others():
    assert drawn(range(1000), 20, seed_of("a")) != drawn(range(1000), 20, seed_of("b"))


def test_deferrals_are_a_stratum_for_each_ground():
    assert stratum_of(Outcome.DEFER, "CN-8-2") == "defer:CN-8-2"
    assert stratum_of(Outcome.OPEN, "") == "open"


def test_one_missed_secret_stops_a_batch_however_many_errors_are_allowed():
    missed = looked(size=1000, looked=1000, errors=1, allowed=10, missed=("CN-8-1",))
    assert "CN-8-1" in stops([missed], NEVER).en
    assert stops([looked(size=1000, looked=1000, errors=1, allowed=10, missed=("CN-8-3-PI",))], NEVER) is None


def test_more_errors_than_allowed_stop_a_batch_before_all_was_looked_at():
    assert stops([looked(looked=2, errors=1)], NEVER) is not None
    assert stops([looked(looked=200, size=200, errors=2, allowed=2)], NEVER) is None


def test_what_was_not_looked_at_is_not_right():
    check_sample_passes([looked()], NEVER)
    with pytest.raises(Refusal, match="2 of the drawn"):
        check_sample_passes([looked(looked=3)], NEVER)
    with pytest.raises(Refusal, match="wrong"):
        check_sample_passes([looked(errors=1)], NEVER)


def test_an_error_says_what_is_wrong_and_a_missed_ground_is_known():
    check_verdict("A-1", right=True, note="", missed_ground="", grounds=GROUNDS)
    check_verdict("A-1", right=False, note="漏看", missed_ground="CN-8-2", grounds=GROUNDS)
    for wrong in (
        {"right": False, "note": " ", "missed_ground": ""},
        {"right": False, "note": "x", "missed_ground": "CN-9"},
        {"right": True, "note": "", "missed_ground": "CN-8-2"},
    ):
        with pytest.raises(Refusal, match="A-1"):
            check_verdict("A-1", **wrong, grounds=GROUNDS)


@given(st.integers(1, 60), st.data())
def test_the_bound_is_the_exact_one(population, data):
    size = data.draw(st.integers(1, population))
    errors = data.draw(st.integers(0, size))

    def chance(wrong: int) -> float:
        ways = sum(comb(wrong, x) * comb(population - wrong, size - x) for x in range(errors + 1))
        return ways / comb(population, size)

    possible = [d for d in range(errors, population - (size - errors) + 1) if chance(d) > 0.05 + 1e-9]
    assert defective_at_most(population, size, errors) == max(possible, default=errors)


def test_the_bound_holds_in_ninety_five_of_a_hundred_draws():
    """Every possible draw of 6 from 12 with 4 wrong ones: the bound lies below the truth in at most 5 % of them."""
    draws = list(combinations(range(12), 6))
    low = sum(defective_at_most(12, 6, sum(pk < 4 for pk in draw)) < 4 for draw in draws)
    assert low / len(draws) <= 0.05


def test_all_looked_at_leaves_no_doubt_and_nothing_looked_at_leaves_all():
    assert defective_at_most(50, 50, 3) == 3
    assert defective_at_most(50, 0, 0) == 50


@pytest.mark.parametrize(("rate", "n"), [(0.05, 59), (0.02, 149), (0.01, 299), (0.005, 598), (0.001, 2995)])
def test_so_many_right_ones_certify_a_rate(rate, n):
    assert needed_for(rate) == n
    assert defective_at_most(10**6, n, 0) / 10**6 <= rate
    assert (1 - rate) ** (n - 1) > 0.05  # one fewer does not
