"""What every outlet for machines keeps to: one absolute address for each thing, fit for shared caches, for any caller."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.cache import patch_cache_control

from review.catalogue.addresses import to_segment

# An entry that has to be withdrawn must be gone from every cache within the minute, as from the pages.
SECONDS_IN_CACHES = 60
# What Django's reverse leaves as it is: the delimiters of RFC 3986, 2.2, and what else a segment may hold.
_AS_DJANGO = "!$&'()*+,;=/~:@"
View = Callable[..., HttpResponseBase]


def for_everybody(view: View) -> View:
    """Public data: caches may keep it for a minute, and a page of any other site may read it (CORS)."""

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, public=True, max_age=SECONDS_IN_CACHES)
        response["Access-Control-Allow-Origin"] = "*"
        return response

    return answer


def site() -> str:
    """Where the public site stands, without a slash at its end; "" where the settings do not say."""
    return str(getattr(settings, "PUBLIC_URL", "") or "").rstrip("/")


def absolute(request: HttpRequest, path: str) -> str:
    """The address of a path of this site: under its own name where the settings say one, else under the name asked for."""
    named = urlsplit(site())
    if named.netloc:
        return f"{named.scheme}://{named.netloc}{path}"
    return f"{request.scheme}://{request.get_host()}{path}"


def namespace() -> str:
    """The name of this repository in identifiers of records. It must not change with the name a caller used."""
    return urlsplit(site()).hostname or "qifeng.invalid"


def contact() -> str:
    """Whom a harvester's operator writes to."""
    return getattr(settings, "PUBLIC_CONTACT", "") or f"archives@{namespace()}"


def entry_address(fonds: str, reference_code: str, home: str = "") -> str:
    """The permanent address of an entry, as `reverse` has it. Below `home`, for outlets that write thousands of them."""
    return (
        f"{home or reverse('catalogue:home')}{_quoted(fonds)}/{quote(to_segment(reference_code), safe=_AS_DJANGO)}/"
    )


@lru_cache(maxsize=1_000)
def _quoted(fonds: str) -> str:
    return quote(to_segment(fonds), safe=_AS_DJANGO)
