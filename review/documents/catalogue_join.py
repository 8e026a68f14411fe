"""One volume put together: the pages that WeasyPrint set, the contents, the parts, the indexes, as one tagged PDF.

Page numbers and running heads are put on here, so that no part depends on where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from review.documents.catalogue_layout import BOTTOM, HEIGHT, INNER, MM, OUTER, SHEET, WIDTH
from review.documents.catalogue_lists import ContentsPage, Link
from review.documents.catalogue_parts import DrawnPage, Part
from review.documents.faces import HEAD
from review.documents.pdf_file import PdfFile, references, text_string
from review.documents.pdf_fonts import embed_fonts
from review.documents.pdf_graft import Graft
from review.documents.pdf_metadata import Described, put_info, put_metadata
from review.documents.pdf_outline import Bookmark, put_outline
from review.documents.pdf_tags import Tags
from review.documents.text_drawing import Used, length
from review.documents.typesetting import Enclosed

_SHEET = f"/MediaBox[0 0 {SHEET[0]:.2f} {SHEET[1]:.2f}]"
_IN_A_NODE = 64
FIELD = "Seal"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of ours in its volume: what is drawn (None: nothing), its running heads, its links."""

    drawn: DrawnPage | None
    left: str = ""
    right: str = ""
    folio: bool = True
    links: tuple[Link, ...] = ()


