"""What one act asks again and again, asked of the database once: who may, whose right it is, which round it is.

An act is what happens under one lock, in one transaction (TellingLock in workflows/audit.py), or the reading of one page.
Desk, operation and audit each ask for themselves, as they must; within the act the answer is the same. Outside of an act
nothing is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(slots=True)
class _Act:
    writing: bool  # in one transaction, so that what it holds locked it may remember
    kept: dict[Hashable, object] = field(default_factory=dict)


_act: ContextVar[_Act | None] = ContextVar("act", default=None)


@contextmanager
def one_act(*, writing: bool = False) -> Iterator[None]:
    """Keep the answers of functions marked `once` until the act is over; an act within an act is part of it."""
    if _act.get() is not None:
        yield
        return
    token = _act.set(_Act(writing))
    try:
        yield
    finally:
        _act.reset(token)


def once(function: Callable[P, R]) -> Callable[P, R]:
    """Mark a read whose answer an act may keep. Whatever changes the answer calls `forget`."""
    return _asked(function, "act")


def once_between_writes(function: Callable[P, R]) -> Callable[P, R]:
    """Mark a read whose answer may be kept until the next line of the ledger: every write has one."""
    return _asked(function, "writes")


def _asked(function: Callable[P, R], until: str) -> Callable[P, R]:
    @wraps(function)
    def asked(*args: P.args, **kwargs: P.kwargs) -> R:
        act = _act.get()
        if act is None:
            return function(*args, **kwargs)
        key = (until, function, args, tuple(sorted(kwargs.items())))
        if key not in act.kept:
            act.kept[key] = function(*args, **kwargs)
        return act.kept[key]  # type: ignore[return-value]

    return asked


def written() -> None:
    """Ask anew what was kept between writes: the ledger calls it with every line."""
    act = _act.get()
    if act is not None:
        for key in [key for key in act.kept if isinstance(key, tuple) and key[0] == "writes"]:
            del act.kept[key]


def remember(key: str, value: object) -> None:
    """Keep a value for the rest of an act that writes; reading a page may be several transactions, and keeps none."""
    act = _act.get()
    if act is not None and act.writing:
        act.kept[key] = value


def recall(key: str) -> Any:
    """What `remember` kept in this act; None where nothing is."""
    act = _act.get()
    return act.kept.get(key) if act is not None else None


def forget() -> None:
    """Ask everything anew: for operations that change rights or begin another round."""
    act = _act.get()
    if act is not None:
        act.kept.clear()
