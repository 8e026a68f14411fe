"""Forms of the agency pages: they clean what was sent; they save nothing."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from policies.sentences import Refusal, Sentence
from review.models import Agency, ChangeKind

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
SUCCESSORS = 4  # lines on the form; more come through the list


class DayForm(forms.Form):
    """On which day it is asked who answered."""

    day = forms.DateField(label=_("Day"), widget=DAY)


class DatesForm(forms.Form):
    """The first and the last day an agency existed."""

    from_day = forms.DateField(label=_("First day"), required=False, widget=DAY)
    to_day = forms.DateField(label=_("Last day"), required=False, widget=DAY)


class AgencyForm(DatesForm):
    """A new agency."""

    code = forms.CharField(label=_("Code"), max_length=40)
    name = forms.CharField(label=_("Name of the agency"), max_length=200)


class ReasonForm(forms.Form):
    """Why a change is withdrawn."""

    reason = forms.CharField(label=_("Reason"), required=False, max_length=500)


class ListForm(forms.Form):
    """A list of agencies to take in."""

    file = forms.FileField(label=_("File"))
    dry_run = forms.BooleanField(label=_("Only check, save nothing"), required=False)


class ChangeForm(forms.Form):
    """What became of an agency. Other agencies are written by name or code; lines of successors come as lists."""

    kind = forms.ChoiceField(label=_("What happened"), choices=ChangeKind.choices)
    day = forms.DateField(label=_("First day on which it holds"), widget=DAY)
    evidence = forms.CharField(label=_("Evidence"), required=False, max_length=500)
    superior = forms.CharField(label=_("Superior"), required=False, max_length=200)
    designated = forms.CharField(label=_("Designated by the secrecy authority"), required=False, max_length=200)

    def successors(self) -> list[tuple[Agency, str]]:
        """The filled lines, as (agency, function). Raises Refusal for a name that is not registered."""
        names, functions = self.data.getlist("successor"), self.data.getlist("function")
        lines = [(name.strip(), function.strip()) for name, function in zip(names, functions, strict=False)]
        return [(named(name), function) for name, function in lines if name]

    def other(self, field: str) -> Agency | None:
        """The agency written in `field`, None where nothing is. Raises Refusal for one that is not registered."""
        said = self.cleaned_data[field].strip()
        return named(said) if said else None


def named(said: str) -> Agency:
    """The agency with this code or name. Raises Refusal."""
    found = Agency.objects.filter(code=said).first() or Agency.objects.filter(name=said).first()
    if found is None:
        raise Refusal(
            Sentence(
                f"没有登记机构“{said[:60]}”。请先登记该机构，或改正名称、代码。",
                f"No agency “{said[:60]}” is registered. Enter it first, or correct the name or code.",
            )
        )
    return found


def checked(form: forms.Form) -> forms.Form:
    """The form, its fields clean. Raises Refusal that names the fields which are not."""
    if form.is_valid():
        return form
    fields = "、".join(str(form.fields[name].label) for name in form.errors if name in form.fields)
    raise Refusal(
        Sentence(
            f"请检查：{fields}。日期须为 年-月-日。", f"Check these fields: {fields}. A day is written YYYY-MM-DD."
        )
    )
