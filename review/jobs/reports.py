"""How a running shard says how far it is, and is told to stop."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from django.db import OperationalError, connection

from review.jobs import leases
from review.models import Job, Shard

EVERY = 0.5  # seconds between two writes
Listener = Callable[[int, int], None]


class Stopped(Exception):
    """Raised inside a kind by its report: the job was cancelled or has failed elsewhere, or the lease was lost."""


class Report:
    """`report(done, total)`: saves progress at most every half second, renews the lease, raises Stopped when told to.

    Inside a transaction it writes nothing: the row would stay locked, and the progress unseen, until the transaction
    ends. It then only looks whether the job was cancelled; the lease has to outlast the transaction (leases.LEASE). On
    SQLite nobody can write while a transaction does, not even a cancel: kinds keep transactions well under 20 seconds
    there, or accept that a cancel has to wait.
    """

    def __init__(self, shard: Shard, listener: Listener | None = None) -> None:
        self.job: Job = shard.job
        self.done, self.total = 0, 1
        self._shard, self._listener = shard, listener
        self._looked: float | None = None

    def __call__(self, done: int, total: int) -> None:
        self.done, self.total = done, max(total, done)
        if self._looked is not None and monotonic() - self._looked < EVERY:
            return
        self._look()
        self._looked = monotonic()
        self.tell()

    def tell(self) -> None:
        """Tell whoever listens in this process (a progress bar in a terminal)."""
        if self._listener:
            self._listener(self.done, self.total)

    def _look(self) -> None:
        if connection.in_atomic_block:
            self._raise_if_over()
            return
        try:
            held = leases.renew(self._shard, self.done, self.total)
        except OperationalError:
            # Another writer kept the database for longer than we wait: progress is told the next time.
            return
        if not held:
            raise Stopped("the lease was lost")
        self._raise_if_over()

    def _raise_if_over(self) -> None:
        if not Job.objects.filter(pk=self.job.pk, cancelled_at=None, ended_at=None).exists():
            raise Stopped("the job was cancelled, or has failed elsewhere")
