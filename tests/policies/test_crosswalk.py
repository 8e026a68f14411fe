"""The crosswalk of grounds: many to many, the same in both directions, of codes that exist."""

import pytest

from policies.crosswalk import grounds_elsewhere
from policies.grounds import DEFERRAL_GROUNDS, GROUNDS, jurisdiction_of

each_ground = pytest.mark.parametrize("code", DEFERRAL_GROUNDS)


@each_ground
def test_what_answers_to_a_ground_is_answered_by_it(code):
    for other in grounds_elsewhere(code):
        assert code in grounds_elsewhere(other)


@each_ground
def test_a_ground_answers_to_known_grounds_of_other_jurisdictions_alone(code):
    for other in grounds_elsewhere(code):
        assert other in DEFERRAL_GROUNDS
        assert jurisdiction_of(other) != jurisdiction_of(code)


@pytest.mark.parametrize("code", GROUNDS)
@pytest.mark.parametrize("jurisdiction", ["UK", "US"])
def test_every_ground_of_ours_is_understood_abroad(code, jurisdiction):
    answers = grounds_elsewhere(code, jurisdiction)
    assert answers
    assert {jurisdiction_of(answer) for answer in answers} == {jurisdiction}


def test_personal_information_answers_to_the_privacy_exemptions():
    assert {"UK-40(2)", "UK-38", "US-b(6)", "US-b(7)(C)"} <= set(grounds_elsewhere("CN-8-3-PI"))
    assert set(grounds_elsewhere("UK-40(2)", "CN")) == {"CN-8-3-PI"}


def test_what_is_no_ground_for_deferral_answers_to_nothing():
    assert grounds_elsewhere("CN-E-ECON") == ()
    assert grounds_elsewhere("XX-1") == ()
