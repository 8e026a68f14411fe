"""Who keeps the workers: django-q2's cluster of processes, a heartbeat, and a look around twice a second."""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import sys
from datetime import datetime, timedelta
from time import sleep

from django.db import OperationalError, connection, connections
from django.utils import timezone
from django_q.cluster import Cluster

from review.jobs import holders
from review.jobs.reaping import reap, unfinished
from review.models import Worker

log = logging.getLogger(__name__)
LOOK = 0.5  # seconds
BEAT = timedelta(seconds=15)
FORGOTTEN = timedelta(days=1)  # a heartbeat so old is of nobody
PR_SET_PDEATHSIG = 1


class Foreman:
    """Runs until a signal (SIGTERM, SIGINT) asks it to end, or until nothing is left; shards in hand are finished."""

    def __init__(self) -> None:
        self._ending = False
        self._beaten: datetime | None = None
        self._name = ""

    def run(self, *, until_idle: bool = False) -> None:
        """Raises RuntimeError when the cluster died under it."""
        holders.sweep()
        self._name = holders.my_name()
        cluster = Cluster()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        if sys.platform == "linux":
            os.register_at_fork(after_in_child=_die_with_parent)
        self._look_around()
        # A connection must not be shared with the processes that are forked now.
        connections.close_all()
        cluster.start()
        try:
            while not self._ending and cluster.sentinel.is_alive():
                if self._look_around() and until_idle and not unfinished():
                    break
                sleep(LOOK)
            if not cluster.sentinel.is_alive() and not self._ending:
                raise RuntimeError("the cluster of workers died")
        finally:
            cluster.stop()
            self._say_goodbye()

    def _end(self, signum: int, frame: object) -> None:
        self._ending = True

    def _look_around(self) -> bool:
        """Whether the database let us: another writer may keep it for longer than we wait."""
        try:
            now = timezone.now()
            if self._beaten is None or now - self._beaten >= BEAT:
                self._beat(now)
            reap(now)
        except OperationalError as error:
            log.warning("looking around had to wait: %s", type(error).__name__)
            connection.close()
            return False
        return True

    def _beat(self, now: datetime) -> None:
        Worker.objects.update_or_create(
            name=self._name, defaults={"seen_at": now}, create_defaults={"since": now, "seen_at": now}
        )
        Worker.objects.filter(seen_at__lt=now - FORGOTTEN).delete()
        self._beaten = now

    def _say_goodbye(self) -> None:
        try:
            Worker.objects.filter(name=self._name).delete()
        except OperationalError:
            log.warning("a last heartbeat stays behind")


def _die_with_parent() -> None:
    """In each forked process: be killed when the process that forked it dies, so that a killed worker leaves no orphans."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
