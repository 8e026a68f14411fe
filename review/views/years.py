"""The years in which entries fall due, as a picture and as the table behind it; each number leads to its entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from review.queries.overview import Tally
from review.views.charts import Columns, Point, columns_of

BEFORE = 60  # so many years before this one are told apart; what is older stands together
SHOWN = ("open", "deferred", "undecided", "later")


@dataclass(frozen=True, slots=True)
class Year:
    """One line of the table: its counts, each with the address of its entries; `ahead`: nothing of it is due yet."""

    name: str
    tally: Tally
    cells: list[tuple[str, int, str]]
    ahead: bool


@dataclass(frozen=True, slots=True)
class Years:
    """The picture and its table."""

    chart: Columns
    rows: list[Year]
    total: Tally


def picture_of_years(
    tallies: Mapping[int, Tally], today: date, kept: Mapping[str, Any], *, to_cut: bool = False
) -> Years:
    """Due year by due year what is open, deferred and undecided, without a gap; `kept` is said on in every address.

    `to_cut`: a column leads to what of its year waits for a batch, to be cut there, and not to all of it.
    """
    first = today.year - BEFORE
    years: dict[int, Tally] = {
        year: Tally() for year in range(max(min(tallies, default=first), first), today.year + 1)
    }
    older = Tally()
    for year, tally in tallies.items():
        if year < first:
            older += tally
        else:
            years[year] = tally
    for year in range(today.year, max(years, default=today.year)):
        years.setdefault(year, Tally())
    rows = []
    if older.all:
        rows.append(_year(_("before %(year)d") % {"year": first}, older, {"to": f"{first - 1}-12-31"}, kept))
    for year in sorted(years):
        days = {"from": f"{year}-01-01", "to": f"{year}-12-31"}
        rows.append(_year(str(year), years[year], days, kept, ahead=year > today.year))
    points = [
        Point(
            row.name,
            {state: count for state, count, _address in row.cells[1:]},
            _link(row, to_cut=to_cut),
            marked=row.name == str(today.year),
        )
        for row in rows
    ]
    return Years(columns_of(points, SHOWN), rows, sum(tallies.values(), Tally()))


def _year(name: str, tally: Tally, days: dict[str, str], kept: Mapping[str, Any], *, ahead: bool = False) -> Year:
    cells = [(state, getattr(tally, state), address_of(kept, state=state, **days)) for state in ("all", *SHOWN)]
    return Year(name, tally, cells, ahead)


def _link(row: Year, *, to_cut: bool) -> str:
    if to_cut and row.tally.undecided:
        return row.cells[0][2].replace("state=all", "state=due")
    return row.cells[0][2] if row.tally.all else ""


def address_of(kept: Mapping[str, Any], **asked: str) -> str:
    """The page of the entries behind a number of the due list."""
    return f"{reverse('due-entries')}?{urlencode({**kept, **asked}, doseq=True)}"
