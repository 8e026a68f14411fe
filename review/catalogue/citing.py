"""How an open entry is cited, for people and for machines."""

import json

from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from review.catalogue.models import ReleasedEntry


def citation(entry: ReleasedEntry, address: str) -> dict[str, str]:
    """The entry as GB/T 7714-2015 cites an archival record with its address, and plainly, in Chinese and in English."""
    edition = entry.edition
    maker = f"{entry.responsible_body}. " if entry.responsible_body else ""
    day = f"{entry.date}" if entry.date else ""
    seen = timezone.localdate().isoformat()
    fonds = entry.fonds.title or entry.fonds.code
    plain = ", ".join(part for part in (entry.public_title, entry.responsible_body, entry.date) if part)
    return {
        "gb": f"{maker}{entry.public_title}[A/OL]. {day}[{seen}]. {edition.archives_zh}, {entry.reference_code}. {address}",
        "plain_zh": f"{edition.archives_zh}, {fonds}, {entry.reference_code}, {plain}. {address}",
        "plain_en": f"{edition.archives_en}, {fonds}, {entry.reference_code}, {plain}. {address}",
    }


def json_ld(entry: ReleasedEntry, address: str) -> SafeString:
    """The entry as a schema.org ArchiveComponent, safe inside a script element that no browser runs."""
    said = {
        "@context": "https://schema.org",
        "@type": "ArchiveComponent",
        "@id": address,
        "url": address,
        "name": entry.public_title,
        "identifier": entry.reference_code,
        "creator": {"@type": "Organization", "name": entry.responsible_body} if entry.responsible_body else None,
        "dateCreated": entry.date or None,
        "materialExtent": entry.extent or None,
        "isPartOf": {
            "@type": "Collection",
            "name": entry.fonds.title or entry.fonds.code,
            "identifier": entry.fonds.code,
        },
        "holdingArchive": {"@type": "ArchiveOrganization", "name": entry.edition.archives_zh},
        "conditionsOfAccess": "Open in part: a redacted copy" if entry.redacted_copy else "Open",
    }
    text = json.dumps({key: value for key, value in said.items() if value is not None}, ensure_ascii=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return mark_safe(text)  # noqa: S308 - what could end the element is written \uXXXX above
