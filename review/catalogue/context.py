"""What every page of the public site knows where it stands by itself: whose archives these are, and where the source is."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language


def archives(request: HttpRequest) -> dict[str, object]:
    english = (get_language() or "").startswith("en")
    return {
        "archives_name": settings.ARCHIVES_NAME_EN if english else settings.ARCHIVES_NAME_ZH,
        "source_url": settings.SOURCE_URL,
        "is_demo": settings.DEMO,
    }
