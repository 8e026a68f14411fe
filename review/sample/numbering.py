"""Reference codes (档号) after DA/T 13—2022, in both of its patterns.

By volume: fonds-catalogue-volume-item, J047-004-0015-003, a whole file having no item: J047-004-0061.
By item, for papers of 2000 and later: J047-WS·2001·Y·办公室-0001 (category WS, year, retention, office).
"""

from __future__ import annotations

from collections import Counter

ITEM_PATTERN_FROM = 2000
_FIRST_YEAR = 1949
_YEARS = 60  # whole files are numbered above the volumes of single items, of which there is one a year
_RETENTION_CODES = {"永久": "Y", "30年": "D30", "10年": "D10"}


class Numbering:
    """Gives out the codes of one fonds. The same calls in the same order give the same codes, no code twice.

    A fonds without an office holds whole files only.
    """

    def __init__(self, fonds_code: str, office: str) -> None:
        self._fonds, self._office = fonds_code, office
        self._files_after = _YEARS if office else 0
        self._given: Counter[str] = Counter()

    def item(self, series: int, year: int, retention: str) -> str:
        """The code of the next single item (件) of that series (from 1) and year."""
        if year >= ITEM_PATTERN_FROM:
            stem = f"{self._fonds}-WS·{year}·{_RETENTION_CODES[retention]}·{self._office}"
            return f"{stem}-{self._next(stem):04}"
        stem = f"{self._fonds}-{series:03}-{year - _FIRST_YEAR + 1:04}"
        return f"{stem}-{self._next(stem):03}"

    def file(self, series: int) -> str:
        """The code of the next whole file (案卷) of that series."""
        stem = f"{self._fonds}-{series:03}"
        return f"{stem}-{self._files_after + self._next(stem):04}"

    def _next(self, stem: str) -> int:
        self._given[stem] += 1
        return self._given[stem]


def retention(year: int, wanted: str) -> str:
    """The retention period (保管期限) as papers of that year carry it: from 2000 in years, before that 长期 and 短期."""
    if year >= ITEM_PATTERN_FROM:
        return {"长期": "30年", "短期": "10年"}.get(wanted, wanted)
    return wanted
