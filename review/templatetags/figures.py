"""Small words of the pages of numbers and of the auditor's desk."""

from collections.abc import Mapping
from urllib.parse import urlencode

from django import template
from django.urls import reverse

from review.templatetags.acts import ACTS, act_name
from review.templatetags.words import share

register = template.Library()


@register.simple_tag
def share_of_both(opened: int, deferred: int) -> str:
    """How much opened, of what opened or stays closed."""
    return share(opened, opened + deferred)


@register.simple_tag
def act_choices() -> list[tuple[str, str]]:
    """Every act that the ledger knows, with its name, in the order of the names."""
    return sorted(((code, act_name(code)) for code in ACTS), key=lambda pair: pair[1])


@register.filter
def of_key(values: Mapping[str, str], key: str) -> str:
    return values.get(key, "")


@register.filter
def followed(subject: str) -> str:
    """Where an auditor follows the subject of a ledger line: a batch and an entry have their page, all else its lines."""
    kind, _, number = subject.partition(" ")
    if kind in ("batch", "entry") and number:
        return f"{reverse('audit-follow')}?{urlencode({'what': number})}"
    return f"{reverse('ledger')}?{urlencode({'subject': subject})}"
