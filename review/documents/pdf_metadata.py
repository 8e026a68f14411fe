"""What a document of ours says of itself: title, archives, day, and that it is PDF/A-3a and PDF/UA-1."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import escape

from review.documents.pdf_file import PdfFile, text_string

_UA_SCHEMA = """<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>"""


@dataclass(frozen=True, slots=True)
class Described:
    """A document's title, author, description, program, day and language."""

    title: str
    author: str
    description: str
    program: str
    on: date
    language: str


def put_metadata(out: PdfFile, said: Described) -> int:
    """Writes the XMP packet; its number."""
    day = f"{said.on.isoformat()}T00:00:00Z"
    packet = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<pdfaid:part>3</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance><pdfuaid:part>1</pdfuaid:part>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(said.title)}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{escape(said.author)}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{escape(said.description)}</rdf:li></rdf:Alt></dc:description>
<xmp:CreatorTool>{escape(said.program)}</xmp:CreatorTool><pdf:Producer>{escape(said.program)}</pdf:Producer>
<xmp:CreateDate>{day}</xmp:CreateDate><xmp:ModifyDate>{day}</xmp:ModifyDate>
</rdf:Description>
{_UA_SCHEMA}
</rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""
    return out.stream(packet.encode(), "/Type/Metadata/Subtype/XML", plain=True)


def put_info(out: PdfFile, said: Described) -> int:
    """Writes the old form of the same; its number."""
    day = f"(D:{said.on:%Y%m%d}000000Z)"
    program = text_string(said.program)
    return out.add(
        f"<</Title{text_string(said.title)}/Author{text_string(said.author)}/Subject{text_string(said.description)}"
        f"/Creator{program}/Producer{program}/CreationDate{day}/ModDate{day}>>"
    )
