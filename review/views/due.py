"""The due list: what falls due when, in which fonds, of which agency; and the entries behind each number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from policies.grounds import DEFERRAL_GROUNDS, KNOWN_GROUNDS
from review import access
from review.documents.due_sheet import due_sheet
from review.models import Agency, Fonds, Series
from review.queries.descriptions import with_place
from review.queries.due import (
    COUNTED,
    CUT_STATES,
    STATES,
    Choice,
    Line,
    Period,
    agencies_of,
    cells_of,
    chosen,
    due_tables,
    entries_held,
    periods_of,
)
from review.queries.overview import tallies_by_year
from review.views.years import address_of, picture_of_years

# Who plans, who audits, and who leads: the figures of the overview are links to here.
READERS = (
    "review.plan_fonds",
    "review.audit_fonds",
    "review.manage_fonds",
    "review.approve_plan_fonds",
    "review.sign_off_fonds",
)
PAGE = 100
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table on the page: each count with the address of its entries."""

    line: Line
    cells: list[tuple[str, int, str]]
    asked: dict[str, str]  # as the form that cuts a batch sends it
    narrowed: str = ""
    ahead: bool = False


@login_required
def due(request: HttpRequest) -> HttpResponse:
    """What falls due, by time, fonds and agency, of the fonds that this person plans, leads or audits."""
    fonds, kept = _fonds(request)
    agency = _number(request.GET, "agency")
    today = timezone.localdate()
    tables = due_tables(fonds, today, agency=agency)
    if agency is not None:
        kept["agency"] = str(agency)
    planned = set(access.fonds_of(request.user, "review.plan_fonds").values_list("pk", flat=True))
    one = fonds[0] if len(fonds) == 1 and fonds[0].pk in planned else None
    return render(
        request,
        "review/due.html",
        {
            "picture": picture_of_years(
                tallies_by_year(entries_held(fonds, agency), today), today, kept, to_cut=one is not None
            ),
            "one": one,
            "by_time": [_row(line, kept | _days(line.about), undated=line.about is None) for line in tables.by_time],
            "by_fonds": [_row(line, kept | {"fonds": [line.about.code]}, link=True) for line in tables.by_fonds],
            "by_agency": [
                _row(line, kept | {"agency": str(_id(line.about))}, link=True) for line in tables.by_agency
            ],
            "total": _row(Line(None, tables.total), kept),
            "coming": tables.coming,
            "columns": COUNTED,
            "today": today,
            "narrowed": kept,
            "agency": Agency.objects.filter(pk=agency).first() if agency else None,
            "planned": planned,
            "download": reverse("due-sheet") + (f"?{urlencode(kept, doseq=True)}" if kept else ""),
        },
    )


@login_required
def due_entries(request: HttpRequest) -> HttpResponse:
    """The entries behind a number of the due list, and for the planner of one fonds: cut a batch of them."""
    fonds, kept = _fonds(request)
    choice = choice_of(request.GET)
    rows = chosen(entries_held(fonds), choice, timezone.localdate()).select_related("fonds", "agency")
    page = Paginator(with_place(rows).order_by("fonds__code", "position", "pk"), PAGE).get_page(
        request.GET.get("page")
    )
    one = fonds[0] if len(fonds) == 1 else None
    days_asked = {name: request.GET.get(name, "") for name in ("from", "to", "agency", "series")}
    may_cut = one is not None and choice.state in CUT_STATES and page.paginator.count > 0
    return render(
        request,
        "review/due_entries.html",
        {
            "page": page,
            "choice": choice,
            "states": STATES,
            "fonds": one,
            "all_fonds": access.fonds_of(request.user, *READERS),
            "chosen_fonds": kept.get("fonds", []),
            "back": reverse("due") + (f"?{urlencode(kept, doseq=True)}" if kept else ""),
            "agencies": agencies_of(fonds),
            "series": Series.objects.filter(fonds=one).order_by("position", "pk")[:500] if one else [],
            "grounds": DEFERRAL_GROUNDS if choice.state == "deferred" else (),
            "due_here": address_of(kept, **{**days_asked, "state": "due"}) if one else "",
            "may_cut": may_cut and access.holds(request.user, "review.plan_fonds", one),
            "asked": {
                name: request.GET.get(name, "") for name in ("state", "from", "to", "agency", "series", "ground")
            },
        },
    )


