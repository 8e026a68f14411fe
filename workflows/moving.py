"""Running cases when a flow has changed: tasks whose node no longer exists, and moving them to another (docs/decisions/0002).

A running case follows today's code from its open tasks on; the database holds the names of nodes as text. So a node that
was renamed, or a case that goes on in a second version of its flow, is moved here: all at once or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.db.models import CharField, Count, F, QuerySet
from django.db.models.functions import Cast
from viewflow.workflow.base import Node
from viewflow.workflow.fields import get_flow_ref, get_task_ref, import_flow_by_ref
from viewflow.workflow.models import Process, Task
from viewflow.workflow.status import STATUS

from policies.sentences import Refusal, Sentence
from review import ledger
from workflows import flows
from workflows.nodes import Desk

FINISHED = (STATUS.DONE, STATUS.CANCELED, STATUS.REVIVED)
AT_A_TIME = 2000  # cases locked by one statement


@dataclass(frozen=True, slots=True)
class Orphans:
    """Tasks of one node that the code does not have: its name as stored, how many are open and how many finished."""

    node: str
    open: int
    finished: int


@dataclass(frozen=True, slots=True)
class Moved:
    """What was moved, or would be: open tasks, finished ones, and cases that go on in another flow."""

    open: int
    finished: int
    cases: int


def orphans() -> list[Orphans]:
    """The nodes that tasks name and the code does not have, those with open tasks first. One query."""
    rows = (
        Task.objects.annotate(ref=Cast(F("flow_task"), CharField()))
        .order_by()
        .values_list("ref", "status")
        .annotate(tasks=Count("pk"))
    )
    counts: dict[str, list[int]] = {}
    for ref, status, tasks in rows:
        if find(ref) is None:
            counts.setdefault(ref, [0, 0])[status in FINISHED] += tasks
    return sorted((Orphans(ref, *found) for ref, found in counts.items()), key=lambda one: (-one.open, one.node))


def find(ref: str) -> Node | None:
    """The node of this stored name ("workflows/flows.opening.OpeningFlow.sign_off"); None where the code has none."""
    flow_ref, _, name = ref.rpartition(".")
    try:
        cls = import_flow_by_ref(flow_ref) if "/" in flow_ref else None
    except (ImportError, LookupError, AttributeError, AssertionError, ImproperlyConfigured, ValueError):
        return None
    # Without `no_obsolete` Viewflow puts a node that stands for all that are gone.
    return cls.instance.node(name, no_obsolete=True) if cls is not None else None


def full_name(name: str) -> str:
    """The stored name of a node written short, as "OpeningFlow.sign_off"; any other name as it stands."""
    flow_name, _, node = name.rpartition(".")
    cls = getattr(flows, flow_name, None) if "/" not in name else None
    return f"{get_flow_ref(cls)}.{node}" if cls is not None else name


def move(*, old: str, new: str, by: str, at: datetime, dry_run: bool) -> Moved:
    """Put every open task of the node `old` at the node `new`, with the right that `new` asks; all or nothing.

    Where the code no longer has `old`, its finished tasks go along. A dry run does all of it and undoes it. No step of a
    case is in hand meanwhile: the cases are locked. Raises Refusal where `new` is no node, asks its right on another kind
    of record, or where a case has open tasks elsewhere in a flow that it would leave.
    """
    old, new = full_name(old), full_name(new)
    node, gone = find(new), find(old) is None
    if node is None or node.name == "obsolete":
        raise Refusal(Sentence(f"程序中没有节点“{new}”。", f"The code has no node “{new}”."))
    with transaction.atomic():
        tasks = Task.objects.annotate(ref=Cast(F("flow_task"), CharField())).filter(ref=old)
        running = tasks.exclude(status__in=FINISHED)
        for batch in _cases_of(running):
            list(Process.objects.filter(pk__in=batch).order_by("pk").select_for_update().values_list("pk", flat=True))
        _check_right(running, node)
        cases = _follow(running, old, node)
        finished = tasks.filter(status__in=FINISHED)
        done = Moved(_put(running, node), _put(finished, node) if gone else 0, cases)
        if dry_run:
            transaction.set_rollback(True)
        elif done.open or done.finished:
            ledger.append(
                act="move_tasks",
                subject=f"flow {node.flow_class.__name__}",
                by=by,
                at=at,
                facts={"from": old, "to": new, "tasks": done.open + done.finished},
            )
    return done


def _cases_of(tasks: QuerySet[Task]) -> Iterator[list[int]]:
    """The ids of the cases in ascending order, some at a time: everybody locks them in this order."""
    ids = list(tasks.order_by("process").values_list("process", flat=True).distinct())
    for start in range(0, len(ids), AT_A_TIME):
        yield ids[start : start + AT_A_TIME]


def _check_right(tasks: QuerySet[Task], node: Node) -> None:
    """The record on which the old tasks ask their right is of the kind on which the new node asks its own."""
    kinds = {
        (permission or "").rpartition("_")[2]
        for permission in tasks.order_by().values_list("owner_permission", flat=True).distinct()
    }
    wanted = node._owner_permission.rpartition("_")[2] if isinstance(node, Desk) else ""
    if kinds - {wanted}:
        raise Refusal(
            Sentence(
                f"节点“{node.name}”的权限所及与原节点不同（{'、'.join(sorted(kinds))} → {wanted}），不能迁移。",
                f"The right of “{node.name}” is held over another kind of record ({', '.join(sorted(kinds))} → {wanted}).",
            )
        )


def _follow(tasks: QuerySet[Task], old: str, node: Node) -> int:
    """Let the cases go on in the flow of the new node, where that is another. Returns how many do."""
    flow_ref = get_flow_ref(node.flow_class)
    if old.rpartition(".")[0] == flow_ref:
        return 0
    cases = tasks.order_by().values("process")
    elsewhere = Task.objects.annotate(ref=Cast(F("flow_task"), CharField())).filter(process__in=cases)
    if left := elsewhere.exclude(ref=old).exclude(status__in=FINISHED).values("process").distinct().count():
        raise Refusal(
            Sentence(
                f"有 {left} 件在原流程另有未办结的环节，不能单独迁移。",
                f"{left} cases have open tasks elsewhere in the flow that they would leave.",
            )
        )
    return Process.objects.filter(pk__in=cases).update(flow_class=flow_ref)


def _put(tasks: QuerySet[Task], node: Node) -> int:
    permission = node._owner_permission if isinstance(node, Desk) else None
    chosen = Task.objects.filter(pk__in=tasks.order_by().values("pk"))
    return chosen.update(
        flow_task=get_task_ref(node),
        flow_task_type=node.task_type,
        **({"owner_permission": permission} if permission else {}),
    )
