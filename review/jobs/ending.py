"""How a job ends: all shards done, refused, failed, or cancelled and nobody at it any more."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from policies.sentences import Sentence
from review.jobs import leases
from review.jobs.patience import insisting
from review.models import Job, Shard

NOT_ALLOWED = Sentence(
    "您没有办理此项工作的权限。需要时请与计划员联系。",
    "You do not hold the right to do this. If you need it, ask the planner.",
)
UNEXPECTED = Sentence(
    "出现意外错误（{name}），已试 {attempts} 次，未能完成。已完成的部分都已保存，可以继续；若再次失败，请把任务号 {job} 告知系统管理员查看日志。",
    "An unexpected error ({name}) after {attempts} attempts; the work could not be completed. What was done is kept, and"
    " it can be resumed; if it fails again, give the number of the job, {job}, to whoever reads the log of this system.",
)
KILLED = Sentence(
    "工作进程在办理途中被强行结束 {attempts} 次，未能完成，可能是内存不足。已完成的部分都已保存，可以继续；若再次失败，请把任务号 {job} 告知系统管理员。",
    "The worker was killed {attempts} times during this work, perhaps for want of memory; it could not be completed. What"
    " was done is kept, and it can be resumed; if it fails again, give the number of the job, {job}, to the administrator.",
)


@insisting
def fail(job: Job, sentence: Sentence) -> None:
    """End the job with the sentence that its page shows. A job that has ended stays as it ended."""
    Job.objects.filter(pk=job.pk, ended_at=None).update(
        ended_at=timezone.now(), failure_zh=sentence.zh, failure_en=sentence.en
    )


@insisting
def settle(job_pk: int) -> None:
    """End the job if it is ripe."""
    now = timezone.now()
    ripe(now).filter(pk=job_pk).update(ended_at=now)


def ripe(now: datetime) -> QuerySet[Job]:
    """The open jobs that may end: all their shards are done, or they were cancelled and no process is at them."""
    undone = Shard.objects.filter(job=OuterRef("pk"), done_at=None)
    left = Q(cancelled_at__isnull=False) & ~Exists(undone.filter(leases.live(now)))
    return Job.objects.filter(~Exists(undone) | left, ended_at=None)
