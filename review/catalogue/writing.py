"""Writing many rows at once: COPY on PostgreSQL, prepared statements on SQLite. Bounded in memory, whatever the size."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import TypeVar

from django.db import connections
from django.db.models import Model

from review.catalogue.models import (
    Edition,
    ListedClosed,
    ReleasedBody,
    ReleasedEntry,
    ReleasedFonds,
    ReleasedSeries,
    Tombstone,
)
from review.catalogue.router import ALIAS
from review.catalogue.rows import key_of

Row = TypeVar("Row")

CHUNK = 5_000
MOST_KEPT = 100_000  # names of bodies and headings that are remembered at once


def chunks(rows: Iterable[Row], size: int = CHUNK) -> Iterator[list[Row]]:
    every = iter(rows)
    while chunk := list(islice(every, size)):
        yield chunk


def insert(model: type[Model], rows: Sequence[dict[str, object]]) -> None:
    """Insert rows, given by the columns of their model; all of one call have the same."""
    if not rows:
        return
    connection = connections[ALIAS]
    fields = [model._meta.get_field(name) for name in rows[0]]
    quote = connection.ops.quote_name
    table, columns = quote(model._meta.db_table), ", ".join(quote(each.column) for each in fields)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(tuple(row.values()))
        return
    adapt = connection.ops.adapt_datetimefield_value
    values = [[adapt(value) if isinstance(value, datetime) else value for value in row.values()] for row in rows]
    with connection.cursor() as cursor:
        marks = ", ".join(["%s"] * len(fields))
        cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", values)  # noqa: S608 - our own names


class Names:
    """The rows of headings or bodies by their name, made where they are missing; the most recent are remembered."""

    def __init__(self, rows, **of: object) -> None:
        self._rows, self._of, self._kept = rows.filter(**of), of, {}

    def get(self, names: Iterable[str]) -> dict[str, Model]:
        """A row for each of the names."""
        wanted = dict.fromkeys(names)
        if len(self._kept) > MOST_KEPT:
            self._kept.clear()
        missing = {key_of(name): name for name in wanted if name not in self._kept}
        if missing:
            found = {row.key: row for row in self._rows.filter(key__in=list(missing))}
            new = [self._made(key, name) for key, name in missing.items() if key not in found]
            self._rows.model.objects.bulk_create(new)
            self._kept |= {missing[row.key]: row for row in [*found.values(), *new]}
        return {name: self._kept[name] for name in wanted}

    def _made(self, key: str, name: str) -> Model:
        model = self._rows.model
        field = "title" if model is ReleasedSeries else "name"
        return model(key=key, **{field: name}, **self._of)


def bodies() -> Names:
    return Names(ReleasedBody.objects.all())


def headings(fonds: ReleasedFonds) -> Names:
    return Names(ReleasedSeries.objects.all(), fonds=fonds)


def _run(statement: str, *values: object) -> None:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(statement, values)


def bury(edition: Edition, at: datetime, kind: str = "superseded") -> None:
    """Take every entry of an edition out, and leave a tombstone for each."""
    _run(
        "INSERT INTO catalogue_tombstone (fonds, reference_code, release, kind, changed_at) "
        "SELECT f.code, e.reference_code, %s, %s, %s FROM catalogue_releasedentry e "
        "JOIN catalogue_releasedfonds f ON f.id = e.fonds_id WHERE e.edition_id = %s",
        edition.number,
        kind,
        connections[ALIAS].ops.adapt_datetimefield_value(at),
        edition.pk,
    )
    _run("DELETE FROM catalogue_releasedentry WHERE edition_id = %s", edition.pk)
    ListedClosed.objects.filter(edition=edition).delete()


def settle() -> None:
    """What is open has no tombstone and is not listed as closed."""
    for model in (Tombstone, ListedClosed):
        table = model._meta.db_table
        _run(
            f"DELETE FROM {table} WHERE EXISTS (SELECT 1 FROM catalogue_releasedfonds f "  # noqa: S608 - our own names
            f"JOIN catalogue_releasedentry e ON e.fonds_id = f.id AND e.reference_code = {table}.reference_code "
            f"WHERE f.code = {table}.fonds)"
        )


def count(fonds: ReleasedFonds) -> None:
    """Count the entries of a fonds and of its headings anew."""
    _run(
        "UPDATE catalogue_releasedseries SET size = (SELECT count(*) FROM catalogue_releasedentry e "
        "WHERE e.fonds_id = catalogue_releasedseries.fonds_id AND e.series_id = catalogue_releasedseries.id) "
        "WHERE fonds_id = %s",
        fonds.pk,
    )
    _run(
        "UPDATE catalogue_releasedfonds SET size = (SELECT coalesce(sum(size), 0) FROM catalogue_releasedseries s "
        "WHERE s.fonds_id = catalogue_releasedfonds.id) WHERE id = %s",
        fonds.pk,
    )


def analyse() -> None:
    """Tell the database's planner what there is now, after a large load."""
    connection = connections[ALIAS]
    if connection.vendor == "postgresql":
        for model in (ReleasedEntry, ListedClosed, Tombstone):
            _run(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")
