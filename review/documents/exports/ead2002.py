"""Descriptions as EAD 2002 (Library of Congress), valid against its XML schema; without the namespace also by its DTD."""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

from policies.catalogue_rows import CatalogueRow
from review.documents.exports.ead_components import Dialect, Writing
from review.documents.exports.ead_frame import finding_aid, write_filedesc, write_fonds
from review.documents.exports.fonds_header import FondsHeader

EAD2002 = Dialect(namespace="urn:isbn:1-931666-22-9", mark="altrender", parts=())


def write_ead2002(file: BinaryIO, header: FondsHeader, rows: Iterable[CatalogueRow]) -> None:
    """The fonds as <archdesc>, every row as a <c> in the one above it. Raises ValueError as `placed` does."""
    with finding_aid(file, header, EAD2002) as ead:
        _header(ead, header)
        with ead.inside("archdesc", level="fonds"):
            write_fonds(ead, header)
            with ead.inside("dsc", type="combined"):
                ead.components(rows)


def _header(ead: Writing, header: FondsHeader) -> None:
    with ead.inside("eadheader", langencoding="iso639-2b", scriptencoding="iso15924", dateencoding="iso8601"):
        ead.text("eadid", header.code)
        write_filedesc(ead, header)
        with ead.inside("profiledesc"):
            ead.text("creation", "启封 Qifeng")
            with ead.inside("langusage"):
                ead.text("language", "中文", langcode="chi", scriptcode="Hans")
