"""The page of a job: for who began it, with what can be done about it."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone
from django_q.models import OrmQ

from review import jobs
from review.models import Person, Worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client, lin):
    """The page of a job as lin sees it, in English."""
    client.force_login(lin)
    return lambda job, name="job": client.get(reverse(name, args=[job.pk]), headers={"accept-language": "en"})


@pytest.mark.parametrize("name", ["job", "job-progress"])
@pytest.mark.parametrize(
    ("who", "answer"), [("who began it", 200), ("another", 404), ("a superuser", 404), ("nobody", 302)]
)
def test_who_sees_a_job(client, begin, lin, name, who, answer):
    people = {
        "who began it": lin,
        "another": Person.objects.create_user(username="chen", full_name="陈某"),
        "a superuser": Person.objects.create_superuser(username="root", full_name="机房", password="x"),
    }
    if who in people:
        client.force_login(people[who])
    assert client.get(reverse(name, args=[begin(by=lin).pk])).status_code == answer


@pytest.mark.parametrize(("who", "answer"), [("another", 404), ("nobody", 302)])
def test_nobody_else_cancels_a_job(client, begin, lin, who, answer):
    job = begin(by=lin)
    if who == "another":
        client.force_login(Person.objects.create_user(username="chen", full_name="陈某"))
    assert client.post(reverse("job", args=[job.pk]), {"verb": "cancel"}).status_code == answer
    job.refresh_from_db()
    assert job.cancelled_at is None


def test_a_job_that_nobody_began_is_on_no_page(page, begin):
    assert page(begin(by=None)).status_code == 404


def test_a_waiting_job_says_so_and_whether_any_worker_runs(page, begin, lin):
    job = begin(by=lin)
    assert "No worker is running" in page(job).content.decode()
    Worker.objects.create(name="w", since=timezone.now(), seen_at=timezone.now())
    text = page(job).content.decode()
    assert "No worker is running" not in text
    assert "Waiting for a worker" in text
    assert "Cancel this job" in text


def test_a_running_job_refreshes_itself_without_inline_script(page, begin, lin):
    job = begin(by=lin)
    text = page(job).content.decode()
    assert f'data-progress="{reverse("job-progress", args=[job.pk])}"' in text
    assert "<progress" in text
    assert not re.findall(r"<script(?![^>]*src=)|\son\w+=|style=", text)
    part = page(job, "job-progress").content.decode()
    assert part.startswith('<div class="progress"')
    assert "<html" not in part


def test_a_job_that_has_ended_refreshes_no_more(page, begin, lin):
    job = jobs.run_here(begin(by=lin))
    text = page(job).content.decode()
    assert "data-progress=" not in text
    assert "100%" in text
    assert "Cancel this job" not in text


def test_the_sentence_of_a_refusal_is_shown_and_the_job_can_be_resumed(page, client, begin, lin):
    job = jobs.run_here(begin("refuse", by=lin))
    text = page(job).content.decode()
    assert "The wrong fonds. Choose J047." in text
    assert "Resume" in text
    OrmQ.objects.all().delete()
    client.post(reverse("job", args=[job.pk]), {"verb": "resume"})
    assert OrmQ.objects.count() == 1
    assert "Waiting for a worker" in page(job).content.decode()


def test_a_job_is_cancelled_from_its_page_and_a_second_click_is_told_so(page, client, begin, lin):
    job = begin(by=lin)
    assert client.post(reverse("job", args=[job.pk]), {"verb": "cancel"}).status_code == 302
    assert "Cancelled" in page(job).content.decode()
    client.post(reverse("job", args=[job.pk]), {"verb": "cancel"}, headers={"accept-language": "en"})
    assert "has ended already" in page(job).content.decode()


@pytest.mark.parametrize("count", [1, 50])
def test_the_page_costs_the_same_whatever_the_size(page, begin, lin, count, django_assert_max_num_queries):
    job = begin(count=count, by=lin)
    with django_assert_max_num_queries(5):
        page(job, "job-progress")
