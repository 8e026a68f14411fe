"""Forms of the cases beside the batch: lines of a plan, answers to a referral, opinions at transfer. They save nothing."""

from __future__ import annotations

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from policies.outcomes import Outcome
from policies.plans import SIZE, STATES
from policies.referring import ANSWERS, LEVELS, ReferralReply
from policies.transferring import DISCLOSURES, TransferAdvice
from workflows.forms import DecisionForm

_DAY = {"widget": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}


class ChangeLineForm(forms.Form):
    """What may be changed in a line of a plan."""

    line = forms.IntegerField(min_value=1)
    size = forms.IntegerField(min_value=1, max_value=100_000)
    begin_by = forms.DateField()
    due_to = forms.DateField(required=False)


class AddLineForm(forms.Form):
    """A further line of a plan, by the codes and ids that the page offers."""

    fonds = forms.CharField(label=_("Fonds"), max_length=40)
    state = forms.ChoiceField(label=_("Which"), choices=[(state, state) for state in STATES])
    series = forms.IntegerField(label=_("Series"), required=False, min_value=1)
    agency = forms.IntegerField(label=_("Forming unit"), required=False, min_value=1)
    due_to = forms.DateField(label=_("Due to"), required=False, **_DAY)
    size = forms.IntegerField(label=_("Entries a batch"), min_value=1, max_value=100_000, initial=SIZE)
    begin_by = forms.DateField(label=_("Begin by"), **_DAY)


class ReferralForm(forms.Form):
    """What the body that was asked has answered, from its document."""

    answer = forms.ChoiceField(choices=[(answer, answer) for answer in ANSWERS])
    evidence = forms.CharField(max_length=500, required=False)
    until = forms.DateField(required=False)
    claimed = forms.ChoiceField(required=False, choices=[("", "—"), *((level, level) for level in LEVELS)])
    next_code = forms.CharField(max_length=40, required=False)
    next_name = forms.CharField(max_length=200, required=False)

    def reply(self) -> ReferralReply:
        cleaned = self.cleaned_data
        return ReferralReply(
            answer=cleaned["answer"],
            evidence=cleaned["evidence"],
            until=cleaned["until"],
            claimed=cleaned["claimed"],
            next_code=cleaned["next_code"],
            next_name=cleaned["next_name"],
        )


def disclosures() -> list[tuple[str, str]]:
    return [(code, name.of(get_language() or "")) for code, name in DISCLOSURES.items()]


class TransferForm(DecisionForm):
    """A unit's opinion at transfer: what it would do when the entry falls due, and the other parts of the attachment."""

    disclosure = forms.ChoiceField(
        label=_("Disclosure of government information"), choices=disclosures, required=False
    )
    classification_change = forms.CharField(label=_("Changes of classification"), required=False, max_length=500)

    def advice(self) -> TransferAdvice:
        said, cleaned = self.decision(), self.cleaned_data
        ground = "" if said.outcome is Outcome.REFER else said.ground
        return TransferAdvice(
            said.outcome,
            ground,
            said.opens_on,
            cleaned["disclosure"],
            cleaned["classification_change"].strip(),
            said.reason,
        )
