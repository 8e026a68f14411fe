"""What a dead or silent process left is queued again; what was lost by the queue too."""

import fcntl
import os
from datetime import timedelta

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from review import jobs
from review.jobs import holders, leases
from review.jobs.reaping import reap, unfinished
from review.jobs.running import deliver
from review.models import Job, Shard

pytestmark = pytest.mark.django_db


def taken(job):
    """Its only shard, leased to this process; the entry that brought it is gone."""
    shard = leases.take(job.shards.get().pk)
    OrmQ.objects.all().delete()
    return shard


def test_a_lease_that_ran_out_is_queued_again_once(begin):
    job = begin()
    taken(job)
    reap(timezone.now())
    assert OrmQ.objects.count() == 0
    later = timezone.now() + leases.LEASE
    reap(later)
    reap(later)
    assert OrmQ.objects.count() == 1
    deliver(job.shards.get().pk)
    job.refresh_from_db()
    assert jobs.progress_of(job).state == "done"


def test_the_shard_of_a_dead_process_is_queued_again_at_once(begin):
    job = begin()
    taken(job)
    Shard.objects.update(leased_by="here:1:dead")
    (holders._folder() / "here:1:dead").touch()
    reap(timezone.now())
    assert OrmQ.objects.count() == 1
    assert not (holders._folder() / "here:1:dead").exists()


def test_a_live_holder_and_one_of_another_machine_are_not_taken_for_dead():
    assert not holders.is_dead(holders.my_name())
    assert not holders.is_dead("elsewhere:1:unknown")
    file = os.open(holders._folder() / "here:2:live", os.O_CREAT | os.O_RDWR)
    fcntl.flock(file, fcntl.LOCK_EX)
    assert not holders.is_dead("here:2:live")
    os.close(file)
    assert holders.is_dead("here:2:live")


def test_a_shard_whose_workers_die_again_and_again_fails_with_a_sentence(begin):
    job = begin()
    taken(job)
    Shard.objects.update(attempts=leases.MAX_ATTEMPTS, lease_until=timezone.now() - timedelta(seconds=1))
    reap(timezone.now())
    job.refresh_from_db()
    now = jobs.progress_of(job)
    assert now.state == "failed"
    assert "5" in now.failure.zh
    assert not OrmQ.objects.exists()


def test_a_cancelled_job_whose_worker_died_comes_to_its_end(begin):
    job = begin()
    taken(job)
    jobs.cancel(job, by=None, at=timezone.now())
    job.refresh_from_db()
    assert jobs.progress_of(job).state == "stopping"
    reap(timezone.now() + leases.LEASE)
    job.refresh_from_db()
    assert jobs.progress_of(job).state == "cancelled"
    assert not unfinished()


def test_a_job_is_ended_although_its_last_worker_died_before_saying_so(begin):
    job = begin()
    Shard.objects.update(done_at=timezone.now())
    reap(timezone.now())
    assert Job.objects.get(pk=job.pk).ended_at


def test_what_the_queue_lost_is_queued_again(begin):
    job = begin(count=2)
    OrmQ.objects.all().delete()
    reap(timezone.now())
    assert OrmQ.objects.count() == job.shards.count()
    reap(timezone.now())
    assert OrmQ.objects.count() == job.shards.count()


def test_with_nothing_to_do_a_look_around_is_cheap_and_writes_nothing(begin, django_assert_num_queries):
    jobs.run_here(begin())
    OrmQ.objects.all().delete()
    with django_assert_num_queries(4) as seen:
        reap(timezone.now())
    assert all(query["sql"].startswith("SELECT") for query in seen.captured_queries)


def test_who_lost_a_lease_writes_no_more_to_the_shard(begin):
    first = taken(begin())
    Shard.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    second = leases.take(first.pk)
    assert not leases.renew(first, 1, 2)
    leases.finish(first, 2)
    leases.give_back(first)
    kept = Shard.objects.get()
    assert (kept.attempts, kept.done_at, kept.leased_by) == (2, None, second.leased_by)
    assert kept.lease_until == second.lease_until
    assert leases.renew(second, 1, 2)
