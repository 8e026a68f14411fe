"""When limits end, and what stopping, extending and a new calendar do to what is still to come."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies import clocks
from policies.procedure import CLOCK_KINDS, ClockRule, Rung, shipped
from policies.sentences import Refusal, Sentence
from policies.working_days import WorkingDays

PLAIN = WorkingDays()
DAYS = st.dates(date(2020, 1, 1), date(2035, 1, 1))
CALENDARS = st.dictionaries(DAYS, st.booleans(), max_size=20).map(WorkingDays)
COUNTS = st.integers(0, 60)


def test_the_ladder_of_a_countersignature_is_in_working_days():
    ladder = clocks.ladder(shipped("CN").clocks["countersign"], date(2026, 11, 20), PLAIN)
    assert ladder.due_on == date(2026, 12, 11)
    assert ladder.rungs == (date(2026, 12, 4), date(2026, 12, 11), date(2026, 12, 18))


def test_a_limit_in_days_of_the_calendar_ends_on_a_working_day():
    rule = ClockRule(days=30, working=False, rungs=(Rung(20, "remind", "hand"),))
    ladder = clocks.ladder(rule, date(2026, 11, 20), PLAIN)
    assert ladder.due_on == date(2026, 12, 21)  # 20 December is a Sunday
    assert ladder.rungs == (date(2026, 12, 10),)


@given(CALENDARS, DAYS, COUNTS, COUNTS, COUNTS)
def test_a_clock_that_stood_keeps_the_working_days_that_were_left(days, began, went, stood, left):
    stopped = days.after(began, went)
    on = days.after(stopped, left)
    again = stopped + timedelta(days=stood)
    moved = clocks.resumed(on, stopped, again, True, days)
    assert days.between(again, moved) == left or (left == 0 and moved == on) or (stood == 0 and moved == on)


@given(CALENDARS, DAYS, st.integers(-400, 0), st.booleans())
def test_a_clock_set_back_moves_nothing(days, stopped, back, working):
    on = days.after(stopped, 7)
    assert clocks.resumed(on, stopped, stopped + timedelta(days=back), working, days) == on


@given(CALENDARS, DAYS, COUNTS, st.integers(0, 60), st.booleans())
def test_nothing_comes_earlier_for_having_stood(days, stopped, stood, left, working):
    on = days.on_or_after(stopped + timedelta(days=left))
    assert clocks.resumed(on, stopped, stopped + timedelta(days=stood), working, days) >= on


@given(CALENDARS, CALENDARS, DAYS, COUNTS)
def test_a_new_calendar_keeps_the_number_of_working_days(before, after, since, count):
    moved = clocks.recounted(before.after(since, count), since, before, after)
    assert after.between(since, moved) == count


def extending(**changed):
    facts = {
        "ended": False, "stopped": False, "extended": False, "extension": 15,
        "due_on": date(2026, 12, 11), "today": date(2026, 12, 11),
    }  # fmt: skip
    clocks.check_extend(**facts | changed)


def test_a_clock_may_be_extended_on_its_last_day():
    extending()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"extended": True}, "一次"),
        ({"extension": 0}, "不得延长"),
        ({"stopped": True}, "先恢复"),
        ({"ended": True}, "已经结束"),
        ({"today": date(2026, 12, 12)}, "期限已过"),
    ],
)
def test_an_extension_is_refused_with_its_reason(changed, said):
    with pytest.raises(Refusal, match=said):
        extending(**changed)


def test_stopping_needs_a_reason_and_a_clock_that_goes():
    clocks.check_stop(ended=False, stopped=False, because="等待补正材料")
    for facts in ({"because": " "}, {"stopped": True}, {"ended": True}):
        with pytest.raises(Refusal):
            clocks.check_stop(**{"ended": False, "stopped": False, "because": "x"} | facts)
    with pytest.raises(Refusal):
        clocks.check_resume(ended=False, stopped=False)


def test_every_kind_of_clock_has_a_name_and_a_sentence_for_each_act():
    assert set(clocks.CLOCK_NAMES) == set(CLOCK_KINDS)
    said = {clocks.told(act, "plan", Sentence("x", "x"), date(2026, 1, 1)) for act in ("remind", "escalate", "lapse")}
    assert len(said) == 3
