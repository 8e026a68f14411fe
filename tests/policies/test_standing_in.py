"""What must hold before a right is lent or an absence recorded: each rule once kept and once broken."""

from datetime import date, timedelta

import pytest

from policies.sentences import Refusal
from policies.standing_in import LONGEST, check_absence, check_delegation, check_no_overlap

TODAY = date(2026, 11, 22)
FINE = {
    "giver": 1,
    "receiver": 2,
    "by": 1,
    "receiver_can_act": True,
    "permission": "review.sign_off_fonds",
    "held_by_own_right": True,
    "reason": "出差",
    "proof": "馆办〔2026〕7号",
    "from_day": TODAY,
    "to_day": TODAY + LONGEST - timedelta(days=1),
    "today": TODAY,
}


def test_a_right_of_ones_own_is_lent_for_a_quarter_at_most_in_writing():
    check_delegation(**FINE)


@pytest.mark.parametrize(
    "broken",
    [
        {"receiver": 1},
        {"by": 2},
        {"receiver_can_act": False},
        {"permission": "review.keep_policies"},
        {"permission": "review.no_such_right"},
        {"held_by_own_right": False},
        {"reason": "  "},
        {"proof": ""},
        {"proof": "证" * 501},
        {"to_day": TODAY - timedelta(days=1)},
        {"from_day": TODAY - timedelta(days=9), "to_day": TODAY - timedelta(days=1)},
        {"to_day": TODAY + LONGEST},
    ],
    ids=lambda broken: next(iter(broken)),
)
def test_it_is_not_lent_where_one_thing_is_missing(broken):
    with pytest.raises(Refusal):
        check_delegation(**FINE | broken)


def test_whoever_is_away_is_not_told_instead_of_himself():
    days = {"from_day": TODAY, "to_day": TODAY, "today": TODAY}
    check_absence(person=1, stand_in=2, **days)
    check_absence(person=1, stand_in=None, **days)
    with pytest.raises(Refusal):
        check_absence(person=1, stand_in=1, **days)


def test_nobody_is_away_twice_on_one_day():
    first, last = TODAY, TODAY + timedelta(days=3)
    check_no_overlap(first, last, [(last + timedelta(days=1), last + timedelta(days=2))])
    for other in [
        (last, last),
        (first - timedelta(days=2), first),
        (first - timedelta(days=9), last + timedelta(days=9)),
    ]:
        with pytest.raises(Refusal):
            check_no_overlap(first, last, [other])
