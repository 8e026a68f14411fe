"""How the pages look to one reader: light or dark, roomy or dense. Remembered in a cookie, no one's business but theirs."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

CHOICES = {"scheme": ("auto", "light", "dark"), "density": ("roomy", "dense")}
A_YEAR = 60 * 60 * 24 * 365


def appearance_of(request: HttpRequest) -> dict[str, str]:
    """What this reader chose; the first of each where nothing, or nothing known, was."""
    asked = {name: request.COOKIES.get(f"qifeng_{name}", "") for name in CHOICES}
    return {name: asked[name] if asked[name] in known else known[0] for name, known in CHOICES.items()}


@require_POST
def appearance(request: HttpRequest) -> HttpResponse:
    """Keep a choice and go back to the page it was made on."""
    response = back_to(request)
    for name, known in CHOICES.items():
        if request.POST.get(name) in known:
            keep(response, f"qifeng_{name}", request.POST[name])
    return response


def back_to(request: HttpRequest) -> HttpResponseRedirect:
    """To the page that the form names, if it is one of ours."""
    there = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(there, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(there if ours else resolve_url(settings.LOGIN_REDIRECT_URL))


def keep(response: HttpResponse, name: str, value: str) -> None:
    """Remember a choice for a year in a cookie that no script reads."""
    response.set_cookie(name, value, max_age=A_YEAR, httponly=True, samesite="Lax", secure=settings.HTTPS)
