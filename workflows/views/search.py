"""Search: from a code, a batch, a fonds or words of a title to the page or the piece of work that they lead to."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from viewflow.workflow.models import Task
from viewflow.workflow.status import STATUS

from review import access
from review.models import Batch, Countersignature
from review.queries.searching import LONGEST, SHOWN, Found, found_by
from workflows import inbox
from workflows.pieces import pieces


@login_required
def search(request: HttpRequest) -> HttpResponse:
    """What this person may see of what was asked for. The access rules of each page hold; nothing else is found."""
    searched = request.GET.get("q", "")[:LONGEST].strip()
    found = found_by(request.user, searched)
    rights = access.rights_of(request.user)
    tasks = _own_tasks(request, rights, found)
    at_desk = {task.seed_object_id: task.pk for task in tasks if task.seed_object_id}
    numbers = {batch.pk for batch in found.batches}
    asked = [(entry, at_desk[asked]) for entry, asked in found.asked if asked in at_desk]
    context = {
        "searched": searched,
        "found": found,
        "pieces": pieces([task for task in tasks if task.process.artifact_object_id in numbers], rights),
        "asked": asked,
        "many": len(found.entries) + len(asked),
        "readable": set(access.batches_of(request.user).filter(pk__in=numbers).values_list("pk", flat=True)),
        "today": timezone.localdate(),
    }
    return render(request, "workflows/search.html", context)


def _own_tasks(request: HttpRequest, rights: access.Rights, found: Found) -> list[Task]:
    """The open tasks of this person in the batches found, and those at which the entries found are asked about."""
    of_batches = Q(
        process__artifact_content_type=ContentType.objects.get_for_model(Batch),
        process__artifact_object_id__in=[batch.pk for batch in found.batches],
    )
    of_entries = Q(
        seed_content_type=ContentType.objects.get_for_model(Countersignature),
        seed_object_id__in={asked for _entry, asked in found.asked},
    )
    own = inbox.open_to(rights) | Q(owner=request.user, status=STATUS.ASSIGNED, flow_task_type="HUMAN")
    tasks = inbox.with_clocks(Task.objects.filter(of_batches | of_entries).filter(own))[:SHOWN]
    return inbox.not_barred(rights, tasks)
