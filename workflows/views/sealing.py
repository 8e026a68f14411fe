"""Acts of the seal at a desk: done only after the password was typed again, by the very person who is signed in."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.debug import sensitive_variables
from viewflow.workflow.models import Task

from policies.reauthenticating import WRONG
from policies.sentences import Refusal
from review.operations import reauthenticating
from workflows.views import door


def work(request: HttpRequest, task: Task, seal: str, verbs: Mapping[str, door.Act]) -> HttpResponse:
    """As `door.work`; but the verb `seal` is done only when the password came with it and is right.

    It is asked before the lock is taken and outside its transaction: a wrong try stays on record, though nothing else does.
    """
    if request.POST.get("verb") == seal:
        try:
            _reauthenticate(request)
        except Refusal as refusal:
            messages.error(request, refusal.sentence.of(get_language() or ""))
            return redirect(request.get_full_path())
    return door.work(request, task, verbs)


@sensitive_variables("password")
def _reauthenticate(request: HttpRequest) -> None:
    """Raises Refusal unless the password sent with the form is the one of whoever is signed in."""
    person, password = request.user, request.POST.get("password", "")

    def right() -> bool:
        return authenticate(request, username=person.get_username(), password=password) == person

    if not reauthenticating.prove(by=person, right=right, at=timezone.now()):
        raise Refusal(WRONG)
