"""Flows change while cases run: tasks of nodes that are gone are found and moved; a second version runs beside the first."""

import sys
import types

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from viewflow import this
from viewflow.workflow import flow
from viewflow.workflow.fields import import_flow_by_ref, import_task_by_ref
from viewflow.workflow.models import Process, Task
from viewflow.workflow.status import STATUS
from viewflow.workflow.token import Token

from review import access, ledger
from review.models import LedgerLine
from tests.world import NOW
from workflows import inbox, moving, rehearsal, views
from workflows.audit import TellingLock
from workflows.flows import OpeningFlow
from workflows.models import OpeningProcess
from workflows.nodes import Desk

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])
STEM = "workflows/flows.opening.OpeningFlow."
GONE = STEM + "was_here"


def rename(task, ref: str) -> None:
    """As a release that renamed a node leaves its tasks."""
    Task.objects.filter(pk=task.pk).update(flow_task=ref)


def ref_of(task) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT flow_task FROM viewflow_task WHERE id = %s", [task.pk])
        return cursor.fetchone()[0]


def test_tasks_of_nodes_that_exist_pass(world):
    world.walked("sign_off")
    call_command("check_flows")
    assert not moving.orphans()


def test_an_open_task_of_a_node_that_is_gone_fails_the_check_and_is_named(world, capsys):
    (task,) = rehearsal.open_tasks(world.batch())
    rename(task, GONE)
    with pytest.raises(CommandError):
        call_command("check_flows")
    assert GONE in capsys.readouterr().out


def test_a_dry_run_counts_and_changes_nothing_and_a_run_moves_and_tells(world, capsys):
    batch = world.batch()
    (task,) = rehearsal.open_tasks(batch)
    rename(task, GONE)
    lines = LedgerLine.objects.count()
    call_command("check_flows", "--move", GONE, "OpeningFlow.first_review", "--dry-run")
    assert ref_of(task) == GONE
    assert LedgerLine.objects.count() == lines
    call_command("check_flows", "--move", GONE, "OpeningFlow.first_review", "--by", "manager")
    assert capsys.readouterr().out.count("1 + 0 (0)") == 2
    line = LedgerLine.objects.latest("line")
    assert (line.act, line.actor) == ("move_tasks", "manager")
    rehearsal.first_review(batch, world["first"])
    call_command("check_flows")


def test_finished_tasks_go_along_only_where_their_node_is_gone(world):
    batch = world.walked("second_review")
    done = Task.objects.get(flow_task=OpeningFlow.first_review, process__artifact_object_id=batch.pk)
    assert moving.move(
        old="OpeningFlow.first_review", new="OpeningFlow.second_review", by="x", at=NOW, dry_run=True
    ) == (moving.Moved(0, 0, 0))
    rename(done, GONE)
    moved = moving.move(old=GONE, new="OpeningFlow.first_review", by="x", at=NOW, dry_run=False)
    assert (moved.open, moved.finished) == (0, 1)


@pytest.mark.parametrize(
    "new", ["OpeningFlow.no_such_node", "NoFlow.first_review", "x", "OpeningFlow.obsolete", "a/b/c"]
)
@pytest.mark.filterwarnings("ignore:Input string must be")
def test_nothing_is_moved_to_a_node_that_is_not_there(world, new):
    (task,) = rehearsal.open_tasks(world.batch())
    with pytest.raises(CommandError):
        call_command("check_flows", "--move", "OpeningFlow.first_review", new)
    assert ref_of(task) == STEM + "first_review"


def test_a_task_over_a_fonds_is_not_moved_to_a_desk_of_an_agency(world):
    (task,) = rehearsal.open_tasks(world.batch())
    with pytest.raises(CommandError):
        call_command("check_flows", "--move", "OpeningFlow.first_review", "OpeningFlow.countersign")
    assert ref_of(task) == STEM + "first_review"


def many_cases(count: int) -> None:
    processes = Process.objects.bulk_create([Process(flow_class=OpeningFlow) for _ in range(count)], batch_size=2000)
    Task.objects.bulk_create(
        [
            Task(
                process=process,
                flow_task=OpeningFlow.first_review,
                flow_task_type="HUMAN",
                token=Token("start"),
                owner_permission="review.first_review_fonds",
                owner_permission_obj_pk="1",
            )
            for process in processes
        ],
        batch_size=2000,
    )
    Task.objects.update(flow_task=GONE)


