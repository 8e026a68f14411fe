"""Asking the index: which entries answer a query, how many, under which facets, in which order.

What is looked at is bounded: beyond `MOST` hits the page says "more than 1,000", the counts of facets are lower bounds,
and the first hits in the order of the releases are shown. So a frequent word is answered as quickly as a rare one,
however much is open.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from django.db import connections

from review.catalogue.models import ReleasedBody, ReleasedEntry, ReleasedFonds
from review.catalogue.router import ALIAS
from review.catalogue.searching import Query, for_postgresql, for_sqlite

MOST = 1_000
FACETS = 12  # values of a facet that are offered
SORTS = ("archival", "date", "-date", "newest")

_SELECT = "SELECT e.id, e.fonds_id, e.series_id, e.edition_id, e.year, e.body_id FROM catalogue_releasedentry e"


class Hit(NamedTuple):
    """What ordering and facets need of one entry."""

    pk: int
    fonds: int
    series: int
    edition: int
    year: int | None
    body: int | None


@dataclass(frozen=True, slots=True)
class Facet:
    """One value that narrows a search: what the address says, what the page says, and how many of the hits have it."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a query. `more`: there are more hits than were looked at, and `total` and all counts are "at least"."""

    hits: list[Hit]
    more: bool
    sort: str

    @property
    def total(self) -> int:
        return len(self.hits)

    def page(self, number: int, size: int) -> list[ReleasedEntry]:
        """The entries of one page, in their order; the first is 1."""
        keys = [hit.pk for hit in self.hits[(number - 1) * size : number * size]]
        rows = ReleasedEntry.objects.select_related("fonds", "series").defer("search_text", "search_terms")
        found = rows.in_bulk(keys)
        return [found[key] for key in keys if key in found]

    def fonds(self) -> list[Facet]:
        counts = Counter(hit.fonds for hit in self.hits).most_common(FACETS)
        rows = ReleasedFonds.objects.in_bulk([key for key, _ in counts])
        return [Facet(rows[key].code, rows[key].title or rows[key].code, n) for key, n in counts if key in rows]

    def decades(self) -> list[Facet]:
        counts = Counter(hit.year // 10 * 10 for hit in self.hits if hit.year is not None)
        return [Facet(str(decade), str(decade), n) for decade, n in sorted(counts.items())]

    def bodies(self) -> list[Facet]:
        counts = Counter(hit.body for hit in self.hits if hit.body is not None).most_common(FACETS)
        rows = ReleasedBody.objects.in_bulk([key for key, _ in counts])
        return [Facet(rows[key].name, rows[key].name, n) for key, n in counts if key in rows]


def find(query: Query, sort: str = "archival") -> Found:
    """The first entries that answer a query, at most `MOST`, in the order asked for where that is all of them."""
    if query.nothing:
        return Found([], more=False, sort=sort)
    rows = _rows(query)
    if more := len(rows) > MOST:
        # The order of a part would pass for the order of the whole.
        return Found([Hit(*row) for row in rows[:MOST]], more=more, sort="")
    hits = [Hit(*row) for row in rows]
    hits.sort(key=_ORDERS[sort](hits))
    return Found(hits, more=more, sort=sort)


def _archival(hits: list[Hit]) -> Callable[[Hit], tuple]:
    codes = dict(ReleasedFonds.objects.filter(pk__in={hit.fonds for hit in hits}).values_list("pk", "code"))
    return lambda hit: (codes.get(hit.fonds, ""), hit.series, hit.pk)


_ORDERS: dict[str, Callable[[list[Hit]], Callable[[Hit], tuple]]] = {
    "archival": _archival,
    "date": lambda hits: lambda hit: (hit.year or 9999, hit.pk),
    "-date": lambda hits: lambda hit: (-(hit.year or 0), hit.pk),
    "newest": lambda hits: lambda hit: (-hit.edition, hit.pk),
}


def _rows(query: Query) -> list[tuple]:
    connection = connections[ALIAS]
    ask = _ask_postgresql if connection.vendor == "postgresql" else _ask_sqlite
    statement, values = ask(query)
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def _ask_sqlite(query: Query) -> tuple[str, list[object]]:
    if query.is_empty:
        return f"{_SELECT} INDEXED BY entries_facets ORDER BY e.id LIMIT %s", [MOST + 1]
    return (
        "WITH hit AS MATERIALIZED (SELECT rowid AS id FROM catalogue_words WHERE catalogue_words MATCH %s "  # noqa: S608
        f"ORDER BY rowid LIMIT %s) {_SELECT} INDEXED BY entries_facets JOIN hit ON e.id = hit.id ORDER BY e.id",
        [for_sqlite(query), MOST + 1],
    )


def _ask_postgresql(query: Query) -> tuple[str, list[object]]:
    if query.is_empty:
        return f"{_SELECT} ORDER BY e.id LIMIT %s", [MOST + 1]
    terms, patterns = for_postgresql(query)
    where, values = ["e.search_terms @@ %s::tsquery"], [terms]
    for group in patterns:
        ways = group.split("\n")
        where.append("(" + " OR ".join(["e.search_text LIKE %s"] * len(ways)) + ")")
        values += ways
    return f"{_SELECT} WHERE {' AND '.join(where)} LIMIT %s", [*values, MOST + 1]
