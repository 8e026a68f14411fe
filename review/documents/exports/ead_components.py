"""Rows as the components of a finding aid, the same for EAD3 and EAD 2002 but for the dialect's few words.

What EAD has an element for stands there, for every system; what it has none for stands in an <odd> that names the field.
A reader of ours takes the fields back exactly: whatever is in doubt about an element (is "1937" the span, or only its
text?) is said in an odd beside it. The other side of this is review/readers/ead_own.py.

Memory holds the open components and no tree: a component is written as its row comes and closed when its parts are.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager, ExitStack
from typing import NamedTuple

from lxml import etree

from policies.catalogue_rows import CatalogueRow
from review.documents.exports.archival_order import placed

PREFIX = "qifeng:"

# The fields that EAD has an element for; level and parent are the component itself.
_AT_HOME = {
    "row", "parent_row", "parent_code", "level", "title", "reference_code", "responsible_body", "date_text", "extent",
    "location", "access_condition", "scope",
}  # fmt: skip
_ODD = tuple((place, field) for place, field in enumerate(CatalogueRow._fields) if field not in _AT_HOME)
_LAST_YEAR = "3000"  # @normal of EAD 2002 takes years up to 2999

Element = AbstractContextManager[object]


class Dialect(NamedTuple):
    """Where EAD3 and EAD 2002 differ: the namespace, the attribute that marks an odd, the elements inside a name."""

    namespace: str
    mark: str
    parts: tuple[str, ...]


class Writing:
    """A finding aid being written to a file, element by element."""

    def __init__(self, xml: etree._IncrementalFileWriter, dialect: Dialect) -> None:
        self._xml = xml
        self.dialect = dialect

    def inside(self, name: str, **attributes: str) -> Element:
        """An element that is open for the length of a `with`; the root's namespace holds for all."""
        return self._xml.element(name, attributes)

    def text(self, name: str, text: str, **attributes: str) -> None:
        """An element of nothing but a text, on a line of its own."""
        with self._xml.element(name, attributes):
            if text:
                self._xml.write(text)
        self._xml.write("\n")

    def named(self, *names: str, text: str) -> None:
        """A name in elements within one another (origination, name), and in those that this dialect wants inside."""
        with ExitStack() as inwards:
            for name in (*names, *self.dialect.parts):
                inwards.enter_context(self._xml.element(name))
            self._xml.write(text)
        self._xml.write("\n")

    def lines(self, name: str, text: str, **attributes: str) -> None:
        """An element of paragraphs, one for each line of the text."""
        with self._xml.element(name, attributes):
            for line in text.split("\n"):
                with self._xml.element("p"):
                    if line:
                        self._xml.write(line)
        self._xml.write("\n")

    def components(self, rows: Iterable[CatalogueRow]) -> None:
        """A nested <c> for every row. Raises ValueError as `placed` does."""
        above: list[Element] = []
        try:
            for row, depth in placed(rows):
                self._close_to(above, depth)
                component = self.inside("c", level=row.level)
                component.__enter__()
                above.append(component)
                self._component(row, is_top=not depth)
        finally:
            self._close_to(above, 0)  # also where a row is refused: lxml insists on it

    def _close_to(self, above: list[Element], depth: int) -> None:
        while len(above) > depth:
            above.pop().__exit__(None, None, None)
            self._xml.write("\n")

    def _component(self, row: CatalogueRow, *, is_top: bool) -> None:
        with self.inside("did"):
            self._did(row)
        self._xml.write("\n")
        self._described(row, is_top=is_top)

    def _did(self, row: CatalogueRow) -> None:
        self.text("unitid", row.reference_code)
        self.text("unittitle", row.title)
        if row.responsible_body:
            self.named("origination", "name", text=row.responsible_body)
        if row.date_text or row.earliest:
            self.text("unitdate", row.date_text, **_normal(row))
        if row.extent:
            self.text("physdesc", row.extent)
        if row.location:
            self.text("physloc", row.location)

    def _described(self, row: CatalogueRow, *, is_top: bool) -> None:
        if row.access_condition:
            self.lines("accessrestrict", row.access_condition)
        if row.scope:
            self.lines("scopecontent", row.scope)
        odds = [(field, str(row[place])) for place, field in _ODD if row[place] not in ("", None)]
        if is_top and row.parent_code:  # the unit above is in another file
            odds.append(("parent_code", row.parent_code))
        # One odd at least, though empty: by it the component is known as ours.
        for field, text in odds or [("notes", "")]:
            self.lines("odd", text, **{self.dialect.mark: PREFIX + field})


def _normal(row: CatalogueRow) -> dict[str, str]:
    said = {"certainty": row.date_certainty} if row.date_certainty else {}
    if row.earliest and row.latest and row.latest < _LAST_YEAR:
        said["normal"] = f"{row.earliest}/{row.latest}"
    return said
