"""The lease of a shard: taken, renewed and given back by compare-and-set, so that one process at a time works on it.

Each of these is one UPDATE that names what it expects to find. The number of the attempt is the fence: a process that
lost its lease to another can no longer write to the shard.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from review.jobs import holders
from review.jobs.patience import insisting
from review.models import Job, Shard

# Renewed by every report outside a transaction; inside one nothing is written, so it has to outlast the longest
# transaction of a kind. `manage.py work --lease` sets it for that process.
LEASE = timedelta(minutes=10)
MAX_ATTEMPTS = 5
# Before the second, third ... attempt.
WAITS = (timedelta(seconds=2), timedelta(seconds=15), timedelta(minutes=1), timedelta(minutes=5))


def set_lease(seconds: float) -> None:
    """Leases of this process, and of the processes it will start, hold for `seconds`."""
    global LEASE  # noqa: PLW0603 - set once, at the start of a worker
    LEASE = timedelta(seconds=seconds)


@insisting
def take(pk: int) -> Shard | None:
    """The shard, now leased to this process; None when it is done, held, tried too often, or its job is over."""
    now = timezone.now()
    shard = Shard.objects.select_related("job", "job__by").filter(pk=pk, done_at=None).first()
    if shard is None or shard.attempts >= MAX_ATTEMPTS or (shard.lease_until and shard.lease_until > now):
        return None
    # Conditions on the row itself stand in the UPDATE and not in a subquery: PostgreSQL checks only those again after
    # having waited for another process.
    seen = Q(pk=pk, done_at=None, attempts=shard.attempts, leased_by=shard.leased_by, lease_until=shard.lease_until)
    attempt = {
        "attempts": shard.attempts + 1,
        "begun_at": now,
        "lease_until": now + LEASE,
        "leased_by": holders.my_name(),
        "done": 0,
    }
    open_job = Exists(Job.objects.filter(pk=OuterRef("job_id"), ended_at=None, cancelled_at=None))
    if not Shard.objects.filter(seen, open_job).update(**attempt):
        return None
    for name, value in attempt.items():
        setattr(shard, name, value)
    return shard


def renew(shard: Shard, done: int, total: int) -> bool:
    """Save how far it is and hold the lease on; False when another process has it."""
    return bool(_held(shard).update(done=done, total=total, lease_until=timezone.now() + LEASE))


@insisting
def give_back(shard: Shard, wait: timedelta | None = None) -> None:
    """Not done: free for the next attempt, at once or after `wait`."""
    until = timezone.now() + wait if wait else None
    _held(shard).update(lease_until=until, leased_by=holders.BACKOFF if wait else "")


@insisting
def finish(shard: Shard, total: int) -> None:
    """Done, all `total` of it. When the lease was lost meanwhile, whoever holds it now will say so."""
    _held(shard).update(done_at=timezone.now(), done=total, total=total, lease_until=None, leased_by="")


def take_back(shard: Shard) -> bool:
    """Free a shard whose lease is over, as it was seen; False when something happened to it since."""
    return bool(_held(shard).filter(lease_until=shard.lease_until).update(lease_until=None, leased_by=""))


def is_over(shard: Shard, now: datetime) -> bool:
    """Whether the lease has run out, or its holder is known to be dead."""
    return shard.lease_until is not None and (shard.lease_until <= now or holders.is_dead(shard.leased_by))


def live(now: datetime) -> Q:
    """The shards that a process works on: those leased, without those that only wait for their next attempt."""
    return Q(done_at=None, lease_until__gt=now) & ~Q(leased_by=holders.BACKOFF)


def _held(shard: Shard) -> QuerySet[Shard]:
    return Shard.objects.filter(pk=shard.pk, done_at=None, attempts=shard.attempts, leased_by=shard.leased_by)
