"""Two people, or two clicks, at the same moment: the step executes once, on SQLite and on PostgreSQL."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse
from viewflow.workflow.models import Task

from review import ledger
from review.models import LedgerLine, SignOff
from review.operations import appointing
from tests.world import NOW
from workflows import rehearsal

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "catalogue"])
ROUNDS = 5


def at_once(*calls):
    """Run every call in a thread and connection of its own, released together; their results in order."""
    gate = threading.Barrier(len(calls))

    def run(call):
        try:
            gate.wait(timeout=10)
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(run, call) for call in calls]]


def poster(person, task, **data):
    client = Client()
    client.force_login(person)
    return lambda: client.post(reverse("task", args=[task.pk]), data).status_code


def test_two_simultaneous_submits_of_one_task_execute_once(committed_world):
    world = committed_world
    batch = world.walked("sign_off")
    for round_ in range(1, ROUNDS + 1):
        (task,) = rehearsal.open_tasks(batch, "sign_off")
        submit = {"verb": "sign", "password": world.people.password}
        answers = at_once(*(poster(world["confirmer"], task, **submit) for _ in range(2)))
        assert all(code in (302, 403) for code in answers), answers
        assert SignOff.objects.filter(batch=batch, round=round_).count() == 1
        assert LedgerLine.objects.filter(act="sign_off").count() == round_
        assert len(rehearsal.open_tasks(batch)) == 1
        if round_ < ROUNDS:
            world.walk(batch, "release")
            (release,) = rehearsal.open_tasks(batch, "release")
            back = poster(world["publisher"], release, verb="return", reason="再签一次")
            assert back() == 302
            world.walk(batch, "sign_off", objections=0)
    assert ledger.verify().bad_line is None


def test_two_people_taking_one_task_leave_it_in_one_pair_of_hands(committed_world):
    world = committed_world
    batch = world.batch()
    (task,) = rehearsal.open_tasks(batch, "first_review")
    people = [world["first"], world["first2"]]
    at_once(*(poster(person, task, verb="take") for person in people))
    assert Task.objects.get(pk=task.pk).owner in people
    owner = Task.objects.get(pk=task.pk).owner
    other = next(person for person in people if person != owner)
    row = batch.batch_entries.first()
    poster(other, task, verb="follow", entry=row.pk)()
    assert not row.opinions.exists(), "the other one decides nothing"


def test_units_answering_at_the_same_moment_meet_in_one_join(committed_world):
    world = committed_world
    batch = world.walked("countersign")
    tasks = rehearsal.open_tasks(batch, "countersign")
    assert len(tasks) == 2
    at_once(
        *(lambda task=task: rehearsal.countersign(task, world.people.units[task.seed.agency_id]) for task in tasks)
    )
    assert [task.flow_task.name for task in rehearsal.open_tasks(batch)] == ["sign_off"]


def test_ledger_lines_written_at_the_same_moment_never_fork(committed_world):
    before = LedgerLine.objects.count()
    at_once(
        *(
            lambda n=n: appointing.register_agency(code=f"A{n}", name=f"示例机关{n}", by="test", at=NOW)
            for n in range(6)
        )
    )
    assert LedgerLine.objects.count() == before + 6
    assert ledger.verify().bad_line is None
