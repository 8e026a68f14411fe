"""Real workers: once each, killed, ended. On SQLite and on PostgreSQL."""

import os
import signal
import sys
from collections import Counter
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone
from django_q.models import OrmQ

from review import jobs
from review.models import Job, Shard, Worker
from tests.review.jobs.conftest import children_of, rows, until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


def state(job):
    return jobs.progress_of(Job.objects.get(pk=job.pk)).state


def test_four_worker_processes_run_each_of_600_shards_once(begin, start_worker):
    job = begin(count=600)
    workers = [start_worker("--until-idle", workers=2) for _ in range(2)]
    for worker in workers:
        assert worker.wait(timeout=240) == 0, worker.log.read_text()
    assert state(job) == "done"
    assert Counter(rows("ran")) == {f"ran {n}": 1 for n in range(600)}
    assert set(job.shards.values_list("attempts", flat=True)) == {1}
    assert not OrmQ.objects.exists()
    assert not Worker.objects.exists(), "a worker that ends says goodbye"


def test_what_a_killed_worker_had_in_hand_is_done_by_another(begin, start_worker):
    job = begin("walk", count=2, steps=40, seconds=0.1)
    first = start_worker("--lease", "2", workers=2)
    until(lambda: len(rows("begun")) == 2)
    family = children_of(first.pid)
    first.kill()
    first.wait(timeout=20)
    if sys.platform == "linux":
        assert family
        until(lambda: not [pid for pid in family if is_alive(pid)], 10)
    assert not rows("ended")
    second = start_worker("--lease", "2", "--until-idle", workers=2)
    assert second.wait(timeout=90) == 0, second.log.read_text()
    assert state(job) == "done"
    assert sorted(rows("ended")) == ["ended 0", "ended 1"]
    assert set(job.shards.values_list("attempts", flat=True)) == {2}


def test_a_worker_killed_in_the_middle_of_saving_leaves_nothing_half_done(begin, start_worker, tmp_path):
    job = begin("save_once", count=3, die=str(tmp_path / "died"))
    worker = start_worker("--lease", "2", "--until-idle", workers=2)
    assert worker.wait(timeout=90) == 0, worker.log.read_text()
    assert (tmp_path / "died").exists()
    assert state(job) == "done"
    names = set(Group.objects.values_list("name", flat=True))
    assert names == {f"saved {n}-{row}" for n in range(3) for row in range(10)}
    assert Shard.objects.filter(attempts=2).exists()


def test_a_worker_that_is_told_to_end_finishes_what_it_has_in_hand(begin, start_worker):
    job = begin("walk", count=1, steps=20, seconds=0.1)
    worker = start_worker()
    until(lambda: rows("begun"))
    assert jobs.workers_alive(timezone.now())
    family = children_of(worker.pid)
    os.kill(worker.pid, signal.SIGTERM)
    assert worker.wait(timeout=60) == 0, worker.log.read_text()
    assert rows("ended") == ["ended 0"]
    assert state(job) == "done"
    assert not [pid for pid in family if is_alive(pid)]
    assert not jobs.workers_alive(timezone.now())


def test_a_job_in_the_hands_of_a_worker_is_cancelled(begin, start_worker):
    job = begin("walk", count=3, steps=600, seconds=0.1)
    start_worker()
    until(lambda: rows("begun"))
    assert state(job) == "running"
    jobs.cancel(job, by=None, at=timezone.now())
    until(lambda: state(job) == "cancelled", 15)
    assert (len(rows("begun")), rows("ended")) == (1, [])


def test_run_here_waits_for_what_a_worker_has_taken(begin, start_worker):
    job = begin("walk", count=1, steps=20, seconds=0.1)
    start_worker()
    until(lambda: rows("begun"))
    jobs.run_here(job)
    assert state(job) == "done"
    assert len(rows("begun")) == 1


def is_alive(pid: int) -> bool:
    """Not gone, and not dead and only not yet collected (Linux)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
