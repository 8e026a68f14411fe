"""The leader's view (概览): four pictures of the fonds one leads, the numbers behind them, and each number's entries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from policies.forecasting import WEEKS, Forecast, forecast
from review import access
from review.documents.overview_sheet import overview_paper, overview_workbook
from review.documents.papers import paper_pdf
from review.models import Batch, Countersignature, Entry, Fonds
from review.queries import overview as figures
from review.views.charts import Columns, Point, bar, columns_of
from review.views.due import READERS
from review.views.years import Years, address_of, picture_of_years
from workflows import standing
from workflows.views.overview_sheets import facts_of, head_of, sheets_of

LEADERS = ("review.manage_fonds", "review.approve_plan_fonds", "review.sign_off_fonds", "review.audit_fonds")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"
COUNTED = ("all", "open", "deferred", "undecided", "later")


@dataclass(frozen=True, slots=True)
class Scope:
    """Which fonds and which due year a person asked about, of those that he leads."""

    led: list[Fonds]
    fonds: list[Fonds]
    year: int | None
    today: date
    kept: dict[str, Any]  # what an address of the due list has to say, so that its entries are these

    @property
    def ids(self) -> list[int]:
        return [one.pk for one in self.fonds]

    @property
    def one(self) -> Fonds | None:
        """The fonds that was asked for, or the only one there is."""
        return self.fonds[0] if len(self.fonds) == 1 else None

    @property
    def query(self) -> str:
        """What this page was asked, to be asked of its papers and further pages."""
        asked = {"fonds": self.fonds[0].code if len(self.fonds) < len(self.led) else "", "year": self.year or ""}
        said = urlencode({name: value for name, value in asked.items() if value})
        return f"?{said}" if said else ""


@dataclass(frozen=True, slots=True)
class FondsLine:
    """One fonds: its entries by state, each number with the address of its entries."""

    fonds: Fonds
    tally: figures.Tally
    cells: list[tuple[str, int, str]]
    overdue: str


@dataclass(frozen=True, slots=True)
class Overview:
    """All numbers of the page, counted once; page, workbook and paper say the same."""

    scope: Scope
    years: Years
    road: standing.Standing
    grounds: list[tuple[str, int, str, str]]  # ground, entries, their address, how long its bar is
    silences: list[tuple[figures.Silence, str]]  # and how long its bar is
    by_fonds: list[FondsLine]
    total: figures.Tally
    decided: list[tuple[int, int, int, int]]  # year, opened, deferred, referred
    hands: figures.Hands
    weeks: list[int]
    pace: Columns
    plans: list[tuple[figures.PlanLeft, Forecast | None]]
    backlog: Forecast | None


@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What falls due and what was decided, where batches stand, what stays closed and why, who is waited for."""
    return render(request, "review/overview.html", {"o": overview_of(scope_of(request))})


