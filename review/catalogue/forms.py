"""The search form."""

from django import forms
from django.utils.translation import gettext_lazy as _

from review.catalogue.models import ReleasedFonds


class SearchForm(forms.Form):
    """Words, a fonds, a span of years: each may be left out. `fonds` are those offered."""

    q = forms.CharField(label=_("Words"), required=False, max_length=100)
    fonds = forms.ChoiceField(label=_("Fonds"), required=False)
    first = forms.IntegerField(label=_("From year"), required=False, min_value=1, max_value=9999)
    last = forms.IntegerField(label=_("To year"), required=False, min_value=1, max_value=9999)

    def __init__(self, data: object, *, fonds: list[ReleasedFonds]) -> None:
        super().__init__(data)
        self.fields["fonds"].choices = [
            ("", _("All fonds")),
            *((each.code, f"{each.code} {each.title}") for each in fonds),
        ]
        for name in ("first", "last"):
            self.fields[name].widget = forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 4})
        self.fields["q"].widget.attrs.update(type="search")
