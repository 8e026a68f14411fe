"""Forms clean what a desk sends; they save nothing."""

from __future__ import annotations

from functools import cached_property

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from policies.countersigning import UnitAnswer
from policies.outcomes import ANSWER_NAMES, OUTCOME_NAMES, Answer, Outcome
from policies.reviewing import Decision
from review.models import StatementKind
from review.operations.consenting import Consent
from review.operations.sampling import Verdict
from review.queries.due import profile


def _in_language(names: dict) -> list[tuple[str, str]]:
    return [(str(code), sentence.of(get_language() or "")) for code, sentence in names.items()]


def outcomes() -> list[tuple[str, str]]:
    return _in_language({outcome: OUTCOME_NAMES[outcome] for outcome in Outcome})


def grounds() -> list[tuple[str, str]]:
    """The grounds of the archives' profile."""
    known = {**profile().grounds, **profile().early_grounds}
    return [
        ("", "—"),
        *[(code, f"{name} ({code})") for code, name in _in_language({c: g.name for c, g in known.items()})],
    ]


class DecisionForm(forms.Form):
    """One decision: an outcome, with ground and day for a deferral and the reason in words."""

    outcome = forms.ChoiceField(label=_("Decision"), choices=outcomes)
    ground = forms.ChoiceField(label=_("Ground"), choices=grounds, required=False)
    opens_on = forms.DateField(
        label=_("Closed until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )

    @cached_property
    def outcomes(self) -> list[tuple[str, str]]:
        """What can be chosen, made once however many entries the page has."""
        return list(self.fields["outcome"].choices)

    @cached_property
    def grounds(self) -> list[tuple[str, str]]:
        return list(self.fields["ground"].choices)

    def decision(self) -> Decision:
        """The cleaned decision; fields that do not belong to its outcome are left out."""
        outcome = Outcome(self.cleaned_data["outcome"])
        ground = "" if outcome is Outcome.OPEN else self.cleaned_data["ground"]
        opens_on = self.cleaned_data["opens_on"] if outcome.closes else None
        return Decision(outcome, ground, opens_on, self.cleaned_data["reason"].strip())


class AnswerForm(DecisionForm):
    """A forming unit's answer; the decision is what it wants instead when it objects or agrees in part."""

    answer = forms.ChoiceField(label=_("Answer"), choices=lambda: _in_language(ANSWER_NAMES))
    outcome = forms.ChoiceField(label=_("Instead"), choices=lambda: [("", "—"), *outcomes()], required=False)

    def unit_answer(self) -> UnitAnswer:
        answer = Answer(self.cleaned_data["answer"])
        counts = answer in (Answer.OBJECT, Answer.AGREE_IN_PART) and self.cleaned_data["outcome"]
        counter = self.decision() if counts else None
        return UnitAnswer(answer, counter, self.cleaned_data["reason"].strip())


class StatementForm(forms.Form):
    """What one side said of a difference, or the minutes of a meeting on it."""

    kind = forms.ChoiceField(
        label=_("Statement"),
        choices=lambda: [
            (kind.value, kind.label)
            for kind in StatementKind
            if kind not in (StatementKind.RULING, StatementKind.REPLY)
        ],
    )
    agency = forms.IntegerField(required=False)
    met_on = forms.DateField(label=_("Met on"), required=False)
    text = forms.CharField(label=_("What was said"), max_length=4000)


class ConsentForm(forms.Form):
    """The authority's answer on one deferral."""

    answer = forms.ChoiceField(label=_("Answer"), choices=[("consent", _("Consent")), ("refuse", _("Refuse"))])
    reason = forms.CharField(label=_("Reason"), required=False, max_length=1000)

    def consent(self) -> Consent:
        return Consent(self.cleaned_data["answer"] == "consent", self.cleaned_data["reason"].strip())


class PublicTitleForm(forms.Form):
    """The public title of one entry."""

    public_title = forms.CharField(label=_("Public title"), required=False, max_length=2000)


class ReasonForm(forms.Form):
    """Why a batch goes back."""

    reason = forms.CharField(label=_("Reason"), required=False, max_length=2000)


class VerdictForm(forms.Form):
    """What was found on one sampled entry."""

    right = forms.ChoiceField(label=_("Verdict"), choices=[("yes", _("Correct")), ("no", _("An error"))])
    missed_ground = forms.ChoiceField(label=_("Missed ground"), choices=grounds, required=False)
    note = forms.CharField(label=_("What is wrong"), required=False, max_length=1000)

    def verdict(self) -> Verdict:
        cleaned = self.cleaned_data
        return Verdict(cleaned["right"] == "yes", cleaned["missed_ground"], cleaned["note"].strip())
