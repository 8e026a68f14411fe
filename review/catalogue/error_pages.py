"""What the public site says where it cannot answer: no address, no path, nothing of the inside."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The page of whatever is not there, the same for a closed record and for none."""
    return render(request, "catalogue/nothing.html", status=404)


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A request that cannot be understood or may not be made."""
    return render(request, "catalogue/failed.html", {"refused": True}, status=400)


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was not sent from a page of this site, or from one that was open too long."""
    return render(request, "catalogue/failed.html", {"refused": True}, status=403)


def failed(request: HttpRequest) -> HttpResponse:
    """Something broke here."""
    return render(request, "catalogue/failed.html", status=500)
