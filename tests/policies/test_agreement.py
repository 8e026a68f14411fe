"""Agreement of two reviewers beyond chance."""

import hypothesis.strategies as st
import pytest
from hypothesis import given

from policies.agreement import agreement_of

pairs = st.lists(st.tuples(st.sampled_from("odr"), st.sampled_from("odr")), max_size=60)


def counted(table: list[list[int]]) -> list[tuple[str, str]]:
    return [(str(i), str(j)) for i, row in enumerate(table) for j, n in enumerate(row) for _ in range(n)]


def test_the_worked_example_of_the_books():
    """Fleiss, Levin and Paik, Statistical Methods for Rates and Proportions (3rd ed., 18.1): 100 subjects, kappa 0.68, s.e. 0.087."""
    found = agreement_of(counted([[75, 1, 4], [5, 4, 1], [0, 0, 10]]))
    assert found.entries == 100
    assert found.same == 89
    assert found.kappa == pytest.approx(0.676, abs=0.001)
    assert (found.high - found.low) / 2 / 1.959964 == pytest.approx(0.087, abs=0.001)


def test_full_agreement_is_one_and_chance_is_nought():
    assert agreement_of([("o", "o"), ("d", "d")] * 5).kappa == 1
    assert agreement_of(counted([[25, 25], [25, 25]])).kappa == pytest.approx(0)


def test_one_word_throughout_says_nothing_of_agreement():
    found = agreement_of([("o", "o")] * 10)
    assert (found.entries, found.same, found.kappa) == (10, 10, None)
    assert agreement_of([]).kappa is None


@given(pairs)
def test_kappa_does_not_ask_who_was_first_and_lies_in_its_interval(said):
    found, turned = agreement_of(said), agreement_of([(b, a) for a, b in said])
    if found.kappa is None:
        assert turned.kappa is None
        return
    assert found.kappa == pytest.approx(turned.kappa)
    assert -1 <= found.low <= found.kappa <= found.high <= 1
    assert found.low == pytest.approx(turned.low)
