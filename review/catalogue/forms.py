"""The search form."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

SORTS = [
    ("archival", _("By fonds and series")),
    ("date", _("By date, oldest first")),
    ("-date", _("By date, latest first")),
    ("newest", _("Newest release first")),
]


class SearchForm(forms.Form):
    """Words, a fonds, years, a decade, a body and an order: each may be left out."""

    q = forms.CharField(label=_("Words"), required=False, max_length=100)
    fonds = forms.CharField(label=pgettext_lazy("search", "Fonds code"), required=False, max_length=100)
    first = forms.IntegerField(label=_("From year"), required=False, min_value=1, max_value=9999)
    last = forms.IntegerField(label=_("To year"), required=False, min_value=1, max_value=9999)
    decade = forms.IntegerField(required=False, min_value=1000, max_value=2090, step_size=10)
    body = forms.CharField(label=_("Responsible body"), required=False, max_length=2000)
    sort = forms.ChoiceField(label=_("Order"), required=False, choices=SORTS)

    def __init__(self, data: object) -> None:
        super().__init__(data)
        for name in ("first", "last"):
            self.fields[name].widget = forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 4})
        self.fields["q"].widget.attrs.update(type="search")
