"""Looking around: what a killed or silent process left is queued again. Every worker does it, twice a second."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from review.jobs import leases, queueing
from review.jobs.ending import KILLED, fail, ripe, settle
from review.models import Job, Shard


def reap(now: datetime) -> None:
    """Take back leases that are over, and put right whatever the queue lost. Three reads and no write when there is nothing to do."""
    held = Shard.objects.filter(done_at=None, lease_until__isnull=False, job__ended_at=None)
    for shard in held.select_related("job"):
        if leases.is_over(shard, now):
            _take_back(shard)
    for job in ripe(now):
        settle(job.pk)
    if queueing.is_empty():
        _queue_forgotten()


def unfinished() -> bool:
    """Whether any job is open. An entry still queued of a job that is over will find nothing to do, whenever it comes."""
    return Job.objects.filter(ended_at=None).exists()


def _take_back(shard: Shard) -> None:
    with transaction.atomic():
        if not leases.take_back(shard) or shard.job.cancelled_at:
            return
        if shard.attempts >= leases.MAX_ATTEMPTS:
            fail(shard.job, KILLED.filled(attempts=shard.attempts, job=shard.job_id))
        else:
            queueing.queue([shard.pk])


def _queue_forgotten() -> None:
    """A shard that waits while the queue is empty would wait for ever: its entry was purged, or signed with a lost key."""
    waiting = Shard.objects.filter(
        done_at=None, lease_until=None, job__ended_at=None, job__cancelled_at=None, attempts__lt=leases.MAX_ATTEMPTS
    )
    if waiting.exists():
        with transaction.atomic():
            queueing.queue(waiting.order_by("pk").values_list("pk", flat=True))
