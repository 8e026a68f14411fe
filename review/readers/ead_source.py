"""A finding aid as XML, safely and piece by piece: no entity is ever resolved, no DTD loaded, nothing fetched.

Refused are: what is no XML, what is no EAD by its root, every entity that is used or has content (a declared external
one that nothing uses is harmless), nesting deeper than 256, and a stretch of more than MAX_STRETCH bytes without any
component, since only components can be let go when they are done.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from policies.sentences import Refusal, Sentence
from review.readers.ead_elements import COMPONENTS, name_of

MAX_STRETCH = 4_000_000  # bytes; as many tiny elements take some 150 MB
_PIECE = 65_536
_FORMATS = {
    None: "ead2002",
    "urn:isbn:1-931666-22-9": "ead2002",
    "http://ead3.archivists.org/schema/": "ead3",
    "http://ead3.archivists.org/schema/undeprecated/": "ead3",
}
_COMPONENT_TAGS = tuple(f"{{*}}{name}" for name in sorted(COMPONENTS))


def format_of(path: Path) -> str:
    """ "ead2002" or "ead3", by the root element and its namespace. Raises Refusal for anything else."""
    with path.open("rb") as file:
        parser = _parser(("start",), None)
        while data := file.read(_PIECE):
            _feed(parser, data)
            for _, root in parser.read_events():
                _refuse_declared(root)
                namespace = root.tag.rpartition("}")[0][1:] or None
                if name_of(root) != "ead" or namespace not in _FORMATS:
                    raise Refusal(_NOT_EAD.filled(name=root.tag[:100]))
                return _FORMATS[namespace]
            if file.tell() > MAX_STRETCH:
                break
        _end(parser)
    raise Refusal(_NO_ROOT.filled(most=MAX_STRETCH // 1_000_000))


class Components:
    """The events of one reading: ("start" or "end", element) for each component, in the order of the document.

    `share` is how much of the file has been read, `root` the whole element once all is read. Whoever reads empties the
    components that have ended, or the tree grows with the file.
    """

    def __init__(self, path: Path, extra: tuple[str, ...] = ()) -> None:
        self._path = path
        self._tags = (*_COMPONENT_TAGS, *(f"{{*}}{name}" for name in extra))
        self.share = 0.0
        self.root: etree._Element | None = None

    def __iter__(self) -> Iterator[tuple[str, etree._Element]]:
        size = max(self._path.stat().st_size, 1)
        parser = _parser(("start", "end"), self._tags)
        done = last = 0
        with self._path.open("rb") as file:
            while data := file.read(_PIECE):
                _feed(parser, data)
                done += len(data)
                self.share = min(done / size, 1.0)
                for event in parser.read_events():
                    last = done
                    yield event
                if done - last > MAX_STRETCH:
                    raise Refusal(_STRETCH.filled(most=MAX_STRETCH // 1_000_000))
        self.root = _end(parser)
        self.share = 1.0


def refuse_used_entities(element: etree._Element) -> None:
    """Raises Refusal where an entity is used below the element: it stands in the tree unresolved."""
    used = next(element.iter(etree.Entity), None)
    if used is not None:
        raise Refusal(_ENTITIES.filled(name=used.name[:100]))


def _refuse_declared(root: etree._Element) -> None:
    """An entity with content may hide in an attribute, where the parser has resolved it."""
    subset = root.getroottree().docinfo.internalDTD
    declared = [entity.name for entity in subset.iterentities() if entity.content] if subset is not None else []
    if declared:
        raise Refusal(_ENTITIES.filled(name=declared[0][:100]))


def _parser(events: tuple[str, ...], tags: tuple[str, ...] | None) -> etree.XMLPullParser[etree._Element]:
    return etree.XMLPullParser(
        events, tag=tags, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip


def _feed(parser: etree.XMLPullParser[etree._Element], data: bytes) -> None:
    try:
        parser.feed(data)
    except etree.XMLSyntaxError as error:
        raise Refusal(_NOT_XML.filled(line=error.lineno, error=error.msg)) from None


def _end(parser: etree.XMLPullParser[etree._Element]) -> etree._Element:
    try:
        return parser.close()
    except etree.XMLSyntaxError as error:
        raise Refusal(_NOT_XML.filled(line=error.lineno, error=error.msg)) from None


_NOT_XML = Sentence(
    "不是格式正确的 XML（第 {line} 行：{error}）。请由原系统重新导出。",
    "Not well-formed XML (line {line}: {error}). Export it again from its system.",
)
_NOT_EAD = Sentence(
    "根元素是“{name}”，不是 EAD 2002 或 EAD3 的“ead”。请导出为 EAD 2002 或 EAD3。",
    "The root element is “{name}”, not “ead” of EAD 2002 or EAD3. Export it as EAD 2002 or EAD3.",
)
_NO_ROOT = Sentence(
    "文件开头 {most} MB 之内没有根元素，不是 EAD。请导出为 EAD 2002 或 EAD3。",
    "There is no root element in the first {most} MB: this is no EAD. Export it as EAD 2002 or EAD3.",
)
_ENTITIES = Sentence(
    "文件声明或引用了 XML 实体“{name}”。为防止外部文件泄露和内存耗尽，实体一律不予展开。请导出为不含实体的 EAD。",
    "The file declares or uses the XML entity “{name}”. Entities are never expanded, since they can draw in other "
    "files or exhaust the memory. Export EAD without entities.",
)
_STRETCH = Sentence(
    "文件中有超过 {most} MB 的内容不含任何著录单元（c、c01 至 c12），超出可处理的范围。请核对文件。",
    "There are more than {most} MB in one stretch without a component (c, c01 to c12). Check the file.",
)
