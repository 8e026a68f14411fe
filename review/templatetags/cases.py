"""What happens after a decision, in words: suspensions, errata, requests, returns."""

from django import template
from django.utils.translation import get_language

from policies.reassessing import WHY
from policies.requesting import ANSWERS, KINDS
from policies.sentences import Sentence
from policies.suspending import ERRATA, OUTCOMES

register = template.Library()


def _said(names: dict[str, Sentence], code: str) -> str:
    return names[code].of(get_language() or "") if code in names else code


@register.filter
def suspension_outcome(code: str) -> str:
    return _said(OUTCOMES, code)


@register.filter
def erratum_kind(code: str) -> str:
    return _said(ERRATA, code)


@register.filter
def request_kind(code: str) -> str:
    return _said(KINDS, code)


@register.filter
def request_answer(code: str) -> str:
    return _said(ANSWERS, code)


@register.filter
def return_reason(code: str) -> str:
    return _said(WHY, code)
