"""Rows in archival order, each with its place in the tree. Only the units above the present one are kept in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from policies.catalogue_rows import CONTROLS, CatalogueRow


class Placed(NamedTuple):
    """A row and how many units of the same rows stand above it; `row.parent_code` is the code of the nearest."""

    row: CatalogueRow
    depth: int


def placed(rows: Iterable[CatalogueRow]) -> Iterator[Placed]:
    """Every row, in the order given, with its depth and its parent's code.

    Raises ValueError for rows that no format could give back: one without a reference code, one that does not stand
    below its parent (archival order: a unit, then all of its parts), one with a control character. These are slips
    of the calling program, not of a clerk: the readers let none of them in. No message carries a text of the row.
    """
    above: list[tuple[int, str]] = []  # row number and reference code of the units that are still open
    for row in rows:
        if row.parent_row is None:
            above.clear()
        else:
            while above and above[-1][0] != row.parent_row:
                above.pop()
            if not above:
                raise ValueError(f"row {row.row} does not stand below its parent, row {row.parent_row}")
            if row.parent_code != above[-1][1]:
                row = row._replace(parent_code=above[-1][1])  # noqa: PLW2901
        _check_texts(row)
        yield Placed(row, len(above))
        above.append((row.row, row.reference_code))


def _check_texts(row: CatalogueRow) -> None:
    if not row.reference_code:
        raise ValueError(f"row {row.row} has no reference code")
    if CONTROLS.search("".join([value for value in row if value.__class__ is str])):
        names = [name for name, value in row._asdict().items() if isinstance(value, str) and CONTROLS.search(value)]
        raise ValueError(f"row {row.row} holds a control character in {', '.join(names)}")
