"""A YAML file of a ruleset as its words, each with the line it stands on: any bytes are read or refused."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import yaml

from policies.sentences import Refusal, Sentence

_DEEPEST = 12  # lists and mappings inside one another; a rule has five


class _Loader(getattr(yaml, "CBaseLoader", yaml.BaseLoader)):  # type: ignore[misc]
    """YAML in which every scalar is text (no: and 2026-11-21 stay words) and a key stands once."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="a key must be a word", problem_mark=key.start_mark)
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"the key {key.value!r} stands twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return dict(super().construct_mapping(node, deep=deep))


class Document:
    """What a YAML file says: `data`, of dicts, lists and words. Raises Refusal with file and line."""

    def __init__(self, name: str, content: bytes) -> None:
        self.name = name
        text = text_of(name, content)
        try:
            self._check_shape(text)
            loader = _Loader(text)
            try:
                self._node: yaml.Node | None = loader.get_single_node()
                self.data: object = None if self._node is None else loader.construct_document(self._node)
            finally:
                loader.dispose()
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
            reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be parsed"
            raise refused(
                name, _line(mark), f"不是有效的 YAML：{reason}", f"it is no valid YAML: {reason}"
            ) from error

    def _check_shape(self, text: str) -> None:
        """That nothing refers to another part (which can be made to grow without end), and nothing nests deep."""
        depth = 0
        for event in yaml.parse(text, Loader=_Loader):
            if isinstance(event, yaml.AliasEvent):
                raise refused(
                    self.name,
                    _line(event.start_mark),
                    "不得使用 YAML 别名（*）",
                    "YAML aliases (*) are not allowed",
                )
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST:
                raise refused(self.name, _line(event.start_mark), "嵌套过深", "it nests too deep")

    def line_of(self, path: Iterable[str | int]) -> int:
        """The line, from 1, on which the part at this path begins; steps that lead nowhere are passed over."""
        node = self._node
        line = 1 if node is None else _line(node.start_mark)
        for step in path:
            if isinstance(node, yaml.MappingNode):
                found = next(((key, value) for key, value in node.value if key.value == step), None)
                if found is not None:
                    line, node = _line(found[0].start_mark), found[1]
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
                line = _line(node.start_mark)
        return line


def _line(mark: Any) -> int:
    return 1 if mark is None else int(mark.line) + 1


def refused(name: str, line: int, zh: str, en: str) -> Refusal:
    """The refusal of a file of a ruleset."""
    return Refusal(Sentence(f"规则集文件 {name} 第 {line} 行：{zh}。", f"Ruleset file {name}, line {line}: {en}."))


def text_of(name: str, content: bytes) -> str:
    """The text of a file in UTF-8; a mark of its byte order is refused as well, since the sums and the lines count on it."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        raise refused(
            name,
            1,
            "开头有字节顺序标记；请存为不带标记的 UTF-8",
            "it begins with a byte order mark; save it as UTF-8 without one",
        )
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise refused(name, line, "不是 UTF-8 编码；请存为 UTF-8", "it is not in UTF-8; save it as UTF-8") from error
