"""One SQLite file that holds what was read of a catalogue file: rows, complaints, and how far the reading came."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

from policies.catalogue_rows import FIELD_NAMES, CatalogueRow, Complaint, same_code
from policies.secrecy import is_secrecy_mark
from policies.sentences import Sentence
from review.readers.streams import Chunk

FIELDS = CatalogueRow._fields
# Beside what the file states: the code as it is compared; what the row has of its own where that is not what holds
# (JSON); what it becomes; the row, or the held code, it lies in; how deep; what saving would do, and to which fields.
FOUND = ("code_key", "own", "kind", "above_row", "above_key", "depth", "verdict", "changes")
COLUMNS = FIELDS + FOUND
_CODE = FIELDS.index("reference_code")
_DEFAULTS = ("{}", "entry", None, None, 0, "", "")
_INSERT = f"INSERT INTO row ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608 our own names

_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS row (row INTEGER PRIMARY KEY, {", ".join(name for name in COLUMNS if name != "row")});
CREATE TABLE IF NOT EXISTS complaint (row INTEGER, "column" TEXT, value TEXT, zh TEXT, en TEXT, severity TEXT, line INTEGER,
    compared INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS refused (row INTEGER PRIMARY KEY, cells TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS secret (row INTEGER PRIMARY KEY);
"""


class Staged:
    """The staged rows of one intake. Use as a context manager, or close it."""

    def __init__(self, path: Path) -> None:
        """Opens the file, or begins it where it is not there."""
        self.path = path
        self.db = sqlite3.connect(path, isolation_level=None, timeout=30)
        # Survives the end of the process at any moment; what the machine loses by losing power is read again.
        self.db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-32000;")
        # What is taken out again may be a state secret: it is written over, not only forgotten.
        self.db.execute("PRAGMA secure_delete=ON")
        if not self.db.execute("SELECT 1 FROM sqlite_master WHERE name = 'secret'").fetchone():
            self.db.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} COMMIT;")  # another process may be at it too

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.db.close()

    def begin_again(self) -> None:
        """Throws away all that was read: the file is read anew, in another way."""
        tables = "".join(
            f"DROP TABLE IF EXISTS {name};" for name in ("meta", "row", "complaint", "refused", "secret", "held")
        )
        self.db.executescript(f"BEGIN IMMEDIATE; {tables} {_SCHEMA} COMMIT;")
        self.wipe_log()

    def wipe_log(self) -> None:
        """Empties the write-ahead log, which still holds what was written over."""
        self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    # What was noted of the reading.

    def note(self, name: str, value: object) -> None:
        self.db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, json.dumps(value, ensure_ascii=False)))

    def noted(self, name: str, default: Any = None) -> Any:
        found = self.db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return json.loads(found[0]) if found else default

    @property
    def read(self) -> int:
        """Records read so far: where to go on."""
        return int(self.noted("read", 0))

    @property
    def complete(self) -> bool:
        """Whether the whole file was read and checked as a whole."""
        return bool(self.noted("complete", False))

    def column(self, field: str) -> str:
        """The heading under which a field stands in the file; its usual name where it has none there."""
        return str(self.noted("columns", {}).get(field) or FIELD_NAMES[field].zh)

    # Taking in.

    def add(self, chunk: Chunk) -> None:
        """Keeps one chunk and the place reached, both or neither."""
        secret = {row for row, cells in chunk.refused if any(map(is_secrecy_mark, cells))}
        with self.transaction():
            self.db.executemany(_INSERT, ((*row, same_code(row[_CODE]), *_DEFAULTS) for row in chunk.rows))
            self.complain(c._replace(value="") if c.row in secret else c for c in chunk.complaints)
            cells = (
                (row, json.dumps(texts, ensure_ascii=False)) for row, texts in chunk.refused if row not in secret
            )
            self.db.executemany("INSERT OR REPLACE INTO refused VALUES (?, ?)", cells)
            self.hide(secret)
            self.note("read", chunk.read)
            self.note("share", chunk.share)

    def complain(self, complaints: Iterable[Complaint], *, compared: bool = False) -> None:
        """Keeps complaints; those found by comparing with the holdings are forgotten when it is compared again."""
        self.db.executemany(
            "INSERT INTO complaint VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (c.row, c.column, c.value, c.sentence.zh, c.sentence.en, c.severity, c.line, compared)
                for c in complaints
            ),
        )

    def refuse(self, complaints: Sequence[Complaint]) -> None:
        """Takes rows out again, with the reason for each."""
        self.complain(complaints)
        self.db.executemany("DELETE FROM row WHERE row = ?", {(c.row,) for c in complaints})

    def hide(self, rows: Iterable[int]) -> None:
        """Remembers which rows carried a state secret; nothing of what they said is kept."""
        self.db.executemany("INSERT OR IGNORE INTO secret VALUES (?)", ((row,) for row in rows))

    def transaction(self) -> _Transaction:
        return _Transaction(self.db)

    # Looking.

    def count(self, where: str = "1", *values: object) -> int:
        """How many staged rows meet a condition of ours (SQL over COLUMNS)."""
        return int(self.db.execute(f"SELECT count(*) FROM row WHERE {where}", values).fetchone()[0])  # noqa: S608

    def rows(
        self, where: str = "1", *values: object, order: str = "row", columns: Sequence[str] = FIELDS
    ) -> sqlite3.Cursor:
        """Staged rows that meet a condition of ours, as tuples of `columns`."""
        names = ", ".join(columns)
        return self.db.execute(f"SELECT {names} FROM row WHERE {where} ORDER BY {order}", values)  # noqa: S608

    def complaints(self, severity: str = "error", *, first: int = 0, most: int = -1) -> Iterator[Complaint]:
        found = self.db.execute(
            'SELECT row, "column", value, zh, en, severity, line FROM complaint WHERE severity = ? '
            "ORDER BY row, rowid LIMIT ? OFFSET ?",
            (severity, most, first),
        )
        return (Complaint(row, column, value, Sentence(zh, en), *rest) for row, column, value, zh, en, *rest in found)

    def complaint_count(self, severity: str = "error") -> int:
        found = self.db.execute("SELECT count(*) FROM complaint WHERE severity = ?", (severity,))
        return int(found.fetchone()[0])

    @property
    def refused_rows(self) -> int:
        """Rows with at least one error."""
        found = self.db.execute("SELECT count(DISTINCT row) FROM complaint WHERE severity = 'error'")
        return int(found.fetchone()[0])

    def refused_cells(self) -> Iterator[tuple[int, list[str]]]:
        """The cells of refused rows as they stood in the table; those of secrets were never kept."""
        found = self.db.execute("SELECT row, cells FROM refused ORDER BY row")
        return ((row, json.loads(cells)) for row, cells in found)

    def secret_rows(self) -> set[int]:
        """Rows that carried more of a state secret than may be kept."""
        return {row for (row,) in self.db.execute("SELECT row FROM secret")}


class _Transaction:
    """All of a block or nothing of it."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        self._db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: object, *_: object) -> None:
        self._db.execute("COMMIT" if kind is None else "ROLLBACK")
