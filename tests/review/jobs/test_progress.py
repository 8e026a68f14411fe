"""How far a job is, in one query, honestly."""

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from review import jobs
from review.jobs.progress import expected_total
from review.models import Shard, Worker
from review.templatetags.jobs import duration

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def begun(job, *parts):
    """Each shard: (done, total, seconds ago); None: not begun."""
    for number, part in enumerate(parts, 1):
        if part:
            done, total, ago = part
            fields = {"done": done, "total": total, "begun_at": NOW - timedelta(seconds=ago), "attempts": 1}
            fields |= {"lease_until": NOW + timedelta(minutes=1), "leased_by": "x"}
            if done == total:
                fields |= {"done_at": NOW, "lease_until": None, "leased_by": ""}
            job.shards.filter(number=number).update(**fields)
    job.begun_at = NOW - timedelta(hours=1)
    job.save()
    return jobs.progress_of(job, now=NOW)


def test_a_new_job_waits_at_nought(begin, django_assert_num_queries):
    job = begin(count=4)
    with django_assert_num_queries(1):
        now = jobs.progress_of(job)
    assert (now.done, now.total, now.percent, now.state, now.seconds_left) == (0, 4, 0, "waiting", None)


def test_shards_not_begun_count_like_those_begun(begin):
    now = begun(begin(count=4), (100, 100, 60), (50, 100, 30), None, None)
    assert (now.done, now.total, now.shards_done, now.shards) == (150, 400, 1, 4)
    assert now.state == "running"
    assert now.seconds_left == pytest.approx(60 / 150 * 250)


def test_the_time_before_a_resume_is_not_counted(begin):
    job = begin(count=2)
    begun(job, (100, 100, 4000), (10, 100, 10))
    now = jobs.progress_of(job, now=NOW)
    assert now.seconds_left == pytest.approx(10 / 10 * 90)


def test_it_is_not_said_to_be_all_before_it_is(begin):
    now = begun(begin(), (999, 1000, 5))
    assert now.percent == 99
    assert jobs.progress_of(jobs.run_here(begin())).percent == 100


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=20), st.integers(0, 20))
def test_the_expected_total_is_never_less_than_what_is_known(totals, unbegun):
    expected = expected_total(sum(totals), len(totals), len(totals) + unbegun)
    assert expected >= sum(totals)
    assert unbegun or expected == sum(totals)


def test_a_worker_is_there_for_a_minute_after_its_heartbeat():
    assert not jobs.workers_alive(NOW)
    Worker.objects.create(name="w", since=NOW, seen_at=NOW - timedelta(seconds=59))
    assert jobs.workers_alive(NOW)
    assert not jobs.workers_alive(NOW + timedelta(seconds=2))


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.2, "1 second"), (45, "45 seconds"), (600, "10 minutes"), (7300, "2 hours")]
)
def test_a_length_of_time_is_said_as_people_say_it(seconds, said):
    from django.utils.translation import override

    with override("en"):
        assert duration(seconds) == said


def test_a_lease_always_has_a_holder(begin):
    from django.db import IntegrityError

    begin()
    with pytest.raises(IntegrityError):
        Shard.objects.update(lease_until=NOW)
