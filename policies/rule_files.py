"""The text of a rule's file as people edit it: a few values changed, and every other sign left as it stands.

A form knows the common values only. What it changes is written anew, key by key; comments, order and wording of the
rest stay, so that the difference of two versions shows what was meant and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

Plain = str | list["Plain"] | dict[str, "Plain"]
_BASE: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
# Bare where nothing in it means anything to YAML: no sign of its grammar, no line break, nothing it cannot print.
_UNPRINTABLE = r"\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff"
_SAFE = re.compile(rf"[^\s\-?:,\[\]{{}}#&*!|>'\"%@`=<{_UNPRINTABLE}][^:#\[\]{{}},'\"{_UNPRINTABLE}]*(?<!\s)")
_RULE_ID = re.compile(r"^id:[ \t]*[\"']?([A-Z]{2})-([0-9]{3})", re.MULTILINE)


def values_of(text: str) -> dict[str, Any] | None:
    """The values of a YAML file as plain texts, lists and mappings; None where it cannot be read as a mapping."""
    try:
        read = yaml.load(text, Loader=_BASE)  # noqa: S506, a loader of plain text
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) and all(isinstance(key, str) for key in read) else None


def with_values(text: str, values: Mapping[str, Plain | None]) -> str:
    """The text with these values in place of its own; None takes a key away, a new key comes at the end.

    A name with a dot ("looks_for.terms") is a key inside a block. Equal values change nothing, not even the wording.
    `text` must be readable (`values_of`).
    """
    for name, value in values.items():
        outer, _, inner = name.partition(".")
        text = _set_inside(text, outer, inner, value) if inner else _set(text, outer, value)
    return text


def _set(text: str, key: str, value: Plain | None) -> str:
    held = values_of(text) or {}
    if held.get(key) == value:
        return text
    lines = text.splitlines(keepends=True)
    written = [] if value is None else _written(key, value, 0)
    place = _places(text, lines).get(key)
    if place is None:
        if lines and not lines[-1].endswith("\n"):
            lines[-1] += "\n"
        return "".join([*lines, *written])
    return "".join([*lines[: place[0]], *written, *lines[place[1] :]])


def _set_inside(text: str, outer: str, inner: str, value: Plain | None) -> str:
    held = (values_of(text) or {}).get(outer)
    block = dict(held) if isinstance(held, dict) else {}
    if block.get(inner) == value:
        return text
    lines = text.splitlines(keepends=True)
    node = yaml.compose(text, Loader=_BASE)
    for key, inside in node.value if isinstance(node, yaml.MappingNode) else ():
        if key.value == outer and isinstance(inside, yaml.MappingNode) and not inside.flow_style and inside.value:
            last = _places(text, lines)[outer][1]
            indent = inside.start_mark.column
            starts = [part.start_mark.line for part, _ in inside.value] + [last]
            written = [] if value is None else _written(inner, value, indent)
            for number, (part, _) in enumerate(inside.value):
                if part.value == inner:
                    return "".join([*lines[: starts[number]], *written, *lines[starts[number + 1] :]])
            return "".join([*lines[:last], *written, *lines[last:]])
    if value is None:
        block.pop(inner, None)
    else:
        block[inner] = value
    return _set(text, outer, block)


def _places(text: str, lines: list[str]) -> dict[str, tuple[int, int]]:
    """The lines (from, up to) of each key of the outermost mapping."""
    node = yaml.compose(text, Loader=_BASE)
    if not isinstance(node, yaml.MappingNode):
        return {}
    starts = [key.start_mark.line for key, _ in node.value] + [len(lines)]
    return {key.value: (starts[n], starts[n + 1]) for n, (key, _) in enumerate(node.value)}


def _written(key: str, value: Plain, indent: int) -> list[str]:
    """A key and its value as lines: short lists and mappings of texts in one line, others a line each."""
    blank = " " * indent
    if isinstance(value, str):
        return [f"{blank}{key}: {_scalar(value)}\n"]
    if isinstance(value, dict):
        flat = all(isinstance(part, str) for part in value.values())
        line = f"{blank}{key}: {{{', '.join(f'{name}: {_scalar(str(part))}' for name, part in value.items())}}}\n"
        if flat and len(line) <= 100:
            return [line]
        return [f"{blank}{key}:\n"] + [
            line for name, part in value.items() for line in _written(name, part, indent + 2)
        ]
    if value and (key in ("must_match", "must_not_match") or not all(isinstance(part, str) for part in value)):
        return [f"{blank}{key}:\n", *(line for part in value for line in _item(part, indent))]
    return [f"{blank}{key}: [{', '.join(_scalar(str(part)) for part in value)}]\n"]


def _item(value: Plain, indent: int) -> list[str]:
    blank = " " * indent
    if isinstance(value, str):
        return [f"{blank}- {_scalar(value)}\n"]
    if isinstance(value, dict) and all(isinstance(part, str) for part in value.values()):
        return [f"{blank}- {{{', '.join(f'{name}: {_scalar(str(part))}' for name, part in value.items())}}}\n"]
    dumped = yaml.safe_dump([value], allow_unicode=True, sort_keys=False, width=10_000)
    return [f"{blank}{line}\n" for line in dumped.splitlines()]


def _scalar(text: str) -> str:
    """A text as YAML writes it: bare where it cannot be taken for anything else, else in double quotes."""
    if _SAFE.fullmatch(text):
        return text
    dumped = yaml.safe_dump(text, default_style='"', allow_unicode=True, width=1_000_000)
    return dumped.strip()


def one_a_line(words: Iterable[str]) -> str:
    """Words for a text field, one a line."""
    return "\n".join(words)


def lines_of(text: str) -> list[str]:
    """The words of a text field, one a line: trimmed, empty lines and repetitions left out."""
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def next_free_id(wanted: str, taken: Iterable[str]) -> str:
    """The first id after `wanted` ("CN-211") that no rule has, in its hundred where there is room; "" where all are taken."""
    prefix, _, number = wanted.partition("-")
    known = {code for code in taken if code.startswith(f"{prefix}-")}
    start = int(number)
    hundred = range(start + 1, start // 100 * 100 + 100)
    others = range(900, 1000)
    return next((code for n in (*hundred, *others) if (code := f"{prefix}-{n:03}") not in known), "")


def id_in(text: str) -> str:
    """The id that a rule's text gives itself, "" where it gives none; read even where the rest cannot be."""
    found = _RULE_ID.search(text)
    return f"{found[1]}-{found[2]}" if found else ""
