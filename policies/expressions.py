"""Conditions in the Common Expression Language: what no other kind of rule covers, typed, terminating, without effects.

The language (https://cel.dev) has no loops, no assignment and no functions of its own. Here it is made narrower: short
sources, no macros (all, map ...), a closed list of functions, bounded patterns in `matches`, and only these variables:

    record.title, .responsible_body, .agency, .series_title, .notes, .fonds, .reference_code, .retention,
    .classification, .access_condition      string: the text folded as rules write it (policies/folding.py)
    created.earliest, created.latest, today timestamp, at midnight UTC
    created.year                            int: the latest year in which it can have been formed

A record without a date has no `created`: asking for it is an error, and an error counts as met (fail closed).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Literal

import cel

from policies.bounded_patterns import check_bounded
from policies.dates import DateSpan
from policies.folding import fold
from policies.records import Record

Truth = Literal["yes", "no", "error"]

LONGEST = 500  # signs of source
TEXTS = (
    "title", "responsible_body", "agency", "series_title", "notes", "fonds", "reference_code", "retention",
    "classification", "access_condition",
)  # fmt: skip
FUNCTIONS = frozenset(
    [
        "contains",
        "startsWith",
        "endsWith",
        "matches",
        "size",
        "timestamp",
        "duration",
        "int",
        "string",
        "getFullYear",
        "getMonth",
        "getDate",
        "_&&_",
        "_||_",
        "!_",
        "_==_",
        "_!=_",
        "_<_",
        "_<=_",
        "_>_",
        "_>=_",
        "_+_",
        "_-_",
        "-_",
        "@in",
    ]
)
_VARIABLES = frozenset({"record", "created", "today"})
_SAMPLES = tuple(
    (Record("J047-001", text, text, text, text, DateSpan(day, day, ""), text, text, text, text, text), day)
    for text, day in (("", date(1950, 1, 1)), ("关于召开会议的通知", date(2026, 11, 21)))
)
_STRING = re.compile(r"""r?"(?:\\.|[^"\\])*"|r?'(?:\\.|[^'\\])*'""", re.S)
_TOKEN = re.compile(rf"{_STRING.pattern}|(?P<join>&&|\|\|)|(?P<equal>==|!=)|\w+|.", re.S)
_FIELD = re.compile(r"\brecord\s*\.\s*(\w+)")
_SHAPED = "matches_bounded"  # what `matches` is called when run; no source may say it itself
_MATCHES = re.compile(r"\bmatches\b")
_SHAPE = re.compile(rf"\.\s*matches\s*\(\s*(?P<literal>{_STRING.pattern})\s*\)", re.S)
_SHAPE_ALONE = re.compile(rf"\s*record\s*\.\s*(?P<field>\w+)\s*{_SHAPE.pattern}\s*", re.S)
_HAS = re.compile(r"\bhas\s*\(")


