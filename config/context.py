"""What every page knows: whose archives these are, where the source is, and how this reader wants it to look."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from review.views.appearance import appearance_of


def house(request: HttpRequest) -> dict[str, object]:
    english = (get_language() or "").startswith("en")
    return {
        "archives_name": settings.ARCHIVES_NAME_EN if english else settings.ARCHIVES_NAME_ZH,
        "source_url": settings.SOURCE_URL,
        "is_demo": settings.DEMO,
        **appearance_of(request),
    }