def test_ten_thousand_running_cases_move_in_one_step_or_not_at_all(db, monkeypatch):
    many_cases(10_000)
    append = ledger.append

    def broken(**kwargs):
        raise RuntimeError("no ledger")

    monkeypatch.setattr(ledger, "append", broken)
    with pytest.raises(RuntimeError):
        moving.move(old=GONE, new="OpeningFlow.second_review", by="x", at=NOW, dry_run=False)
    assert moving.orphans() == [moving.Orphans(GONE, 10_000, 0)]
    monkeypatch.setattr(ledger, "append", append)
    with CaptureQueriesContext(connection) as counted:
        moved = moving.move(old=GONE, new="OpeningFlow.second_review", by="x", at=NOW, dry_run=False)
    assert moved == moving.Moved(10_000, 0, 0)
    assert len(counted) < 30
    assert Task.objects.filter(flow_task=OpeningFlow.second_review, status=STATUS.NEW).count() == 10_000
    assert set(Task.objects.values_list("owner_permission", flat=True)) == {"review.second_review_fonds"}
    assert not moving.orphans()


def second_version() -> type[flow.Flow]:
    """A shorter road for the same batches, in a module of its own, as a release would bring it."""
    module = types.ModuleType("workflows.flows.opening_again")

    def fonds(activation):
        return activation.process.batch.fonds

    def take_batch(self, activation, *, batch, by):
        activation.process.artifact = batch
        return activation

    def reviewers(self, activation):
        return OpeningFlow.instance.first_reviewers(activation)

    body = {
        "__module__": module.__name__,
        "__doc__": "Open-access review, second version.",
        "process_class": OpeningProcess,
        "process_title": "Open-access review (2)",
        "lock_impl": TellingLock(),
        "obsolete": flow.Obsolete(),
        "start": flow.StartHandle(this.take_batch).Next(this.first_review),
        "first_review": Desk(views.review, permission="review.first_review_fonds", over=fonds).Next(
            this.second_review
        ),
        "second_review": Desk(views.review, permission="review.second_review_fonds", over=fonds)
        .NotBy(this.reviewers)
        .Next(this.end),
        "end": flow.End(),
        "take_batch": take_batch,
        "reviewers": reviewers,
    }
    module.OpeningAgainFlow = type(flow.Flow)("OpeningAgainFlow", (flow.Flow,), body)
    sys.modules[module.__name__] = module
    return module.OpeningAgainFlow


@pytest.fixture
def again():
    yield second_version()
    del sys.modules["workflows.flows.opening_again"]
    import_flow_by_ref.cache_clear()
    import_task_by_ref.cache_clear()


def test_a_second_version_runs_beside_the_first(world, again):
    old = world.batch()
    process = again.start.run(batch=old, by=world["planner"]).process
    tasks = {
        task.flow_task.flow_class: task for task in Task.objects.filter(status=STATUS.NEW, flow_task_type="HUMAN")
    }
    assert set(tasks) == {OpeningFlow, again}
    rights = access.rights_of(world["first"])
    assert set(inbox.not_barred(rights, inbox.waiting(rights, 2, 0, 10))) == set(tasks.values())
    rehearsal.first_review(old, world["first"])
    assert [task.flow_task.flow_class for task in rehearsal.open_tasks(old)] == [OpeningFlow], (
        "the old case stays on its road"
    )
    process.refresh_from_db()
    assert process.flow_class is again
    call_command("check_flows")


def test_a_running_case_goes_on_in_the_second_version_when_it_is_moved(world, again):
    batch = world.batch()
    ref = "workflows/flows.opening_again.OpeningAgainFlow.first_review"
    moved = moving.move(old="OpeningFlow.first_review", new=ref, by="x", at=NOW, dry_run=False)
    assert moved == moving.Moved(1, 0, 1)
    (task,) = Task.objects.filter(status=STATUS.NEW, flow_task_type="HUMAN")
    with task.activation() as activation:
        activation.assign(world["first"])
        activation.start(None)
        activation.execute()
    (following,) = Task.objects.filter(status=STATUS.NEW, flow_task_type="HUMAN")
    assert following.flow_task is again.second_review
    assert Process.objects.get(artifact_object_id=batch.pk).flow_class is again


def test_a_case_with_other_open_tasks_is_not_torn_in_two(world, again):
    batch = world.walked("countersign")
    one = rehearsal.open_tasks(batch, "countersign")[0]
    rename(one, STEM + "first_review")
    Task.objects.filter(pk=one.pk).update(owner_permission="review.first_review_fonds")
    ref = "workflows/flows.opening_again.OpeningAgainFlow.first_review"
    with pytest.raises(CommandError):
        call_command("check_flows", "--move", "OpeningFlow.first_review", ref)
    assert ref_of(one) == STEM + "first_review"
