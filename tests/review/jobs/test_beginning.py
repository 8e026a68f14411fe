"""A job begins with its transaction, or not at all."""

import pytest
from django.db import transaction
from django.utils import timezone
from django_q.models import OrmQ

from policies.sentences import Refusal
from review import jobs
from review.jobs.running import deliver
from review.models import Job, Person, Shard
from tests.review.jobs.conftest import rows

pytestmark = pytest.mark.django_db


def states(job):
    job.refresh_from_db()
    return jobs.progress_of(job).state


def test_a_job_its_shards_and_its_queue_entries_come_together(begin):
    job = begin(count=3)
    assert list(job.shards.values_list("number", "arguments")) == [(1, {"n": 0}), (2, {"n": 1}), (3, {"n": 2})]
    queued = [entry.task for entry in OrmQ.objects.order_by("pk")]
    assert [task["args"] for task in queued] == [(pk,) for pk in job.shards.values_list("pk", flat=True)]
    assert {task["func"] for task in queued} == {"review.jobs.running.deliver"}


def test_a_job_that_is_rolled_back_leaves_nothing(begin):
    with pytest.raises(RuntimeError), transaction.atomic():
        begin(count=3)
        assert OrmQ.objects.count() == 3
        raise RuntimeError
    assert (Job.objects.count(), Shard.objects.count(), OrmQ.objects.count()) == (0, 0, 0)


def test_an_unknown_kind_and_a_job_of_nothing_do_not_begin(begin):
    with pytest.raises(ValueError, match="kind"):
        begin(kind="no such kind")
    with pytest.raises(ValueError, match="shard"):
        begin(count=0)
    assert not Job.objects.exists()


def test_shards_not_begun_when_a_job_is_cancelled_are_never_begun(begin):
    job = begin(count=3)
    first, *others = job.shards.values_list("pk", flat=True)
    deliver(first)
    jobs.cancel(job, by=None, at=timezone.now())
    for pk in others:
        deliver(pk)
    assert rows("ran") == ["ran 0"]
    assert states(job) == "cancelled"
    assert job.ended_at


def test_a_cancelled_job_is_resumed_with_what_was_not_done(begin):
    job = begin(count=3)
    first, *others = job.shards.values_list("pk", flat=True)
    deliver(first)
    jobs.cancel(job, by=None, at=timezone.now())
    OrmQ.objects.all().delete()
    jobs.resume(job, timezone.now())
    assert [entry.task["args"] for entry in OrmQ.objects.order_by("pk")] == [(pk,) for pk in others]
    assert states(job) == "waiting"
    assert states(jobs.run_here(job)) == "done"
    assert sorted(rows("ran")) == ["ran 0", "ran 1", "ran 2"]


def test_only_who_began_a_job_cancels_it(begin, lin):
    other = Person.objects.create_user(username="chen", full_name="陈某")
    job = begin(by=lin)
    with pytest.raises(Exception, match="权限"):
        jobs.cancel(job, by=other, at=timezone.now())
    jobs.cancel(job, by=lin, at=timezone.now())
    assert states(job) == "cancelled"


def test_what_has_ended_is_not_cancelled_and_what_is_done_or_running_is_not_resumed(begin):
    done = jobs.run_here(begin())
    with pytest.raises(Refusal, match="已经结束"):
        jobs.cancel(done, by=None, at=timezone.now())
    with pytest.raises(Refusal, match="全部完成"):
        jobs.resume(done, timezone.now())
    with pytest.raises(Refusal, match="还在进行"):
        jobs.resume(begin(), timezone.now())
