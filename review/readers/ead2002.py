"""EAD 2002 finding aids, with the namespace or without; the DTD is never loaded, no entity is ever resolved.

Which components are entries: those without components of their own, and every one of level file or item. A file that
has items is thus an entry beside its items, as 案卷 and 件 both have a line in a Chinese catalogue; a series (or a
component of no stated level) that has components is only their context.

What is in doubt makes an entry later or more restricted, never earlier or freer:
a date that cannot be read leaves the span empty (never due); a file ends no earlier than its latest item;
restrictions of all ancestors are kept beside the component's own, and a file keeps those of its items. One thing overrules
what stands above: a component's own statement that it is open ("[Vetted, open]"), since the more specific description
rules (ISAD(G) 2.4); what it overrules is kept in the notes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from io import BytesIO

from lxml import etree

from policies.dates import DateSpan
from policies.sentences import Refusal, Sentence
from review.readers.catalogue_rows import (
    LONGEST,
    MAX_ROWS,
    CatalogueRow,
    Gathering,
    same_code,
)
from review.readers.ead_elements import Dated, component_parts, dated, is_component, name_of, text_of

NAMESPACE = "urn:isbn:1-931666-22-9"
MAX_ELEMENTS = 4_000_000

MAX_CONDITIONS = 200

_SERIES_LIKE = ("class", "collection", "fonds", "recordgrp", "series", "subfonds", "subgrp", "subseries")
_LEVELS = {"item": "item", "file": "file", **dict.fromkeys(_SERIES_LIKE, "series")}
_CONTENT = ("scopecontent", "abstract", "note", "odd", "processinfo", "bioghist")  # kept in the notes, to be screened
_PUBLISHED = ("unittitle", "unitdate", "origination", "physdesc")


def read_ead(data: bytes, today: date | None) -> Gathering:
    """Rows and complaints of a finding aid, in document order; `row` is the ordinal of the component in the file.

    Raises Refusal for what is no XML, no EAD 2002, declares or uses entities, has no components, or too many.
    """
    archdesc = _parsed(data).find("{*}archdesc")
    entries = _Entries()
    if archdesc is not None:
        entries.gather(archdesc, replace(_described(archdesc, _Context()), titles=()))
    if not entries.found:
        raise Refusal(_NO_COMPONENTS)
    codes = Counter(same_code(entry.code) for entry in entries.found if entry.code)
    gathering = Gathering(today)
    for entry in entries.found:
        row = entry.row(repeated=codes[same_code(entry.code)] > 1)
        complained = len(gathering.complaints)
        gathering.take(row, [], lambda name: _ELEMENTS.get(name, name))
        for place in range(complained, len(gathering.complaints)):
            complaint = gathering.complaints[place]
            gathering.complaints[place] = replace(complaint, sentence=_at(complaint.sentence, entry))
    return gathering


def _parsed(data: bytes) -> etree._Element:
    parser = etree.iterparse(
        BytesIO(data), events=("start",), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    components = 0
    try:
        for count, (_, element) in enumerate(parser):
            components += is_component(element)
            if count > MAX_ELEMENTS or components > MAX_ROWS:
                raise Refusal(_TOO_MANY.filled(components=MAX_ROWS, elements=MAX_ELEMENTS))
    except etree.XMLSyntaxError as error:
        raise Refusal(_NOT_XML.filled(line=error.lineno, error=error.msg)) from None
    root = parser.root
    _refuse_entities(root)
    name = etree.QName(root)
    if name.localname != "ead" or name.namespace not in (None, NAMESPACE):
        raise Refusal(_NOT_EAD.filled(name=root.tag[:100]))
    return root


def _refuse_entities(root: etree._Element) -> None:
    """A reference in the text stands in the tree unresolved; one in an attribute needs an internal declaration."""
    subset = root.getroottree().docinfo.internalDTD
    declared = [entity.name for entity in subset.iterentities() if entity.content] if subset is not None else []
    used = next(root.iter(etree.Entity), None)
    if declared or used is not None:
        raise Refusal(_ENTITIES.filled(name=declared[0] if declared else used.name))


# A whole statement that says nothing but that the component is open.
_SAYS_OPEN = re.compile(
    r"\W*(?:vetted\W+|reviewed\W+)?open(?: for (?:research|use))?\W*|\W*(?:已审核\W*)?开放\W*", re.I
)


@dataclass(frozen=True)
class _Context:
    """What the parts of a component have from it and from those above it."""

    titles: tuple[str, ...] = ()  # of the two nearest
    dates: Dated | None = None
    origination: str = ""
    conditions: tuple[str, ...] = ()
    overruled: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    internal: bool = False


@dataclass
class _Within:
    """What the components inside a component come to: their latest day, their restrictions."""

    latest: date | None = None
    conditions: dict[str, None] = field(default_factory=dict)

    def add(self, described: _Context, inner: _Within) -> None:
        days = (
            self.latest,
            inner.latest,
            described.dates.span.latest if described.dates and described.dates.span else None,
        )
        self.latest = max((day for day in days if day), default=None)
        self.conditions |= dict.fromkeys(described.conditions) | inner.conditions


@dataclass
class _Entry:
    """A component that becomes a row. Texts from above are joined to it only in `row`: here they are shared."""

    ordinal: int
    element: etree._Element
    above: _Context
    described: _Context
    within: _Within

    @property
    def code(self) -> str:
        return _codes(self.element.find("{*}did"))[0]

    def row(self, *, repeated: bool) -> CatalogueRow:
        """The entry as a row. A unitid that repeats within the file identifies nothing and moves to the notes."""
        did = self.element.find("{*}did")
        code, other_codes = _codes(did)
        if repeated:
            code, other_codes = "", [code, *other_codes]
        notes = [f"unitid: {other}" for other in other_codes]
        if did is not None:
            notes += [f"container: {e.get('type', '')} {text_of(e)}".strip() for e in did.iterfind("{*}container")]
        for name in _CONTENT:
            notes += [f"{name}: {text}" for part in (did, self.element) for text in _texts(part, name)]
        notes += [f"part of: {title}" for title in self.above.files]
        notes += [f"accessrestrict above: {text}" for text in self.described.overruled]
        span, date_text = self._dated(notes)
        texts = {
            "reference_code": code,
            "series_title": " / ".join(filter(None, self.above.titles)),
            "responsible_body": self.described.origination,
            "date_text": date_text,
            "extent": "; ".join(_texts(did, "physdesc")),
        }
        for name, text in texts.items():
            if len(text) > LONGEST[name]:
                notes.append(f"{_ELEMENTS[name]}: {text}")
                texts[name] = "" if name == "reference_code" else text[: LONGEST[name] - 1] + "…"
        return CatalogueRow(
            row=self.ordinal, level=_LEVELS.get(self.element.get("level", ""), "file"),
            title=self.described.titles[-1], span=span, access_condition=self._access_condition(),
            notes="\n".join(notes), **texts,
        )  # fmt: skip

    def _access_condition(self) -> str:
        own = self.described.conditions
        within = [f"within: {text}" for text in self.within.conditions if text not in own]
        return " | ".join((*own, *within, *(["audience=internal"] if self.described.internal else [])))

    def _dated(self, notes: list[str]) -> tuple[DateSpan | None, str]:
        dates, latest = self.described.dates, self.within.latest
        if dates is None:
            return None, ""
        if dates is self.above.dates:
            notes.append(f"date inherited: {dates.text}")
        notes += [f"date not read: {text}" for text in dates.unread]
        if dates.span is None or latest is None or latest <= dates.span.latest:
            return dates.span, dates.text
        notes.append(f"date of a component: {latest.isoformat()}")
        return replace(dates.span, latest=latest), dates.text


class _Entries:
    """The entries below one archdesc, in document order."""

    def __init__(self) -> None:
        self.found: list[_Entry] = []
        self._components = 0

    def gather(self, parent: etree._Element, above: _Context) -> _Within:
        """Adds the entries among the components of `parent`; the parser has bounded the depth (256)."""
        within = _Within()
        for component in component_parts(parent):
            self._components += 1
            described = _described(component, above)
            place, ordinal = len(self.found), self._components
            inner = self.gather(component, _for_parts(component, described, above))
            if component.get("level") in ("file", "item") or ordinal == self._components:
                self.found.insert(place, _Entry(ordinal, component, above, described, inner))
            within.add(described, inner)
        return within


def _for_parts(component: etree._Element, described: _Context, above: _Context) -> _Context:
    """What the parts of a component have from it. A file is an entry of its own and may stay closed: its title is no
    heading for its items, or it would be published with the first of them that opens; it stands in their notes."""
    if component.get("level") not in ("file", "item"):
        return described
    return replace(described, titles=above.titles, files=(*above.files, described.titles[-1]))


def _described(component: etree._Element, above: _Context) -> _Context:
    did = component.find("{*}did")
    dates = dated(did)
    title = "; ".join(_texts(did, "unittitle")) or (dates.text if dates else "")
    conditions, overruled = above.conditions, above.overruled
    own = tuple(_conditions(component))
    if own and all(_SAYS_OPEN.fullmatch(text) for text in own):
        conditions, overruled = own, above.conditions
    elif own:
        conditions = tuple(dict.fromkeys(own + conditions))
        if len(conditions) > MAX_CONDITIONS:
            raise Refusal(_TOO_MANY_CONDITIONS.filled(line=component.sourceline, most=MAX_CONDITIONS))
    return _Context(
        titles=(*above.titles[-1:], title),
        dates=dates or above.dates,
        origination="; ".join(_texts(did, "origination")) or above.origination,
        conditions=conditions,
        overruled=overruled,
        files=above.files,
        internal=above.internal or _is_internal(component, did),
    )


def _is_internal(component: etree._Element, did: etree._Element | None) -> bool:
    """Whether the component, the list it stands in, or any text of it that would be published is marked internal."""
    marked = [component, component.getparent()]
    if did is not None:
        marked.append(did)
        marked += [inner for name in _PUBLISHED for shown in did.iterfind(f"{{*}}{name}") for inner in shown.iter()]
    return any(element.get("audience") == "internal" for element in marked)


def _conditions(component: etree._Element) -> Iterator[str]:
    """The component's own accessrestrict texts, grouped ones (descgrp) too; those of its components are theirs."""
    for part in component:
        if is_component(part) or name_of(part) == "dsc":
            continue
        for element in part.iter("{*}accessrestrict"):
            if name_of(element.getparent()) != "accessrestrict" and (text := text_of(element, without_head=True)):
                yield text


