"""How the open catalogue writes numbers, digests, found words and addresses that keep what was asked."""

from collections.abc import Collection, Sequence

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from review.catalogue.models import ReleasedEntry
from review.catalogue.searching import Word
from review.catalogue.searching import marked as mark_words

register = template.Library()


@register.filter
def marked(text: str, words: Collection[Word] | None) -> SafeString:
    """The text with the found words marked."""
    return mark_words(text, words or ())


@register.filter
def thousands(number: int) -> str:
    """1204 as 1,204."""
    return f"{number:,}"


@register.filter
def in_fours(digest: str) -> str:
    """A digest in groups of four, as it is read aloud and compared."""
    return " ".join(digest[at : at + 4] for at in range(0, len(digest), 4))


@register.simple_tag(takes_context=True)
def narrowed(context: Context, name: str, value: str) -> str:
    """The address of the same search, narrowed further; from its first page."""
    asked = context["request"].GET.copy()
    for gone in ("page", "lang"):
        asked.pop(gone, None)
    asked[name] = value
    return f"?{asked.urlencode()}"


@register.simple_tag(takes_context=True)
def querystring_without(context: Context, name: str) -> str:
    """The address of the same search without one of its bounds; from its first page."""
    asked = context["request"].GET.copy()
    for gone in ("page", "lang", name):
        asked.pop(gone, None)
    return f"?{asked.urlencode()}"


@register.simple_tag
def narrowed_only(name: str, value: str) -> str:
    """The query of a search by one bound alone."""
    return f"?{urlencode({name: value})}"


@register.simple_tag
def entry_rows(rows: Sequence[ReleasedEntry], words: Collection[Word]) -> SafeString:
    """Found entries as a list: what entry_row.html draws, in one piece, since a search draws many and has to be quick."""
    parts, early = pgettext("entry", "Open in part"), gettext("Opened early")
    return format_html_join("\n", "{}", ((_row(row, words, parts, early),) for row in rows))


def _row(row: ReleasedEntry, words: Collection[Word], parts: str, early: str) -> SafeString:
    meta = [
        mark_words(row.responsible_body, words),
        row.date,
        row.extent,
        row.fonds.title,
        mark_words(row.series_title, words),
    ]
    badge = ("partial", parts) if row.redacted_copy else ("early", early) if row.early else None
    return format_html(
        '<li><article class="entry"><span class="code">{}</span>'
        '<p class="entry__title"><a href="{}">{}</a></p><p class="entry__meta">{}</p>{}</article></li>',
        mark_words(row.reference_code, words),
        reverse("catalogue:entry", args=[row.fonds.code, row.reference_code]),
        mark_words(row.public_title, words),
        format_html_join("", "<span>{}</span>", ((each,) for each in meta if each)),
        format_html('<div class="entry__decision"><span class="badge badge--{}">{}</span></div>', *badge)
        if badge
        else "",
    )
