"""Descriptions as EAD3 1.1 (Society of American Archivists, 2018), valid against its RELAX NG and XML schemas."""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

from policies.catalogue_rows import CatalogueRow
from review.documents.exports.ead_components import Dialect, Writing
from review.documents.exports.ead_frame import finding_aid, write_filedesc, write_fonds
from review.documents.exports.fonds_header import FondsHeader

EAD3 = Dialect(namespace="http://ead3.archivists.org/schema/", mark="localtype", parts=("part",))


def write_ead3(file: BinaryIO, header: FondsHeader, rows: Iterable[CatalogueRow]) -> None:
    """The fonds as <archdesc>, every row as a <c> in the one above it. Raises ValueError as `placed` does."""
    with finding_aid(file, header, EAD3) as ead:
        _control(ead, header)
        with ead.inside("archdesc", level="fonds"):
            write_fonds(ead, header)
            with ead.inside("dsc", dsctype="combined"):
                ead.components(rows)


def _control(ead: Writing, header: FondsHeader) -> None:
    day = header.made_on.isoformat()
    with ead.inside("control", langencoding="iso639-2b", scriptencoding="iso15924", dateencoding="iso8601"):
        ead.text("recordid", header.code)
        write_filedesc(ead, header)
        ead.text("maintenancestatus", "", value="new")
        with ead.inside("maintenanceagency"):
            for name in (header.archives_zh, header.archives_en):
                ead.text("agencyname", name)
        with ead.inside("languagedeclaration"):
            ead.text("language", "中文", langcode="chi")
            ead.text("script", "简体汉字", scriptcode="Hans")
        with ead.inside("localtypedeclaration"):
            ead.text("abbr", "qifeng")
            ead.text("citation", "启封 Qifeng, CatalogueRow")
        with ead.inside("maintenancehistory"), ead.inside("maintenanceevent"):
            ead.text("eventtype", "", value="created")
            ead.text("eventdatetime", day, standarddatetime=day)
            ead.text("agenttype", "", value="machine")
            ead.text("agent", "启封 Qifeng")