def _codes(did: etree._Element | None) -> tuple[str, list[str]]:
    """The unitid that serves as the reference code, and the others; an address inside some system is neither."""
    found = [] if did is None else [e for e in did.iterfind("{*}unitid") if not e.get("type", "").endswith("_uri")]
    usable = [e for e in found if e.get("audience") != "internal"]
    usable.sort(key=lambda e: (e.get("type") is not None, e.get("label") not in (None, "ehri_main_identifier")))
    code = text_of(usable[0]) if usable else ""
    return code, [text for e in found if (text := text_of(e)) and text != code]


def _texts(parent: etree._Element | None, name: str) -> list[str]:
    if parent is None:
        return []
    return [text for element in parent.iterfind(f"{{*}}{name}") if (text := text_of(element, without_head=True))]


def _at(sentence: Sentence, entry: _Entry) -> Sentence:
    line = entry.element.sourceline
    return Sentence(
        f"第 {entry.ordinal} 个著录单元（XML 第 {line} 行）：{sentence.zh}",
        f"Component {entry.ordinal} (line {line} of the XML): {sentence.en}",
    )


_ELEMENTS = {
    "reference_code": "unitid",
    "title": "unittitle",
    "series_title": "series",
    "responsible_body": "origination",
    "date_text": "unitdate",
    "extent": "physdesc",
}
_NOT_XML = Sentence(
    "不是格式正确的 XML（第 {line} 行：{error}）。请由原系统重新导出。",
    "Not well-formed XML (line {line}: {error}). Export it again from its system.",
)
_NOT_EAD = Sentence(
    "根元素是“{name}”，不是 EAD 2002 的“ead”。请导出为 EAD 2002（EAD3 暂不支持）。",
    "The root element is “{name}”, not “ead” of EAD 2002. Export it as EAD 2002 (EAD3 is not read yet).",
)
_ENTITIES = Sentence(
    "文件声明或引用了 XML 实体“{name}”。为防止外部文件泄露和内存耗尽，实体一律不予展开。请导出为不含实体的 EAD。",
    "The file declares or uses the XML entity “{name}”. Entities are never expanded, since they can draw in other "
    "files or exhaust the memory. Export EAD without entities.",
)
_NO_COMPONENTS = Sentence(
    "文件中没有著录单元（c、c01 至 c12），没有可导入的目录条目。",
    "The file has no components (c, c01 to c12), so there are no entries to import.",
)
_TOO_MANY = Sentence(
    "著录单元超过 {components} 个，或元素超过 {elements} 个。请分成几个文件导入。",
    "There are more than {components} components or {elements} elements. Split the file and import the parts.",
)
_TOO_MANY_CONDITIONS = Sentence(
    "XML 第 {line} 行的著录单元连同上级的利用限制超过 {most} 条，疑为文件有误。请核对。",
    "The component at line {line} has, with those above it, more than {most} restrictions. Check the file.",
)
