"""Many rows into a table at the speed of the database: COPY on PostgreSQL, one prepared statement on SQLite."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models, transaction


@models.Field.register_lookup
@models.ForeignObject.register_lookup
class Among(models.Lookup):
    """`pk__among=[...]`: as `__in` over numbers or texts, but one parameter however many there are."""

    lookup_name = "among"

    def get_prep_lookup(self) -> list[object]:
        return list(self.rhs)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[object]]:
        left, params = self.process_lhs(compiler, connection)
        if connection.vendor == "postgresql":
            return f"{left} = ANY(%s)", [*params, self.rhs]
        return f"{left} IN (SELECT value FROM json_each(%s))", [*params, json.dumps(self.rhs)]  # noqa: S608 - the left side is a column


def next_ids(model: type[models.Model], count: int) -> int:
    """The first of `count` consecutive keys that no row of the model has; nobody else gets them in this transaction.

    Another transaction that wants keys of the model waits for the end of this one.
    """
    table, key = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [table])
            cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, %s))", [table, key])
            first = int(cursor.fetchone()[0])
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, %s), %s)", [table, key, first + count - 1])
            return first
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        found = cursor.fetchone()
        return (int(found[0]) if found else 0) + 1


def insert_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Inserts rows of plain values (days as ISO texts, JSON as text), as they come and without keeping them.

    `columns` are columns of the table. Constraints hold as ever; neither defaults nor `save` of the model do.
    """
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    names = ", ".join(map(quote, columns))
    with transaction.atomic(), connection.cursor() as cursor, connection.wrap_database_errors:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            # The driver's own connection: Django's cursor would keep every row until the last one is in.
            marks = ", ".join("?" * len(columns))
            connection.connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608


def insert_unsaved(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """Inserts rows that were made and not saved, at the speed of `insert_rows`; they do not learn their keys."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    insert_rows(
        model,
        [field.column for field in fields],
        ([field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields] for row in rows),
    )


def set_columns(model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Sets columns of many rows, each to its own plain values: (key, value of the first column, of the second, ...)."""
    if not rows:
        return
    quote = connection.ops.quote_name
    table, key = quote(model._meta.db_table), quote(model._meta.pk.column)
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            kinds = {field.column: field.db_type(connection) for field in model._meta.concrete_fields}
            given = ", ".join(["%s::bigint[]", *(f"%s::{kinds[column]}[]" for column in columns)])
            names = ", ".join(map(quote, columns))
            cursor.execute(
                f"UPDATE {table} SET {', '.join(f'{quote(column)} = given.{quote(column)}' for column in columns)}"  # noqa: S608
                f" FROM unnest({given}) AS given (key, {names}) WHERE {table}.{key} = given.key",
                [list(column) for column in zip(*rows, strict=True)],
            )
        else:
            sets = ", ".join(f"{quote(column)} = %s" for column in columns)
            cursor.executemany(
                f"UPDATE {table} SET {sets} WHERE {key} = %s",  # noqa: S608
                [(*values, pk) for pk, *values in rows],
            )
