"""The overview's numbers as tables to take away: what the page says, in the same words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from policies.forecasting import Forecast
from policies.sentences import Sentence
from review.documents.overview_sheet import Sheet
from review.documents.papers import Head
from review.templatetags.words import ground_name
from review.views.due import state_name
from review.views.years import SHOWN

if TYPE_CHECKING:
    from workflows.views.overview import Overview


def head_of(found: Overview, language: str) -> Head:
    """What the paper says of itself: its day, and whose it is."""
    archives = Sentence(settings.ARCHIVES_NAME_ZH, settings.ARCHIVES_NAME_EN)
    return Head(f"GL-{found.scope.today.isoformat()}", found.scope.today, archives, language)


def facts_of(found: Overview) -> list[tuple[str, str]]:
    """Of which fonds and which year the numbers are."""
    fonds = "、".join(str(one) for one in found.scope.fonds[:20]) + (" …" if len(found.scope.fonds) > 20 else "")
    return [(_("Fonds"), fonds)] + ([(_("Falls due in"), str(found.scope.year))] if found.scope.year else [])


def sheets_of(found: Overview) -> list[Sheet]:
    """Every table of the page."""
    states = [(str(state_name(name)), 2) for name in ("all", *SHOWN)]
    return [
        Sheet(
            _("Falls due, year by year"),
            ((_("Falls due in"), 2), *states),
            tuple((row.name, *(count for _state, count, _link in row.cells)) for row in found.years.rows),
        ),
        Sheet(
            _("The road"),
            (
                (_("Desk"), 3),
                (_("Batches"), 2),
                (_("Entries"), 2),
                (_("Oldest since"), 2),
                (_("Entries a week"), 2),
                (_("Days a batch stays"), 2),
            ),
            tuple(
                (desk.title, desk.batches, desk.entries, desk.oldest, desk.weekly, _rounded(desk.stay))
                for desk in found.road.desks
            ),
            _("Pace: of the last eight weeks. Of all fonds named, whatever the year."),
        ),
        Sheet(
            _("Deferred, by ground"),
            ((_("Ground"), 4), (_("Code"), 2), (_("Entries"), 2)),
            tuple((ground_name(code), code, count) for code, count, _link, _bar in found.grounds),
        ),
        Sheet(
            _("Forming units, by days of silence"),
            (
                (_("Forming unit"), 4),
                (_("Days of silence"), 2),
                (_("Open requests"), 2),
                (_("Entries"), 2),
                (_("Usual days to answer"), 2),
                (_("Never answered in time"), 2),
            ),
            tuple(
                (one.agency.name, one.days if one.open else None, one.open, one.entries, one.usual, one.lapsed)
                for one, _bar in found.silences
            ),
        ),
        Sheet(
            _("Opening rate by fonds"),
            ((_("Fonds code"), 2), (_("Fonds"), 4), *states, (_("Opening rate (%)"), 2), (_("Due in an earlier year"), 2)),
            tuple(
                (line.fonds.code, line.fonds.title, *(count for _state, count, _link in line.cells), rate_of(line.tally.open, line.tally.decided), line.tally.overdue)
                for line in found.by_fonds
            ),
            _("Opening rate: what is open, of what is open or deferred."),
        ),
        Sheet(
            _("Decided, year by year"),
            ((_("Decided in"), 2), (_("Opened"), 2), (_("Deferred"), 2), (_("Referred"), 2), (_("Opening rate (%)"), 2)),
            tuple((str(year), opened, deferred, referred, rate_of(opened, opened + deferred)) for year, opened, deferred, referred in found.decided),
        ),
        Sheet(
            _("When the plans are done"),
            ((_("Plan"), 2), (_("Planned"), 2), (_("Left"), 2), (_("Around"), 2), (_("At the soonest"), 2), (_("At the latest"), 2)),
            tuple((left.plan.number, left.planned, left.left, *_days(expected)) for left, expected in found.plans),
            _("An estimate from the pace of the last twelve weeks; the range is from the fastest and the slowest four weeks in a row."),
        ),
    ]  # fmt: skip


def rate_of(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None


def _rounded(days: float | None) -> float | None:
    return round(days, 1) if days is not None else None


def _days(expected: Forecast | None) -> tuple:
    return (expected.likely, expected.soonest, expected.latest) if expected else (None, None, None)
