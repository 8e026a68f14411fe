"""The names of the elements of description, and of the columns of the due list, in the language of the page."""

from django import template
from django.utils.translation import get_language

from policies.catalogue_rows import FIELD_NAMES
from policies.sentences import Sentence
from review.views import due

register = template.Library()

ELEMENT_NAMES = FIELD_NAMES | {
    "date": FIELD_NAMES["date_text"],
    "parent": Sentence("上级", "Unit above"),
    "series": Sentence("所属类", "Series above"),
}


@register.filter
def element_name(code: str) -> str:
    """The name of a column of Entry, as "agency" or "agency_id"; an unknown one as it stands."""
    name = ELEMENT_NAMES.get(code) or ELEMENT_NAMES.get(code.removesuffix("_id"))
    return name.of(get_language() or "zh-hans") if name else code


@register.filter
def state_name(state: str) -> str:
    return due.state_name(state)


@register.filter
def bytes_said(size: int) -> str:
    """A size in bytes as people say it."""
    for unit in ("B", "KB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            break
        size /= 1000
    return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
