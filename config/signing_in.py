"""Signing in anew in the middle of a form."""

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme


def back_to_the_form(get_response: Callable[[HttpRequest], HttpResponse]):
    """Middleware: whoever sent a form after the session was over comes, signed in, to the page the form stood on."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        came_from = request.headers.get("Referer", "")
        if (
            request.method == "POST"
            and response.status_code == 302
            and response.headers["Location"].startswith(f"{reverse('sign-in')}?")
            and url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure())
        ):
            page = urlsplit(came_from)
            there = f"{page.path}?{page.query}" if page.query else page.path
            response.headers["Location"] = f"{reverse('sign-in')}?{urlencode({'next': there})}"
        return response

    return answer
