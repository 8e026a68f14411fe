"""The way about the house: which pages a person's roles open, grouped by what people do there.

Links only: each page asks for the right again.
"""

from __future__ import annotations

from dataclasses import dataclass

from django import template
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from policies.roles import ROLES
from review import access
from review.models import Person

register = template.Library()

EVERYBODY: frozenset[str] = frozenset()
OF_FONDS = frozenset(role.code for role in ROLES.values() if role.over == "fonds")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the navigation, for the roles it is linked for, and where else it counts as the page one is on."""

    name: str
    title: Promise
    roles: frozenset[str]
    also: tuple[str, ...] = ()  # other addresses, by how they begin

    @property
    def address(self) -> str:
        return reverse(self.name)

    def holds(self, path: str) -> bool:
        return path.startswith((self.address, *self.also))


@dataclass(frozen=True, slots=True)
class Group:
    """Pages that belong together. Where a person has one of them only, the link stands alone."""

    title: Promise
    pages: tuple[Page, ...]


GROUPS = (
    Group(
        _("Planning"),
        (
            Page("plan", _("Plan"), frozenset({"planner"}), ("/plans/",)),
            Page("due", _("Due list"), frozenset({"planner", "auditor"})),
            Page("holdings", _("Holdings"), OF_FONDS),
            Page("intakes", _("Intake"), frozenset({"planner"}), ("/proposals/",)),
            Page("transfers", _("Opinions before a transfer"), frozenset({"planner"})),
            Page("agencies", _("Agencies"), frozenset({"planner", "auditor"})),
        ),
    ),
    Group(
        _("Reviewing"),
        (
            Page("batches", _("Batches"), OF_FONDS),
            Page("own-answers", _("Our answers"), frozenset({"agency_reviewer", "agency_approver"})),
            Page(
                "redactions",
                _("Partial opening"),
                frozenset({"first_reviewer", "second_reviewer", "confirmer", "auditor"}),
            ),
            Page("referrals", _("On hold"), frozenset({"secrecy_officer", "planner", "auditor"})),
            Page(
                "suspensions",
                _("Suspended entries"),
                frozenset({"manager", "panel_member", "authority_officer", "auditor"}),
            ),
            Page(
                "requests",
                _("Requests"),
                frozenset({"request_officer", "authority_officer", "auditor", "planner"}),
            ),
        ),
    ),
    Group(
        _("Figures"),
        (
            Page("releases", _("Published catalogues"), frozenset({"publisher", "confirmer", "manager", "auditor"})),
            Page("overview", _("Overview"), frozenset({"confirmer", "plan_approver", "manager", "auditor"})),
            Page("quality", _("Quality"), frozenset({"sampler", "confirmer", "manager", "auditor"})),
        ),
    ),
    Group(
        _("Rules"),
        (
            Page("policies", _("Rules in force"), EVERYBODY),
            Page("procedure", _("Procedure"), EVERYBODY),
        ),
    ),
    Group(
        _("Oversight"),
        (
            Page("manage", _("Running work"), frozenset({"manager"})),
            Page("limits", _("Time limits"), frozenset({"manager"})),
            Page("audit", _("Auditor's desk"), frozenset({"auditor"})),
            Page("ledger", _("Ledger"), frozenset({"auditor"})),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A group as one person sees it on one page."""

    title: Promise
    pages: list[tuple[Page, bool]]

    @property
    def here(self) -> bool:
        return any(here for _page, here in self.pages)


@register.simple_tag
def pages_of(person: Person) -> set[str]:
    """The names of the pages that a person's roles open. One query."""
    held = {role.code for role, _over in access.roles_of(person)}
    return {page.name for group in GROUPS for page in group.pages if not page.roles or page.roles & held}


@register.simple_tag(takes_context=True)
def navigation(context: template.Context) -> list[Shown]:
    """The groups of pages of whoever is signed in, and which page this is; what only some are for is left out. One query."""
    request: HttpRequest = context["request"]
    open_pages = pages_of(request.user)
    shown = []
    for group in GROUPS:
        pages = [(page, page.holds(request.path)) for page in group.pages if page.name in open_pages]
        if pages:
            shown.append(Shown(group.title, pages))
    return shown
