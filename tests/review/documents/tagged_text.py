"""The text of a tagged PDF as a screen reader gets it: the structure tree walked in order, each element with its text.

It is read with the fonts' own tables (ToUnicode) and knows nothing of how our files are made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pikepdf

_MAPPED = re.compile(rb"<([0-9A-F]+)> <([0-9A-F]+)>")


def elements(path: Path) -> Iterator[tuple[str, str]]:
    """Each element that has text of its own, as (tag, text), in reading order; links and paragraphs of ours alike."""
    with pikepdf.open(path) as pdf:
        texts = {page.objgen: _by_mark(page) for page in pdf.pages}
        yield from _walked(pdf.Root.StructTreeRoot, texts)


def rows(path: Path) -> list[str]:
    """The text of every entry: the paragraphs inside the pages (Div) of a series (Sect in a Sect), but for the indexes."""
    with pikepdf.open(path) as pdf:
        texts = {page.objgen: _by_mark(page) for page in pdf.pages}
        found = []
        for chapter in _kids(pdf.Root.StructTreeRoot.K[0]):
            heading, *inside = _kids(chapter) or [None]
            if heading is None or _own_text(heading, texts) in ("索引", "Indexes"):
                continue
            for series in inside:
                if series.S != "/Sect":
                    continue
                for page in _kids(series):
                    if page.S == "/Div":
                        found += [_own_text(row, texts) for row in _kids(page)]
        return found


def _kids(element: pikepdf.Object) -> list[pikepdf.Object]:
    kids = element.get("/K", [])
    kids = list(kids) if isinstance(kids, pikepdf.Array) else [kids]
    return [kid for kid in kids if isinstance(kid, pikepdf.Dictionary) and "/S" in kid]


def _walked(element: pikepdf.Object, texts: dict) -> Iterator[tuple[str, str]]:
    if said := _own_text(element, texts):
        yield str(element.S)[1:], said
    for kid in _kids(element):
        yield from _walked(kid, texts)


def _own_text(element: pikepdf.Object, texts: dict) -> str:
    kids = element.get("/K", [])
    said = []
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, int):
            said.append(texts[element.Pg.objgen].pop(kid))
        elif isinstance(kid, pikepdf.Dictionary) and kid.get("/Type") == "/MCR":
            said.append(texts[kid.Pg.objgen].pop(int(kid.MCID)))
    return "".join(said)


def _by_mark(page: pikepdf.Page) -> dict[int, str]:
    """The text of each piece of marked content of a page."""
    fonts = {name: _table(font) for name, font in page.resources.get("/Font", {}).items()}
    texts: dict[int, str] = {}
    marks: list[int | None] = []
    font: dict[int, str] = {}
    for operands, operator in pikepdf.parse_content_stream(page):
        name = str(operator)
        if name == "BDC":
            mark = operands[1].get("/MCID") if isinstance(operands[1], pikepdf.Dictionary) else None
            marks.append(mark if mark is None else int(mark))
        elif name == "BMC":
            marks.append(None)
        elif name == "EMC":
            marks.pop()
        elif name == "Tf":
            font = fonts[str(operands[0])]
        elif name in ("Tj", "TJ"):
            current = next((mark for mark in reversed(marks) if mark is not None), None)
            strings = operands[0] if name == "TJ" else [operands[0]]
            said = "".join(_decoded(bytes(part), font) for part in strings if isinstance(part, pikepdf.String))
            if current is not None:
                texts[current] = texts.get(current, "") + said
    return texts


def _table(font: pikepdf.Object) -> dict[int, str]:
    return {
        int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be")
        for code, text in _MAPPED.findall(font.ToUnicode.read_bytes())
    }


def _decoded(said: bytes, font: dict[int, str]) -> str:
    return "".join(font.get(int.from_bytes(said[at : at + 2], "big"), "") for at in range(0, len(said), 2))
