"""The pages of the open catalogue. They read; nothing here can write, and nothing asks who one is."""

from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from review.catalogue.citing import citation, json_ld
from review.catalogue.grounds import GROUND_NAMES, article_of
from review.catalogue.models import Edition, ListedClosed, ReleasedEntry, ReleasedFonds, Tombstone, Withdrawal
from review.catalogue.outlets import absolute
from review.catalogue.public_pages import nothing, page_of, public
from review.catalogue.verifying import is_as_issued
from review.catalogue.withdrawals import SAY_NO_TITLE, withholds


@public
def home(request: HttpRequest) -> HttpResponse:
    """The search field, the newest releases, how to see a record and how to ask for one, and the fonds."""
    fonds = ReleasedFonds.objects.filter(size__gt=0)
    total = fonds.aggregate(n=Sum("size"))["n"] or 0
    context = {
        "fonds": page_of(request, fonds),
        "total": total,
        "editions": Edition.objects.defer("proof_blocks")[:5],
    }
    return render(request, "catalogue/home.html", context)


@public
def fonds(request: HttpRequest, fonds: str) -> HttpResponse:
    """One fonds: its series with their counts, and its entries (`?series=`: of one series), in the archives' order."""
    row = ReleasedFonds.objects.filter(code=fonds, size__gt=0).first()
    if row is None:
        return nothing(request)
    series = list(row.series.filter(size__gt=0).order_by("pk"))
    entries = row.entries.order_by("series_id", "pk")
    asked, size = request.GET.get("series"), row.size
    chosen = None
    if asked is not None:
        chosen = [each for each in series if each.title == asked]
        entries = entries.filter(series__in=chosen)
        size = sum(each.size for each in chosen)
    # First the keys alone, which an index holds: a late page is found without reading what stands before it.
    page = page_of(request, entries.values_list("pk", flat=True), size)
    rows = ReleasedEntry.objects.select_related("fonds", "series").defer("search_text", "search_terms")
    found = rows.in_bulk(list(page.object_list))
    page.object_list = [found[key] for key in page.object_list]
    context = {"fonds": row, "series": series, "chosen": asked, "page": page, "total": row.size}
    context["closed"] = ListedClosed.objects.filter(fonds=row.code).exists()
    return render(request, "catalogue/fonds.html", context)


@public
def entry(request: HttpRequest, fonds: str, reference_code: str) -> HttpResponse:
    """One entry at its permanent address. A record that is not open is answered like one that never was.

    Where one was open and is withdrawn, or left out of the edition that corrected its own, its code and the day stand
    (410): it was public that it is there. Where it is listed as closed, why and until when.
    """
    rows = ReleasedEntry.objects.select_related("fonds", "edition", "series").defer("search_text", "search_terms")
    row = rows.filter(fonds__code=fonds, reference_code=reference_code).first()
    if row is None:
        return _not_open(request, fonds, reference_code)
    address = absolute(request, reverse("catalogue:entry", args=[fonds, reference_code]))
    context = {
        "entry": row,
        "edition": row.edition,
        "address": address,
        "as_issued": is_as_issued(row),
        "citation": citation(row, address),
        "json_ld": json_ld(row, address),
    }
    return render(request, "catalogue/entry.html", context)


def _not_open(request: HttpRequest, fonds: str, reference_code: str) -> HttpResponse:
    withdrawn = Withdrawal.objects.filter(in_force=True, fonds=fonds, reference_code=reference_code).first()
    if withdrawn is not None:
        return render(request, "catalogue/withdrawn.html", {"withdrawal": withdrawn}, status=410)
    closed = ListedClosed.objects.select_related("edition").filter(fonds=fonds, reference_code=reference_code).first()
    if closed is not None:
        context = {"closed": closed, "ground": GROUND_NAMES.get(closed.ground, closed.ground)}
        return render(request, "catalogue/closed.html", context | {"article": article_of(closed.ground)})
    gone = Tombstone.objects.filter(fonds=fonds, reference_code=reference_code).first()
    if gone is not None:
        later = Edition.objects.filter(corrects=gone.release).only("number").first()
        return render(request, "catalogue/left_out.html", {"gone": gone, "later": later}, status=410)
    return nothing(request)


@public
def releases(request: HttpRequest) -> HttpResponse:
    """Every release, the newest first."""
    return render(
        request, "catalogue/releases.html", {"page": page_of(request, Edition.objects.defer("proof_blocks"))}
    )


@public
def release(request: HttpRequest, number: str) -> HttpResponse:
    """One release: what it opened, what stayed closed and on which grounds, its files and their digests, who sealed it."""
    edition = Edition.objects.defer("proof_blocks").filter(number=number).first()
    if edition is None:
        return nothing(request)
    deferred = sorted(edition.counts["deferred"].items())
    errata = Withdrawal.objects.filter(edition=number)
    files = edition.files.exclude(name__startswith="copies/").exclude(name__startswith="ead3/")
    context = {
        "errata": errata[:50],
        "more_errata": errata.count() > 50,
        "withheld": withholds(edition),
        "open_files": SAY_NO_TITLE,
        "edition": edition,
        "grounds": [(code, GROUND_NAMES.get(code, code), n) for code, n in deferred],
        "files": list(files),
        "volumes": [each for each in files if each.name.startswith("open-catalogue")],
        "copies": edition.files.filter(name__startswith="copies/").count(),
        "holdings": _holdings(edition),
    }
    return render(request, "catalogue/release.html", context)


def _holdings(edition: Edition) -> list[dict[str, object]]:
    """What the release opened, by fonds, as issued; a link only where something of the fonds is open now."""
    codes = [each["code"] for each in edition.holdings]
    there = set(ReleasedFonds.objects.filter(code__in=codes, size__gt=0).values_list("code", flat=True))
    return [{**each, "is_there": each["code"] in there} for each in edition.holdings if each["entries"]]


@public
def closed(request: HttpRequest, number: str) -> HttpResponse:
    """The deferred entries that a release lists: codes, grounds and days, never a title."""
    edition = Edition.objects.defer("proof_blocks").filter(number=number).first()
    if edition is None:
        return nothing(request)
    page = page_of(request, edition.closed.order_by("pk"))
    for each in page.object_list:
        each.ground_name = GROUND_NAMES.get(each.ground, each.ground)
    return render(request, "catalogue/closed_list.html", {"edition": edition, "page": page})


@public
def errata(request: HttpRequest) -> HttpResponse:
    """Every erratum to any release, the newest first: codes and days."""
    return render(request, "catalogue/errata.html", {"page": page_of(request, Withdrawal.objects.all())})
