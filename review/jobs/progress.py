"""How far a job is, and whether anybody works at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q, Sum
from django.utils import timezone

from policies.sentences import Sentence
from review.jobs import leases
from review.models import Job, Worker

SILENT = timedelta(minutes=1)  # a worker without a heartbeat for so long is not there


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is. `done` and `total` count the units of its kind (rows, files), `seconds_left` is an estimate."""

    done: int
    total: int
    shards_done: int
    shards: int
    begun_at: datetime
    ended_at: datetime | None
    cancelled_at: datetime | None
    waiting: bool  # no worker is at it
    failure: Sentence | None
    seconds_left: float | None

    @property
    def state(self) -> str:
        """One of: done, failed, cancelled, stopping (cancelled, a worker has not yet noticed), waiting, running."""
        if self.ended_at:
            if self.shards_done == self.shards:
                return "done"
            return "failed" if self.failure else "cancelled"
        if self.cancelled_at:
            return "stopping"
        return "waiting" if self.waiting else "running"

    @property
    def percent(self) -> int:
        """0 to 100; 100 only when everything is done."""
        return min(99, self.done * 100 // self.total) if self.shards_done < self.shards else 100

    @property
    def can_cancel(self) -> bool:
        return self.state in ("waiting", "running")

    @property
    def can_resume(self) -> bool:
        return self.state in ("failed", "cancelled")


def progress_of(job: Job, *, now: datetime | None = None) -> Progress:
    """How far the job is, as its row was read. One query at any size."""
    now = now or timezone.now()
    # Shards not begun are as large as those begun, as far as anybody knows.
    begun = Q(begun_at__isnull=False)
    lately = Q(begun_at__gte=job.begun_at)
    sums = job.shards.aggregate(
        shards=Count("pk"),
        shards_done=Count("pk", filter=Q(done_at__isnull=False)),
        begun=Count("pk", filter=begun),
        live=Count("pk", filter=leases.live(now)),
        units=Sum("total", filter=begun, default=0),
        units_done=Sum("done", default=0),
        done_lately=Sum("done", filter=lately, default=0),
        since=Min("begun_at", filter=lately),
    )
    total = expected_total(sums["units"], sums["begun"], sums["shards"])
    left = None if job.ended_at else _left(sums["done_lately"], total - sums["units_done"], sums["since"], now)
    return Progress(
        done=sums["units_done"],
        total=total,
        shards_done=sums["shards_done"],
        shards=sums["shards"],
        begun_at=job.begun_at,
        ended_at=job.ended_at,
        cancelled_at=job.cancelled_at,
        waiting=job.ended_at is None and not sums["live"],
        failure=Sentence(job.failure_zh, job.failure_en) if job.failure_zh else None,
        seconds_left=left,
    )


def expected_total(units: int, begun: int, shards: int) -> int:
    """The units of all `shards`, when the `begun` ones have `units` together; the number of shards as long as none has."""
    return round(units * shards / begun) if begun else shards


def workers_alive(now: datetime) -> bool:
    """Whether some `manage.py work` gave a heartbeat within the last minute."""
    return Worker.objects.filter(seen_at__gt=now - SILENT).exists()


def _left(done: int, left: int, since: datetime | None, now: datetime) -> float | None:
    """Seconds left at the speed so far; None before there is a speed to speak of."""
    if not since or done <= 0 or (seconds := (now - since).total_seconds()) < 2:
        return None
    return seconds / done * left
