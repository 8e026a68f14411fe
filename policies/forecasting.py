"""When something that goes on week by week will be done, from how it went in the last weeks. An estimate, and said as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

WEEKS = 12  # so many weeks are looked back at
STRETCH = 4  # the fastest and the slowest so many in a row give the range
_FARTHEST = 52 * 30  # what takes longer than thirty years is no forecast


@dataclass(frozen=True, slots=True)
class Forecast:
    """Done around `likely`, between `soonest` and `latest`. None of `latest`: at its slowest the work would not end.

    `pace` is what was done a week on the average of the weeks that were looked at.
    """

    left: int
    pace: float
    soonest: date
    likely: date
    latest: date | None


def forecast(left: int, weekly: Sequence[int], today: date) -> Forecast | None:
    """When `left` will be done, from what was done in each of the last weeks, oldest first.

    None where nothing can be said: fewer than a stretch of weeks are known, nothing was done in them, or at their pace
    it would take more than thirty years. `left` of 0 is done today.
    """
    if len(weekly) < STRETCH or not any(weekly):
        return None
    stretches = [sum(weekly[place : place + STRETCH]) / STRETCH for place in range(len(weekly) - STRETCH + 1)]
    pace = sum(weekly) / len(weekly)
    stretches.append(
        pace
    )  # the first and the last weeks are in fewer stretches: the range holds the average all the same
    likely = _day(left, pace, today)
    soonest = _day(left, max(stretches), today)
    if likely is None or soonest is None:
        return None
    return Forecast(left, pace, soonest, likely, _day(left, min(stretches), today))


def _day(left: int, pace: float, today: date) -> date | None:
    if left <= 0:
        return today
    weeks = left / pace if pace else float("inf")
    return today + timedelta(days=ceil(weeks * 7)) if weeks <= _FARTHEST else None
