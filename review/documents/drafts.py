"""A folder that appears under its name whole or not at all, whatever happens while it is written."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from policies.sentences import Refusal, Sentence

_NO_ROOM = Sentence(
    "磁盘空间不足，{name} 没有写成，原有内容不受影响。请在 {folder} 所在的磁盘腾出空间后重试。",
    "The disk is full: {name} was not written, and what was there is untouched. Make room on the disk of {folder} and try "
    "again.",
)
_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}


@contextmanager
def draft_of(directory: Path) -> Iterator[Path]:
    """An empty folder beside `directory` to write it in; it is gone at the end, unless it was renamed.

    Drafts of processes that were killed are cleared away first; one that is still written is left alone. A disk that is
    full is refused by a sentence.
    """
    parent = directory.parent
    parent.mkdir(parents=True, exist_ok=True)
    for left in parent.glob(f".{directory.name}-*"):
        _clear_if_dead(left)
    draft, handle = _held_draft(directory)
    try:
        yield draft
    except OSError as error:
        if error.errno in _FULL:
            raise Refusal(_NO_ROOM.filled(name=directory.name, folder=parent)) from error
        raise
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
            raise Refusal(_NO_ROOM.filled(name=directory.name, folder=parent)) from error
        raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        if handle is not None:
            os.close(handle)


def paths_in(directory: Path) -> list[Path]:
    """Every file below a folder, and whatever else is there that is no folder with something in it; by their names."""
    return sorted(
        path for path in directory.rglob("*") if path.is_symlink() or not path.is_dir() or not any(path.iterdir())
    )


def all_to_disk(directory: Path) -> None:
    """Wait until a folder, its files and its folders are on the disk and not only in memory."""
    for path in (*directory.rglob("*"), directory):
        to_disk(path)


def to_disk(path: Path) -> None:
    """Wait until a file, or on POSIX a folder's list of names, is on the disk."""
    if path.is_dir() and os.name != "posix":
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _held_draft(directory: Path) -> tuple[Path, int | None]:
    """A new draft that nobody clears away while this process lives."""
    while True:
        draft = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=directory.parent))
        with suppress(BlockingIOError, FileNotFoundError):  # somebody is just clearing it away
            handle = _hold(draft)
            if draft.exists():
                return draft, handle
            if handle is not None:
                os.close(handle)


def _hold(draft: Path) -> int | None:
    """A handle on the folder by which others see that its process lives; None where the system has no such thing.

    Raises BlockingIOError where another process holds it, FileNotFoundError where it has gone.
    """
    if os.name != "posix":
        return None
    import fcntl  # noqa: PLC0415  POSIX only

    handle = os.open(draft, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise
    return handle


def _clear_if_dead(draft: Path) -> None:
    with suppress(OSError):
        handle = _hold(draft)
        if handle is not None:
            shutil.rmtree(draft, ignore_errors=True)
            os.close(handle)
