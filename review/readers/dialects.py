"""What a file of another system needs beyond a mapping: columns that are read together, and rows that point upward."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from policies.catalogue_rows import Severity
from policies.sentences import Sentence


class Fault(NamedTuple):
    """What is wrong with one of the columns: `field` is a field, or a part as "access_condition.codes"."""

    field: str
    value: str
    sentence: Sentence
    severity: Severity = "error"


class Dialect:
    """Reads the rows of one file, top to bottom. `follows_rows`: a row is read in the light of the rows above it."""

    follows_rows = False

    def passes_over(self, cells: Sequence[str]) -> bool:
        """Whether this row is none of the catalogue's, as a second line of headings."""
        return False

    def interpret(
        self, number: int, values: dict[str, str], parts: dict[str, str], today: date | None
    ) -> tuple[int | None, list[Fault]]:
        """Turns the texts of the parts into fields of `values`; the row of the unit above, and what is wrong."""
        raise NotImplementedError


def noted(values: dict[str, str], line: str) -> None:
    """Adds a line to the notes of a row."""
    values["notes"] = "\n".join(filter(None, (values.get("notes", ""), line)))


def joined(text: str, separator: str, sign: str = "|") -> str:
    """The values of a cell that holds several, without the empty ones (AtoM writes NULL), with another separator."""
    values = (value.strip() for value in text.split(sign))
    return separator.join(value for value in values if value and value != "NULL")


def as_its_last_day(day: str) -> str:
    """A day, a month or a year in ISO 8601, so that the one that ends last is the greatest."""
    return f"{day}-99-99"[:10]
