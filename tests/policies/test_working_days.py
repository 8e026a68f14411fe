"""Working days and 调休: what is counted, and that the count says the same forwards and backwards."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.sentences import Refusal
from policies.working_days import WorkingDays, read_days

SHIPPED = Path(__file__).resolve().parents[2] / "policies" / "calendars" / "cn-2026.csv"
PLAIN = WorkingDays()
DAYS = st.dates(date(2020, 1, 1), date(2035, 1, 1))
MOVED = st.dictionaries(DAYS, st.booleans(), max_size=20).map(WorkingDays)


def of_2026() -> WorkingDays:
    with SHIPPED.open(encoding="utf-8") as file:
        return WorkingDays({moved.day: moved.works for moved in read_days(file)})


def test_a_weekend_is_not_counted():
    friday = date(2026, 11, 20)
    assert PLAIN.after(friday, 1) == date(2026, 11, 23)
    assert PLAIN.between(friday, date(2026, 11, 23)) == 1


def test_a_worked_saturday_is_counted_and_a_holiday_on_a_weekday_is_not():
    days = of_2026()
    assert days.works(date(2026, 2, 14))  # a Saturday, worked for Spring Festival
    assert not days.works(date(2026, 10, 1))  # a Thursday
    assert days.after(date(2026, 2, 13), 2) == date(2026, 2, 24)


def test_the_shipped_calendar_moves_as_many_days_as_the_notice_says_and_is_marked_unverified():
    with SHIPPED.open(encoding="utf-8") as file:
        moved = read_days(file)
    assert sum(not day.works for day in moved) == 3 + 9 + 3 + 5 + 3 + 3 + 7
    assert all(day.day.weekday() >= 5 for day in moved if day.works)
    assert "Unverified" in SHIPPED.read_text(encoding="utf-8").splitlines()[0]


@given(MOVED, DAYS, st.integers(0, 60))
def test_counting_back_gives_what_was_counted_forward(days, day, count):
    assert days.between(day, days.after(day, count)) == count


@given(MOVED, DAYS, st.integers(1, 60))
def test_a_working_day_is_where_the_count_ends(days, day, count):
    assert days.works(days.after(day, count))


@given(MOVED, DAYS)
def test_a_limit_that_ends_on_a_day_off_ends_on_the_next_working_day(days, day):
    end = days.on_or_after(day)
    assert days.works(end)
    assert not any(days.works(day + timedelta(n)) for n in range((end - day).days))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("日,上班\n2026-01-01,否\n", "首行"),
        ("日期,上班,名称\n2026-02-30,否,x\n", "第 2 行"),
        ("日期,上班,名称\n2026-01-01,也许,x\n", "是 或 否"),
        ("日期,上班,名称\n2026-01-01,否,x\n2026-01-01,是,x\n", "重复"),
    ],
)
def test_a_calendar_that_says_nothing_certain_is_refused_with_its_line(text, said):
    with pytest.raises(Refusal, match=said):
        read_days(text.splitlines(keepends=True))


def test_a_calendar_may_be_in_english_with_remarks_and_empty_lines():
    (day,) = read_days(["# a remark\n", "day,works,name\n", "\n", "2026-01-01,no,New Year\n"])
    assert (day.day, day.works, day.name) == (date(2026, 1, 1), False, "New Year")