@login_required
@require_safe
def overview_sheet(request: HttpRequest) -> HttpResponse:
    """The numbers of the overview as a workbook."""
    found = overview_of(scope_of(request))
    answer = HttpResponse(overview_workbook(sheets_of(found), found.scope.today), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="overview-{found.scope.today.isoformat()}.xlsx"'
    return answer


@login_required
@require_safe
def overview_pdf(request: HttpRequest) -> HttpResponse:
    """The numbers of the overview as a paper of the house."""
    found = overview_of(scope_of(request))
    head = head_of(found, get_language() or "")
    paper = overview_paper(head, _("Overview of the opening of records"), facts_of(found), sheets_of(found))
    answer = HttpResponse(paper_pdf(paper), content_type=PDF)
    answer["Content-Disposition"] = f'attachment; filename="overview-{found.scope.today.isoformat()}.pdf"'
    return answer


@login_required
@require_safe
def overview_desk(request: HttpRequest, name: str) -> HttpResponse:
    """The batches that wait at one desk, the oldest first; at countersignature, unit by unit."""
    if name not in standing.DESKS:
        raise Http404
    scope = scope_of(request)
    road = standing.standing_of(scope.ids, timezone.now())
    desk = road.desk(name)
    numbers = Batch.objects.select_related("fonds").in_bulk([one.batch for one in desk.waiting])
    agency = request.GET.get("agency", "")
    requests = Countersignature.objects.none()
    if name == "countersign":
        requests = figures.open_requests(scope.ids, road.requests)
        if agency:
            requests = requests.filter(agency__code=agency)
    return render(
        request,
        "review/overview_desk.html",
        {
            "scope": scope,
            "desk": desk,
            "rows": [(numbers[one.batch], one, (scope.today - one.since).days) for one in desk.waiting],
            "requests": [(row, (scope.today - timezone.localdate(row.asked_at)).days) for row in requests],
            "agency": agency,
        },
    )


def scope_of(request: HttpRequest) -> Scope:
    """Whoever leads nothing is turned away; a fonds that one does not lead is not found."""
    led = list(access.fonds_of(request.user, *LEADERS))
    if not led:
        raise PermissionDenied
    code, year = request.GET.get("fonds", ""), request.GET.get("year", "")
    chosen = [one for one in led if one.code == code] if code else led
    if not chosen or (year and not (year.isascii() and year.isdecimal() and 1000 <= int(year[:6]) <= 9000)):
        raise Http404
    # The due list shows all that one plans as well: where that is more, its addresses name the fonds.
    others = set(access.fonds_of(request.user, *READERS).values_list("pk", flat=True)) != {one.pk for one in chosen}
    kept = {"fonds": [one.code for one in chosen]} if others else {}
    return Scope(led, chosen, int(year) if year else None, timezone.localdate(), kept)


def overview_of(scope: Scope) -> Overview:
    """Every number of the page. As many queries at any number of fonds, batches, units and entries."""
    held = Entry.objects.filter(fonds__in=scope.ids)
    due = held.filter(figures.falling_due_in(scope.year))
    days = {"from": f"{scope.year}-01-01", "to": f"{scope.year}-12-31"} if scope.year else {}
    by_fonds = figures.tallies_by_fonds(due, scope.today)
    grounds = figures.grounds_of_closed(due)
    most = max((count for _, count in grounds), default=0)
    road = standing.standing_of(scope.ids, timezone.now())
    silent = figures.silences(scope.ids, road.requests, scope.today)
    longest = max((one.days for one in silent), default=0)
    recorded = figures.recorded_by(scope.ids)
    weeks = figures.weekly(recorded, scope.today)
    total = sum(by_fonds.values(), figures.Tally())
    years = picture_of_years(figures.tallies_by_year(held, scope.today), scope.today, scope.kept)
    return Overview(
        scope=scope,
        years=years,
        road=road,
        grounds=[
            (code, count, address_of(scope.kept, state="deferred", ground=code, **days), bar(count, most))
            for code, count in grounds
        ],
        silences=[(one, bar(one.days, longest)) for one in silent],
        by_fonds=[_line(one, by_fonds.get(one.pk, figures.Tally()), days, scope.today) for one in scope.fonds],
        total=total,
        decided=figures.recorded_by_year(recorded),
        hands=figures.recent_hands(scope.ids),
        weeks=weeks,
        pace=_pace(weeks, scope.today),
        plans=[(one, forecast(one.left, weeks, scope.today)) for one in figures.plans_left(scope.ids, recorded)],
        backlog=forecast(years.total.undecided, weeks, scope.today),
    )


def _line(fonds: Fonds, tally: figures.Tally, days: dict[str, str], today: date) -> FondsLine:
    kept = {"fonds": [fonds.code]}
    cells = [(state, getattr(tally, state), address_of(kept, state=state, **days)) for state in COUNTED]
    last = min(today.year - 1, int(days["to"][:4])) if days else today.year - 1
    until = {**days, "to": f"{last}-12-31"}
    return FondsLine(fonds, tally, cells, address_of(kept, state="undecided", **until))


def _pace(weeks: list[int], today: date) -> Columns:
    """The last weeks as columns, each under its first day; what was before the first batch is drawn as nothing."""
    counts = [0] * (WEEKS - len(weeks)) + weeks
    days = [today - timedelta(days=7 * ago + 6) for ago in reversed(range(WEEKS))]
    points = [Point(f"{day:%m-%d}", {"decided": count}) for day, count in zip(days, counts, strict=True)]
    return columns_of(points, ("decided",))
