"""To which records a rule applies: what its `applies_to` says, compiled."""

from __future__ import annotations

import re

from policies.folding import fold
from policies.records import Record
from policies.rules import AppliesTo


class Scope:
    """All lines of an `applies_to` together. A record without a date is in scope of every year: in doubt a rule applies."""

    def __init__(self, applies_to: AppliesTo) -> None:
        self._fonds = frozenset(fold(code).text for code in applies_to.fonds)
        self._codes = tuple(fold(code).text for code in applies_to.reference_codes)
        self._series = re.compile("|".join(re.escape(fold(words).text) for words in applies_to.series))
        self._has_series = bool(applies_to.series)
        self._from, self._to = applies_to.created_from, applies_to.created_to

    def holds(self, record: Record) -> bool:
        """Whether the record is in scope."""
        if self._fonds and fold(record.fonds).text not in self._fonds:
            return False
        if self._codes and not fold(record.reference_code).text.startswith(self._codes):
            return False
        if self._has_series and self._series.search(fold(record.series_title).text) is None:
            return False
        if record.span is None:
            return True
        year = record.span.latest.year
        return (self._from is None or year >= self._from) and (self._to is None or year <= self._to)

    def shown(self, record: Record) -> tuple[str, int, int]:
        """The field, and the span in it, by which a record in scope is known to be so: the finest that the rule names."""
        if self._codes:
            return "reference_code", 0, len(record.reference_code)
        if self._has_series:
            folded = fold(record.series_title)
            found = self._series.search(folded.text)
            return ("series_title", *folded.original(*found.span())) if found else ("series_title", 0, 0)
        if self._fonds:
            return "fonds", 0, len(record.fonds)
        return "span", 0, len(record.span.text) if record.span else 0
