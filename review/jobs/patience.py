"""Writes that are worth waiting for."""

from __future__ import annotations

import functools
from collections.abc import Callable
from time import sleep
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection

P = ParamSpec("P")
T = TypeVar("T")
WAITS = (1, 5, 15)  # seconds, on top of the database's own 20


def insisting(write: Callable[P, T]) -> Callable[P, T]:
    """The same write, tried again when another writer keeps the database. Not inside a transaction: that one is lost."""

    @functools.wraps(write)
    def insist(*args: P.args, **kwargs: P.kwargs) -> T:
        for wait in WAITS:
            try:
                return write(*args, **kwargs)
            except OperationalError:
                if connection.in_atomic_block:
                    raise
                connection.close()
                sleep(wait)
        return write(*args, **kwargs)

    return insist
