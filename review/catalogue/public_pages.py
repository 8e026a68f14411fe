"""What every page of the open catalogue keeps to: it reads, asks nobody who one is, and may be kept for a minute."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.http import require_safe

ROWS = 50
# An entry that has to be withdrawn must be gone from every cache within the minute.
SECONDS_IN_CACHES = 60

View = Callable[..., HttpResponse]


def public(view: View) -> View:
    """A page for everybody: read only, the language by `?lang=` or as the browser asks, fit for shared caches."""
    return require_safe(in_two_languages(view))


def in_two_languages(view: View) -> View:
    """The language by `?lang=`, which is remembered, or as the browser asks; fit for shared caches where it only reads."""

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        chosen = request.GET.get("lang")
        if chosen not in dict(settings.LANGUAGES):
            response = view(request, *args, **kwargs)
            if request.method in ("GET", "HEAD"):
                patch_cache_control(response, public=True, max_age=SECONDS_IN_CACHES)
                patch_vary_headers(response, ["Accept-Language", "Cookie"])
            return response
        translation.activate(chosen)
        response = view(request, *args, **kwargs)
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, samesite="Lax", secure=request.is_secure())
        patch_cache_control(response, private=True, no_store=True)
        return response

    return answer


def nothing(request: HttpRequest) -> HttpResponse:
    """The answer where nothing open stands, whether a record exists or not."""
    return render(request, "catalogue/nothing.html", status=404)


def page_of(request: HttpRequest, rows: QuerySet, count: int | None = None, size: int = ROWS) -> Page:
    """The page that the address asks for; `count` where it is known without counting."""
    pages = Paginator(rows, size)
    if count is not None:
        pages.count = count
    return pages.get_page(request.GET.get("page"))
