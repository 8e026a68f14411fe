"""How the open catalogue writes numbers, digests and found words."""

from django import template
from django.utils.safestring import SafeString

from review.catalogue.searching import marked as mark_words

register = template.Library()


@register.filter
def marked(text: str, words: list[str] | None) -> SafeString:
    """The text with the found words marked."""
    return mark_words(text, words or [])


@register.filter
def thousands(number: int) -> str:
    """1204 as 1,204."""
    return f"{number:,}"


@register.filter
def in_fours(digest: str) -> str:
    """A digest in groups of four, as it is read aloud and compared."""
    return " ".join(digest[at : at + 4] for at in range(0, len(digest), 4))
