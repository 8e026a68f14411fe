"""catalogue.sqlite3: what a release says as a small database, for whoever wants to ask it questions.

The same rows give the same bytes: a fixed page size, rows in their order, no journal, no clock, and not the version of the
library that wrote it, which SQLite notes in the header and nothing reads.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from review.documents.edition import ClosedEntry
from review.documents.entries_jsonl import COLUMNS, Row

_TABLES = f"""
PRAGMA page_size = 4096;
PRAGMA encoding = 'UTF-8';
PRAGMA auto_vacuum = NONE;
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
BEGIN;
CREATE TABLE release (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE closed (fonds_code TEXT NOT NULL, reference_code TEXT NOT NULL, ground TEXT NOT NULL, opens_on TEXT NOT NULL,
  PRIMARY KEY (fonds_code, reference_code)) WITHOUT ROWID;
CREATE TABLE entries (position INTEGER PRIMARY KEY, {", ".join(f"{column} {'INTEGER' if column == 'early_opening' else 'TEXT'} NOT NULL" for column in COLUMNS)});
"""
_INSERT = f"INSERT INTO entries ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608  our own names
_LIBRARY_VERSION = 96  # where the header of a database has it (SQLite file format, 1.3)


class SqliteFile:
    """catalogue.sqlite3 being written: tables `release` (what it is), `closed` and `entries` (`position` from 1)."""

    def __init__(self, path: Path, facts: Mapping[str, str], closed: Iterable[ClosedEntry]) -> None:
        self._path = path
        self._base = sqlite3.connect(path, isolation_level=None)
        self._base.executescript(_TABLES)
        self._base.executemany("INSERT INTO release VALUES (?, ?)", sorted(facts.items()))
        self._base.executemany(
            "INSERT INTO closed VALUES (?, ?, ?, ?)",
            ((each.fonds_code, each.reference_code, each.ground, str(each.opens_on or "")) for each in closed),
        )

    def write(self, rows: Sequence[Row]) -> None:
        """Append rows."""
        self._base.executemany(_INSERT, rows)

    def close(self) -> None:
        """Make the index of codes and finish the file."""
        self._base.execute("CREATE UNIQUE INDEX entries_by_code ON entries (fonds_code, reference_code)")
        self._base.execute("COMMIT")
        self._base.close()
        with self._path.open("r+b") as file:
            file.seek(_LIBRARY_VERSION)
            file.write(bytes(4))

    def abandon(self) -> None:
        """Let the file go unfinished."""
        self._base.close()
