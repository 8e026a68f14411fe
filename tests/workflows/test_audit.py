"""Every change of hands on a task is a ledger line with its actor, and on whose behalf; in the same transaction."""

import json

import pytest
from django.urls import reverse
from viewflow.workflow import flow
from viewflow.workflow.status import STATUS

from review import ledger
from review.models import LedgerLine
from tests.review.scenes_hwork import lend
from workflows import audit, flows, rehearsal
from workflows.views import door

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])


def told(act: str) -> list[tuple[str, dict]]:
    return [(line.actor, json.loads(line.facts)) for line in LedgerLine.objects.filter(act=act).order_by("line")]


def test_taking_and_putting_back_are_told_with_who_did_it(client, world):
    batch = world.batch()
    (task,) = rehearsal.open_tasks(batch)
    client.force_login(world["first"])
    client.post(reverse("task", args=[task.pk]), {"verb": "take"})
    client.post(reverse("task", args=[task.pk]), {"verb": "put_back"})
    assert told("assign_task") == [("first", {"desk": "first_review", "task": task.pk})]
    assert told("unassign_task") == [("first", {"desk": "first_review", "task": task.pk})]
    assert LedgerLine.objects.get(act="assign_task").subject == f"batch {batch.number}"


def test_on_whose_behalf_is_told(client, world):
    batch = world.walked("second_review")
    lend(world, "second", "planner", "review.second_review_fonds")
    (task,) = rehearsal.open_tasks(batch)
    client.force_login(world["planner"])
    client.post(reverse("task", args=[task.pk]), {"verb": "take"})
    assert told("assign_task")[-1] == ("planner", {"desk": "second_review", "for": "second", "task": task.pk})


def test_what_is_refused_leaves_no_line(client, world):
    (task,) = rehearsal.open_tasks(world.batch())
    client.force_login(world["second"])
    assert client.post(reverse("task", args=[task.pk]), {"verb": "take"}).status_code == 403
    assert not told("assign_task")


def test_a_line_that_cannot_be_written_undoes_the_change(world, monkeypatch):
    (task,) = rehearsal.open_tasks(world.batch())

    def broken(**kwargs):
        raise RuntimeError("no ledger")

    monkeypatch.setattr(ledger, "append", broken)
    with pytest.raises(RuntimeError), task.activation() as activation:
        door.hold(world["first"], activation)
    task.refresh_from_db()
    assert (task.owner, task.status) == (None, STATUS.NEW)


def test_a_command_names_itself_and_a_cancelled_task_is_told(world):
    (task,) = rehearsal.open_tasks(world.batch())
    with audit.acting_as("tick"), task.activation() as activation:
        activation.cancel()
    assert told("cancel_task") == [("tick", {"desk": "first_review", "task": task.pk})]
    with audit.acting_as(world["manager"]), task.activation() as activation:
        activation.revive()
    assert told("revive_task")[0][0] == "manager"


def test_undoing_is_told(world):
    batch = world.walked("second_review")
    rehearsal.open_tasks(batch)
    done = batch_task(batch, "first_review")
    for name in ("second_review", "after_first_review"):
        with batch_task(batch, name).activation() as activation:
            (activation.cancel if name == "second_review" else activation.undo)()
    with done.activation() as activation:
        activation.undo()
    assert [facts["desk"] for _, facts in told("undo_task")] == ["after_first_review", "first_review"]


def batch_task(batch, name):
    tasks = flows.OpeningFlow.task_class.objects.filter(process__artifact_object_id=batch.pk).order_by("-pk")
    return next(task for task in tasks if task.flow_task.name == name)


def test_a_step_writes_its_lines_after_the_operations_own(world):
    """So that the end of the ledger is not held by whoever records ten thousand opinions."""
    batch = world.batch()
    rehearsal.first_review(batch, world["first"])
    acts = list(LedgerLine.objects.order_by("line").values_list("act", flat=True))
    assert acts.index("record_opinions") < acts.index("assign_task")


def test_every_flow_tells_under_its_lock():
    for name in flows.__all__:
        cls = getattr(flows, name)
        assert issubclass(cls, flow.Flow)
        assert isinstance(cls.lock_impl, audit.TellingLock), name
