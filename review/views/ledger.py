"""The ledger as the auditor reads it: looked through by act, person, subject and day, and taken away with its digests."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from io import BytesIO

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from review import access
from review.documents.ledger_sheet import COLUMNS, as_digested, ledger_workbook
from review.models import LedgerLine, Person
from review.queries.ledger_lines import Search, lines_found

PAGE = 100
MOST_IN_A_WORKBOOK = 100_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@login_required
@require_safe
def ledger_lines(request: HttpRequest) -> HttpResponse:
    """The lines that a search means, newest first. For auditors."""
    demand_auditor(request)
    search = search_of(request.GET)
    page = Paginator(lines_found(search), PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "search": search, "names": names_of(page), "query": request.GET.urlencode()}
    return render(request, "review/ledger.html", context)


@login_required
@require_safe
def ledger_download(request: HttpRequest, kind: str) -> HttpResponse | StreamingHttpResponse:
    """The same lines with every digest, oldest first, as CSV or xlsx: whoever has them can follow the chain."""
    demand_auditor(request)
    return lines_away(lines_found(search_of(request.GET)).order_by("line"), kind)


def lines_away(lines: QuerySet[LedgerLine], kind: str) -> HttpResponse | StreamingHttpResponse:
    """Lines of the ledger as a file. A workbook holds so many and no more; CSV all of them."""
    rows = lines.values_list(*COLUMNS).iterator(chunk_size=2000)
    name = f"ledger-{timezone.localdate().isoformat()}"
    if kind == "csv":
        answer = StreamingHttpResponse(_csv(rows), content_type="text/csv; charset=utf-8")
    elif kind == "xlsx" and lines.count() <= MOST_IN_A_WORKBOOK:
        made = BytesIO()
        ledger_workbook(made, _("Ledger"), rows)
        answer = HttpResponse(made.getvalue(), content_type=XLSX)
    else:
        raise Http404
    answer["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return answer


def _csv(rows: Iterable[tuple]) -> Iterator[str]:
    """RFC 4180 in UTF-8 with a mark at its head. Times are written as the digest was taken of them."""
    writer = csv.writer(_Echo(), lineterminator="\r\n")
    yield "\ufeff" + writer.writerow(COLUMNS)
    for row in rows:
        yield writer.writerow([as_digested(value) for value in row])


class _Echo:
    """What a csv writer writes, given back at once."""

    def write(self, text: str) -> str:
        return text


def demand_auditor(request: HttpRequest) -> None:
    """Raise PermissionDenied for whoever audits no fonds. The ledger holds no title: an auditor of one reads all of it."""
    if not access.fonds_of(request.user, "review.audit_fonds").exists():
        raise PermissionDenied


def search_of(asked: Mapping[str, str]) -> Search:
    """The search that an address names. Raises Http404 for a day that is none."""
    texts = {name: asked.get(name, "").replace("\x00", "").strip()[:200] for name in ("act", "actor", "subject")}
    return Search(**texts, from_day=_day(asked, "from"), to_day=_day(asked, "to"))


def _day(asked: Mapping[str, str], name: str) -> date | None:
    try:
        return date.fromisoformat(asked[name]) if asked.get(name) else None
    except ValueError as error:
        raise Http404 from error


def names_of(lines: Iterable[LedgerLine]) -> dict[str, str]:
    """The full names of whoever acted in these lines; what is no person, such as the flow, is left out. One query."""
    people = Person.objects.filter(username__in={line.actor for line in lines})
    return dict(people.values_list("username", "full_name"))
