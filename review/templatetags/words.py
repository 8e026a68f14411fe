"""The names of outcomes, grounds, rules and roles in the language of the page."""

from django import template
from django.utils.translation import get_language

from policies.catalogue_rows import FIELD_NAMES
from policies.outcomes import ANSWER_NAMES, EARLY_GROUNDS, GROUNDS, OUTCOME_NAMES, STAGE_NAMES
from policies.rules import Rule
from policies.sentences import Sentence
from review import access
from review.models import Person
from review.queries.rules import screener_of

register = template.Library()

ROLE_PAGES = {"planner": ("plan", "due", "holdings"), "auditor": ("due", "holdings", "ledger")}
RULE_FIELDS = FIELD_NAMES | {"span": Sentence("形成时间", "Date")}


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
def field_name(code: str) -> str:
    """The name of the field that a rule looked at; nothing for the title, which stands above."""
    return _said(RULE_FIELDS.get(code), "")


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


@register.simple_tag
def pages_of(person: Person) -> set[str]:
    """The names of the pages that a person's roles open, for the navigation. One query; each page asks for the right again."""
    held = [role for role, _ in access.roles_of(person)]
    pages = {page for role in held for page in ROLE_PAGES.get(role.code, ())}
    return pages | {"batches"} if any(role.over == "fonds" for role in held) else pages


@register.filter
def share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "—"
