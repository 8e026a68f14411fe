"""What an opinion at transfer must hold."""

from datetime import date

import pytest

from policies.outcomes import Outcome
from policies.sentences import Refusal
from policies.transferring import (
    TransferAdvice,
    check_advice,
    check_all_given,
    check_open_request,
    check_something_to_ask,
)

DUE = date(2035, 3, 4)
GOOD = [
    TransferAdvice(Outcome.OPEN),
    TransferAdvice(Outcome.OPEN, disclosure="on_request", classification_change="2020年解密"),
    TransferAdvice(Outcome.OPEN_EARLY, "CN-E-EDU"),
    TransferAdvice(Outcome.DEFER, "CN-8-3-PI", date(2060, 1, 1)),
    TransferAdvice(Outcome.REFER, reason="移送原定密机关"),
]
BAD = [
    TransferAdvice(Outcome.OPEN, disclosure="maybe"),
    TransferAdvice(Outcome.OPEN_EARLY),
    TransferAdvice(Outcome.DEFER, "", date(2060, 1, 1)),
    TransferAdvice(Outcome.DEFER, "CN-8-3-PI"),
    TransferAdvice(Outcome.DEFER, "CN-8-3-PI", DUE),
    TransferAdvice(Outcome.REFER),
]


@pytest.mark.parametrize("advice", GOOD)
def test_a_whole_opinion_passes(advice):
    check_advice(advice, code="A-1", stub=False, due=DUE)


@pytest.mark.parametrize("advice", BAD)
def test_an_opinion_without_what_belongs_to_it_is_refused_by_the_code_of_its_entry(advice):
    with pytest.raises(Refusal, match="A-1"):
        check_advice(advice, code="A-1", stub=False, due=DUE)


@pytest.mark.parametrize("outcome", [Outcome.OPEN, Outcome.OPEN_EARLY])
def test_of_a_state_secret_nobody_advises_to_open_it(outcome):
    with pytest.raises(Refusal, match="A-1"):
        check_advice(TransferAdvice(outcome, "CN-E-EDU"), code="A-1", stub=True, due=DUE)


def test_untouched_is_no_opinion():
    check_all_given(0)
    with pytest.raises(Refusal, match="3"):
        check_all_given(3)


def test_what_is_handed_in_takes_no_more_and_nobody_is_asked_about_nothing():
    check_open_request(False)
    check_something_to_ask(1)
    with pytest.raises(Refusal):
        check_open_request(True)
    with pytest.raises(Refusal):
        check_something_to_ask(0)
