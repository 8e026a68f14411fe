"""What stands around the components of a finding aid and is the same in EAD3 and EAD 2002: root, publication, fonds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from lxml import etree

from policies.catalogue_rows import CONTROLS
from review.documents.exports.ead_components import PREFIX, Dialect, Writing
from review.documents.exports.fonds_header import FondsHeader


@contextmanager
def finding_aid(file: BinaryIO, header: FondsHeader, dialect: Dialect) -> Iterator[Writing]:
    """The file with its XML declaration and its root element <ead>, ready for what belongs inside."""
    texts = [value for name in header.__slots__ if isinstance(value := getattr(header, name), str)]
    if CONTROLS.search("".join(texts)):
        raise ValueError("the description of the fonds holds a control character")
    with etree.xmlfile(file, encoding="UTF-8") as xml:
        xml.write_declaration()
        with xml.element(f"{{{dialect.namespace}}}ead", nsmap={None: dialect.namespace}):
            yield Writing(xml, dialect)


def archives_of(header: FondsHeader) -> list[str]:
    """The archives' names that are known, Chinese first."""
    return [name for name in (header.archives_zh, header.archives_en) if name]


def write_filedesc(ead: Writing, header: FondsHeader) -> None:
    """What the finding aid is called, who publishes it, and when."""
    day = header.made_on.isoformat()
    with ead.inside("filedesc"):
        with ead.inside("titlestmt"):
            ead.text("titleproper", header.title or header.code)
        with ead.inside("publicationstmt"):
            for name in archives_of(header):
                ead.text("publisher", name)
            ead.text("date", day, normal=day)


def write_fonds(ead: Writing, header: FondsHeader) -> None:
    """What the fonds as a whole is, at the beginning of <archdesc>."""
    with ead.inside("did"):
        for name in archives_of(header):
            ead.named("repository", "corpname", text=name)
        ead.text("unitid", header.code)
        ead.text("unittitle", header.title)
        if header.creating_agency:
            ead.named("origination", "corpname", text=header.creating_agency)
        if header.date_text:
            ead.text("unitdate", header.date_text)
    if header.scope:
        ead.lines("scopecontent", header.scope)
    # By it the finding aid is known as ours: its components state everything themselves, and have nothing from here.
    ead.lines("odd", "", **{ead.dialect.mark: PREFIX + "notes"})