@login_required
def due_download(request: HttpRequest) -> HttpResponse:
    """The due list as a workbook: one line for each fonds, agency and period."""
    fonds, _kept = _fonds(request)
    today = timezone.localdate()
    periods = periods_of(today)
    cells = cells_of(entries_held(fonds, _number(request.GET, "agency")), periods, today)
    names = {row.pk: row for row in fonds}
    agencies = dict(Agency.objects.filter(pk__in={cell.agency for cell in cells}).values_list("pk", "name"))
    cells.sort(key=lambda cell: (names[cell.fonds].code, agencies.get(cell.agency or 0, ""), cell.period))
    rows = (
        (
            names[cell.fonds].code,
            names[cell.fonds].title,
            agencies.get(cell.agency or 0, ""),
            periods[cell.period].first if cell.period >= 0 else None,
            periods[cell.period].last if cell.period >= 0 else None,
            *(getattr(cell.counts, name) for name in COUNTED),
        )
        for cell in cells
    )
    headings = [_("Fonds code"), _("Fonds"), _("Forming unit"), _("Due from"), _("Due to")]
    headings += [str(state_name(name)) for name in COUNTED]
    answer = HttpResponse(due_sheet(_("Due list"), headings, rows), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="due-{today.isoformat()}.xlsx"'
    return answer


def choice_of(asked: Mapping[str, str]) -> Choice:
    """The part of the due list that an address or a form names. Raises Http404 for what no page of ours asks."""
    state = asked.get("state", "") or "all"
    if state not in STATES:
        raise Http404
    ground = asked.get("ground", "")
    if ground and (ground not in KNOWN_GROUNDS or state not in ("open", "deferred")):
        raise Http404
    return Choice(
        state, _day(asked, "from"), _day(asked, "to"), _number(asked, "agency"), _number(asked, "series"), ground
    )


def state_name(state: str) -> str:
    """The heading of a column of the due list."""
    return {
        "all": _("Entries"),
        "due": _("Due"),
        "overdue": _("Overdue"),
        "under_review": _("Under review"),
        "held": _("On hold"),
        "open": _("Open"),
        "deferred": _("Deferred"),
        "undated": _("Date unknown"),
        "ahead": _("Not yet due"),
        "early": _("Perhaps early"),
        "stubs": _("Stubs"),
        "undecided": _("Due, not decided"),
        "later": _("Not yet due, not decided"),
    }[state]


def _fonds(request: HttpRequest) -> tuple[QuerySet[Fonds], dict[str, Any]]:
    """The fonds the page is about, and what was asked of them: `?fonds=`, which may come several times."""
    fonds = access.fonds_of(request.user, *READERS)
    if not fonds.exists():
        raise PermissionDenied
    codes = sorted(filter(None, set(request.GET.getlist("fonds"))))
    if not codes:
        return fonds, {}
    if (chosen_fonds := fonds.filter(code__in=codes)).count() != len(codes):
        raise Http404
    return chosen_fonds, {"fonds": codes}


def _row(line: Line, asked: dict[str, Any], *, link: bool = False, undated: bool = False) -> Row:
    stem = reverse("due-entries")
    cells = []
    for name in COUNTED:
        state = "undated" if undated and name == "all" else name
        # Of the entries without a date no address names a part.
        address = (
            "" if undated and state != "undated" else f"{stem}?{urlencode(asked | {'state': state}, doseq=True)}"
        )
        cells.append((name, getattr(line.counts, name), address))
    ahead = isinstance(line.about, Period) and line.about.kind == "month"
    narrowed = f"{reverse('due')}?{urlencode(asked, doseq=True)}" if link else ""
    part = {name: value for name, value in asked.items() if name != "fonds"} | {"state": "due"}
    return Row(line, cells, part, narrowed, ahead)


def _days(about: Period | Fonds | Agency | None) -> dict[str, str]:
    """The days of a period as an address says them; of unknown date: the state says it."""
    if not isinstance(about, Period):
        return {}
    days = {"from": about.first, "to": about.last}
    return {name: day.isoformat() for name, day in days.items() if day is not None}


def _id(about: Period | Fonds | Agency | None) -> int:
    return about.pk if isinstance(about, Agency) else 0


def _number(asked: Mapping[str, str], name: str) -> int | None:
    text = asked.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise Http404
    return int(text)


def _day(asked: Mapping[str, str], name: str) -> date | None:
    text = asked.get(name, "")
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Http404 from error
    if not 1000 <= day.year <= 9000:
        raise Http404
    return day
