"""What the review desks call their groups, in the language of the page."""

import json

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from policies.sentences import Sentence

register = template.Library()

KINDS = {
    "opinion": Sentence("初审意见", "By first review"),
    "suggestion": Sentence("规则建议", "By the rules' advice"),
    "ground": Sentence("依据", "By ground"),
    "rule": Sentence("规则", "By rule"),
    "alike": Sentence("近似题名", "Near-duplicates"),
    "decade": Sentence("年代", "By decade"),
    "agency": Sentence("形成单位", "By forming unit"),
    "series": Sentence("类别", "By series"),
}


@register.filter
def kind_name(kind: str) -> str:
    """What the groups of one kind are called together."""
    return KINDS[kind].of(get_language() or "zh-hans")


@register.filter
def decade_name(decade: str) -> str:
    """A decade by its years: "196" is 1960-1969."""
    return _("%(first)s–%(last)s") % {"first": f"{decade}0", "last": f"{decade}9"}


@register.filter
def as_decision(decision: object) -> str:
    """A decision or an opinion as the desk's script reads it; empty where there is none."""
    if not decision:
        return ""
    told = {name: getattr(decision, name) for name in ("outcome", "ground", "reason")}
    opens_on = decision.opens_on
    return json.dumps({**told, "opens_on": opens_on.isoformat() if opens_on else ""}, ensure_ascii=False)


@register.simple_tag
def options(choices: list[tuple[str, str]], chosen: object) -> SafeString:
    """The options of a select, the chosen one selected. A desk has them fifty times over: no template for each."""
    said = str(chosen or "")
    return mark_safe(  # noqa: S308 - every part is escaped by format_html
        "".join(
            format_html(
                '<option value="{}"{}>{}</option>', value, mark_safe(" selected") if value == said else "", name
            )
            for value, name in choices
        )
    )
