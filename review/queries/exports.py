"""A fonds as its exports need it: the head, and its units in archival order."""

from __future__ import annotations

from datetime import date
from typing import BinaryIO

from django.conf import settings

from review.documents.exports import FORMATS, FondsHeader
from review.models import Fonds
from review.queries.own_rows import rows_in_order


def write_export(file: BinaryIO, fonds: Fonds, format: str, made_on: date) -> None:
    """Writes the catalogue of a fonds in one of documents.exports.FORMATS. Memory stays bounded whatever its size."""
    agency = fonds.creating_agency
    header = FondsHeader(
        code=fonds.code,
        title=fonds.title,
        archives_zh=settings.ARCHIVES_NAME_ZH,
        archives_en=settings.ARCHIVES_NAME_EN,
        creating_agency=agency.name if agency else "",
        date_text="",
        scope="",
        made_on=made_on,
    )
    FORMATS[format].write(file, header, rows_in_order(fonds))
