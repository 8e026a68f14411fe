"""The password typed again for an act of the seal, by the very person who is signed in (docs/decisions/0026)."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.debug import sensitive_variables

from policies.reauthenticating import WRONG
from policies.sentences import Refusal
from review.operations import reauthenticating


def proved(request: HttpRequest) -> bool:
    """Whether the password came with the form and is right; else the page says why not, and the try stays on record.

    To be asked before a lock is taken and outside its transaction: a wrong try stays though nothing else does.
    """
    try:
        _prove(request)
    except Refusal as refusal:
        messages.error(request, refusal.sentence.of(get_language() or ""))
        return False
    return True


@sensitive_variables("password")
def _prove(request: HttpRequest) -> None:
    """Raises Refusal unless the password sent with the form is the one of whoever is signed in."""
    person, password = request.user, request.POST.get("password", "")

    def right() -> bool:
        return authenticate(request, username=person.get_username(), password=password) == person

    if not reauthenticating.prove(by=person, right=right, at=timezone.now()):
        raise Refusal(WRONG)