class Volume:
    """A volume while its pages are added, in the order in which they are read."""

    def __init__(self, path: Path, front: bytes, used: Used, field_said: str) -> None:
        self.out = PdfFile(path)
        self.graft = Graft(front, self.out)
        self.used = used
        self.tags = Tags(self.out)
        self.bookmarks: list[Bookmark] = []
        self.pages: list[int] = []
        self._first = 0
        self._resources = self.out.reserve()
        self._fonts: dict[str, int] = {}
        self._nodes: list[list[int]] = []
        self._tree = self.out.reserve()
        self._before = {
            odd: self.out.stream(f"q 1 0 0 1 {_left(odd):.2f} {BOTTOM:.2f} cm\n".encode(), plain=True)
            for odd in (True, False)
        }
        self._plainly = self.out.stream(b"q\n", plain=True)
        self._after = self.out.stream(b"Q\n", plain=True)
        self._field_said = field_said
        self._field = 0

    def expect(self, pages: int) -> None:
        """The volume will have this many pages: from now on `object_of` can name each of them."""
        self._first = self.out.reserve(pages)
        self.graft.stands_for(self.graft.pdf.Root.StructTreeRoot.K[0], self.tags.document)

    def object_of(self, folio: int) -> int:
        """The object of the page with this number, counted from 1."""
        return self._first + folio - 1

    def bookmark(self, level: int, text: str, folio: int, top: float) -> None:
        """A bookmark to a height on a page, in points below the upper edge of the text block."""
        self.bookmarks.append(Bookmark(level, text, self.object_of(folio), _height(top)))

    def add_set(self, places: Sequence[int], folios: Sequence[int], *, numbered: bool, field: bool = False) -> None:
        """Adds pages that WeasyPrint set: `places` in its document, with their numbers here.

        `field`: the last of them holds the empty field for the signature.
        """
        for place, folio in zip(places, folios, strict=True):
            self.graft.stands_for(self.graft.pdf.pages[place].obj, self.object_of(folio))
        theirs = {self.graft.pdf.pages[place].obj.objgen for place in places}
        for element in self.graft.chapters():
            if element.Pg.objgen in theirs:
                self.tags.taken_over(self.graft.number(element))
        for place, folio in zip(places, folios, strict=True):
            self._add_set_page(place, folio, numbered=numbered, field=field and place == places[-1])

    def _add_set_page(self, place: int, folio: int, *, numbered: bool, field: bool) -> None:
        page = self.graft.pdf.pages[place].obj
        tags = [self.graft.number(element) for element in self.graft.tags(place)]
        key = self.tags.key(f"{self.out.add(references(tags))} 0 R")
        stamp = self._stamp(Sheet(None, folio=numbered), folio) if numbered else ""
        fonts = "".join(f"/{font} {number} 0 R" for font, number in sorted(self._fonts.items())) if stamp else ""
        theirs = page.Resources
        fonts += self.graft.entries(theirs.Font) if "/Font" in theirs else ""
        resources = f"<<{self.graft.entries(theirs, leave=('/Font',))}/Font<<{fonts}>>>>"
        odd = folio % 2 == 1
        inside = f"q 1 0 0 1 {_left(odd):.2f} {BOTTOM:.2f} cm\n{stamp}Q\n" if stamp else ""
        contents = [self._plainly, self.graft.number(page.Contents), self._after]
        if inside:
            contents.append(self.out.stream(inside.encode("ascii")))
        kept = self.graft.entries(
            page, leave=("/Type", "/Parent", "/StructParents", "/Resources", "/Contents", "/Tabs", "/Annots")
        )
        number = self.object_of(folio)
        annotations = f"/Annots[{self._put_field(number)} 0 R]" if field else ""
        self._put_page(number, f"{kept}/Resources{resources}/Contents{references(contents)}", key, annotations)

    def _put_field(self, page: int) -> int:
        """The empty signature field, which shows nothing."""
        self._field = self.out.reserve()
        key = self.tags.form(page, self._field)
        self.out.put(
            self._field,
            f"<</Type/Annot/Subtype/Widget/FT/Sig/T({FIELD})/TU{text_string(self._field_said)}/Rect[0 0 0 0]/F 132"
            f"/P {page} 0 R/StructParent {key}>>",
        )
        return self._field

    def add(self, sheet: Sheet) -> None:
        """Adds the next page of ours."""
        folio = len(self.pages) + 1
        number = self.object_of(folio)
        if sheet.drawn is None:
            self._put_page(number, f"{_SHEET}/Resources<<>>", None, "")
            return
        odd = folio % 2 == 1
        annotations = {link.mark: self.out.reserve() for link in sheet.links}
        key = self.tags.page(number, sheet.drawn.marks, annotations)
        for link in sheet.links:
            self._put_link(link, annotations[link.mark], odd=odd)
        body = self.out.stream(sheet.drawn.content, packed=True)
        after = self.out.stream(f"{self._stamp(sheet, folio)}Q\n".encode("ascii"))
        said = f"/Annots{references(list(annotations.values()))}" if annotations else ""
        contents = references([self._before[odd], body, after])
        self._put_page(number, f"{_SHEET}/Resources {self._resources} 0 R/Contents{contents}", key, said)

    def _put_link(self, link: Link, number: int, *, odd: bool) -> None:
        left, lower, right, upper = link.box
        x = _left(odd)
        key = self.tags.key(f"{self.tags.element_of(number)} 0 R")
        self.out.put(
            number,
            f"<</Type/Annot/Subtype/Link/Rect[{left + x:.1f} {lower + BOTTOM:.1f} {right + x:.1f} {upper + BOTTOM:.1f}]"
            f"/Border[0 0 0]/F 4/Contents{text_string(link.line.text)}/StructParent {key}"
            f"/Dest[{self.object_of(link.line.page)} 0 R/XYZ null {_height(link.line.top):.1f} null]>>",
        )

    def _put_page(self, number: int, entries: str, key: int | None, annotations: str) -> None:
        if not self._nodes or len(self._nodes[-1]) == _IN_A_NODE + 1:
            self._nodes.append([self.out.reserve()])
        node = self._nodes[-1]
        node.append(number)
        self.pages.append(number)
        tags = "" if key is None else f"/StructParents {key}/Tabs/S"
        self.out.put(number, f"<</Type/Page/Parent {node[0]} 0 R{entries}{tags}{annotations}>>")

    def _stamp(self, sheet: Sheet, folio: int) -> str:
        """The heads and the folio of a page, as artifacts."""
        said = []
        if sheet.left or sheet.right:
            room = WIDTH - length(sheet.right, 8, HEAD) - 24
            left = shortened(sheet.left, room)
            drawn = self.used.drawn(left, 8, 0, HEIGHT + 5 * MM, HEAD) if left else ""
            drawn += self.used.drawn(sheet.right, 8, WIDTH - length(sheet.right, 8, HEAD), HEIGHT + 5 * MM, HEAD)
            said.append(f"/Artifact<</Type/Pagination/Subtype/Header>>BDC\nBT .36 g\n{drawn}ET\nEMC\n")
        if sheet.folio:
            x = WIDTH - length(str(folio), 9, HEAD) if folio % 2 else 0
            drawn = self.used.drawn(str(folio), 9, x, -7 * MM - 9, HEAD)
            said.append(f"/Artifact<</Type/Pagination/Subtype/Footer>>BDC\nBT .36 g\n{drawn}ET\nEMC\n")
        stamp = "".join(said)
        for font in re.findall(r"/([A-Z][0-9g]) [0-9.]+ Tf", stamp):
            self._fonts.setdefault(font, 0)
            self._fonts[font] = self._fonts[font] or self.out.reserve()
        return stamp

    def finish(self, said: Described, enclosed: Enclosed | None) -> int:
        """Writes all that is still open; the number of pages."""
        self.graft.finish()
        fonts = embed_fonts(self.out, self.used, self._fonts)
        self.out.put(self._resources, f"<</Font<<{fonts}>>>>")
        self.tags.finish()
        for node, *pages in self._nodes:
            self.out.put(node, f"<</Type/Pages/Parent {self._tree} 0 R/Count {len(pages)}/Kids{references(pages)}>>")
        nodes = references([node for node, *_ in self._nodes])
        self.out.put(self._tree, f"<</Type/Pages/Count {len(self.pages)}/Kids{nodes}>>")
        attached = self._attached(enclosed) if enclosed else ""
        root = self.out.add(
            f"<</Type/Catalog/Pages {self._tree} 0 R/Lang({said.language})/MarkInfo<</Marked true>>"
            f"/ViewerPreferences<</DisplayDocTitle true>>/PageMode/UseOutlines"
            f"/StructTreeRoot {self.tags.root} 0 R/Outlines {put_outline(self.out, self.bookmarks)} 0 R"
            f"/Metadata {put_metadata(self.out, said)} 0 R"
            f"/OutputIntents {self.graft.said(self.graft.pdf.Root.OutputIntents)}"
            f"/AcroForm<</Fields[{self._field} 0 R]/SigFlags 3>>{attached}>>"
        )
        self.graft.finish()
        self.out.close(root, put_info(self.out, said))
        self.graft.pdf.close()
        return len(self.pages)

    def _attached(self, enclosed: Enclosed) -> str:
        day = f"(D:{enclosed.on:%Y%m%d}000000Z)"
        file = self.out.stream(
            enclosed.content,
            f"/Type/EmbeddedFile/Subtype/text#2Fcsv/Params<</Size {len(enclosed.content)}/CreationDate{day}/ModDate{day}>>",
        )
        name = text_string(enclosed.name)
        spec = self.out.add(
            f"<</Type/Filespec/F({enclosed.name})/UF{name}/Desc{text_string(enclosed.description)}/AFRelationship/Data"
            f"/EF<</F {file} 0 R/UF {file} 0 R>>>>"
        )
        return f"/AF[{spec} 0 R]/Names<</EmbeddedFiles<</Names[{name} {spec} 0 R]>>>>"

    def abandon(self) -> None:
        """Nothing more will be written."""
        self.out.abandon()
        self.graft.pdf.close()


def part_sheets(part: Part, running: Sequence[tuple[str, str]], right: str) -> Iterator[Sheet]:
    """The pages of a part with their running heads."""
    for drawn, (chapter, series) in zip(part.pages, running, strict=True):
        yield Sheet(drawn, f"{chapter}　{series}", right)


def contents_sheets(pages: Sequence[ContentsPage]) -> Iterator[Sheet]:
    for page in pages:
        yield Sheet(page.drawn, links=page.links)


def shortened(text: str, room: float) -> str:
    """As much of a running head as there is room for."""
    if length(text, 8, HEAD) <= room:
        return text
    while text and length(text, 8, HEAD) > room - 8:
        text = text[: min(len(text) - 1, int(len(text) * 0.98))]
    return text + "…"


def _left(odd: bool) -> float:
    return INNER if odd else OUTER


def _height(top: float) -> float:
    """A height on the sheet a little above what is `top` points below the edge of the text block."""
    return BOTTOM + HEIGHT - top + 8
