"""Who holds a lease, and whether that process is still there.

A holder keeps a file locked for as long as it lives; the system unlocks it however the process ends, kill -9 too. So
whoever can lock the file knows that its holder is dead, without waiting for the lease to run out. A file that is not
there (a worker on another machine with its own folder) proves nothing: then the lease has to run out.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import socket
from pathlib import Path

from django.conf import settings

# Not a process: an attempt has failed, and the next one waits until this "lease" has run out.
BACKOFF = "backoff"

_mine: dict[int, tuple[str, int]] = {}  # process id: (name, open file); a forked process is another holder


def my_name() -> str:
    """The name of this process as a holder: host, process id, and four random bytes (process ids come again)."""
    pid = os.getpid()
    if pid not in _mine:
        name = f"{socket.gethostname()[:40]}:{pid}:{secrets.token_hex(4)}"
        file = os.open(_file_of(name), os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(file, fcntl.LOCK_EX)
        _mine[pid] = (name, file)
    return _mine[pid][0]


def is_dead(name: str) -> bool:
    """Whether the holder of this name is known to be gone; its file is then removed."""
    path = _file_of(name)
    if not path.exists():
        return False
    try:
        file = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        path.unlink(missing_ok=True)
        return True
    finally:
        os.close(file)


def sweep() -> None:
    """Remove the files of holders long gone."""
    for path in _folder().iterdir():
        is_dead(path.name)


def _folder() -> Path:
    folder = settings.VAR_DIR / "workers"
    folder.mkdir(exist_ok=True)
    return folder


def _file_of(name: str) -> Path:
    return _folder() / name
