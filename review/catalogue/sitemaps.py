"""Sitemaps (sitemaps.org): an index, the fixed pages, and the entries in pages of a fixed span of row numbers.

A page's rows are found by their numbers and nothing is counted, so that each page costs the same however many entries
there are; an entry keeps its page, and one that is withdrawn is gone from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe
from lxml import etree

from review.catalogue.models import Edition, ReleasedEntry, ReleasedFonds
from review.catalogue.outlets import absolute, entry_address, for_everybody
from review.catalogue.public_pages import nothing

SPAN = 10_000  # rows a page; the protocol allows 50,000, and this is an answer in a tenth of a second
MOST_FIXED = 20_000  # fonds, and releases, on the page of fixed addresses
NS = "http://www.sitemaps.org/schemas/sitemap/0.9"


@require_safe
@for_everybody
def index(request: HttpRequest) -> HttpResponse:
    """The sitemaps there are: only spans in which something is open. One look by number for each of them."""
    root = etree.Element(f"{{{NS}}}sitemapindex", nsmap={None: NS})
    _add(root, "sitemap", absolute(request, reverse("catalogue:sitemap-fixed")))
    for number in _spans():
        _add(root, "sitemap", absolute(request, reverse("catalogue:sitemap", args=[number])))
    return _answer(root)


@require_safe
@for_everybody
def fixed(request: HttpRequest) -> HttpResponse:
    """The pages that are no entry: the home page, fonds and releases."""
    root = etree.Element(f"{{{NS}}}urlset", nsmap={None: NS})
    for name in ("catalogue:home", "catalogue:releases", "catalogue:errata", "catalogue:ask"):
        _add(root, "url", absolute(request, reverse(name)))
    for code in ReleasedFonds.objects.order_by("pk").values_list("code", flat=True)[:MOST_FIXED]:
        _add(root, "url", absolute(request, reverse("catalogue:fonds", args=[code])))
    for number in Edition.objects.order_by("pk").values_list("number", flat=True)[:MOST_FIXED]:
        _add(root, "url", absolute(request, reverse("catalogue:release", args=[number])))
    return _answer(root)


@require_safe
@for_everybody
def entries(request: HttpRequest, number: int) -> HttpResponse:
    """The entries of one span of row numbers, from 1."""
    rows = ReleasedEntry.objects.order_by("pk").filter(pk__gt=(number - 1) * SPAN, pk__lte=number * SPAN)
    found = list(rows.values_list("fonds__code", "reference_code", "changed_at")) if 0 < number < 10**9 else []
    if not found:
        return nothing(request)
    root = etree.Element(f"{{{NS}}}urlset", nsmap={None: NS})
    home = absolute(request, reverse("catalogue:home"))
    for fonds, code, changed_at in found:
        _add(root, "url", entry_address(fonds, code, home), changed_at.astimezone(UTC).date().isoformat())
    return _answer(root)


def _spans() -> Iterator[int]:
    last = 0
    while True:
        first = ReleasedEntry.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True).first()
        if first is None:
            return
        number = (first - 1) // SPAN + 1
        yield number
        last = number * SPAN


def _add(root: etree._Element, name: str, address: str, changed: str = "") -> None:
    made = etree.SubElement(root, f"{{{NS}}}{name}")
    etree.SubElement(made, f"{{{NS}}}loc").text = address
    if changed:
        etree.SubElement(made, f"{{{NS}}}lastmod").text = changed


def _answer(root: etree._Element) -> HttpResponse:
    return HttpResponse(
        etree.tostring(root, encoding="UTF-8", xml_declaration=True), content_type="application/xml; charset=utf-8"
    )
