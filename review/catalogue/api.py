"""The JSON API of the open catalogue: the same public fields as the pages, for programs. It reads, and asks who nobody is.

What is closed, and what never was, has the same answer (404). What was open and is withdrawn answers with its code and the
day (410), as its page does.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from ninja import NinjaAPI, Query, Status
from ninja.decorators import decorate_view
from ninja.errors import ValidationError
from ninja.renderers import JSONRenderer

from review.catalogue import api_schemas as shapes
from review.catalogue.api_schemas import MOST_ROWS
from review.catalogue.finding import find
from review.catalogue.models import Edition, ListedClosed, ReleasedBody, ReleasedEntry, ReleasedFonds, Tombstone
from review.catalogue.oai_formats import FORMATS
from review.catalogue.outlets import absolute, entry_address, for_everybody
from review.catalogue.public_pages import public
from review.catalogue.searching import Query as IndexQuery
from review.catalogue.searching import words_of, years

NOT_FOUND = {
    "error": "not_found",
    "zh": "没有这条记录，或尚未开放。",
    "en": "There is no such record, or it is not open.",
}
BAD_REQUEST = {
    "error": "bad_request",
    "zh": "参数缺失、重复或不合要求，见 /open/api/openapi.json。",
    "en": "A parameter is missing or not in order; see /open/api/openapi.json.",
}
PROBLEMS = {404: shapes.Problem, 422: shapes.Problem}


class Readable(JSONRenderer):
    """Chinese as it stands, as in every file of a release."""

    json_dumps_params = {"ensure_ascii": False}


api = NinjaAPI(
    title="开放目录 Open catalogue",
    version="1",
    description=(
        "已开放档案的目录。只读，不需要账号。 The catalogue of opened records. It is read only and needs no account."
    ),
    docs_url=None,
    openapi_url=None,
    urls_namespace="catalogue:api",
    renderer=Readable(),
)


@api.exception_handler(ValidationError)
def _refused(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """What was sent is not told back: the parameters are documented."""
    return _everybody(JsonResponse(BAD_REQUEST, status=422, json_dumps_params={"ensure_ascii": False}))


def _everybody(response: HttpResponse) -> HttpResponse:
    response["Access-Control-Allow-Origin"] = "*"
    return response


@api.get("/search", response={200: shapes.Found, 422: shapes.Problem}, summary="检索 Search", tags=["entries"])
@decorate_view(for_everybody)
def search(request: HttpRequest, asked: Query[shapes.Asked]) -> Any:
    """Entries in which every word is found, as the search page finds them: at most 10,000 are looked at."""
    found = find(_query(asked))
    entries = _entries(request, found.page(asked.page, asked.limit))
    return {"total": found.total, "more": found.more, "page": asked.page, "entries": entries}


@api.get(
    "/entry",
    response={200: shapes.Entry, 410: shapes.Gone, **PROBLEMS},
    summary="一条目录 One entry",
    tags=["entries"],
)
@decorate_view(for_everybody)
def entry(request: HttpRequest, asked: Query[shapes.Codes]) -> Any:
    """One entry by the codes of its fonds and itself, written as they are on its page."""
    codes = {"reference_code": _clean(asked.reference_code)}
    row = _rows().filter(fonds__code=_clean(asked.fonds), **codes).first()
    if row is not None:
        return _entry(request, row, row.edition.number)
    gone = Tombstone.objects.filter(fonds=_clean(asked.fonds), **codes).first()
    if gone is None:
        return Status(404, NOT_FOUND)
    told = {
        "error": "gone",
        "fonds_code": gone.fonds,
        "reference_code": gone.reference_code,
        "release": gone.release,
        "state": gone.kind,
        "since": timezone.localdate(gone.changed_at),
        "zh": "该条目曾开放，现已撤下。",
        "en": "This entry was open and has been taken back.",
    }
    return Status(410, told)


@api.get(
    "/entries", response={200: shapes.Entries, **PROBLEMS}, summary="逐页列出 Entries, page by page", tags=["entries"]
)
@decorate_view(for_everybody)
def entries(request: HttpRequest, asked: Query[shapes.PagedOfFonds]) -> Any:
    """All entries, or those of one fonds, by their numbers. For all of a large catalogue OAI-PMH or a dump is quicker."""
    rows = _rows().filter(pk__gt=asked.after).order_by("pk")
    if asked.fonds:
        row = ReleasedFonds.objects.filter(code=_clean(asked.fonds)).first()
        if row is None:
            return Status(404, NOT_FOUND)
        rows = rows.filter(fonds=row)
    found, following = _page(rows[: asked.limit + 1], asked.limit)
    return {"entries": [_entry(request, row, row.edition.number) for row in found], "next": following}


@api.get("/fonds", response={200: shapes.ManyFonds, 422: shapes.Problem}, summary="全宗 Fonds", tags=["fonds"])
@decorate_view(for_everybody)
def fonds(request: HttpRequest, asked: Query[shapes.Paged]) -> Any:
    """The fonds of which something is open."""
    rows = ReleasedFonds.objects.filter(size__gt=0, pk__gt=asked.after).order_by("pk")[: asked.limit + 1]
    found, following = _page(rows, asked.limit)
    address = [absolute(request, reverse("catalogue:fonds", args=[row.code])) for row in found]
    return {
        "fonds": [
            {"code": row.code, "title": row.title, "entries": row.size, "url": url}
            for row, url in zip(found, address, strict=True)
        ],
        "next": following,
    }


@api.get(
    "/releases", response={200: shapes.Releases, 422: shapes.Problem}, summary="发布 Releases", tags=["releases"]
)
@decorate_view(for_everybody)
def releases(request: HttpRequest, asked: Query[shapes.Paged]) -> Any:
    """Every release, the oldest first."""
    rows = Edition.objects.defer("proof_blocks").filter(pk__gt=asked.after).order_by("pk")
    found, following = _page(rows[: asked.limit + 1], asked.limit)
    return {"releases": [_release(request, edition) for edition in found], "next": following}


@api.get("/release", response={200: shapes.Release, **PROBLEMS}, summary="一次发布 One release", tags=["releases"])
@decorate_view(for_everybody)
def release(request: HttpRequest, asked: Query[shapes.Numbered]) -> Any:
    """One release by its number."""
    edition = Edition.objects.defer("proof_blocks").filter(number=_clean(asked.number)).first()
    return Status(404, NOT_FOUND) if edition is None else _release(request, edition)


@api.get(
    "/closed", response={200: shapes.ManyClosed, 422: shapes.Problem}, summary="延期开放 Closed", tags=["entries"]
)
@decorate_view(for_everybody)
def closed(request: HttpRequest, asked: Query[shapes.PagedOfFonds]) -> Any:
    """The entries that releases list as closed, where the archives list them: codes, grounds and days, and no title."""
    rows = ListedClosed.objects.filter(pk__gt=asked.after).select_related("edition").order_by("pk")
    rows = rows.defer("edition__proof_blocks", "edition__holdings")
    if asked.fonds:
        rows = rows.filter(fonds=_clean(asked.fonds))
    found, following = _page(rows[: asked.limit + 1], asked.limit)
    told = [
        {
            "fonds_code": row.fonds,
            "reference_code": row.reference_code,
            "ground": row.ground,
            "opens_on": row.opens_on,
            "release": row.edition.number,
        }
        for row in found
    ]
    return {"closed": told, "next": following}


@require_safe
@for_everybody
def openapi(request: HttpRequest) -> JsonResponse:
    """The API as OpenAPI describes it. There is no page that loads a viewer from elsewhere: /open/api/ is ours."""
    schema = api.get_openapi_schema(path_prefix=reverse("catalogue:api:api-root"))
    return JsonResponse(schema, json_dumps_params={"ensure_ascii": False})


@public
def machines(request: HttpRequest) -> HttpResponse:
    """What there is for machines, in words: the API, OAI-PMH, feeds, sitemaps and dumps."""
    operations = [
        (path, operation["get"])
        for path, operation in api.get_openapi_schema(path_prefix=reverse("catalogue:api:api-root"))["paths"].items()
    ]
    context = {
        "operations": operations,
        "site": absolute(request, ""),
        "formats": FORMATS,
        "most": MOST_ROWS,
        "openapi": reverse("catalogue:openapi"),
    }
    return render(request, "catalogue/machines.html", context)


def _clean(text: str) -> str:
    """Without the one sign that no text of a database can hold."""
    return text.replace("\x00", "")


def _query(asked: shapes.Asked) -> IndexQuery:
    words = words_of(_clean(asked.q))
    marks: list[tuple[str, ...]] = []
    if asked.fonds:
        fonds = ReleasedFonds.objects.filter(code=_clean(asked.fonds)).first()
        marks.append((f"{fonds.pk}f",) if fonds else ("0f",))
    if asked.body:
        body = ReleasedBody.objects.filter(name=_clean(asked.body)).first()
        marks.append((f"{body.pk}b",) if body else ("0b",))
    if asked.first or asked.last:
        marks.append(years(asked.first or None, asked.last or None))
    return IndexQuery(words, tuple(marks), nothing=bool(asked.q.strip()) and not words)


def _rows() -> Any:
    rows = ReleasedEntry.objects.select_related("fonds", "series", "edition")
    return rows.defer("search_text", "search_terms", "edition__proof_blocks", "edition__holdings")


def _page(rows: Iterable[Any], limit: int) -> tuple[list[Any], int | None]:
    """One more was read than is shown: where there is one, its page begins after the last that is."""
    found = list(rows)
    return (found[:limit], found[limit - 1].pk) if len(found) > limit else (found, None)


def _entries(request: HttpRequest, rows: list[ReleasedEntry]) -> list[dict[str, Any]]:
    numbers = dict(Edition.objects.filter(pk__in={row.edition_id for row in rows}).values_list("pk", "number"))
    return [_entry(request, row, numbers[row.edition_id]) for row in rows]


def _entry(request: HttpRequest, row: ReleasedEntry, edition: str) -> dict[str, Any]:
    return {
        "fonds_code": row.fonds.code,
        "fonds_title": row.fonds.title,
        "series_title": row.series.title,
        "reference_code": row.reference_code,
        "public_title": row.public_title,
        "responsible_body": row.responsible_body,
        "date": row.date,
        "extent": row.extent,
        "early_opening": row.early,
        "redacted_copy": row.redacted_copy,
        "release": edition,
        "url": absolute(request, entry_address(row.fonds.code, row.reference_code)),
    }


def _release(request: HttpRequest, edition: Edition) -> dict[str, Any]:
    return {
        "number": edition.number,
        "issued_on": edition.issued_on,
        "corrects": edition.corrects,
        "superseded_by": edition.superseded_by,
        "signed_off_by": edition.signed_off_by,
        "signed_off_on": edition.signed_off_on,
        "ruleset": edition.ruleset_number,
        "entries": edition.entries_count,
        "closed": edition.closed_count,
        "opened": edition.counts.get("opened", 0),
        "opened_early": edition.counts.get("opened_early", 0),
        "opened_in_part": edition.opened_in_part,
        "deferred": edition.counts.get("deferred", {}),
        "manifest_digest": edition.manifest_digest,
        "merkle_root": edition.merkle_root,
        "signer": str(edition.signer.get("subject", "")),
        "url": absolute(request, reverse("catalogue:release", args=[edition.number])),
    }
