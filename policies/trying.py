"""A rule tried: on its own examples and on a title typed by hand, with the words that were found."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date

from policies.finding_lines import field_text
from policies.records import Record
from policies.rules import Example, Rule, Ruleset
from policies.screening import Finding, Screener


@dataclass(frozen=True, slots=True)
class Line:
    """One field of a record with its findings, for marking them in place; `page` from 1 where the field is "pages"."""

    field: str
    page: int
    parts: tuple[tuple[str, Finding | None], ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """One example run now: whether it must match, whether it does, and where."""

    example: Example
    must: bool
    met: bool
    lines: tuple[Line, ...]

    @property
    def right(self) -> bool:
        return self.must is self.met


Compiled = Callable[[Ruleset], Screener]  # a ruleset compiled, with the name model there is; remembered by its digest


def tried(rule: Rule, ruleset: Ruleset, compiled: Compiled, today: date) -> list[Tried]:
    """Every example of a rule, run by the whole ruleset as the loader runs it; a withdrawn rule is not run: none."""
    if rule.status == "withdrawn":
        return []
    result = []
    for must, examples in ((True, rule.must_match), (False, rule.must_not_match)):
        for example in examples:
            met, found = found_by(rule, ruleset, compiled, example.record, today)
            result.append(Tried(example, must, met, lines_of(example.record, found)))
    return result


def found_by(
    rule: Rule, ruleset: Ruleset, compiled: Compiled, record: Record, today: date
) -> tuple[bool, tuple[Finding, ...]]:
    """Whether the rule is met by a record, and what it finds there.

    The second also where the ruleset's advice leaves it out (an early category beside other findings) or its period is over.
    """
    screener = compiled(ruleset)
    met = rule.id in screener.met(record, today)
    found = tuple(one for one in screener.screen(record, today).findings if one.rule_id == rule.id)
    if met and not found:
        alone = replace(ruleset, rules=(rule,), digest=f"{ruleset.digest} {rule.id}")
        found = compiled(alone).screen(record, today).findings
    return met, found


def lines_of(record: Record, findings: Iterable[Finding]) -> tuple[Line, ...]:
    """The fields that something was found in, cut at the findings, the title always and first. What overlaps is cut once."""
    by_place: dict[tuple[str, int], list[Finding]] = {("title", 0): []}
    for finding in findings:
        by_place.setdefault((finding.field, finding.page), []).append(finding)
    return tuple(
        Line(field, page, parts_of(field_text(record, field, page), found))
        for (field, page), found in by_place.items()
    )


def parts_of(text: str, findings: Iterable[Finding]) -> tuple[tuple[str, Finding | None], ...]:
    """A text cut at its findings; where they overlap, the first stands."""
    parts: list[tuple[str, Finding | None]] = []
    place = 0
    for finding in sorted((one for one in findings if one.end > one.start), key=lambda one: one.start):
        if finding.start < place:
            continue
        if finding.start > place:
            parts.append((text[place : finding.start], None))
        parts.append((text[finding.start : finding.end], finding))
        place = finding.end
    if place < len(text):
        parts.append((text[place:], None))
    return tuple(parts)
