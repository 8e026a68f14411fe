"""The names of what a rule is made of, its words in parts, and how good it has been here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import template
from django.template import Context
from django.utils.translation import get_language

from policies import rule_kinds, rule_pages
from policies.learning.cards import BESIDE
from policies.learning.listing import FEATURE_NAMES
from policies.learning.opinion import is_number
from policies.rules import Rule
from policies.sentences import Sentence
from review import access
from review.models import Finding, Person, ScreeningRun
from review.queries.precision import Measure, RulePrecision
from review.queries.second_opinions import said_of
from review.templatetags.words import rule_of, said

register = template.Library()


def _named(names: dict[str, Sentence], code: str) -> str:
    return names[code].of(get_language() or "zh-hans") if code in names else code


@register.filter
def group_name(code: str) -> str:
    return _named(rule_kinds.GROUPS, code)


@register.filter
def kind_name(code: str) -> str:
    return _named(rule_kinds.KINDS, code)


@register.filter
def status_name(code: str) -> str:
    return _named(rule_kinds.STATUSES, code)


@register.filter
def level_name(code: str) -> str:
    return _named(rule_kinds.LEVELS, code)


@register.filter
def period_of(rule: Rule) -> Sentence | None:
    """How long the rule keeps a record closed, None where it says nothing of it."""
    return rule_pages.period(rule) if rule.closure is not None or rule.looks_for.kind == "secrecy" else None


@register.filter
def words_of(rule: Rule) -> list[rule_kinds.Words]:
    return rule_kinds.words_of(rule)


@register.filter
def in_fours(digest: str) -> str:
    """A digest in groups of four, as it is read aloud and compared."""
    return " ".join(digest[place : place + 4] for place in range(0, len(digest), 4))


@register.filter
def whole_percent(share: float) -> str:
    return f"{share:.0f} %"


@register.filter
def keeps_policies(person: Person) -> bool:
    return access.keeps_policies(person)


@dataclass(frozen=True, slots=True)
class Told:
    """What a finding says of itself: the rule as it was worded then, by which ruleset, and the rule's precision here.

    `second` instead, where a second opinion asked for a look: what it can do, and its card.
    """

    rule: Rule | None
    run: ScreeningRun
    measured: RulePrecision | None
    second: tuple[Sentence, Sentence] | None = None


@register.simple_tag(takes_context=True)
def told_of(context: Context, run: ScreeningRun, finding: Finding) -> Told:
    """What a finding on a desk says of itself; `run` is the batch's latest. The same queries for any number of findings."""
    held = _once(context, f"runs of {run.batch_id}", lambda: {run.pk: run})
    if finding.run_id not in held:
        held |= {one.pk: one for one in ScreeningRun.objects.filter(batch=run.batch_id)}
    its_run = held[finding.run_id]
    if is_number(finding.rule):
        return Told(None, its_run, None, _once(context, finding.rule, lambda: said_of(finding.rule)))
    rule = rule_of(its_run, finding.rule)
    return Told(rule, its_run, measured_of(context, rule) if rule else None)


@register.filter
def weighed(context: str) -> list[tuple[str, str, str]]:
    """What spoke most for a look, from the context of a second opinion's finding: what it is, the words, how much."""
    told = []
    for line in context.splitlines():
        shown, _, weight = line.rpartition(" ")
        kind, _, words = shown.removeprefix("beside ").partition(":")
        name = _named(FEATURE_NAMES, kind)
        told.append((f"{said(BESIDE)} {name}" if shown.startswith("beside ") else name, words, weight))
    return told


@register.simple_tag(takes_context=True)
def measured_of(context: Context, rule: Rule) -> RulePrecision:
    """The precision of a rule here, measured once a page."""
    return _once(context, "measure", Measure).of(rule)


def _once(context: Context, name: str, make: Callable[[], Any]) -> Any:
    """What is made once for each page that is shown, and found again by its name."""
    kept = context.render_context.dicts[0].setdefault("qifeng", {})
    if name not in kept:
        kept[name] = make()
    return kept[name]
