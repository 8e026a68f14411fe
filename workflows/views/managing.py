"""The manager's page: who has what in hand, what waits, and giving it to another, taking it back or giving a batch up."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from viewflow.workflow.models import Task

from policies.sentences import Refusal
from review import access
from review.models import AccessRequest, Batch, Fonds, Person, Plan, Referral, Suspension, TransferRequest
from workflows import inbox, managing
from workflows.pieces import pieces

SHOWN = 100


@login_required
def manage(request: HttpRequest) -> HttpResponse:
    """The open work on the fonds that this person manages, the most urgent first; of one fonds with `?fonds=`."""
    managed = access.fonds_of(request.user, managing.MANAGE)
    if not managed.exists():
        raise PermissionDenied
    shown = managed.filter(code=request.GET["fonds"]) if request.GET.get("fonds") else managed
    tasks = [task for task in inbox.with_clocks(_open_on(shown))[:SHOWN] if hasattr(task.flow_task, "desk")]
    return render(
        request,
        "workflows/managing.html",
        {
            "pieces": pieces(tasks),
            "fonds": managed,
            "chosen": request.GET.get("fonds", ""),
            "today": timezone.localdate(),
            "shown": SHOWN,
        },
    )


@login_required
def manage_task(request: HttpRequest, pk: int) -> HttpResponse:
    """One open task: whom it may be given to. A GET shows, a POST acts."""
    task = get_object_or_404(Task.objects.select_related("process", "owner"), pk=pk, flow_task_type="HUMAN")
    node = task.flow_task
    fonds = managing.fonds_of(task.process.coerced) if hasattr(node, "desk") else None
    if fonds is None:
        raise Http404
    if not access.holds(request.user, managing.MANAGE, fonds):
        raise PermissionDenied
    if request.method == "POST":
        return _act(request, task)
    over = node.calc_owner_permission_obj(node.activation_class(task))
    people = [person for person in access.who_hold(task.owner_permission, over) if person.pk != task.owner_id]
    (piece,) = pieces([task])
    return render(
        request,
        "workflows/managing_task.html",
        {
            "piece": piece,
            "open": task.status in managing.OPEN,
            "people": [person for person in people if node.may_work(person, task)],
            "today": timezone.localdate(),
        },
    )


def _act(request: HttpRequest, task: Task) -> HttpResponse:
    try:
        done = _verb(request, task)
    except Refusal as refusal:
        messages.error(request, refusal.sentence.of(get_language() or ""))
        return redirect("manage-task", task.pk)
    messages.success(request, done)
    return redirect("manage")


def _verb(request: HttpRequest, task: Task) -> str:
    verb = request.POST.get("verb", "")
    if verb == "reassign":
        to = get_object_or_404(Person, username=request.POST.get("to", ""))
        managing.reassign(task=task, to=to, by=request.user)
        return _("The work is with %(name)s now.") % {"name": to.full_name}
    if verb == "take_back":
        managing.take_back(task=task, by=request.user)
        return _("The work is back in its queue.")
    if verb == "cancel_batch" and isinstance(task.process.artifact, Batch):
        managing.cancel_batch(
            batch=task.process.artifact, reason=request.POST.get("reason", ""), by=request.user, at=timezone.now()
        )
        return _("The batch is cancelled; its entries are free again.")
    raise Http404


def _open_on(fonds: QuerySet[Fonds]) -> QuerySet[Task]:
    """The open tasks of every case about these fonds, also those that a forming unit has to do."""
    chosen = fonds.values("pk")
    about = {
        Batch: Q(fonds__in=chosen),
        Plan: Q(lines__fonds__in=chosen),
        Referral: Q(entry__fonds__in=chosen),
        Suspension: Q(entry__fonds__in=chosen),
        TransferRequest: Q(fonds__in=chosen),
        AccessRequest: Q(fonds__in=chosen),
    }
    condition = Q(pk__in=[])
    for model, of_these in about.items():
        kind = ContentType.objects.get_for_model(model).pk
        cases = model.objects.filter(of_these).order_by().values("pk")
        condition |= Q(process__artifact_content_type=kind, process__artifact_object_id__in=cases)
    return Task.objects.filter(condition, status__in=managing.OPEN, flow_task_type="HUMAN")
