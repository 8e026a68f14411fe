"""The structure tree of a file: chapters, series, and every entry as an element of its own, in reading order.

Elements are written as they come; only those that are still open are in memory. Source: ISO 32000-1, 14.7 and 14.8.
"""

from __future__ import annotations

from collections.abc import Mapping

from review.documents.pdf_file import PdfFile, references

_UNDER_HEADS = {"f": "chapter", "s": "series"}


class _Element:
    """An element that may still get kids."""

    def __init__(self, number: int, tag: str, parent: int, page: int | None = None) -> None:
        self.number = number
        self.tag = tag
        self.parent = parent
        self.page = page
        self.kids: list[str] = []

    def write(self, out: PdfFile) -> None:
        page = f"/Pg {self.page} 0 R" if self.page else ""
        kids = self.kids[0] if len(self.kids) == 1 else f"[{' '.join(self.kids)}]"
        out.put(self.number, f"<</Type/StructElem/S/{self.tag}/P {self.parent} 0 R{page}/K {kids}>>")


class Tags:
    """The structure tree of `out` while its pages are added in reading order."""

    def __init__(self, out: PdfFile) -> None:
        self.out = out
        self.root = out.reserve()
        self.document = out.reserve()
        self._kids: list[int] = []
        self._nums: list[str] = []
        self._open: dict[str, _Element] = {}
        self._last: _Element | None = None
        self._pending: list[_Element] = []
        self._of_annotations: dict[int, int] = {}

    def key(self, value: str) -> int:
        """A new key of the parent tree, with what it leads to."""
        self._nums.append(value)
        return len(self._nums) - 1

    def taken_over(self, element: int) -> None:
        """An element that is written elsewhere is the next one of the document."""
        self.close()
        self._kids.append(element)

    def page(self, page: int, marks: str, annotations: Mapping[int, int] | None = None) -> int:
        """Adds the pieces of one page by their marks (catalogue_parts, catalogue_lists); its key in the parent tree.

        `annotations`: by the number of its piece, the object of the annotation that belongs to it.
        """
        elements = []
        self._close("group")
        for place, mark in enumerate(marks):
            if mark == "c" and self._last:
                self._last.kids.append(f"<</Type/MCR/Pg {page} 0 R/MCID {place}>>")
            else:
                self._begin(mark, page)
                assert self._last
                self._last.kids.append(str(place))
            assert self._last
            elements.append(self._last.number)
            if annotations and place in annotations:
                self._of_annotations[annotations[place]] = self._last.number
                self._last.kids.append(f"<</Type/OBJR/Obj {annotations[place]} 0 R/Pg {page} 0 R>>")
        return self.key(f"{self.out.add(references(elements))} 0 R")

    def element_of(self, annotation: int) -> int:
        """The element that an annotation was added to."""
        return self._of_annotations.pop(annotation)

    def form(self, page: int, annotation: int) -> int:
        """The element of a field without anything to be seen; its key in the parent tree."""
        self.close()
        number = self.out.add(
            f"<</Type/StructElem/S/Form/P {self.document} 0 R/Pg {page} 0 R"
            f"/K<</Type/OBJR/Obj {annotation} 0 R/Pg {page} 0 R>>>>"
        )
        self._kids.append(number)
        return self.key(f"{number} 0 R")

    def finish(self) -> None:
        """Writes the root with all that is open."""
        self.close()
        nums = " ".join([f"{key} {value}" for key, value in enumerate(self._nums)])
        tree = self.out.add(f"<</Nums[{nums}]>>")
        self.out.put(
            self.document,
            f"<</Type/StructElem/S/Document/P {self.root} 0 R/K{references(self._kids)}>>",
        )
        self.out.put(
            self.root,
            f"<</Type/StructTreeRoot/K[{self.document} 0 R]/ParentTree {tree} 0 R/ParentTreeNextKey {len(self._nums)}>>",
        )

    def close(self) -> None:
        """What comes next is no part of what came before."""
        self._flush()
        self._close("chapter")

    def _begin(self, mark: str, page: int) -> None:
        self._flush()
        if mark == "F":
            self._close("chapter")
            self._leaf("H1", self._opened("chapter", "Sect"), page)
        elif mark == "S":
            self._close("series")
            self._leaf("H2", self._opened("series", "Sect"), page)
        elif mark in _UNDER_HEADS:
            self._leaf("P", self._open[_UNDER_HEADS[mark]], page)
        elif mark == "T":
            self._close("group")
            contents = self._open.get("contents") or self._opened("contents", "TOC")
            line = self._written_under("TOCI", contents)
            self._leaf("Link", self._written_under("Reference", line), page)
        else:
            self._leaf("P", self._open.get("group") or self._opened("group", "Div"), page)

    def _opened(self, level: str, tag: str) -> _Element:
        """A new open element under the innermost open one."""
        above = [self._open[name] for name in ("chapter", "series") if name in self._open and name != level]
        element = _Element(self.out.reserve(), tag, above[-1].number if above else self.document)
        if above:
            above[-1].kids.append(f"{element.number} 0 R")
        else:
            self._kids.append(element.number)
        self._open[level] = element
        return element

    def _written_under(self, tag: str, parent: _Element) -> _Element:
        """An element that is complete with the one kid it is going to get."""
        element = _Element(self.out.reserve(), tag, parent.number)
        parent.kids.append(f"{element.number} 0 R")
        self._pending.append(element)
        return element

    def _leaf(self, tag: str, parent: _Element, page: int) -> None:
        self._last = _Element(self.out.reserve(), tag, parent.number, page)
        parent.kids.append(f"{self._last.number} 0 R")

    def _flush(self) -> None:
        if self._last:
            self._last.write(self.out)
            self._last = None
        for element in self._pending:
            element.write(self.out)
        self._pending.clear()

    def _close(self, level: str) -> None:
        """Writes the open element of a level and all inside it."""
        inside = {"chapter": ("group", "contents", "series", "chapter"), "series": ("group", "contents", "series")}
        for name in inside.get(level, (level,)):
            if element := self._open.pop(name, None):
                element.write(self.out)
