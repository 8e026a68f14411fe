"""Pages that WeasyPrint set, taken over into a file of ours with their tags."""

from __future__ import annotations

import io
from collections.abc import Iterator
from decimal import Decimal
from types import TracebackType
from typing import Any, Self

import pikepdf

from review.documents.pdf_file import PdfFile


class Graft:
    """A PDF of WeasyPrint's while its pages are taken over one by one into `out`."""

    def __init__(self, pdf: bytes, out: PdfFile) -> None:
        self.pdf = pikepdf.open(io.BytesIO(pdf))
        self.out = out
        self._numbers: dict[tuple[int, int], int] = {}
        self._waiting: list[tuple[int, Any]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.pdf.close()

    @property
    def pages(self) -> int:
        return len(self.pdf.pages)

    def bookmarks(self) -> Iterator[tuple[str, int, float]]:
        """Each heading of level 1 with its page, counted from 0, and its height there."""
        places = {page.objgen: number for number, page in enumerate(self.pdf.pages)}
        with self.pdf.open_outline() as outline:
            for item in outline.root:
                yield item.title, places[item.destination[0].objgen], float(item.destination[3])

    def stands_for(self, theirs: Any, ours: int) -> None:
        """Where their file names `theirs`, ours names the object `ours`."""
        self._numbers[theirs.objgen] = ours

    def page(self, number: int, ours: int) -> Any:
        """Their page `number`, which is our object `ours`; the caller writes it."""
        page = self.pdf.pages[number].obj
        self.stands_for(page, ours)
        return page

    def tags(self, number: int) -> list[Any]:
        """The structure elements of their page `number`, by the order of its marked content."""
        nums = self.pdf.Root.StructTreeRoot.ParentTree.Nums
        key = int(self.pdf.pages[number].obj.StructParents)
        return next((list(nums[at + 1]) for at in range(0, len(nums), 2) if int(nums[at]) == key), [])

    def chapters(self) -> list[Any]:
        """The structure elements directly under their document."""
        return list(self.pdf.Root.StructTreeRoot.K[0].K)

    def said(self, thing: Any) -> str:
        """Their object as PDF syntax; what it names is taken over too."""
        if isinstance(thing, pikepdf.Object) and thing.is_indirect:
            return f"{self.number(thing)} 0 R"
        return self._spelled(thing)

    def number(self, thing: Any) -> int:
        """Our number of their object."""
        if thing.objgen not in self._numbers:
            self._numbers[thing.objgen] = self.out.reserve()
            self._waiting.append((self._numbers[thing.objgen], thing))
        return self._numbers[thing.objgen]

    def entries(self, thing: Any, leave: tuple[str, ...] = ()) -> str:
        """The entries of their dictionary but those to `leave`."""
        return "".join(f"{key} {self.said(value)}" for key, value in sorted(thing.items()) if key not in leave)

    def finish(self) -> None:
        """Writes all that was named."""
        while self._waiting:
            number, thing = self._waiting.pop()
            if isinstance(thing, pikepdf.Stream):
                self.out.raw_stream(number, self.entries(thing, leave=("/Length",)), thing.read_raw_bytes())
            else:
                self.out.put(number, self._spelled(thing))

    def _spelled(self, thing: Any) -> str:
        if isinstance(thing, pikepdf.Dictionary):
            return f"<<{self.entries(thing)}>>"
        if isinstance(thing, pikepdf.Array):
            return "[" + " ".join(self.said(one) for one in thing) + "]"
        if isinstance(thing, pikepdf.Name):
            return thing.unparse().decode("ascii")
        if isinstance(thing, (pikepdf.String, bytes)):
            return f"<{bytes(thing).hex()}>"
        if isinstance(thing, bool) or thing is None:
            return {True: "true", False: "false", None: "null"}[thing]
        return f"{thing:f}" if isinstance(thing, Decimal) else str(thing)
