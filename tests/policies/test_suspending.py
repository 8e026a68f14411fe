"""Who may flag, put aside, vote; and what a panel's votes mean: in doubt closed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies import suspending
from policies.sentences import Refusal
from policies.suspending import PANEL, PANEL_SIZE, RECLOSE, RESTORE, Result, Vote, result_of

TODAY = date(2026, 11, 21)
OPENERS = {1, 2, 3}
SOON, LATE = date(2030, 1, 1), date(2050, 1, 1)


def close(person: int, ground: str = "CN-8-3-PI", until: date = SOON) -> Vote:
    return Vote(person, RECLOSE, ground, until)


def restore(person: int) -> Vote:
    return Vote(person, RESTORE)


def test_two_votes_decide_nothing():
    assert result_of([restore(7), restore(8)], opened_by=OPENERS) is None


def test_a_panel_of_those_who_opened_it_decides_nothing_however_many_they_are():
    assert result_of([restore(1), restore(2), restore(3)], opened_by=OPENERS) is None
    assert result_of([restore(1), restore(2), restore(3), restore(9)], opened_by=OPENERS) == Result(RESTORE)


def test_more_than_half_restore_it_and_half_do_not():
    assert result_of([restore(7), restore(8), close(9)], opened_by=OPENERS) == Result(RESTORE)
    tied = [restore(7), restore(8), close(9), close(10)]
    assert result_of(tied, opened_by=OPENERS).outcome == RECLOSE


def test_nobody_is_outvoted_on_a_state_secret():
    votes = [restore(7), restore(8), restore(10), close(9, "CN-8-1", LATE)]
    assert result_of(votes, opened_by=OPENERS) == Result(RECLOSE, "CN-8-1", LATE)


def test_closed_again_until_the_latest_day_on_the_ground_named_with_it():
    votes = [close(7, "CN-8-2", LATE), close(8), restore(9)]
    assert result_of(votes, opened_by=OPENERS) == Result(RECLOSE, "CN-8-2", LATE)


votes = st.lists(
    st.builds(
        lambda person, closes, ground, until: close(person, ground, until) if closes else restore(person),
        st.integers(1, 12),
        st.booleans(),
        st.sampled_from(["CN-8-1", "CN-8-2", "CN-8-3-PI"]),
        st.dates(SOON, LATE),
    ),
    max_size=8,
    unique_by=lambda vote: vote.person,
)


@given(votes, st.sets(st.integers(1, 12)))
def test_nothing_is_restored_without_three_votes_an_outsider_and_more_than_half(cast, openers):
    result = result_of(cast, opened_by=openers)
    if result is None:
        assert len(cast) < PANEL_SIZE or all(vote.person in openers for vote in cast)
    elif result.outcome == RESTORE:
        assert len(cast) >= PANEL_SIZE
        assert any(vote.person not in openers for vote in cast)
        assert sum(vote.outcome == RESTORE for vote in cast) * 2 > len(cast)
        assert not any(vote.ground == "CN-8-1" for vote in cast)
    else:
        assert result.ground
        assert result.opens_on == max(vote.opens_on for vote in cast if vote.opens_on)


@pytest.mark.parametrize("status", ["not_reviewed", "deferred", "suspended", "legacy_control"])
def test_only_what_is_open_is_suspended(status):
    with pytest.raises(Refusal, match="没有开放"):
        suspending.check_flag(status=status, number="", reason="疑")


def test_a_flag_has_a_reason_and_is_raised_once():
    suspending.check_flag(status="open", number="", reason="疑")
    with pytest.raises(Refusal, match="写明"):
        suspending.check_flag(status="open", number="", reason="  ")
    with pytest.raises(Refusal, match="S2026-1"):
        suspending.check_flag(status="suspended", number="S2026-1", reason="疑")


def triage(**changes):
    usual = {"choice": RESTORE, "reason": "误报", "secret": False, "person": 9, "flagger": 8, "opened_by": OPENERS}
    suspending.check_triage(**usual | changes)


def test_triage_puts_aside_only_with_a_reason_by_a_third_person_and_never_a_secret():
    triage()
    triage(choice=PANEL, reason="", person=1, secret=True)
    for changes in ({"reason": " "}, {"person": 8}, {"person": 1}, {"secret": True}, {"choice": "later"}):
        with pytest.raises(Refusal):
            triage(**changes)


def vote_checked(vote=None, **changes):
    usual = {"reason": "理由", "voted": {5}, "flagger": 8, "grounds": {"CN-8-2", "CN-8-3-PI"}, "today": TODAY}
    suspending.check_vote(vote=vote or restore(7), **usual | changes)


def test_a_vote_is_given_once_with_a_reason_by_another_than_who_raised_the_doubt():
    vote_checked()
    vote_checked(close(7))
    for vote in (restore(5), restore(8), Vote(7, "maybe"), close(7, ""), close(7, "CN-E-EDU"), close(7, until=TODAY)):
        with pytest.raises(Refusal):
            vote_checked(vote)
    with pytest.raises(Refusal):
        vote_checked(reason=" ")


def test_an_end_that_was_not_decided_is_refused():
    suspending.check_ends(outcome=RESTORE, decided=RESTORE)
    for decided in ("", RECLOSE):
        with pytest.raises(Refusal):
            suspending.check_ends(outcome=RESTORE, decided=decided)
