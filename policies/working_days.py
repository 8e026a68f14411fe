"""Working days (工作日): Monday to Friday, but for the days that the government moved (调休) or gave off.

The first day is not counted (民法典 art. 201); a time limit in days of the calendar that would end on a day off ends on
the next working day (民法典 art. 203). Outside China both are house policy.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from policies.sentences import Refusal, Sentence

_YES = frozenset({"是", "yes", "true", "1", "班"})
_NO = frozenset({"否", "no", "false", "0", "休"})
_ONE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The calendar: `moved` says of a day that it is worked (True) or not, whatever its weekday."""

    moved: Mapping[date, bool] = field(default_factory=dict)

    def works(self, day: date) -> bool:
        """Whether `day` is a working day."""
        return self.moved.get(day, day.weekday() < 5)

    def after(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`, which itself is not counted; `day` for none."""
        while count > 0:
            day += _ONE
            count -= self.works(day)
        return day

    def between(self, first: date, last: date) -> int:
        """How many working days there are after `first`, up to `last` and with it; 0 where `last` is not later."""
        return sum(self.works(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))

    def on_or_after(self, day: date) -> date:
        """`day` where it is worked, else the next working day."""
        return day if self.works(day) else self.after(day, 1)


@dataclass(frozen=True, slots=True)
class MovedDay:
    """One line of a calendar file: a day that is not what its weekday says."""

    day: date
    works: bool
    name: str = ""


def read_days(lines: Iterable[str]) -> list[MovedDay]:
    """The days of a calendar file: CSV with the columns 日期 (YYYY-MM-DD), 上班 (是 or 否) and 名称, or day, works, name.

    A line that begins with # is a remark. All or nothing: raises Refusal that names the line and what is wrong with it.
    """
    rows = csv.reader(line for line in lines if not line.lstrip("\ufeff").startswith("#"))
    head = [column.strip().lstrip("\ufeff") for column in next(rows, [])]
    if head[:2] not in (["日期", "上班"], ["day", "works"]):
        raise Refusal(
            Sentence(
                f"日历文件的首行应为“日期,上班,名称”，实为“{','.join(head)}”。",
                f"A calendar file begins with “day,works,name”; found “{','.join(head)}”.",
            )
        )
    found: dict[date, MovedDay] = {}
    for number, row in enumerate(rows, 2):
        if not any(cell.strip() for cell in row):
            continue
        moved = _moved(number, [cell.strip() for cell in row])
        if moved.day in found:
            raise _refused(number, f"{moved.day} 重复", f"{moved.day} stands there twice")
        found[moved.day] = moved
    return [found[day] for day in sorted(found)]


def _moved(number: int, cells: list[str]) -> MovedDay:
    try:
        day = date.fromisoformat(cells[0])
    except ValueError as error:
        raise _refused(
            number, f"“{cells[0]}”不是 年-月-日 的日期", f"“{cells[0]}” is no day written YYYY-MM-DD"
        ) from error
    word = cells[1].lower() if len(cells) > 1 else ""
    if word not in _YES | _NO:
        raise _refused(number, f"“{word}”应为 是 或 否", f"“{word}” should be yes or no")
    return MovedDay(day, word in _YES, cells[2][:80] if len(cells) > 2 else "")


def _refused(number: int, zh: str, en: str) -> Refusal:
    return Refusal(Sentence(f"日历文件第 {number} 行：{zh}。", f"Calendar file, line {number}: {en}."))
