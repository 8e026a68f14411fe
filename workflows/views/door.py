"""The door to a task: who may come in, under which lock, and what a refusal looks like.

A task is reached by its own number only; its node decides the desk. So no task can be worked through another node's
address, and the lock is always that of the task's own process (docs/decisions/0002).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from viewflow.workflow import Activation, flow
from viewflow.workflow.models import Task
from viewflow.workflow.status import STATUS

from policies.reviewing import returns_from
from policies.sentences import Refusal, Sentence
from review.models import Batch, Person
from review.operations import returning
from review.queries.decisions import review_steps
from workflows.forms import ReasonForm

OPEN = (STATUS.NEW, STATUS.ASSIGNED)
NOT_OPEN = Sentence(
    "这项工作已经办结，未重复执行。", "This piece of work is finished already; nothing was done twice."
)

NOT_A_DECISION = Sentence("请选定意见；日期须为 年-月-日。", "Choose a decision; a day is written YYYY-MM-DD.")


@login_required
def open_task(request: HttpRequest, pk: int) -> HttpResponse:
    """Show or work the desk of one task. 404 without such a task, 403 for whoever may not be its next hand."""
    task = get_object_or_404(Task.objects.select_related("owner"), pk=pk, flow_task_type="HUMAN")
    if not isinstance(task.flow_task, flow.View) or not hasattr(task.flow_task, "desk"):
        raise Http404  # a task of a node that no longer is a desk
    if task.status not in OPEN:
        if task.owner_id != request.user.pk:
            raise PermissionDenied
        messages.warning(request, NOT_OPEN.of(get_language() or ""))
        return redirect("my-work")
    if not task.flow_task.may_work(request.user, task):
        raise PermissionDenied
    return task.flow_task.desk(request, task)


Act = Callable[[Activation], str]


def work(request: HttpRequest, task: Task, verbs: Mapping[str, Act]) -> HttpResponse:
    """Do the act that the pressed button names: under the process's lock, every right asked again, all or nothing.

    `verbs` are the desk's own; taking and putting back are the same at every desk, and the first act takes an unowned
    task. An act returns the sentence that tells what was done. A refusal changes nothing and is shown on the same page.
    """
    if request.POST.get("verb") == "put_back":
        return put_back(request, task)
    try:
        done = carry_out(request, task, verbs)
    except Refusal as refusal:
        messages.error(request, refusal.sentence.of(get_language() or ""))
    else:
        messages.success(request, done)
    finished = Task.objects.filter(pk=task.pk).exclude(status__in=OPEN).exists()
    return redirect("my-work" if finished else request.get_full_path())


def carry_out(request: HttpRequest, task: Task, verbs: Mapping[str, Act]) -> str:
    """The act itself, under the lock of the task; what was done, in a sentence. Raises Refusal, PermissionDenied."""
    taking = {"take": lambda _activation: _("The batch is in your hands.")}
    act = {**taking, **verbs}.get(request.POST.get("verb", ""), _unknown)
    with task.activation() as activation:
        hold(request.user, activation)
        return act(activation)


def _unknown(activation: Activation) -> str:
    raise Refusal(Sentence("没有这样的操作，请刷新页面。", "There is no such act. Reload the page."))


# What the flow goes on by when a batch is sent back to a desk.
VERDICTS = {"first_review": "return", "second_review": "second", "reconcile": "reconcile"}
_BACK_TO = {
    "first_review": gettext_lazy("First review"),
    "second_review": gettext_lazy("Second review"),
    "reconcile": gettext_lazy("Reconcile"),
}


def return_choices(desk: str, batch: Batch, *, differences: bool = False) -> list[tuple[str, str]]:
    """The desks to which `desk` may send this batch back, with their names; `differences`: there was something to reconcile."""
    codes = returns_from(desk, second_review=review_steps(batch).second_review, differences=differences)
    return [(code, str(_BACK_TO[code])) for code in codes]


def returning_from(desk: str, request: HttpRequest, batch: Batch) -> Act:
    """The act of sending the batch back from `desk` to the desk that was chosen, with the reason that was written."""

    def act(activation: Activation) -> str:
        to = request.POST.get("to") or "first_review"
        returning.return_batch(
            batch=batch,
            from_desk=desk,
            to_desk=to,
            reason=written_reason(request),
            by=request.user,
            at=timezone.now(),
        )
        finish(activation, VERDICTS[to])
        return _("Returned to: %(desk)s.") % {"desk": _BACK_TO[to]}

    return act


def entry_of(request: HttpRequest) -> int:
    """The one entry (its id in the batch) that a form is about; 0, which no entry has, where it names none."""
    return number_of(request.POST.get("entry"))


def number_of(text: str | None) -> int:
    """A number as a form sends it; 0 for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else 0


def written_reason(request: HttpRequest) -> str:
    """The reason as written; empty when there is none that can be used, and policy refuses that."""
    form = ReasonForm(request.POST)
    return form.cleaned_data["reason"] if form.is_valid() else ""


def may_act(request: HttpRequest, task: Task) -> bool:
    """Whether the desk offers its verbs: nobody has the task, or this person has it. `hold` asks again."""
    return task.owner_id in (None, request.user.pk)


def hold(person: Person, activation: Activation) -> None:
    """Make sure the task is open and in this person's hands. Raises Refusal, PermissionDenied."""
    task = activation.task
    if task.status not in OPEN:
        raise Refusal(NOT_OPEN)
    if task.owner_id is None:
        if not activation.assign.has_perm(person):
            raise PermissionDenied
        activation.assign(person)
    elif task.owner_id != person.pk:
        raise Refusal(Sentence(f"{task.owner} 正在办理这项工作。", f"{task.owner} is working on this."))
    if not activation.start.has_perm(person):
        raise PermissionDenied


def finish(activation: Activation, verdict: str = "done") -> None:
    """Complete the task; the flow goes on by `verdict`."""
    activation.process.verdict = verdict
    activation.process.save(update_fields=["data"])
    activation.start(None)
    activation.execute()


def put_back(request: HttpRequest, task: Task) -> HttpResponse:
    """Give a taken task back to its queue; what was decided stays."""
    with task.activation() as activation:
        if activation.task.status != STATUS.ASSIGNED or not activation.unassign.has_perm(request.user):
            raise PermissionDenied
        activation.unassign()
    messages.success(request, _("Put back. Your decisions so far are kept."))
    return redirect("my-work")
