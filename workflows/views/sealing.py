"""Acts of the seal at a desk: done only after the password was typed again."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from viewflow.workflow.models import Task

from review.views.password_again import proved
from workflows.views import door

__all__ = ["proved", "work"]


def work(request: HttpRequest, task: Task, seal: str, verbs: Mapping[str, door.Act]) -> HttpResponse:
    """As `door.work`; but the verb `seal` is done only when the password came with it and is right."""
    if request.POST.get("verb") == seal and not proved(request):
        return redirect(request.get_full_path())
    return door.work(request, task, verbs)
