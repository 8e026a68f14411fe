"""When a closed entry comes back: always some day, never before it was decided, never after its deferral ends."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from policies.reassessing import EVENT, INTERVAL, OPENS, SECRECY, WHY, next_return

DECIDED = date(2026, 11, 21)
days = st.dates(date(1990, 1, 1), date(2150, 1, 1))


def due(**known):
    return next_return(**{"decided_on": DECIDED, "opens_on": None, "years": 5, "look_ahead_days": 90} | known)


def test_a_long_deferral_comes_back_after_the_interval():
    found = due(opens_on=date(2060, 1, 1))
    assert (found.due_on, found.because) == (date(2031, 11, 21), INTERVAL)


def test_a_deferral_that_ends_sooner_comes_back_before_it_does():
    found = due(opens_on=date(2028, 12, 31))
    assert (found.due_on, found.because) == (date(2028, 12, 31) - timedelta(days=90), OPENS)


def test_one_that_ends_within_the_look_ahead_comes_back_on_its_very_day_and_not_at_once():
    found = due(opens_on=date(2026, 12, 24))
    assert (found.due_on, found.because) == (date(2026, 12, 24), OPENS)


def test_a_deferral_that_is_over_already_comes_back_at_once():
    assert due(opens_on=date(2020, 1, 1)).due_on == date(2020, 1, 1)


def test_an_earlier_end_of_secrecy_or_a_known_event_brings_it_back():
    found = due(opens_on=date(2060, 1, 1), secret_until=date(2029, 5, 1))
    assert (found.due_on, found.because) == (date(2029, 5, 1), SECRECY)
    found = due(opens_on=date(2060, 1, 1), event_on=date(2027, 5, 1), secret_until=date(2029, 5, 1))
    assert (found.due_on, found.because) == (date(2027, 5, 1), EVENT)


def test_a_secrecy_day_that_was_over_when_it_was_decided_brings_nothing_back():
    assert due(opens_on=date(2060, 1, 1), secret_until=date(2020, 1, 1)).because == INTERVAL


def test_the_leap_day_counts_to_the_first_of_march():
    assert due(decided_on=date(2028, 2, 29)).due_on == date(2033, 3, 1)


@given(
    decided=days,
    opens=st.none() | days,
    secret=st.none() | days,
    event=st.none() | days,
    years=st.integers(1, 30),
    ahead=st.integers(0, 400),
)
def test_every_closed_entry_has_a_day_that_is_neither_past_nor_beyond_the_interval(
    decided, opens, secret, event, years, ahead
):
    found = next_return(
        decided_on=decided,
        opens_on=opens,
        years=years,
        look_ahead_days=ahead,
        secret_until=secret,
        event_on=event,
    )
    assert found.because in WHY
    assert found.due_on <= date(decided.year + years, 12, 31)
    if opens is not None:
        assert found.due_on <= opens or opens > decided
        assert found.due_on <= max(opens, decided)
        if opens > decided:
            assert decided < found.due_on
    for other in (secret, event):
        if other is not None and other > decided and (opens is None or opens > decided):
            assert found.due_on <= other
