"""The frame of a fonds before it is filled: its series and their periods, and which agency answers for what."""

from __future__ import annotations

from functools import cache
from typing import Any

from review.sample.fonds import SampleAgency
from review.sample.numbering import Numbering
from review.sample.phrases import Language, Pattern
from review.sample.words import load

FONDS_CODES = ("J047", "J012", "J031", "J058", "M003")
_PERIODS = ((1949, 1957), (1958, 1966), (1967, 1978), (1979, 1989), (1990, 2001))
_MODERN, _REPUBLICAN = range(1949, 2002), range(1930, 1950)


class Series:
    """One series of a fonds with the patterns its titles are made from."""

    def __init__(self, words: dict[str, Any], years: range) -> None:
        self.title: str = words["title"]
        self.weight: int = words["weight"]
        self.closed_share: float = words["closed_share"]
        self.plain = [Pattern.read(line, years) for line in words["plain"]]
        self.closed = [
            Pattern.read(line, years, ground) for ground, lines in words["closed"].items() for line in lines
        ]


class Frame:
    """One fonds as its YAML describes it."""

    def __init__(self, code: str) -> None:
        words = load(code)
        self.code: str = code
        self.title: str = words["title"]
        self.count: int = words["entries"]
        self.stubs: int = words["stubs"]
        self.mark: str = words["mark"]
        self.office: str = words["office"]
        self.own: str = words["own"]
        self.language = Language(words)
        self.traditional = self.language.traditional
        self.years = _REPUBLICAN if self.traditional else _MODERN
        self.series = tuple(Series(series, self.years) for series in words["series"])
        self.agencies = tuple(SampleAgency(body["code"], body["name"], body["note"]) for body in words["agencies"])
        self._agency_names = {
            name: body["name"] for body in words["agencies"] for name in (body["name"], *body["names"])
        }

    def numbering(self) -> Numbering:
        """A fresh giver of reference codes for this fonds."""
        return Numbering(self.code, self.office)

    def own_name(self, year: int) -> str:
        """The name the fonds' own body bore that year."""
        return self.language.body(self.own, year)

    def agency(self, leading_body: str, year: int) -> str:
        """The creating agency of a paper: the one that leads it (主办), else the fonds' own as it then was."""
        return self._agency_names.get(leading_body) or self._agency_names[self.own_name(year)]

    def series_title(self, number: int, year: int) -> str:
        """The title of the series (numbered from 1), cut by period so that a reader of the catalogue finds the years."""
        title = self.series[number - 1].title
        if self.traditional:
            return title
        first, last = next(period for period in _PERIODS if period[0] <= year <= period[1])
        return f"{title}（{first}—{last}年）"


@cache
def frame(code: str) -> Frame:
    """The frame of one of FONDS_CODES, read once."""
    return Frame(code)
