"""The data files of a release, all from one pass over its entries: CSV, JSON Lines, workbook, database, EAD3, closed list.

The workbook and the finding aids, which are most of the work, are written by a second process where there is enough of it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from policies.sentences import Sentence
from review.documents.closed_list import closed_lines
from review.documents.edition import Edition
from review.documents.entries_csv import CsvFile
from review.documents.entries_jsonl import Row, batches, line_of, rows_of
from review.documents.entries_sqlite import SqliteFile
from review.documents.entries_xlsx import Workbooks
from review.documents.merkle import Tree
from review.documents.release_ead3 import Ead3Files, Frame

CSV, LINES, DATABASE, CLOSED = "entries.csv", "entries.jsonl", "catalogue.sqlite3", "closed.jsonl"

MOST_IN_ONE_PROCESS = 20_000


@dataclass(frozen=True, slots=True)
class Tally:
    """What went by: entries, those of each fonds, the Merkle root over their lines, and how many closed ones are listed."""

    entries: int
    of_fonds: dict[str, int]
    merkle_root: str
    closed: int


class _Writer(Protocol):
    def write(self, rows: Sequence[Row]) -> None: ...
    def close(self) -> None: ...
    def abandon(self) -> None: ...


def write_data(edition: Edition, folder: Path, *, in_one_process: int = MOST_IN_ONE_PROCESS) -> Tally:
    """Write the data files of `edition` into `folder`. Any error is raised, and the files are then worth nothing.

    The same edition gives the same bytes, in one process or in two (from more entries than `in_one_process` on).
    """
    closed = 0
    with (folder / CLOSED).open("wb") as file:
        for closed, line in enumerate(closed_lines(edition.closed), start=1):  # noqa: B007
            file.write(line)
    frame = Frame(edition.number, edition.archives, edition.issued_on, edition.code_version)
    fonds = [(part.code, part.title) for part in edition.fonds]
    tree, of_fonds = Tree(), Counter({code: 0 for code, _ in fonds})
    with ExitStack() as on_error:
        writers: list[_Writer] = [SqliteFile(folder / DATABASE, _facts(edition), edition.closed)]
        on_error.callback(writers[0].abandon)
        elsewhere = edition.counts.opened + edition.counts.opened_in_part > in_one_process
        for writer in [_Elsewhere(folder, frame, fonds)] if elsewhere else table_writers(folder, frame, fonds):
            on_error.callback(writer.abandon)
            writers.append(writer)
        with (folder / CSV).open("wb") as csv_file, (folder / LINES).open("wb") as lines_file:
            table = CsvFile(csv_file)
            for batch in batches(rows_of(edition)):
                lines = [line_of(row) for row in batch]
                tree.add(lines)
                lines_file.write(b"\n".join([*lines, b""]))
                table.write(batch)
                of_fonds.update([row.fonds_code for row in batch])
                for writer in writers:
                    writer.write(batch)
            table.close()
        for writer in writers:
            writer.close()
        on_error.pop_all()
    return Tally(tree.count, dict(of_fonds), tree.root().hex(), closed)


def table_writers(folder: Path, frame: Frame, fonds: Sequence[tuple[str, str]]) -> list[_Writer]:
    """The writers of the workbook and of the finding aids."""
    title = f"开放档案目录 Open catalogue {frame.number}"
    return [Workbooks(folder, title, frame.issued_on), Ead3Files(folder, frame, fonds)]


def _facts(edition: Edition) -> dict[str, str]:
    return {
        "format": "qifeng-release/2",
        "number": edition.number,
        "corrects": edition.corrects,
        "archives_zh": edition.archives.zh,
        "archives_en": edition.archives.en,
        "issued_on": edition.issued_on.isoformat(),
        "signed_off_by": edition.signed_off_by,
        "signed_off_on": edition.signed_off_on.isoformat(),
    }


class _Elsewhere:
    """Another process of this program that writes what `table_writers` write; rows go to it as lines of JSON."""

    def __init__(self, folder: Path, frame: Frame, fonds: Sequence[tuple[str, str]]) -> None:
        root = Path(__file__).resolve().parents[2]
        # A file for its errors: a pipe that nobody empties would stop it.
        self._errors = (folder / ".errors").open("w+b")
        command = [sys.executable, "-m", "review.documents.release_data", str(folder.resolve())]
        self._process = subprocess.Popen(  # noqa: S603  ourselves
            command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=self._errors
        )
        archives = (frame.archives.zh, frame.archives.en)
        self._send([frame.number, *archives, frame.issued_on.isoformat(), frame.code_version, fonds])

    def write(self, rows: Sequence[Row]) -> None:
        """Hand over rows."""
        self._send(rows)

    def close(self) -> None:
        """Wait until all is written."""
        self._send([])
        self._process.stdin.close()  # type: ignore[union-attr]
        self._check(self._process.wait())
        self._errors.close()
        Path(self._errors.name).unlink()

    def abandon(self) -> None:
        """Stop it."""
        self._process.kill()
        self._process.communicate()
        self._errors.close()

    def _send(self, content: object) -> None:
        try:
            self._process.stdin.write(_ENCODE(content).encode() + b"\n")  # type: ignore[union-attr]
        except BrokenPipeError:
            self._check(self._process.wait())
            raise

    def _check(self, code: int) -> None:
        """What stopped the other process stops this one, by the same name where it was the disk."""
        if code == 0:
            return
        self._errors.seek(0)
        said = self._errors.read().decode(errors="replace")
        if 0 < code < _NO_ERRNO:
            raise OSError(code, said.strip().rpartition("\n")[2])
        raise RuntimeError(f"the process that writes the workbook ended with {code}: {said}")


_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_NO_ERRNO = 200


def _written_here() -> int:
    """What the other process does: rows in, files out; the number of an error of the system is its exit code."""
    first = json.loads(sys.stdin.buffer.readline())
    number, zh, en, day, version, fonds = first
    folder = Path(sys.argv[1])
    frame = Frame(number, Sentence(zh, en), date.fromisoformat(day), version)
    try:
        writers = table_writers(folder, frame, [(code, title) for code, title in fonds])
        for line in sys.stdin.buffer:
            rows = [Row._make(row) for row in json.loads(line)]
            for writer in writers:
                writer.write(rows) if rows else writer.close()
            if not rows:
                return 0
    except OSError as error:
        sys.stderr.write(f"{error}\n")
        return error.errno or _NO_ERRNO
    return _NO_ERRNO  # the rows ended without the sign that they were all


if __name__ == "__main__":
    sys.exit(_written_here())
