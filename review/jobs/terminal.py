"""Progress in a terminal, for commands that do their work at once."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from review.jobs.reports import Listener


@contextmanager
def progress_bar(words: str) -> Iterator[Listener]:
    """A bar on stderr that says `words`, drawn by calling what this gives with (done, total); nothing without a terminal.

    with progress_bar("导入 Import") as draw:
        run_here(job, on_progress=draw)
    """
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(words, total=None)

        def draw(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield draw
