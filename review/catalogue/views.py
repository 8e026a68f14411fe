"""The pages of the open catalogue. They read; nothing here can write, and nothing asks who one is."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.http import require_safe

from review.catalogue.bundles import CSV, MANIFEST, PDF
from review.catalogue.forms import SearchForm
from review.catalogue.grounds import GROUND_NAMES
from review.catalogue.models import Edition, ReleasedEntry, ReleasedFonds, Withdrawal
from review.catalogue.rows import files_dir
from review.catalogue.searching import holding, words_of

ROWS = 50
# An entry that has to be withdrawn must be gone from every cache within the minute.
SECONDS_IN_CACHES = 60
FILE_TYPES = {PDF: "application/pdf", CSV: "text/csv; charset=utf-8", MANIFEST: "application/json"}
# The files that say titles: not served while an entry of their release is withdrawn.
WITHHELD = (PDF, CSV)

View = Callable[..., HttpResponse]


def public(view: View) -> View:
    """A page for everybody: read only, the language by `?lang=` or as the browser asks, fit for shared caches."""

    @require_safe
    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        chosen = request.GET.get("lang")
        if chosen not in dict(settings.LANGUAGES):
            response = view(request, *args, **kwargs)
            patch_cache_control(response, public=True, max_age=SECONDS_IN_CACHES)
            patch_vary_headers(response, ["Accept-Language", "Cookie"])
            return response
        translation.activate(chosen)
        response = view(request, *args, **kwargs)
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, samesite="Lax", secure=request.is_secure())
        patch_cache_control(response, private=True, no_store=True)
        return response

    return answer


@public
def home(request: HttpRequest) -> HttpResponse:
    """The search field, the newest releases, how to see a record and how to ask for one, and the fonds."""
    fonds = list(ReleasedFonds.objects.annotate(size=Count("entries")).order_by("code"))
    return render(
        request,
        "catalogue/home.html",
        {"fonds": fonds, "total": sum(each.size for each in fonds), "editions": Edition.objects.all()[:5]},
    )


@public
def search(request: HttpRequest) -> HttpResponse:
    """Entries that hold every word, in the fonds and the years asked for."""
    form = SearchForm(request.GET, fonds=list(ReleasedFonds.objects.all()))
    context = {"form": form, "narrowed": any(request.GET.get(name) for name in ("fonds", "first", "last"))}
    if not form.is_valid():
        return render(request, "catalogue/search.html", context, status=400)
    asked = form.cleaned_data
    words = words_of(asked["q"])
    found = ReleasedEntry.objects.filter(holding(words)).select_related("fonds")
    if asked["fonds"]:
        found = found.filter(fonds__code=asked["fonds"])
    if asked["first"]:
        found = found.filter(year__gte=asked["first"])
    if asked["last"]:
        found = found.filter(year__lte=asked["last"])
    return render(request, "catalogue/search.html", context | {"page": _page(request, found), "words": words})


@public
def fonds(request: HttpRequest, fonds: str) -> HttpResponse:
    """One fonds: its series with their counts, and its entries (`?series=`: of one series)."""
    row = ReleasedFonds.objects.filter(code=fonds).first()
    if row is None:
        return _nothing(request)
    series = list(row.entries.order_by("series_title").values("series_title").annotate(size=Count("pk")))
    chosen = request.GET.get("series")
    entries = row.entries.select_related("fonds").order_by("series_title", "edition_id", "position")
    if chosen is not None:
        entries = entries.filter(series_title=chosen.replace("\x00", ""))
    context = {"fonds": row, "series": series, "chosen": chosen, "page": _page(request, entries)}
    return render(request, "catalogue/fonds.html", context | {"total": sum(each["size"] for each in series)})


@public
def entry(request: HttpRequest, fonds: str, reference_code: str) -> HttpResponse:
    """One entry at its permanent address. A record that is not open is answered like one that never was.

    Where one was open and is withdrawn, its code and the day stand (410): it was public that it is there.
    """
    rows = ReleasedEntry.objects.select_related("fonds", "edition")
    row = rows.filter(fonds__code=fonds, reference_code=reference_code).first()
    if row is None:
        withdrawn = Withdrawal.objects.filter(in_force=True, fonds=fonds, reference_code=reference_code).first()
        if withdrawn is None:
            return _nothing(request)
        return render(request, "catalogue/withdrawn.html", {"withdrawal": withdrawn}, status=410)
    address = request.build_absolute_uri(reverse("catalogue:entry", args=[fonds, reference_code]))
    return render(request, "catalogue/entry.html", {"entry": row, "edition": row.edition, "address": address})


@public
def releases(request: HttpRequest) -> HttpResponse:
    """Every release, the newest first."""
    return render(request, "catalogue/releases.html", {"page": _page(request, Edition.objects.all())})


@public
def release(request: HttpRequest, number: str) -> HttpResponse:
    """One release: what it opened, what stayed closed and on which grounds, its files and their digests."""
    edition = Edition.objects.filter(number=number).first()
    if edition is None:
        return _nothing(request)
    deferred = sorted(edition.counts["deferred"].items())
    errata = list(Withdrawal.objects.filter(edition=number))
    context = {
        "errata": errata,
        "withheld": WITHHELD if any(erratum.in_force for erratum in errata) else (),
        "edition": edition,
        "grounds": [(code, GROUND_NAMES.get(code, code), n) for code, n in deferred],
        "files": [(name, edition.files.get(name)) for name in FILE_TYPES],
        "fonds": edition.entries.order_by("fonds__code")
        .values("fonds__code", "fonds__title")
        .annotate(size=Count("pk")),
    }
    return render(request, "catalogue/release.html", context)


@public
def errata(request: HttpRequest) -> HttpResponse:
    """Every erratum to any release, the newest first: codes and days."""
    return render(request, "catalogue/errata.html", {"page": _page(request, Withdrawal.objects.all())})


@public
def release_file(request: HttpRequest, number: str, name: str) -> HttpResponse | FileResponse:
    """One of the three files of a release; its name is looked up, never joined to a path as it came.

    While an entry of the release is withdrawn, the files that still say its title are not served (410).
    """
    edition = get_object_or_404(Edition, number=number)
    if name not in FILE_TYPES:
        raise Http404
    errata = list(Withdrawal.objects.filter(edition=number))
    if name in WITHHELD and any(erratum.in_force for erratum in errata):
        context = {"edition": edition, "name": name, "errata": errata}
        return render(request, "catalogue/file_withheld.html", context, status=410)
    path = files_dir() / edition.number / name
    try:
        file = path.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    return FileResponse(
        file, content_type=FILE_TYPES[name], as_attachment=name != PDF, filename=f"{edition.number}-{name}"
    )


def _nothing(request: HttpRequest) -> HttpResponse:
    return render(request, "catalogue/nothing.html", status=404)


def _page(request: HttpRequest, rows: QuerySet) -> Page:
    return Paginator(rows, ROWS).get_page(request.GET.get("page"))
