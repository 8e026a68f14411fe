"""A manager gives work to another who may do it, takes it back, or gives a batch up before it is signed."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from viewflow.workflow.models import Process, Task
from viewflow.workflow.status import PROCESS, STATUS

from policies.sentences import Refusal
from review import ledger
from review.models import BatchEntry, Clock, Entry, LedgerLine, Opinion
from review.operations import planning
from tests.world import NOW, TODAY
from workflows import managing, rehearsal
from workflows.views import door

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])


def take(task, person):
    with task.activation() as activation:
        door.hold(person, activation)


def test_work_is_given_to_somebody_who_may_do_it_whoever_has_it(world):
    batch = world.batch()
    (task,) = rehearsal.open_tasks(batch)
    managing.reassign(task=task, to=world["first"], by=world["manager"])
    managing.reassign(task=task, to=world["first2"], by=world["manager"])
    assert Task.objects.get(pk=task.pk).owner == world["first2"]
    rehearsal.first_review(batch, world["first2"])
    lines = LedgerLine.objects.filter(act__in=["assign_task", "reassign_task"], actor="manager").order_by("line")
    assert [line.act for line in lines] == ["assign_task", "reassign_task"]
    assert '"taken_from": "first"' in lines[1].facts and '"person": "first2"' in lines[1].facts


@pytest.mark.parametrize("to", ["planner", "auditor", "manager"])
def test_it_is_not_given_to_somebody_without_the_right(world, to):
    (task,) = rehearsal.open_tasks(world.batch())
    with pytest.raises(Refusal):
        managing.reassign(task=task, to=world[to], by=world["manager"])
    assert Task.objects.get(pk=task.pk).owner is None


def test_nor_to_somebody_whom_four_eyes_bars(world):
    batch = world.batch()
    rehearsal.first_review(batch, world["first2"])
    (task,) = rehearsal.open_tasks(batch)
    with pytest.raises(Refusal):
        managing.reassign(task=task, to=world["first2"], by=world["manager"])


@pytest.mark.parametrize("by", ["planner", "first", "confirmer", "auditor"])
def test_nobody_but_the_manager_of_the_fonds_does_any_of_it(world, by):
    batch = world.batch()
    (task,) = rehearsal.open_tasks(batch)
    take(task, world["first"])
    for act in (
        lambda: managing.reassign(task=task, to=world["first2"], by=world[by]),
        lambda: managing.take_back(task=task, by=world[by]),
        lambda: managing.cancel_batch(batch=batch, reason="x", by=world[by], at=NOW),
    ):
        with pytest.raises(PermissionDenied):
            act()
    assert Task.objects.get(pk=task.pk).owner == world["first"]


def test_what_is_taken_back_waits_for_everybody_again(world):
    (task,) = rehearsal.open_tasks(world.batch())
    take(task, world["first"])
    managing.take_back(task=task, by=world["manager"])
    task.refresh_from_db()
    assert (task.owner, task.status) == (None, STATUS.NEW)
    line = LedgerLine.objects.latest("line")
    assert (line.act, line.actor) == ("unassign_task", "manager")
    with pytest.raises(Refusal):
        managing.take_back(task=task, by=world["manager"])


@pytest.mark.parametrize("desk", ["first_review", "second_review", "countersign", "sign_off"])
def test_a_batch_given_up_frees_its_entries_and_ends_its_tasks_and_clocks(world, desk):
    batch = world.walked(desk)
    decided = Opinion.objects.count()
    managing.cancel_batch(batch=batch, reason="目录须重编", by=world["manager"], at=NOW)
    assert not BatchEntry.objects.filter(batch=batch, live=True).exists()
    assert not rehearsal.open_tasks(batch)
    assert not Task.objects.filter(process__artifact_object_id=batch.pk, status=STATUS.STARTED).exists()
    assert Process.objects.get(artifact_object_id=batch.pk).status == PROCESS.CANCELED
    assert not Clock.objects.filter(batch=batch, ended_at=None).exists()
    assert Opinion.objects.count() == decided, "what was decided stays on record"
    assert not Entry.objects.filter(access_status="open").exists()
    assert LedgerLine.objects.filter(act="cancel_batch").count() == 1
    assert not LedgerLine.objects.filter(act="cancel_task").exists(), "one line tells all of it"
    assert ledger.verify().bad_line is None
    again = planning.cut_batch(fonds=world.fonds, by=world["planner"], at=NOW, today=TODAY)
    assert again.batch_entries.count() == batch.batch_entries.count()
    with pytest.raises(Refusal):
        managing.cancel_batch(batch=batch, reason="再来一次", by=world["manager"], at=NOW)


@pytest.mark.parametrize("desk", ["consent", "release"])
def test_a_signed_batch_is_never_given_up(world, desk):
    batch = world.walked(desk)
    before = LedgerLine.objects.count()
    with pytest.raises(Refusal):
        managing.cancel_batch(batch=batch, reason="x", by=world["manager"], at=NOW)
    assert LedgerLine.objects.count() == before
    assert rehearsal.open_tasks(batch, desk)


def test_giving_up_needs_a_reason(world):
    batch = world.batch()
    with pytest.raises(Refusal):
        managing.cancel_batch(batch=batch, reason="  ", by=world["manager"], at=NOW)
    assert rehearsal.open_tasks(batch)


def test_the_page_lists_what_is_open_on_managed_fonds_and_acts(client, world):
    batch = world.walked("countersign")
    client.force_login(world["manager"])
    page = client.get(reverse("manage"))
    assert page.content.decode().count(batch.number) == 2, "both units' tasks, though their right is over an agency"
    task = rehearsal.open_tasks(batch, "countersign")[0]
    unit = world.people.units[task.seed.agency_id]
    shown = client.get(reverse("manage-task", args=[task.pk]))
    assert [person.pk for person in shown.context["people"]] == [unit.pk]
    client.post(reverse("manage-task", args=[task.pk]), {"verb": "reassign", "to": unit.username})
    assert Task.objects.get(pk=task.pk).owner == unit
    client.post(reverse("manage-task", args=[task.pk]), {"verb": "take_back"})
    assert Task.objects.get(pk=task.pk).owner is None
    client.post(reverse("manage-task", args=[task.pk]), {"verb": "cancel_batch", "reason": "目录须重编"})
    assert not rehearsal.open_tasks(batch)


def test_the_pages_are_the_managers_alone(client, world):
    (task,) = rehearsal.open_tasks(world.batch())
    for name in ("first", "planner", "auditor"):
        client.force_login(world[name])
        assert client.get(reverse("manage")).status_code == 403
        assert client.get(reverse("manage-task", args=[task.pk])).status_code == 403
        assert client.post(reverse("manage-task", args=[task.pk]), {"verb": "take_back"}).status_code == 403
