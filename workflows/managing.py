"""Managing running work (流程管理): give a task to another person, take it back to its queue, give a batch up.

By whoever holds manage_fonds over the fonds of the case. Nobody is given a task that he might not take himself: the
right is asked of the receiver, and four eyes too. The ledger lines are written by workflows/audit.py, and for a batch
given up by review/operations/managing.py.
"""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from viewflow.workflow import Activation
from viewflow.workflow.models import Process, Task
from viewflow.workflow.status import PROCESS, STATUS

from policies.managing import check_new_hand
from policies.sentences import Refusal, Sentence
from review import access
from review.models import Batch, Fonds, Person
from review.operations import managing
from workflows import audit

MANAGE = "review.manage_fonds"
OPEN = (STATUS.NEW, STATUS.ASSIGNED)
ENDED = (STATUS.DONE, STATUS.CANCELED, STATUS.REVIVED)
NOT_OPEN = Sentence("这项工作已经办结，未作改动。", "This piece of work is finished already; nothing was changed.")


def fonds_of(process: Process) -> Fonds | None:
    """The fonds that a case is about: its batch's, its entry's, its request's, or that of a plan's first line."""
    about = process.artifact
    if about is None:
        return None
    if hasattr(about, "fonds"):
        return about.fonds
    if hasattr(about, "entry"):
        return about.entry.fonds
    line = about.lines.select_related("fonds").order_by("pk").first()
    return line.fonds if line else None


def reassign(*, task: Task, to: Person, by: Person) -> None:
    """Put a task into the hands of `to`, whoever has it now. Raises Refusal, PermissionDenied."""
    with audit.acting_as(by), task.activation() as activation:
        _demand(by, activation)
        may_work = hasattr(activation.flow_task, "may_work") and activation.flow_task.may_work(to, activation.task)
        check_new_hand(may_work=may_work, name=to.full_name, has_it=activation.task.owner_id == to.pk)
        if activation.task.owner is None:
            activation.assign(to)
        else:
            activation.taken_from = activation.task.owner.username
            activation.reassign(to)


def take_back(*, task: Task, by: Person) -> None:
    """Put a taken task back into its queue; what was decided stays. Raises Refusal, PermissionDenied."""
    with audit.acting_as(by), task.activation() as activation:
        _demand(by, activation)
        if activation.task.owner is None:
            raise Refusal(Sentence("这项工作没有人领取。", "Nobody has taken this piece of work."))
        activation.taken_from = activation.task.owner.username
        activation.unassign()


def cancel_batch(*, batch: Batch, reason: str, by: Person, at: datetime) -> None:
    """Give a batch up before it is signed: its entries are free, its tasks and their clocks end, the reason is kept.

    All or nothing, under the lock of the case. Raises Refusal, PermissionDenied.
    """
    process = running_process(batch)
    if process is None:
        raise Refusal(Sentence("本批没有在办的流程。", "No case of this batch is running."))
    with audit.acting_as(by), process.flow_class.lock(process.pk):
        process.refresh_from_db()
        if process.status != PROCESS.NEW:
            raise Refusal(NOT_OPEN)
        managing.cancel_batch(batch=batch, reason=reason, by=by, at=at)
        with audit.told_by_operation():
            end_tasks(process)


def running_process(batch: Batch) -> Process | None:
    """The running case of a batch, of whichever flow and version it is."""
    cases = Process.objects.filter(
        artifact_content_type__app_label="review",
        artifact_content_type__model="batch",
        artifact_object_id=batch.pk,
        status=PROCESS.NEW,
    )
    return cases.order_by("-pk").first()


def end_tasks(process: Process) -> None:
    """Cancel every task that is not finished, and the case. In the caller's transaction, under the case's lock.

    Viewflow's own `Flow.cancel` refuses where a node knows no cancelling, as an open Join; a task is then marked so.
    """
    for task in process.task_set.exclude(status__in=ENDED).order_by("pk"):
        activation = task.flow_task.activation_class(task) if task.flow_task is not None else None
        cancel = getattr(activation, "cancel", None)
        if cancel is not None and cancel.can_proceed():
            cancel()
        else:
            task.status, task.finished = STATUS.CANCELED, timezone.now()
            task.save(update_fields=["status", "finished"])
    process.status, process.finished = PROCESS.CANCELED, timezone.now()
    process.save(update_fields=["status", "finished"])


def _demand(by: Person, activation: Activation) -> None:
    fonds = fonds_of(activation.process)
    if fonds is None:
        raise Refusal(Sentence("这项工作不属于任何全宗。", "This piece of work belongs to no fonds."))
    access.demand(by, MANAGE, fonds)
    if activation.task.status not in OPEN:
        raise Refusal(NOT_OPEN)
