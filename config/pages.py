"""What holds for every page that is only looked at."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from review.once import one_act


def asks_once(get_response: Callable[[HttpRequest], HttpResponse]):
    """Middleware: what a page asks again and again of its reader's rights, it asks once (review/once.py)."""

    def answer(request: HttpRequest) -> HttpResponse:
        if request.method not in {"GET", "HEAD"}:
            return get_response(request)
        with one_act():
            return get_response(request)

    return answer
