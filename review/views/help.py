"""Help where it is needed: the way of each role, the words of the house, and the parts that pages are made of."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from policies.glossary import terms
from policies.tours import Tour, tours
from review import access
from review.models import Person
from review.views.appearance import back_to, keep
from review.views.parts import shown_parts


def roles_of(person: Person) -> set[str]:
    """The codes of the roles a person holds. One query."""
    return {role.code for role, _over in access.roles_of(person)}


def unseen_tours(request: HttpRequest, held: set[str]) -> list[Tour]:
    """The tours of the roles in `held` that this person has not put aside in this browser."""
    seen = request.COOKIES.get(_cookie(request.user), "").split(".")
    return [tour for code, tour in tours().items() if code in held and code not in seen]


def _cookie(person: Person) -> str:
    return f"qifeng_toured_{person.pk}"


@login_required
def help_index(request: HttpRequest) -> HttpResponse:
    """One's own roles first, then those of the others."""
    held = roles_of(request.user)
    own = [tour for code, tour in tours().items() if code in held]
    others = [tour for code, tour in tours().items() if code not in held]
    return render(request, "help/index.html", {"own": own, "others": others, "parts": _sees_parts(request.user)})


@login_required
def help_role(request: HttpRequest, code: str) -> HttpResponse:
    """What one role does, in which order, with which keys, and what happens after."""
    if code not in tours():
        raise Http404
    held = code in roles_of(request.user)
    return render(request, "help/role.html", {"tour": tours()[code], "held": held})


@login_required
@require_POST
def tours_seen(request: HttpRequest) -> HttpResponse:
    """Put the tours of one's roles aside: they are not offered again here, and stay under Help."""
    response = back_to(request)
    keep(response, _cookie(request.user), ".".join(sorted(roles_of(request.user))))
    return response


@login_required
def glossary(request: HttpRequest) -> HttpResponse:
    """Every word of the house with its sentence."""
    return render(request, "help/glossary.html", {"terms": terms().values()})


@login_required
def parts(request: HttpRequest) -> HttpResponse:
    """Every part of templates/parts in its states and both languages: for whoever makes pages."""
    if not _sees_parts(request.user):
        raise PermissionDenied
    return render(request, "help/parts.html", {"parts": shown_parts(request)})


def _sees_parts(person: Person) -> bool:
    return settings.DEMO or access.fonds_of(person).exists()
