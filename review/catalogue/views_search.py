"""The search page: words, facets, an order, and an address that keeps all of it."""

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from review.catalogue.finding import Found, find
from review.catalogue.forms import SearchForm
from review.catalogue.grounds import GROUND_NAMES
from review.catalogue.models import ListedClosed, ReleasedBody, ReleasedFonds
from review.catalogue.public_pages import page_of, public
from review.catalogue.rows import key_of
from review.catalogue.searching import Query, words_of, years
from review.catalogue.spelling import code_key

ROWS = 20


@public
def search(request: HttpRequest) -> HttpResponse:
    """Entries that hold every word, in the fonds, the years and of the body asked for."""
    form = SearchForm(request.GET)
    if not form.is_valid():
        return render(request, "catalogue/search.html", {"form": form}, status=400)
    asked = form.cleaned_data
    query = query_of(asked)
    found = find(query, asked["sort"] or "archival")
    page = page_of(request, range(found.total), found.total, ROWS)
    context = {
        "form": form,
        "found": found,
        "page": page,
        "rows": found.page(page.number, ROWS),
        "words": query.words,
        "also": _also(query),
        "facets": _facets(found, asked),
        "chosen": _chosen(asked),
        "kept": _kept(request.GET),
        "closed": _closed(asked["q"]),
    }
    return render(request, "catalogue/search.html", context)


def query_of(asked: dict) -> Query:
    """What was asked, as words and marks."""
    words = words_of(asked["q"])
    marks: list[tuple[str, ...]] = []
    nothing = bool(asked["q"].strip()) and not words
    if asked["fonds"]:
        row = ReleasedFonds.objects.filter(code=asked["fonds"]).first()
        marks.append((f"{row.pk if row else 0}f",))
    if asked["decade"] is not None:
        marks.append((f"{asked['decade'] // 10}d",))
    if asked["body"]:
        body = ReleasedBody.objects.filter(key=key_of(asked["body"])).first()
        marks.append((f"{body.pk if body else 0}b",))
    if asked["first"] or asked["last"]:
        marks.append(years(asked["first"], asked["last"]))
    return Query(words, tuple(marks), nothing=nothing)


def _facets(found: Found, asked: dict) -> list[tuple[str, list]]:
    """The facets that would narrow the search: those of more than one value, and not those that were chosen."""
    every = (("fonds", found.fonds), ("decade", found.decades), ("body", found.bodies))
    return [(name, values) for name, make in every if asked[name] in ("", None) and len(values := make()) > 1]


def _chosen(asked: dict) -> list[tuple[str, str]]:
    """What the search is narrowed by: the name of the field and what the page says of it."""
    names = ((name, str(asked[name])) for name in ("fonds", "decade", "body", "first", "last") if asked[name])
    return list(names)


def _kept(given: QueryDict) -> list[tuple[str, str]]:
    """What a change of the words keeps: the facets and the order."""
    return [(name, given[name]) for name in ("decade", "body") if given.get(name)]


def _also(query: Query) -> list[str]:
    """Other names that were looked for too, as they are written in the list of names."""
    return ["".join(way) for word in query.words for way in word.ways[1:]]


def _closed(typed: str) -> list[ListedClosed]:
    """Listed closed entries of the reference code that was typed."""
    key = code_key(typed)
    if not any(sign.isdigit() for sign in key):
        return []
    rows = list(ListedClosed.objects.filter(code_key=key)[:5])
    for row in rows:
        row.ground_name = GROUND_NAMES.get(row.ground, row.ground)
    return rows
