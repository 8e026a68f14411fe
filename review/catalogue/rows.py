"""A row of a bundle as a row of the open catalogue, and where the bundles' files are kept."""

import re
from pathlib import Path

from django.conf import settings

from review.catalogue.bundles import BundleEntry
from review.catalogue.models import Edition, ReleasedEntry, ReleasedFonds
from review.catalogue.searching import folded

_YEAR = re.compile(r"(?<!\d)(1\d{3}|20\d{2})(?=\D|$|[01]\d(?:[0-3]\d)?(?!\d))")


def files_dir() -> Path:
    """Where the catalogue keeps its own copies of the bundles' files, one folder a release number."""
    return Path(getattr(settings, "CATALOGUE_FILES_DIR", settings.VAR_DIR / "catalogue"))


def row_of(edition: Edition, fonds: ReleasedFonds, position: int, entry: BundleEntry) -> ReleasedEntry:
    """The entry as a row, not saved; `position` is its place in the bundle, from 1."""
    year = _YEAR.search(entry.date)
    row = ReleasedEntry(
        edition=edition,
        fonds=fonds,
        series_title=entry.series_title,
        reference_code=entry.reference_code,
        public_title=entry.public_title,
        responsible_body=entry.responsible_body,
        date=entry.date,
        year=int(year[1]) if year else None,
        extent=entry.extent,
        early=entry.early,
        position=position,
    )
    row.search_text = search_text(row)
    return row


def search_text(row: ReleasedEntry) -> str:
    """What the search looks through: the row's own public fields, and nothing that its page does not show."""
    return folded("\n".join((row.reference_code, row.public_title, row.responsible_body, row.series_title)))
