"""How long, in words, for the progress of a job."""

from django import template
from django.utils.translation import ngettext

register = template.Library()


@register.filter
def duration(seconds: float) -> str:
    """A length of time as one says it: seconds below a minute and a half, else minutes, else hours."""
    if seconds < 90:
        whole = max(1, round(seconds))
        return ngettext("%(count)d second", "%(count)d seconds", whole) % {"count": whole}
    if seconds < 5400:
        whole = round(seconds / 60)
        return ngettext("%(count)d minute", "%(count)d minutes", whole) % {"count": whole}
    whole = round(seconds / 3600)
    return ngettext("%(count)d hour", "%(count)d hours", whole) % {"count": whole}
