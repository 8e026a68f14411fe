"""A shard is worked on once, under its lease; what it raises becomes another attempt or a sentence."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import connections, transaction
from django.utils import timezone
from django_q.models import OrmQ

from review import jobs
from review.jobs import holders, leases
from review.jobs.reaping import reap
from review.jobs.running import deliver
from review.models import Shard
from tests.review.jobs.conftest import rows
from tests.review.jobs.kinds_of_tests import REFUSED, SECRET

pytestmark = pytest.mark.django_db(transaction=True)


def progress(job):
    job.refresh_from_db()
    return jobs.progress_of(job)


def test_a_shard_delivered_twice_runs_once(begin):
    job = begin()
    pk = job.shards.get().pk
    deliver(pk)
    deliver(pk)
    assert rows("ran") == ["ran 0"]
    assert progress(job).state == "done"


def test_of_many_that_reach_for_a_shard_at_the_same_moment_one_gets_it(begin):
    for pk in begin(count=10).shards.values_list("pk", flat=True):
        gate = threading.Barrier(6)
        with ThreadPoolExecutor(6) as pool:
            taken = list(pool.map(lambda _, pk=pk, gate=gate: take_at_once(pk, gate), range(6)))
        assert sum(taken) == 1
    assert set(Shard.objects.values_list("attempts", flat=True)) == {1}


def take_at_once(pk, gate):
    try:
        gate.wait(timeout=10)
        return leases.take(pk) is not None
    finally:
        connections.close_all()


def test_a_shard_delivered_while_it_runs_does_nothing(begin, kinds):
    entered = []

    def deliver_again(arguments, report):
        entered.append(arguments)
        deliver(job.shards.get().pk)

    kinds("again", deliver_again)
    job = begin("again")
    deliver(job.shards.get().pk)
    assert len(entered) == 1


def test_a_lease_that_ran_out_is_taken_over_and_the_first_holder_is_told(begin, kinds):
    seen = []

    def overtaken(arguments, report):
        seen.append("begun")
        if len(seen) == 1:
            Shard.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
            deliver(job.shards.get().pk)
            report(1, 2)
            seen.append("went on")

    kinds("overtaken", overtaken)
    job = begin("overtaken")
    deliver(job.shards.get().pk)
    shard = job.shards.get()
    assert seen == ["begun", "begun"]
    assert (shard.attempts, shard.leased_by, bool(shard.done_at)) == (2, "", True)
    assert progress(job).state == "done"


def test_progress_is_saved_and_the_lease_renewed(begin, kinds):
    kept = []

    def half(arguments, report):
        Shard.objects.update(lease_until=timezone.now() + timedelta(seconds=5))
        report(5, 10)
        kept.append(Shard.objects.values_list("done", "total", "lease_until").get())
        report(6, 10)
        kept.append(Shard.objects.values_list("done", "total", "lease_until").get())

    kinds("half", half)
    job = begin("half")
    deliver(job.shards.get().pk)
    assert kept[0][:2] == (5, 10)
    assert kept[0][2] > timezone.now() + leases.LEASE - timedelta(minutes=1)
    assert kept[1] == kept[0], "not oftener than every half second"
    assert (progress(job).done, progress(job).total) == (10, 10)


def test_inside_a_transaction_a_report_writes_nothing_but_still_tells_of_a_cancel(begin, kinds):
    kept = []

    def save(arguments, report):
        with transaction.atomic():
            Group.objects.create(name="half a save")
            report(5, 10)
            kept.append(Shard.objects.get().done)
            jobs.cancel(report.job, by=None, at=timezone.now())
            report._looked = None  # half a second later
            report(6, 10)

    kinds("save", save)
    job = begin("save")
    deliver(job.shards.get().pk)
    assert kept == [0]
    assert not Group.objects.exists()


def test_a_running_shard_is_told_of_a_cancel_at_its_next_report(begin, kinds):
    steps = []

    def cancelled(arguments, report):
        jobs.cancel(report.job, by=None, at=timezone.now())
        assert progress(job).state == "stopping"
        report(1, 2)
        steps.append("went on")

    kinds("cancelled", cancelled)
    job = begin("cancelled")
    deliver(job.shards.get().pk)
    assert steps == []
    assert progress(job).state == "cancelled"


def test_a_refusal_ends_the_job_at_once_with_its_sentence(begin):
    job = begin("refuse", count=3)
    for pk in job.shards.values_list("pk", flat=True):
        deliver(pk)
    now = progress(job)
    assert (now.state, now.failure) == ("failed", REFUSED)
    assert sum(job.shards.values_list("attempts", flat=True)) == 1
    assert not job.shards.exclude(leased_by="").exists()


def test_a_missing_right_ends_the_job_with_a_sentence(begin, kinds):
    def denied(arguments, report):
        raise PermissionDenied

    kinds("denied", denied)
    job = begin("denied")
    deliver(job.shards.get().pk)
    assert "权限" in progress(job).failure.zh


def test_another_exception_is_tried_again_after_a_wait_and_five_times_at_most(begin, no_error_is_logged):
    job = begin("fail")
    pk = job.shards.get().pk
    for attempt in range(1, leases.MAX_ATTEMPTS + 1):
        OrmQ.objects.all().delete()
        deliver(pk)
        deliver(pk)  # before the wait is over: nothing
        shard = job.shards.get()
        assert shard.attempts == attempt
        if attempt < leases.MAX_ATTEMPTS:
            assert progress(job).state == "waiting"
            assert shard.leased_by == holders.BACKOFF
            Shard.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
            reap(timezone.now())
            assert OrmQ.objects.count() == 1
    now = progress(job)
    assert now.state == "failed"
    assert "ValueError" in now.failure.en
    assert str(job.pk) in now.failure.zh
    assert len(no_error_is_logged) == leases.MAX_ATTEMPTS
    no_error_is_logged.clear()


def test_the_log_says_where_it_failed_and_not_what_was_in_the_record(begin, caplog, no_error_is_logged):
    job = begin("fail")
    deliver(job.shards.get().pk)
    assert "kinds_of_tests.py" in caplog.text
    assert "ValueError" in caplog.text
    assert SECRET not in caplog.text
    assert SECRET not in str(list(Shard.objects.values()))
    no_error_is_logged.clear()


def test_a_failed_job_is_resumed_with_all_its_attempts(begin, kinds, no_error_is_logged):
    job = begin("fail", count=2)
    first, second = job.shards.values_list("pk", flat=True)
    Shard.objects.filter(pk=first).update(attempts=leases.MAX_ATTEMPTS - 1)
    deliver(first)
    assert progress(job).state == "failed"
    deliver(second)
    assert job.shards.get(pk=second).attempts == 0, "nothing of a failed job is begun"
    kinds("fail", lambda arguments, report: report(1, 1))
    jobs.resume(job, timezone.now())
    deliver(first)
    deliver(second)
    now = progress(job)
    assert (now.state, now.failure, now.shards_done) == ("done", None, 2)
    no_error_is_logged.clear()


def test_run_here_does_all_shards_and_tells_how_far_all_of_them_are(begin, kinds):
    told = []
    kinds("four", lambda arguments, report: report(4, 4))
    job = jobs.run_here(begin("four", count=3), on_progress=lambda done, total: told.append((done, total)))
    assert progress(job).state == "done"
    assert told[0] == (4, 12)
    assert told[-1] == (12, 12)
    assert told == sorted(told)


def test_run_here_gives_back_a_refused_job_and_raises_what_was_unexpected(begin, no_error_is_logged):
    assert jobs.progress_of(jobs.run_here(begin("refuse"))).failure == REFUSED
    job = begin("fail")
    with pytest.raises(ValueError, match="cannot read"):
        jobs.run_here(job)
    assert progress(job).state == "failed"
    assert progress(job).can_resume
    no_error_is_logged.clear()


def test_an_interrupt_at_the_terminal_cancels_the_job_and_it_can_be_resumed(begin, kinds):
    def interrupted(arguments, report):
        raise KeyboardInterrupt

    kinds("long", interrupted)
    job = begin("long")
    with pytest.raises(KeyboardInterrupt):
        jobs.run_here(job)
    assert progress(job).state == "cancelled"
    kinds("long", lambda arguments, report: None)
    jobs.resume(job, timezone.now())
    assert progress(jobs.run_here(job)).state == "done"


def test_a_terminal_bar_can_be_drawn_and_is_silent_without_a_terminal(begin, capsys):
    with jobs.progress_bar("导入 Import") as draw:
        jobs.run_here(begin(count=2), on_progress=draw)
    assert capsys.readouterr().err == ""
