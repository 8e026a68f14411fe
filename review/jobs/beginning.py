"""Begin, cancel and resume a job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from policies.sentences import Refusal, Sentence
from review.jobs import leases, queueing
from review.jobs.ending import NOT_ALLOWED, settle
from review.jobs.kinds import KINDS, Plain
from review.models import Job, Person, Shard

OVER = Sentence("任务 {job} 已经结束，无须停止。", "Job {job} has ended already; there is nothing to cancel.")
RUNNING = Sentence(
    "任务 {job} 还在进行或正在停止。请等它停下后再继续。",
    "Job {job} is still running or about to stop. Resume it when it has stopped.",
)
DONE = Sentence("任务 {job} 已全部完成，无须继续。", "Job {job} is done; there is nothing to resume.")


def begin(*, kind: str, subject: str, shards: Sequence[Mapping[str, Plain]], by: Person | None, at: datetime) -> Job:
    """A job of these shards, queued. Rows and queue entries are in the caller's transaction: rolled back together.

    `subject` is shown on the job's page and must not hold the title of a record. `shards` are the arguments of each.
    """
    if kind not in KINDS:
        raise ValueError(f"no such kind of background work: {kind}")
    if not shards:
        raise ValueError("a job has at least one shard")
    with transaction.atomic():
        job = Job.objects.create(kind=kind, subject=subject[:200], by=by, begun_at=at)
        Shard.objects.bulk_create(
            [Shard(job=job, number=number, arguments=dict(a)) for number, a in enumerate(shards, 1)], batch_size=1000
        )
        queueing.queue(job.shards.order_by("number").values_list("pk", flat=True))
    return job


def cancel(job: Job, *, by: Person | None, at: datetime) -> None:
    """Shards not begun are never begun; a running one is told at its next report. What is done stays done.

    `by`: who began it, or None for whoever runs the machine. Refused when the job has ended.
    """
    if by is not None and by.pk != job.by_id:
        raise PermissionDenied(NOT_ALLOWED.zh)
    if not Job.objects.filter(pk=job.pk, ended_at=None).update(cancelled_at=at):
        raise Refusal(OVER.filled(job=job.pk))
    settle(job.pk)


def resume(job: Job, at: datetime) -> None:
    """The undone shards again, with all their attempts, after a failure or a cancel."""
    with transaction.atomic():
        undone = Shard.objects.filter(job=job, done_at=None)
        if not undone.exists():
            raise Refusal(DONE.filled(job=job.pk))
        now = timezone.now()
        if any(not leases.is_over(shard, now) for shard in undone.filter(leases.live(now))):
            raise Refusal(RUNNING.filled(job=job.pk))
        again = {"begun_at": at, "ended_at": None, "cancelled_at": None, "failure_zh": "", "failure_en": ""}
        if not Job.objects.filter(pk=job.pk, ended_at__isnull=False).update(**again):
            raise Refusal(RUNNING.filled(job=job.pk))
        undone.update(attempts=0, done=0, begun_at=None, lease_until=None, leased_by="")
        queueing.queue(undone.order_by("number").values_list("pk", flat=True))
