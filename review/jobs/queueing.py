"""The queue itself: django-q2, with the database of the records as its broker."""

from __future__ import annotations

from collections.abc import Iterable

from django_q.models import OrmQ
from django_q.tasks import async_task

DELIVERY = "review.jobs.running.deliver"


def queue(shards: Iterable[int]) -> None:
    """Put these shards (primary keys) in the queue, in the caller's transaction. Queued twice is worked on once.

    Without a time limit of the queue's (-1): the lease says how long a shard may be silent. An entry that is older than
    `retry` is delivered once more; the lease then says that there is nothing to do.
    """
    for pk in shards:
        async_task(DELIVERY, pk, q_options={"timeout": -1})


def is_empty() -> bool:
    """Whether nothing is queued: an entry stays until its shard was worked on."""
    return not OrmQ.objects.exists()
