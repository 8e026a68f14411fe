"""What one act asks again and again, asked of the database once: who may, whose right it is, which round it is.

An act is what happens under one lock, in one transaction (TellingLock in workflows/audit.py). Desk, operation and audit each ask
for themselves, as they must; within the act the answer is the same. Outside of an act nothing is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
_kept: ContextVar[dict[Hashable, object] | None] = ContextVar("kept", default=None)


@contextmanager
def one_act() -> Iterator[None]:
    """Keep the answers of functions marked `once` until the act is over; an act within an act is part of it."""
    if _kept.get() is not None:
        yield
        return
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def once(function: Callable[P, R]) -> Callable[P, R]:
    """Mark a read whose answer an act may keep. Whatever changes the answer calls `forget`."""
    return _asked(function, "act")


def once_between_writes(function: Callable[P, R]) -> Callable[P, R]:
    """Mark a read whose answer may be kept until the next line of the ledger: every write has one."""
    return _asked(function, "writes")


def _asked(function: Callable[P, R], until: str) -> Callable[P, R]:
    @wraps(function)
    def asked(*args: P.args, **kwargs: P.kwargs) -> R:
        kept = _kept.get()
        if kept is None:
            return function(*args, **kwargs)
        key = (until, function, args, tuple(sorted(kwargs.items())))
        if key not in kept:
            kept[key] = function(*args, **kwargs)
        return kept[key]  # type: ignore[return-value]

    return asked


def written() -> None:
    """Ask anew what was kept between writes: the ledger calls it with every line."""
    kept = _kept.get() or {}
    for key in [key for key in kept if isinstance(key, tuple) and key[0] == "writes"]:
        del kept[key]


def remember(key: str, value: object) -> None:
    """Keep a value for the rest of the act."""
    kept = _kept.get()
    if kept is not None:
        kept[key] = value


def recall(key: str) -> Any:
    """What `remember` kept in this act; None where nothing is."""
    return (_kept.get() or {}).get(key)


def forget() -> None:
    """Ask everything anew: for operations that change rights or begin another round."""
    kept = _kept.get()
    if kept is not None:
        kept.clear()
