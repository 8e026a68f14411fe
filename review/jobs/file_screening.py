"""Screening a file by itself: no database, any number of processes, and the same bytes whatever their number.

The reading process hands out parts of the file, a few more than there are processes, and writes what comes back in the
order of the file; so memory does not grow with the file. Nothing stands under the name asked for until all of it does.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import tempfile
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from threading import Thread

from policies.finding_lines import line_of
from policies.screening import Screener
from policies.sentences import Refusal, Sentence
from review.readers.record_rows import RecordFile, Row, record_of

_AHEAD = 2  # parts in hand, for each process
_NAMED = 30  # unknown keys, of which a file may have as many as lines


@dataclass(slots=True)
class Screened:
    """What came of a file, or of a part of it: its lines, each with its end, and the counts of the summary."""

    lines: bytes = b""
    rows: int = 0
    refused: int = 0
    suggestions: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    unknown: frozenset[str] = frozenset()

    def add(self, part: Screened) -> None:
        """Adds the counts of a part, not its lines."""
        self.rows += part.rows
        self.refused += part.refused
        self.suggestions.update(part.suggestions)
        self.rules.update(part.rules)
        if len(self.unknown) < _NAMED:
            self.unknown |= part.unknown


@dataclass(frozen=True, slots=True)
class FileScreener:
    """Turns parts of a file into lines."""

    screener: Screener
    today: date
    fonds: str = ""

    def __call__(self, first: int, part: list[Row]) -> Screened:
        """One line for each row of the part, of which the first is the data row `first`."""
        done = Screened(rows=len(part))
        lines: list[str] = [""] * len(part)
        taken = []
        for place, row in enumerate(part):
            try:
                record, unknown = record_of(row, self.fonds)
            except Refusal as refusal:
                lines[place] = _refused(first + place, row[0], refusal.sentence)
                done.refused += 1
            else:
                taken.append((place, row[0], record))
                done.unknown |= unknown
        number = self.screener.ruleset.number
        screenings = self.screener.screen_all([record for _, _, record in taken], self.today)
        for (place, file_row, record), screening in zip(taken, screenings, strict=True):
            done.suggestions[screening.suggestion.value] += 1
            done.rules.update({finding.rule_id for finding in screening.findings})
            lines[place] = _numbered(first + place, file_row, line_of(record, screening, number))
        done.lines = "".join(lines).encode()
        return done


def screen_file(
    path: Path, out: Path, make: Callable[[], FileScreener], *, workers: int, draw: Callable[[int, int], None]
) -> tuple[Screened, list[Sentence]]:
    """Screen a file into `out`, one line of JSON a data row; the counts, and warnings about the file.

    `make` builds what screens, once in each process. `draw(done, total)` is told how much of the file is read, in
    thousandths. Raises Refusal for a file that cannot be read as a whole, OSError where `out` cannot be written; then,
    and when it is broken off, `out` stays what it was.
    """
    total = Screened()
    file = RecordFile(path)
    with _written_whole(out) as write, _screening(make, workers) as screened:
        for part in screened(_numbered_parts(file)):
            write(part.lines)
            total.add(part)
            draw(round(1000 * file.share), 1000)
    return total, file.warnings


def _numbered(row: int, file_row: int, line: str) -> str:
    return f'{{"row":{row},"file_row":{file_row},{line[1:]}\n'


def _refused(row: int, file_row: int, why: Sentence) -> str:
    said = json.dumps({"zh": why.zh, "en": why.en}, ensure_ascii=False, separators=(",", ":"))
    said = said.encode("utf-8", "backslashreplace").decode()  # a lone surrogate as its escape
    return f'{{"row":{row},"file_row":{file_row},"refused":{said}}}\n'


def _numbered_parts(file: RecordFile) -> Iterator[tuple[int, list[Row]]]:
    first = 1
    for part in file:
        yield first, part
        first += len(part)


_Parts = Iterable[tuple[int, list[Row]]]


@contextmanager
def _screening(make: Callable[[], FileScreener], workers: int) -> Iterator[Callable[[_Parts], Iterator[Screened]]]:
    """What screens parts, in this process or in so many others, and gives them back in order."""
    if workers == 1:
        screener = make()
        yield lambda parts: (screener(first, part) for first, part in parts)
        return
    # Forked, so that the ruleset that was checked is the one each process compiles.
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("fork"), _begin, (make,))
    pool.submit(int).result()  # starts the processes before anything else has a thread
    try:
        yield lambda parts: _in_order(pool, parts, _AHEAD * workers)
    finally:
        pool.shutdown(cancel_futures=True)


def _in_order(pool: ProcessPoolExecutor, parts: _Parts, ahead: int) -> Iterator[Screened]:
    pending: deque = deque()
    for first, part in parts:
        pending.append(pool.submit(_screen, first, part))
        if len(pending) >= ahead:
            yield pending.popleft().result()
    while pending:
        yield pending.popleft().result()


_mine: list[FileScreener] = []  # of this process, when it is one of the pool


def _begin(make: Callable[[], FileScreener]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the reading process ends the others
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    Thread(target=_end_with_parent, daemon=True).start()
    _mine.append(make())


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _screen(first: int, part: list[Row]) -> Screened:
    return _mine[0](first, part)


@contextmanager
def _written_whole(out: Path) -> Iterator[Callable[[bytes], object]]:
    """Writes into a file beside `out`, which takes its place at the end; readable by its owner only."""
    with tempfile.NamedTemporaryFile(dir=out.parent, prefix=f".{out.name}.", suffix=".part", delete=False) as file:
        try:
            with _ended_by_sigterm():
                yield file.write
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(out)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """A SIGTERM becomes an exit that cleans up, as ctrl-C does."""

    def end(*_: object) -> None:
        raise SystemExit(128 + signal.SIGTERM)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
