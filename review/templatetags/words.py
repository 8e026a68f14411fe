"""The names of outcomes, grounds, rules and roles in the language of the page."""

from django import template
from django.utils.translation import get_language

from policies.outcomes import ANSWER_NAMES, EARLY_GROUNDS, GROUNDS, OUTCOME_NAMES, STAGE_NAMES
from policies.rules import Rule
from policies.sentences import Sentence
from review.queries.rules import screener_of

register = template.Library()


def _said(sentence: Sentence | None, code: str) -> str:
    return sentence.of(get_language() or "zh-hans") if sentence else code


@register.filter
def said(sentence: Sentence) -> str:
    """A sentence in the language of the page."""
    return _said(sentence, "")


@register.filter
def outcome_name(code: str) -> str:
    return _said(OUTCOME_NAMES.get(code), code)


@register.filter
def answer_name(code: str) -> str:
    return _said(ANSWER_NAMES.get(code), code)


@register.filter
def stage_name(code: str) -> str:
    return _said(STAGE_NAMES.get(code), code)


@register.filter
def ground_name(code: str) -> str:
    ground = GROUNDS.get(code) or EARLY_GROUNDS.get(code)
    return _said(ground.name if ground else None, code)


@register.filter
def ground_article(code: str) -> str:
    ground = GROUNDS.get(code) or EARLY_GROUNDS.get(code)
    return _said(ground.article if ground else None, "")


@register.simple_tag
def rule_of(ruleset: str, code: str) -> Rule | None:
    """The rule of an adopted ruleset with this id."""
    return next((rule for rule in screener_of(ruleset).ruleset.rules if rule.id == code), None)


@register.filter
def share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "—"
