"""EAD 2002 (with its namespace or without) and EAD3 as a stream of rows: every component (c, c01 to c12) is one.

A component is read when it ends and then let go, so memory is bounded by depth, not by size; hence rows come in the
order in which components end, parts before the unit they are in. `row` is the ordinal in which components begin (the
order of the document), `parent_row` that of the component around it. What each element becomes is said in ead_rows.py,
how our own exports are recognised in ead_own.py. Rows state nothing that they have from above: the finding aid's own
description is `Stream.above`, for the later pass that knows what is inherited (policies/inheritance.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from lxml import etree

from policies.catalogue_rows import CatalogueRow, Complaint, Severity, shown_value
from policies.sentences import Refusal, Sentence
from review.readers.ead_elements import is_component, name_of, text_of
from review.readers.ead_own import field_of
from review.readers.ead_rows import Fault, column_of, row_of
from review.readers.ead_source import Components, format_of, refuse_used_entities
from review.readers.row_checks import faults_of
from review.readers.streams import CHUNK_ROWS, MAX_ROWS, Chunk, Peek, Stream

MAX_BETWEEN = 1_000  # statements of a component that stand between its own components; EAD has none


def open_ead(path: Path, *, today: date | None, skip: int = 0) -> Stream:
    """The rows of a finding aid, chunk by chunk, from after the first `skip` records on.

    With `today`, a date after it is complained of. Raises Refusal, here or while it is iterated, for what is no XML
    and no EAD, uses entities, has no components, or too many.
    """
    form = format_of(path)
    return _EadStream(_Reading(path, today.isoformat() if today else None, skip), form)


def peek_ead(path: Path) -> Peek:
    """Format and title of a finding aid, from its beginning."""
    form = format_of(path)
    title = ""
    for event, element in Components(path, extra=("unittitle", "dsc")):
        if event == "end" and name_of(element) == "unittitle":
            title = text_of(element)
        if title or name_of(element) == "dsc" or is_component(element):
            break
    return Peek(format=form, profile=form, title=title)


class _EadStream(Stream):
    codes_identify = False

    def __init__(self, reading: _Reading, form: str) -> None:
        super().__init__(reading.chunks(), format=form, profile=form, warnings=reading.warnings)
        self._reading = reading

    @property
    def above(self) -> CatalogueRow | None:  # type: ignore[override]
        return self._reading.above


@dataclass(slots=True)
class _Open:
    """A component that has begun and not ended."""

    ordinal: int
    parent: int | None
    last_part: etree._Element | None = None
    between: int = 0


class _Reading:
    def __init__(self, path: Path, today: str | None, skip: int) -> None:
        self.above: CatalogueRow | None = None
        self.warnings: list[Sentence] = []
        self._components = Components(path)
        self._today = today
        self._skip = skip
        self._begun = self._ended = 0
        self._open = [_Open(0, None)]  # the finding aid itself, at the bottom
        self._strange: Counter[str] = Counter()
        self._rows: list[CatalogueRow] = []
        self._complaints: list[Complaint] = []

    def chunks(self) -> Iterator[Chunk]:
        for event, element in self._components:
            if event == "start":
                self._begin()
                continue
            self._end(element)
            if self._ended > self._skip and (self._ended - self._skip) % CHUNK_ROWS == 0:
                yield self._chunk()
        if self._rows or self._complaints:
            yield self._chunk()
        self._finish()

    def _chunk(self) -> Chunk:
        chunk = Chunk(self._rows, self._complaints, [], self._ended, self._components.share)
        self._rows, self._complaints = [], []
        return chunk

    def _begin(self) -> None:
        self._begun += 1
        if self._begun > MAX_ROWS:
            raise Refusal(_TOO_MANY.filled(most=MAX_ROWS))
        above = self._open[-1].ordinal
        self._open.append(_Open(self._begun, above or None))

    def _end(self, component: etree._Element) -> None:
        this = self._open.pop()
        self._ended += 1
        refuse_used_entities(component)
        if self._ended > self._skip:
            self._take(component, this)
        component.clear(keep_tail=True)
        self._let_go(component, self._open[-1])

    def _let_go(self, component: etree._Element, above: _Open) -> None:
        """Takes the part before this one out of the tree; this one has to stay until the parser has left it."""
        if (last := above.last_part) is not None and (parent := last.getparent()) is not None:
            if last.getnext() is not component:
                above.between += 1
                if above.between > MAX_BETWEEN:
                    raise Refusal(_BETWEEN.filled(line=component.sourceline, most=MAX_BETWEEN))
            parent.remove(last)
        above.last_part = component

    def _take(self, component: etree._Element, this: _Open) -> None:
        has_parts = this.last_part is not None
        if has_parts and not is_component(component[-1]) and name_of(component[-1]) != "dsc":
            self._strange[_DISORDER] += 1
        row, faults = row_of(component, this.ordinal, this.parent, has_parts=has_parts, strange=self._strange)
        for field, sentence in faults_of(row, self._today):
            hidden = field == "title" and row.classification
            faults.append(Fault(column_of(field), "" if hidden else getattr(row, field), sentence, True))
        self._complaints += [_complaint(fault, this.ordinal, component.sourceline) for fault in faults]
        if not any(fault.is_error for fault in faults):
            self._rows.append(row)

    def _finish(self) -> None:
        root = self._components.root
        if root is None or not self._begun:
            raise Refusal(_NO_COMPONENTS)
        refuse_used_entities(root)
        archdesc = next(root.iterchildren("{*}archdesc"), None)
        if archdesc is not None:
            row, faults = row_of(archdesc, 0, None, has_parts=True, strange=self._strange)
            # Components of our own exports state everything themselves, and have nothing from the whole.
            if all(field_of(odd) is None for odd in archdesc.iterchildren("{*}odd")):
                self.above = row._replace(level="series")
            self.warnings += [_about_the_whole(fault) for fault in faults]
        if count := self._strange.pop(_DISORDER, 0):
            self.warnings.append(_OUT_OF_ORDER.filled(count=count))
        self.warnings += [_STRANGE.filled(name=name[:60], count=n) for name, n in self._strange.most_common(20)]


_DISORDER = ""  # counted among the strange elements, of which none has this name


def _complaint(fault: Fault, row: int, line: int | None) -> Complaint:
    why = fault.sentence
    sentence = Sentence(
        f"第 {row} 个著录单元（XML 第 {line} 行）：{why.zh}", f"Component {row} (line {line} of the XML): {why.en}"
    )
    severity: Severity = "error" if fault.is_error else "warning"
    return Complaint(row, fault.column, shown_value(fault.value), sentence, severity, line)


def _about_the_whole(fault: Fault) -> Sentence:
    why = fault.sentence
    return Sentence(
        f"全宗级著录（archdesc）的 {fault.column}：{why.zh}", f"{fault.column} of the whole (archdesc): {why.en}"
    )


_NO_COMPONENTS = Sentence(
    "文件中没有著录单元（c、c01 至 c12），没有可导入的目录条目。",
    "The file has no components (c, c01 to c12), so there are no entries to import.",
)
_TOO_MANY = Sentence(
    "著录单元超过 {most} 个。请分成几个文件导入。",
    "There are more than {most} components. Split the file and import the parts.",
)
_BETWEEN = Sentence(
    "XML 第 {line} 行：下级著录单元之间夹有超过 {most} 项其他内容，不符合 EAD。请核对文件。",
    "Line {line} of the XML: more than {most} statements stand between components, which is no EAD. Check the file.",
)
_OUT_OF_ORDER = Sentence(
    "有 {count} 个著录单元的说明写在其下级之后，不符合 EAD 的次序；已照常读取。",
    "In {count} components statements stand after their parts, out of the order of EAD. They were read all the same.",
)
_STRANGE = Sentence(
    "EAD 的著录单元中没有元素“{name}”，文件中有 {count} 处；其文字已记入附注。",
    "“{name}” is no element of a component in EAD; it stands there {count} times. Its text was kept in the notes.",
)
