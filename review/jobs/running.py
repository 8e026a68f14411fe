"""Work on a shard: under its lease, once, with what it raises turned into a retry or a sentence."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from time import sleep

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from policies.sentences import Refusal
from review.jobs import leases
from review.jobs.ending import NOT_ALLOWED, UNEXPECTED, fail, settle
from review.jobs.kinds import KINDS
from review.jobs.progress import expected_total
from review.jobs.reaping import reap
from review.jobs.reports import Listener, Report, Stopped
from review.models import Job, Shard

log = logging.getLogger(__name__)


def deliver(pk: int) -> None:
    """What the queue calls. A second delivery finds the lease or the end of the shard, and does nothing."""
    shard = leases.take(pk)
    if shard is not None:
        _run(shard)


def run_here(job: Job, *, on_progress: Callable[[int, int], None] | None = None) -> Job:
    """Work on all shards in this process, now, and give back the job as it ended.

    Under the same leases: a worker that happens to run may take some of them, and is waited for. A refusal is in
    `progress_of(job).failure`. Any other exception ends the job and is raised, for whoever sits at the terminal; an
    interrupt (Ctrl-C) cancels it and is raised. Both can be resumed.
    """
    while not _is_over(job):
        idle = True
        for pk in _undone(job):
            if shard := leases.take(pk):
                idle = False
                _here(shard, on_progress)
        if idle and not _is_over(job):
            reap(timezone.now())
            sleep(0.2)
    job.refresh_from_db()
    return job


def _here(shard: Shard, on_progress: Listener | None) -> None:
    try:
        _run(shard, listener=_of_whole_job(shard.job, on_progress), attempts=1)
    except KeyboardInterrupt:
        Job.objects.filter(pk=shard.job_id, ended_at=None).update(cancelled_at=timezone.now())
        leases.give_back(shard)
        settle(shard.job_id)
        raise


def _run(shard: Shard, *, listener: Listener | None = None, attempts: int = leases.MAX_ATTEMPTS) -> None:
    """One attempt. After the last of `attempts` the job fails; here (`attempts` 1) the exception is raised as well."""
    report = Report(shard, listener)
    try:
        KINDS[shard.job.kind](shard.arguments, report)
    except Stopped:
        leases.give_back(shard)
    except Refusal as refusal:
        fail(shard.job, refusal.sentence)
        leases.give_back(shard)
    except PermissionDenied:
        fail(shard.job, NOT_ALLOWED)
        leases.give_back(shard)
    except Exception as error:
        _log(shard, error)
        if shard.attempts < attempts:
            leases.give_back(shard, leases.WAITS[shard.attempts - 1])
        else:
            name = type(error).__name__
            fail(shard.job, UNEXPECTED.filled(name=name, attempts=shard.attempts, job=shard.job_id))
            leases.give_back(shard)
        if attempts == 1:
            raise
    else:
        leases.finish(shard, report.total)
        report.done = report.total
        report.tell()
    settle(shard.job_id)


def _log(shard: Shard, error: Exception) -> None:
    """Where it happened, line by line. Not what the exception says: that may hold the texts of a record."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    log.error("job %s, shard %s, attempt %s: %s\n%s", shard.job_id, shard.number, shard.attempts, type(error), frames)


def _undone(job: Job) -> list[int]:
    return list(Shard.objects.filter(job=job, done_at=None).order_by("number").values_list("pk", flat=True))


def _is_over(job: Job) -> bool:
    return not Job.objects.filter(pk=job.pk, ended_at=None, cancelled_at=None).exists()


def _of_whole_job(job: Job, on_progress: Listener | None) -> Listener | None:
    """A listener to one shard that tells of all: what other shards have done, plus this one."""
    if on_progress is None:
        return None
    totals = list(Shard.objects.filter(job=job).values_list("total", "done_at"))
    done_before = [total for total, done_at in totals if done_at]

    def tell(done: int, total: int) -> None:
        expected = expected_total(sum(done_before) + total, len(done_before) + 1, len(totals))
        on_progress(sum(done_before) + done, expected)

    return tell
