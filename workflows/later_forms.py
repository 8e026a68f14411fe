"""Forms of what happens after a decision: a flag, a vote, a request and its answer. They clean, and save nothing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from policies.requesting import ANSWERS, ANSWERS_TO, KINDS
from policies.sentences import Sentence
from policies.suspending import OUTCOMES, RECLOSE, RESTORE
from review.models import Fonds
from review.queries.due import profile


def _said(sentence: Sentence) -> str:
    return sentence.of(get_language() or "")


def closing_grounds() -> list[tuple[str, str]]:
    """The grounds on which a record may be closed."""
    return [("", "—"), *((code, f"{_said(ground.name)} ({code})") for code, ground in profile().grounds.items())]


class FlagForm(forms.Form):
    """Why an opened entry is in doubt."""

    reason = forms.CharField(label=_("Why it should not be open"), max_length=2000)
    secret = forms.BooleanField(label=_("It may be a state secret"), required=False)


class VoteForm(forms.Form):
    """One vote of a panel."""

    outcome = forms.ChoiceField(
        label=_("Your vote"), choices=lambda: [(code, _said(OUTCOMES[code])) for code in (RESTORE, RECLOSE)]
    )
    ground = forms.ChoiceField(label=_("Ground"), choices=closing_grounds, required=False)
    opens_on = forms.DateField(label=_("Closed until"), required=False)
    reason = forms.CharField(label=_("Reason"), required=False, max_length=2000)

    def vote(self) -> dict[str, Any]:
        """The vote as `record_vote` takes it."""
        return {name: self.cleaned_data[name] for name in ("outcome", "ground", "opens_on", "reason")}


class RequestForm(forms.Form):
    """A request or a complaint as it came in; the fonds are those whose requests this person answers."""

    kind = forms.ChoiceField(label=_("Kind"), choices=lambda: [(code, _said(name)) for code, name in KINDS.items()])
    asker = forms.CharField(label=_("Who asks"), max_length=80)
    contact = forms.CharField(label=_("How to reach them"), max_length=200)
    fonds = forms.ChoiceField(label=_("Fonds"))
    code = forms.CharField(label=_("Reference code, where it is known"), max_length=200, required=False)
    text = forms.CharField(label=_("What is asked for"), max_length=4000)

    def __init__(self, data: Any = None, *, fonds: list[Fonds]) -> None:
        super().__init__(data)
        self.fields["fonds"].choices = [(each.code, str(each)) for each in fonds]  # type: ignore[attr-defined]


class RequestAnswerForm(forms.Form):
    """The answer to a request or a complaint, of those that there are for its kind."""

    answer = forms.ChoiceField(label=_("Answer"))
    text = forms.CharField(label=_("What the letter says"), max_length=4000)

    def __init__(self, data: Any = None, *, kind: str) -> None:
        super().__init__(data)
        choices = [("", "—"), *((code, _said(ANSWERS[code])) for code in ANSWERS_TO[kind])]
        self.fields["answer"].choices = choices  # type: ignore[attr-defined]
