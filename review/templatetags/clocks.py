"""Clocks, notices and the procedure in the language of the page."""

from datetime import date

from django import template
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from policies.clocks import CLOCK_NAMES
from policies.delivering import WAYS
from policies.procedure_words import ACT_NAMES, SILENCE_NAMES, STEP_NAMES, change_name, told_name
from policies.sentences import Sentence
from review.models import Notice, Person
from review.queries.notices import unread

register = template.Library()


def _of(sentence: Sentence | None, code: str) -> str:
    return sentence.of(get_language() or "") if sentence else code


@register.filter
def clock_name(kind: str) -> str:
    return _of(CLOCK_NAMES.get(kind), kind)


@register.filter
def rung_act(act: str) -> str:
    return _of(ACT_NAMES.get(act), act)


@register.filter
def rung_told(to: str) -> str:
    return _of(told_name(to), to)


@register.filter
def step_name(name: str) -> str:
    return _of(STEP_NAMES.get(name), name)


@register.filter
def silence_name(code: str) -> str:
    return _of(SILENCE_NAMES.get(code), code)


@register.filter
def changed_name(what: str) -> str:
    return _of(change_name(what), what)


@register.filter
def delivery_name(how: str) -> str:
    return _of(WAYS.get(how), how)


@register.filter
def notice_text(notice: Notice) -> str:
    return Sentence(notice.text_zh, notice.text_en).of(get_language() or "")


@register.filter
def days_left(due_on: date) -> str:
    """How long there still is, in words."""
    days = (due_on - timezone.localdate()).days
    if days < 0:
        return ngettext("overdue by %(days)d day", "overdue by %(days)d days", -days) % {"days": -days}
    if days == 0:
        return _("due today")
    return ngettext("%(days)d day left", "%(days)d days left", days) % {"days": days}


@register.simple_tag
def unread_notices(person: Person) -> int:
    """How many notices a person has not read: one query a page."""
    return unread(person)
