"""One open entry as a metadata record: simple Dublin Core, and an EAD 2002 finding aid of one component.

EAD 2002 and not EAD3, because it is what harvesters in use read; the whole fonds as EAD3 lies in each release's bundle.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from lxml import etree

XSI = "http://www.w3.org/2001/XMLSchema-instance"
OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
DC = "http://purl.org/dc/elements/1.1/"
EAD = "urn:isbn:1-931666-22-9"
# What XML 1.0 cannot carry. A bundle holds none of the control characters, but two others could pass.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DAY = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")

OPEN = "开放 Open"
IN_PART = "部分开放：可阅经遮盖的副本 Open in part: a redacted copy may be read"


@dataclass(frozen=True, slots=True)
class Described:
    """What a record says of an entry: its public fields, its permanent address, and whose it is."""

    address: str
    archives: str
    fonds_code: str
    fonds_title: str
    series_title: str
    reference_code: str
    public_title: str
    responsible_body: str
    date: str
    extent: str
    edition: str
    in_part: bool


@dataclass(frozen=True, slots=True)
class Format:
    """A metadata format: its prefix, where its schema is, its namespace, and who writes it."""

    prefix: str
    schema: str
    namespace: str
    write: Callable[[Described], etree._Element]


def xml_text(text: str) -> str:
    """The text with what XML cannot carry as U+FFFD."""
    return text if text.isprintable() else _NOT_XML.sub("\ufffd", text)


def dublin_core(entry: Described) -> etree._Element:
    """<oai_dc:dc>: each element only where there is something to say."""
    root = etree.Element(f"{{{OAI_DC}}}dc", nsmap={"oai_dc": OAI_DC, "dc": DC, "xsi": XSI})
    root.set(f"{{{XSI}}}schemaLocation", f"{OAI_DC} http://www.openarchives.org/OAI/2.0/oai_dc.xsd")
    for name, text in (
        ("title", entry.public_title),
        ("creator", entry.responsible_body),
        ("publisher", entry.archives),
        ("date", entry.date),
        ("format", entry.extent),
        ("identifier", entry.address),
        ("identifier", entry.reference_code),
        ("relation", " ".join(filter(None, (entry.fonds_code, entry.fonds_title)))),
        ("relation", entry.series_title),
        ("source", f"开放目录 Open catalogue {entry.edition}"),
        ("rights", IN_PART if entry.in_part else OPEN),
    ):
        if text:
            etree.SubElement(root, f"{{{DC}}}{name}").text = xml_text(text)
    return root


def finding_aid(entry: Described) -> etree._Element:
    """<ead>: the fonds as <archdesc>, the entry as its one component."""
    root = etree.Element(f"{{{EAD}}}ead", nsmap={None: EAD, "xsi": XSI})
    root.set(f"{{{XSI}}}schemaLocation", f"{EAD} https://www.loc.gov/ead/ead.xsd")
    header = _in(root, "eadheader", langencoding="iso639-2b")
    _in(header, "eadid", entry.fonds_code, url=entry.address)
    titles = _in(_in(header, "filedesc"), "titlestmt")
    _in(titles, "titleproper", entry.fonds_title or entry.fonds_code)
    above = _in(root, "archdesc", level="fonds")
    did = _in(above, "did")
    _in(did, "unitid", entry.fonds_code)
    _in(did, "unittitle", entry.fonds_title or entry.fonds_code)
    _in(_in(did, "repository"), "corpname", entry.archives)
    within = _in(above, "dsc", type="combined")
    if entry.series_title:
        within = _in(within, "c", level="series")
        _in(_in(within, "did"), "unittitle", entry.series_title)
    # Whether it is a file or an item, no bundle says.
    component = _in(within, "c", level="otherlevel", otherlevel="entry")
    did = _in(component, "did")
    _in(did, "unitid", entry.reference_code)
    _in(did, "unittitle", entry.public_title)
    if entry.responsible_body:
        _in(_in(did, "origination"), "corpname", entry.responsible_body)
    if entry.date:
        exact = {"normal": entry.date} if _DAY.fullmatch(entry.date) else {}
        _in(did, "unitdate", entry.date, **exact)
    if entry.extent:
        _in(_in(did, "physdesc"), "extent", entry.extent)
    _in(_in(component, "accessrestrict"), "p", IN_PART if entry.in_part else OPEN)
    return root


def _in(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    made = etree.SubElement(parent, f"{{{EAD}}}{name}", {key: xml_text(value) for key, value in attributes.items()})
    if text:
        made.text = xml_text(text)
    return made


FORMATS = {
    each.prefix: each
    for each in (
        Format("oai_dc", "http://www.openarchives.org/OAI/2.0/oai_dc.xsd", OAI_DC, dublin_core),
        Format("ead", "https://www.loc.gov/ead/ead.xsd", EAD, finding_aid),
    )
}
