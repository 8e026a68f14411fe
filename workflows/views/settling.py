"""What both desks for differences have in common: which are shown, and how one of them is decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from policies.outcomes import Answer, Stage
from policies.reviewing import Decision
from policies.sentences import Refusal, Sentence
from review.models import Agency, Batch
from review.queries.decisions import Settled, decision_of, proposals, standing
from review.queries.desks import differences_of
from workflows.forms import DecisionForm, outcomes
from workflows.views import door

PAGE = 25
NOTHING = {"outcome": ""}  # nothing is chosen for whoever settles


class SettlementForm(DecisionForm):
    """The fields of a settlement as the page shows them: left empty where one side's outcome is taken."""

    outcome = forms.ChoiceField(label=_("Decision"), choices=lambda: [("", "—"), *outcomes()], required=False)


def page_of(request: HttpRequest, rows: Sequence[Settled]) -> dict[str, object]:
    """One page of these differences, open ones first; of one unit when the address names it."""
    counts: Counter[Agency] = Counter(agency for row in rows for agency in _agencies(row))
    code = request.GET.get("unit", "")
    chosen = [row for row in rows if not code or code in {agency.code for agency in _agencies(row)}]
    page = Paginator(sorted(chosen, key=lambda row: not row.in_dispute), PAGE).get_page(request.GET.get("page"))
    left = sum(row.in_dispute for row in rows)
    lines = differences_of(page.object_list)
    return {
        "page": page,
        "lines": lines,
        "first_open": next((line.row.batch_entry.pk for line in lines if line.row.in_dispute), None),
        "units": sorted(counts.items(), key=lambda pair: pair[0].code),
        "unit": code,
        "left": left,
        "left_shown": sum(row.in_dispute for row in chosen),
        "done": len(rows) - left,
        "total": len(rows),
        "form": SettlementForm(),
        "nothing": NOTHING,
    }


def of_unit(rows: Sequence[Settled], code: str) -> list[Settled]:
    """Those of these differences on which the unit with this code was asked; all where none is named."""
    return [row for row in rows if not code or code in {agency.code for agency in _agencies(row)}]


def _agencies(row: Settled) -> set[Agency]:
    return {asked.countersignature.agency for asked in row.asked if asked.countersignature is not None}


def decision_in(request: HttpRequest, batch: Batch) -> Decision:
    """What was decided: as the archives proposed, as the unit wants, or as the fields say; with the reason written."""
    entry, as_whom = door.entry_of(request), request.POST.get("as", "")
    if as_whom == "archives":
        found = proposals(batch).filter(batch_entry=entry).first()
    elif as_whom == "unit":
        said = standing(batch, Stage.COUNTERSIGN).filter(batch_entry=entry).exclude(answer=Answer.AGREE)
        found = said.exclude(outcome="").first()
    else:
        form = DecisionForm(request.POST)
        if not form.is_valid():
            raise Refusal(door.NOT_A_DECISION)
        return form.decision()
    if found is None:
        raise Refusal(_NOTHING_SAID)
    decision = decision_of(found)
    return Decision(decision.outcome, decision.ground, decision.opens_on, door.written_reason(request)[:1000].strip())


_NOTHING_SAID = Sentence(
    "该方没有写明主张的处理结果，请另行选定。",
    "That side did not say which outcome it wants. Choose one yourself.",
)