class Condition:
    """One condition, compiled. Raises ValueError, with the reason, for what is no condition of this language.

    `needed`: fields, and patterns that their folded texts must match for the condition to hold or to be an error.
    """

    def __init__(self, source: str) -> None:
        if len(source) > LONGEST:
            raise ValueError(f"the expression is longer than {LONGEST} signs")
        bare = _STRING.sub("''", source)
        if unknown := [name for name in _FIELD.findall(bare) if name not in TEXTS]:
            raise ValueError(f"unknown field record.{unknown[0]}; known are {', '.join(TEXTS)}")
        if _SHAPED in bare:
            raise ValueError(f"unknown function {_SHAPED!r}; known is matches")
        if _HAS.search(bare):
            raise ValueError("has() is not known: every field of a record is there")
        shapes = [_value_of(found["literal"]) for found in _SHAPE.finditer(source)]
        if len(shapes) != len(_MATCHES.findall(bare)):
            raise ValueError("matches() takes one pattern, written out in quotes")
        for shape in shapes:
            check_bounded(shape)
        self.texts = tuple(name for name in TEXTS if name in _FIELD.findall(bare))
        self.needed = [
            (part["field"], re.compile(_value_of(part["literal"])))
            for part in map(_SHAPE_ALONE.fullmatch, _joined_by_and(source))
            if part is not None
        ]
        self._run = _compiled(source)
        strict = _compiled(_every_part_evaluated(source))
        for record, day in _SAMPLES:
            try:
                said = self._run(self._variables(record, day))
                strict(self._variables(record, day))
            except Exception as error:
                raise ValueError(f"the expression is not well typed: {error}") from error
            if not isinstance(said, bool):
                raise ValueError(f"the expression gives {type(said).__name__}; it must give true or false")

    def holds(self, record: Record, today: date) -> Truth:
        """Whether the condition is true of the record; "error" where that cannot be told. Never raises."""
        for field, shape in self.needed:  # most records are told by this, a hundred times as quick
            if shape.search(fold(getattr(record, field)).text) is None:
                return "no"
        try:
            return "yes" if self._run(self._variables(record, today)) is True else "no"
        except Exception:  # whatever the library says of a value: the rule then counts as met
            return "error"

    def _variables(self, record: Record, today: date) -> dict[str, Any]:
        span = record.span
        created: dict[str, Any] = {}
        if span is not None:
            created = {"earliest": _moment(span.earliest), "latest": _moment(span.latest), "year": span.latest.year}
        texts = {name: fold(getattr(record, name)).text for name in self.texts}
        return {"record": texts, "created": created, "today": _moment(today)}


def _compiled(source: str) -> Callable[[dict[str, Any]], Any]:
    """The source, to be run on the variables. `matches` is this house's: patterns bounded and compiled once."""
    try:
        program = cel.compile(_TOKEN.sub(lambda found: _SHAPED if found[0] == "matches" else found[0], source))
    except Exception as error:
        raise ValueError(f"the expression cannot be read: {error}") from error
    if unknown := [name for name in program.variables() if name not in _VARIABLES]:
        raise ValueError(f"unknown name {unknown[0]!r}; known are record, created, today (and no macros such as all)")
    if unknown := [name for name in program.functions() if name not in FUNCTIONS and name != _SHAPED]:
        raise ValueError(f"unknown function {unknown[0]!r}; known are {', '.join(sorted(FUNCTIONS))}")
    return lambda variables: program.execute(cel.Context(variables, {_SHAPED: _matches}))


def _matches(text: str, shape: str) -> bool:
    return _shape(shape).search(text) is not None


_shape = lru_cache(maxsize=256)(re.compile)


def _value_of(literal: str) -> str:
    try:
        return str(cel.evaluate(literal))
    except Exception as error:
        raise ValueError(f"the pattern {literal} cannot be read: {error}") from error


def _joined_by_and(source: str) -> list[str]:
    """The parts that must all hold; the whole, where it is not joined by "and" alone."""
    parts, depth = [""], 0
    for token in _TOKEN.finditer(source):
        word = token[0]
        depth += (word in ("(", "[", "{")) - (word in (")", "]", "}"))
        if depth == 0 and word == "||":
            return [source]
        if depth == 0 and word == "&&":
            parts.append("")
        else:
            parts[-1] += word
    return parts


def _every_part_evaluated(source: str) -> str:
    """The source with lists in place of "and" and "or", and an order in place of "equal": running it meets all errors.

    Else a short cut (`true || record.title < 3`) hides the type error of what it skips, and signs are compared with
    numbers, which is never true.
    """
    groups: list[list[str]] = [[""]]
    for token in _TOKEN.finditer(source):
        word = token[0]
        if token["join"]:
            groups[-1].append("")
        elif token["equal"]:
            groups[-1][-1] += "<"
        elif word in ("(", "[", "{"):
            groups[-1][-1] += word
            groups.append([""])
        elif word in (")", "]", "}") and len(groups) > 1:
            inner = _listed(groups.pop())
            groups[-1][-1] += inner + word
        else:
            groups[-1][-1] += word
    while len(groups) > 1:
        inner = _listed(groups.pop())
        groups[-1][-1] += inner
    return _listed(groups[0])


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"[{', '.join(f'!({part})' for part in parts)}].size() > 0"


def _moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
