"""A row of a bundle as a row of the open catalogue, and where the bundles' files are kept."""

import hashlib
import re
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper

from review.catalogue.bundle_lines import BundleEntry
from review.catalogue.models import Edition, ReleasedBody, ReleasedEntry, ReleasedFonds, ReleasedSeries
from review.catalogue.searching import index_terms, index_text, marks_of

_YEAR = re.compile(r"(?<!\d)(1\d{3}|20\d{2})(?=\D|$|[01]\d(?:[0-3]\d)?(?!\d))")


def files_dir() -> Path:
    """Where the catalogue keeps its own copies of the bundles' files, one folder a release number."""
    return Path(getattr(settings, "CATALOGUE_FILES_DIR", settings.VAR_DIR / "catalogue"))


def key_of(text: str) -> str:
    """What a heading or a body is known by, whatever its length."""
    return hashlib.sha256(text.encode()).hexdigest()


def year_of(text: str) -> int | None:
    """The first year that a date names."""
    found = _YEAR.search(text)
    return int(found[1]) if found else None


def columns_of(
    entry: BundleEntry,
    edition: Edition,
    fonds: ReleasedFonds,
    series: ReleasedSeries,
    body: ReleasedBody | None,
    *,
    leaf: int,
    at: datetime,
    terms: bool,
) -> dict[str, object]:
    """The entry as the columns of a row; `terms`: whether the database keeps PostgreSQL's index."""
    year = year_of(entry.date)
    text = index_text(
        (entry.reference_code, entry.public_title, entry.responsible_body, series.title),
        marks_of(fonds=fonds.pk, year=year, body=body.pk if body else None),
    )
    return {
        "edition_id": edition.pk,
        "fonds_id": fonds.pk,
        "series_id": series.pk,
        "leaf": leaf,
        "reference_code": entry.reference_code,
        "public_title": entry.public_title,
        "responsible_body": entry.responsible_body,
        "body_id": body.pk if body else None,
        "date": entry.date,
        "year": year,
        "decade": None if year is None else year // 10 * 10,
        "extent": entry.extent,
        "early": entry.early,
        "redacted_copy": entry.redacted_copy,
        "changed_at": at,
        "search_text": text,
        "search_terms": index_terms(text) if terms else "",
    }


def search_text(row: ReleasedEntry, heading: str) -> str:
    """What the search looks through: the row's own public fields, and nothing that its page does not show."""
    return index_text(
        (row.reference_code, row.public_title, row.responsible_body, heading),
        marks_of(fonds=row.fonds_id, year=row.year, body=row.body_id),
    )


def reindex(rows: type[ReleasedEntry], connection: BaseDatabaseWrapper, chunk: int = 2_000) -> None:
    """Index every row anew, piece by piece: after a change of how words are folded."""
    on_postgresql = connection.vendor == "postgresql"
    entries = rows.objects.using(connection.alias).select_related("series").order_by("pk")
    last = 0
    while batch := list(entries.filter(pk__gt=last)[:chunk]):
        for row in batch:
            row.search_text = search_text(row, row.series.title)
            row.search_terms = index_terms(row.search_text) if on_postgresql else ""
        rows.objects.using(connection.alias).bulk_update(batch, ["search_text", "search_terms"], batch_size=200)
        last = batch[-1].pk
