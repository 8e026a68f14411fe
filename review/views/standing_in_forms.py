"""Forms of the page on absence and standing in: they clean what was sent; they save nothing."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from policies.sentences import Refusal, Sentence
from policies.standing_in import LENDABLE, LONGEST_TEXT
from review.models import Agency, Fonds, Person

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def person_named(username: str) -> Person:
    """The active person of this user name. Raises Refusal."""
    found = Person.objects.filter(username=username.strip(), is_active=True, is_superuser=False).first()
    if found is None:
        raise Refusal(
            Sentence(
                f"没有用户名为“{username}”的在岗人员，请核对。",
                f"Nobody active has the user name “{username}”. Check it.",
            )
        )
    return found


class DaysForm(forms.Form):
    """From which day to which, both included."""

    from_day = forms.DateField(label=_("First day"), widget=DAY)
    to_day = forms.DateField(label=_("Last day"), widget=DAY)


class AbsenceForm(DaysForm):
    """Somebody is away; who is told instead."""

    person = forms.CharField(label=_("Who is away"), required=False, max_length=150)
    stand_in = forms.CharField(label=_("Who is told instead"), required=False, max_length=150)


class LendingForm(DaysForm):
    """A right lent. `right` is "permission fonds CODE" or "permission agency CODE"."""

    giver = forms.CharField(label=_("Whose right"), required=False, max_length=150)
    receiver = forms.CharField(label=_("To whom (user name)"), max_length=150)
    right = forms.CharField(label=_("Right"), max_length=200)
    reason = forms.CharField(label=_("Reason"), required=False, max_length=LONGEST_TEXT)
    proof = forms.CharField(label=_("Document that gives the power"), required=False, max_length=LONGEST_TEXT)

    def over(self) -> tuple[str, Fonds | Agency]:
        """The permission and the record on which it is lent. Raises Refusal where there is none such."""
        permission, _space, rest = self.cleaned_data["right"].partition(" ")
        kind, _space, code = rest.partition(" ")
        record: Fonds | Agency | None = None
        if permission in LENDABLE and kind == ("fonds" if permission.endswith("_fonds") else "agency"):
            record = (Fonds if kind == "fonds" else Agency).objects.filter(code=code).first()
        if record is None:
            raise Refusal(Sentence("没有这项权限，请重新选择。", "There is no such right. Choose again."))
        return permission, record
