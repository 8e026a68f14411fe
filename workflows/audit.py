"""Every change of hands on a task is a ledger line: who did it, and on whose behalf (docs/decisions/0002).

What is decided at a desk is told by its operation. Told here is what no operation tells: a task taken, put back, given
to another, ended, lapsed, undone, revived or failed. The line is written in the transaction of the change; under a
`TellingLock` at its end, so that the end of the ledger is not held while ten thousand opinions are written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from viewflow.workflow import Activation, lock
from viewflow.workflow.models import Task
from viewflow.workflow.signals import task_failed

from review import access, ledger
from review.models import Agency, Fonds, Person
from review.once import one_act

TOLD = frozenset({"assign", "unassign", "reassign", "cancel", "lapse", "undo", "revive"})
Line = dict[str, Any]
_actor: ContextVar[Callable[[], Person | str] | None] = ContextVar("actor", default=None)
_told_elsewhere: ContextVar[bool] = ContextVar("told_elsewhere", default=False)
_gathered: ContextVar[list[Line] | None] = ContextVar("gathered", default=None)


@contextmanager
def acting_as(actor: Person | str) -> Iterator[None]:
    """Whatever happens to tasks inside is told as done by `actor`: a person, or a name such as "tick"."""
    token = _actor.set(lambda: actor)
    try:
        yield
    finally:
        _actor.reset(token)


def told_by_actor(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: what a request does to tasks is told as done by whoever is signed in."""

    def middleware(request: HttpRequest) -> HttpResponse:
        token = _actor.set(lambda: request.user)  # asked when a line is written: most requests write none
        try:
            return get_response(request)
        finally:
            _actor.reset(token)

    return middleware


@contextmanager
def told_by_operation() -> Iterator[None]:
    """Nothing inside is told here: the operation that was called in the same transaction tells it in one line."""
    token = _told_elsewhere.set(True)
    try:
        yield
    finally:
        _told_elsewhere.reset(token)


class TellingLock(lock.SelectForUpdateLock):
    """The lock of every flow: the row of the process, what one act asks asked once, and the ledger lines of what happened
    under it, written last."""

    def __init__(self) -> None:
        super().__init__(nowait=False, attempts=1)

    @contextmanager
    def __call__(self, flow_class: type, process_pk: int) -> Iterator[None]:
        with super().__call__(flow_class, process_pk), one_act(writing=True):
            lines: list[Line] = []
            token = _gathered.set(lines)
            try:
                yield
            finally:
                _gathered.reset(token)
            for line in lines:
                ledger.append(**line)


@Activation.status.on_success()
def tell_transition(activation: Activation, method: Any, source: str, target: Any, **kwargs: object) -> None:
    """Viewflow calls this after every transition of every node."""
    name = method._func.__name__
    if name in TOLD and not _told_elsewhere.get():
        _tell(activation, name)


def tell_failure(sender: type, process: object, task: Task, **kwargs: object) -> None:
    """A node that failed in the background: its state changes without a transition."""
    _tell(task.flow_task.activation_class(task), "fail")


task_failed.connect(tell_failure, dispatch_uid="workflows.audit")


def _tell(activation: Activation, name: str) -> None:
    task = activation.task
    actor = _actor_of(activation, name)
    facts: dict[str, ledger.Fact] = {"desk": task.flow_task.name, "task": task.pk}
    over = _over(activation)
    if name in ("assign", "reassign") and task.owner is not None:
        if task.owner != actor:
            facts["person"] = task.owner.username
        giver = access.on_behalf(task.owner, task.owner_permission, over) if over is not None else None
        if giver is not None:
            facts["for"] = giver.username
    if taken_from := getattr(activation, "taken_from", ""):
        facts["taken_from"] = taken_from
    line: Line = {
        "act": f"{name}_task",
        "subject": subject_of(activation.process),
        "by": actor,
        "at": timezone.now(),
        "facts": facts,
    }
    lines = _gathered.get()
    if lines is None:
        ledger.append(**line)
    else:
        lines.append(line)


def _actor_of(activation: Activation, name: str) -> Person | str:
    """Who is signed in, or whom a command names; else whoever took the task; else the flow itself."""
    named = _actor.get()
    actor = named() if named is not None else None
    if isinstance(actor, str) or (actor is not None and actor.is_authenticated):
        return actor
    return activation.task.owner if name == "assign" and activation.task.owner is not None else "flow"


def _over(activation: Activation) -> Fonds | Agency | None:
    """The record on which the task asks its right; None for a step of the machine."""
    over = getattr(activation.flow_task, "_over", None)
    return over(activation) if over is not None else None


def subject_of(process: Any) -> str:
    """What the case is about, as the ledger names it: "batch Z001-1"; never a title."""
    about = process.artifact
    if about is None:
        return f"flow {type(process).__name__} {process.pk}"
    return f"{about._meta.model_name} {getattr(about, 'number', about.pk)}"
