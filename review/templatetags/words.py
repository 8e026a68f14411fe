"""The names of outcomes, grounds, rules and roles in the language of the page."""

from django import template
from django.utils.translation import get_language

from policies.catalogue_rows import FIELD_NAMES
from policies.grounds import KNOWN_GROUNDS
from policies.learning.cards import NAME
from policies.learning.opinion import is_number
from policies.outcomes import ANSWER_NAMES, OUTCOME_NAMES, STAGE_NAMES
from policies.roles import ROLES
from policies.rules import Rule
from policies.sentences import Refusal, Sentence
from policies.transferring import DISCLOSURES
from review.models import ScreeningRun
from review.queries.rules import ruleset_with

register = template.Library()

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
    ground = KNOWN_GROUNDS.get(code)
    return _said(ground.name if ground else None, code)


@register.filter
def ground_article(code: str) -> str:
    ground = KNOWN_GROUNDS.get(code)
    return _said(ground.article if ground else None, "")


@register.filter
def stratum_name(code: str) -> str:
    """The name of a stratum of a quality sample (policies/sampling.py): its outcome, of deferrals with the ground."""
    outcome, _, ground = code.partition(":")
    return f"{outcome_name(outcome)} · {ground_name(ground)}" if ground else outcome_name(outcome)


@register.filter
def right_name(permission: str) -> str:
    """The role that holds a permission ("review.sign_off_fonds")."""
    codename = permission.partition(".")[2]
    return next((said(role.name) for role in ROLES.values() if role.permission == codename), permission)


@register.filter
def disclosure_name(code: str) -> str:
    """The state of government-information disclosure that a unit's opinion at transfer names."""
    return _said(DISCLOSURES.get(code), code)


@register.simple_tag
def rule_of(run: ScreeningRun, code: str) -> Rule | None:
    """The rule with this id of the ruleset that `run` screened with; None where that very ruleset is not at hand."""
    try:
        return ruleset_with(run.ruleset, run.ruleset_digest).by_id.get(code)
    except Refusal:
        return None


@register.filter
def finder_name(code: str) -> str:
    """What to call that which found something and has no rule at hand: a second opinion, or the rule by its id."""
    return f"{said(NAME)} {code}" if is_number(code) else code


@register.filter
def share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "—"
