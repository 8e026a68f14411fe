"""The words of the house, explained where they stand (policies/glossary.py)."""

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language

from policies.glossary import terms

register = template.Library()


@register.simple_tag(takes_context=True)
def term(context: template.Context, code: str, shown: str = "") -> SafeString:
    """A word with its explanation: on hover, by keyboard, at a first touch; as a link it leads to the glossary.

    It begins with a capital, as headings do; `shown` stands in its place where a page calls it otherwise. An unknown word stops the page.
    """
    found = terms()[code]
    language = get_language() or ""
    # Told apart on its page, where a word may stand twice.
    number = context.render_context["terms"] = context.render_context.get("terms", 0) + 1
    return format_html(
        '<span class="term"><a href="{}#{}" aria-describedby="term-{}-{}">{}</a>'
        '<span class="term__told" role="tooltip" id="term-{}-{}">{}</span></span>',
        reverse("glossary"), code, code, number, shown or capfirst(found.name.of(language)), code, number, found.says.of(language),
    )  # fmt: skip


@register.simple_tag(takes_context=True)
def explained(context: template.Context, code: str, shown: str) -> SafeString | str:
    """`shown`, explained where the glossary has a word for it: for a step, whose name may be any."""
    return term(context, code, shown) if code in terms() else shown
