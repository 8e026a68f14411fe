"""Elements of EAD 2002 and EAD3: which are components, what text they hold."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from policies.catalogue_rows import on_one_line

COMPONENTS = frozenset(["c", *(f"c{n:02}" for n in range(1, 13))])

# Elements that stand apart from the text around them, so that a space has to keep their words apart.
_BLOCKS = frozenset({
    "p", "head", "item", "list", "defitem", "label", "note", "lb", "table", "row", "entry", "extent", "bibref",
    "chronitem", "event", "date", "dimensions", "physfacet", "part", "quantity", "unittype", "descriptivenote",
    "language", "script", "fromdate", "todate", "datesingle",
})  # fmt: skip
# Those whose content is read line by line in their place.
_LINES = frozenset(["p", "list", "chronlist", "table", "note", "blockquote", "address", "bibref", "index"])
_NESTED = frozenset(["scopecontent", "odd", "div", "dao", "daogrp", "arrangement"])


def name_of(element: etree._Element | None) -> str:
    """The local name; "" for what is no element."""
    # Not etree.QName: the parser lets names through ("addr:ssline") that QName refuses.
    return element.tag.rpartition("}")[2] if element is not None and isinstance(element.tag, str) else ""


def is_component(element: etree._Element) -> bool:
    """Whether it is c, or c01 to c12."""
    return name_of(element) in COMPONENTS


def text_of(element: etree._Element, *, without_head: bool = False) -> str:
    """All text inside on one line; paragraphs and the like keep a space between them."""
    if not len(element):
        return on_one_line(element.text or "")
    return on_one_line("".join(_pieces(element, without_head)))


def _pieces(element: etree._Element, without_head: bool) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        name = name_of(child)
        space = " " if name in _BLOCKS else ""
        if not (without_head and name == "head"):
            yield space
            yield from _pieces(child, without_head)
        yield space + (child.tail or "")


def lines_of(element: etree._Element) -> list[str]:
    """The text inside without its heads, a line for each paragraph; none of the lines is empty."""
    lines: list[str] = []
    open_line = [element.text or ""]
    for child in element:
        name = name_of(child)
        if name in _LINES or name in _NESTED or name == "head":
            lines.append(on_one_line("".join(open_line)))
            open_line = []
            if name != "head":
                lines += lines_of(child) if name in _NESTED else [text_of(child)]
        else:
            open_line.append(text_of(child) if name not in _BLOCKS else f" {text_of(child)} ")
        open_line.append(child.tail or "")
    lines.append(on_one_line("".join(open_line)))
    return [line for line in lines if line]


def link_of(element: etree._Element) -> str:
    """Where a dao or a daoloc points to: its href, whatever namespace that attribute stands in."""
    return next((value for name, value in element.attrib.items() if name.rpartition("}")[2] == "href"), "")
