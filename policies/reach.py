"""What a change of rules can touch: a superset of the records on which two rulesets differ, cheap to tell.

A ruleset's advice on a record follows from the hits of its rules. Where no rule that was added, changed or withdrawn
meets a record, neither as it was nor as it is, both rulesets meet it alike and advise the same on the same day. So the
reach of a change is a screening by its changed rules alone, and before it a look for their words in many texts at once.
Whatever cannot be told so (conditions, names, another way of counting) reaches every record. In doubt a record is touched.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import ahocorasick_rs

from policies.folding import fold, is_odd
from policies.records import Record
from policies.rules import (
    AgencyIs,
    Category,
    InScope,
    Lexicon,
    Mark,
    Name,
    Pattern,
    Person,
    Rule,
    Ruleset,
    Secrecy,
    UnreadMark,
)
from policies.screening import Screener

LINE = "\ufdd0"  # between texts that are looked through together: no sign of any language
MARK_FIELDS = ("retention", "classification", "access_condition")

# What a rule says to people and not to records.
_SAID = frozenset({"title", "why", "false_alarms", "must_match", "must_not_match", "author", "date", "status"})
_BY_WORDS = (Lexicon, Category, Person, Secrecy, Pattern, AgencyIs)
_BY_MARKS = (Mark, UnreadMark, Secrecy)
_digits = re.compile("[0-9](?:[-—]?[0-9]){6}").finditer


class _Bare(dict[int, str | None]):
    """Each sign as it is looked for: folded, spaces left out. (`translate` is quick where what is left out is None.)"""

    def __missing__(self, code: int) -> str | None:
        self[code] = sign = fold(chr(code)).text.replace(" ", "") or None
        return sign


_BARE = _Bare()


def bare(text: str) -> str:
    """A text folded sign by sign and without spaces: what folding finds in it is in here too, at whatever spacing."""
    return text.translate(_BARE)


def bare_lines(text: str) -> str:
    """`bare` of each line, lines being parted by LINE; what is written as the rules are is passed over quickly."""
    parts: list[str] = []
    at = 0
    while (odd := is_odd(text, at)) is not None:
        start = max(text.rfind(LINE, at, odd.start()) + 1, at)
        end = text.find(LINE, odd.start())
        end = len(text) if end < 0 else end
        parts += (text[at:start], bare(text[start:end]))
        at = end
    return "".join((*parts, text[at:]))


@dataclass(frozen=True)
class Reach:
    """The changed rules of a change, as they were and as they are.

    `terms`: folded words of which a record must hold one in one of the `fields`, unless it has a run of digits there
    (`digits`), or something in one of the fields `marks`. `pages`: full text counts. `everything`: none of this tells, every
    record may be touched.
    """

    old: Ruleset
    new: Ruleset
    terms: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    digits: bool = False
    marks: tuple[str, ...] = ()
    pages: bool = False
    everything: bool = False

    @property
    def nothing(self) -> bool:
        """Whether no record is touched: nothing changed but what is said to people."""
        return not (self.everything or self.old.rules or self.new.rules)

    def touches(self, record: Record, today: date) -> bool:
        """Whether the two rulesets may advise differently on a record, on the same day."""
        return self.touched([record], today)[0]

    def touched(self, records: Sequence[Record], today: date) -> list[bool]:
        """`touches` of each record, in order; quicker for many."""
        if self.everything or self.nothing:
            return [self.everything] * len(records)
        before, after = (screener.screen_all(records, today) for screener in self._screeners)
        return [bool(one.findings or other.findings) for one, other in zip(before, after, strict=True)]

    @cached_property
    def _screeners(self) -> tuple[Screener, Screener]:
        return Screener(self.old), Screener(self.new)

    @property
    def by_words(self) -> bool:
        """Whether texts must be looked through: `places` finds those that hold what the changed rules look for."""
        return bool(self.terms) or self.digits

    def places(self, text: str) -> list[int]:
        """Where a text that was made `bare` holds a term or a run of digits: one place at least where there is any."""
        found = [start for _, start, _ in self._find(text)] if self.terms else []
        return found + [match.start() for match in _digits(text)] if self.digits else found

    @cached_property
    def _find(self) -> Any:
        return ahocorasick_rs.AhoCorasick(list(self.terms)).find_matches_as_indexes


def reach(old: Ruleset, new: Ruleset) -> Reach:
    """What changing `old` for `new` can touch."""
    before, after = _live(old), _live(new)
    gone, come = _changed(before, after), _changed(after, before)
    everything = (
        old.jurisdiction != new.jurisdiction
        or [rule for rule in before if rule in after] != [rule for rule in after if rule in before]
        or any(isinstance(rule.looks_for, Name) for rule in (*gone.values(), *come.values()))
        or (old.name_model != new.name_model and _any(before, after, Name))
    )
    # Every person rule takes the words of all others for the end of a name.
    if old.name_words != new.name_words or _any(gone, come, Person):
        gone |= {name: rule for name, rule in before.items() if isinstance(rule.looks_for, Person)}
        come |= {name: rule for name, rule in after.items() if isinstance(rule.looks_for, Person)}
    else:
        _narrow(gone, come)
    rules = (*gone.values(), *come.values())
    changed = replace(old, rules=_of_any_scope(gone.values())), replace(new, rules=_of_any_scope(come.values()))
    terms = tuple({bare(term) for ruleset in changed for term in _terms(ruleset)})
    return Reach(
        *changed,
        terms=terms,
        fields=tuple(sorted({field for rule in rules for field in rule.fields})),
        digits=any(isinstance(rule.looks_for, Pattern) for rule in rules),
        marks=tuple(
            field
            for field in MARK_FIELDS
            if any(field in rule.fields and isinstance(rule.looks_for, _BY_MARKS) for rule in rules)
        ),
        pages=any("pages" in rule.fields for rule in rules),
        everything=everything
        or any(not isinstance(rule.looks_for, (*_BY_WORDS, *_BY_MARKS)) for rule in rules)
        or any(not term.isprintable() or not term for term in terms),
    )


def _live(ruleset: Ruleset) -> dict[str, Rule]:
    return {rule.id: rule for rule in ruleset.rules if rule.status != "withdrawn"}


def _any(rules: dict[str, Rule], others: dict[str, Rule], kind: type) -> bool:
    return any(isinstance(rule.looks_for, kind) for rule in (*rules.values(), *others.values()))


def _changed(rules: dict[str, Rule], others: dict[str, Rule]) -> dict[str, Rule]:
    """The rules that the others have not, or not so, by id."""
    return {
        name: rule for name, rule in rules.items() if name not in others or _weight(rule) != _weight(others[name])
    }


def _weight(rule: Rule) -> dict[str, object]:
    """What of a rule can matter to a record."""
    return rule.model_dump(exclude=set(_SAID))


def _narrow(gone: dict[str, Rule], come: dict[str, Rule]) -> None:
    """Of a list of words that only gained or lost terms, these terms: the others meet what they met."""
    for name in gone.keys() & come.keys():
        one, other = gone[name].looks_for, come[name].looks_for
        if not isinstance(one, Lexicon | Category) or not isinstance(other, Lexicon | Category):
            continue
        if _weight(_with_terms(gone[name], ())) == _weight(_with_terms(come[name], ())):
            gone[name] = _with_terms(gone[name], tuple(term for term in one.terms if term not in set(other.terms)))
            come[name] = _with_terms(come[name], tuple(term for term in other.terms if term not in set(one.terms)))


def _with_terms(rule: Rule, terms: tuple[str, ...]) -> Rule:
    update: dict[str, object] = {"terms": terms}
    if isinstance(rule.looks_for, Lexicon):
        update["terms_from"] = ""
    return rule.model_copy(update={"looks_for": rule.looks_for.model_copy(update=update)})


def _of_any_scope(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules without their scope: out of it they still keep a mark from counting as unread."""
    return tuple(
        rule if isinstance(rule.looks_for, InScope) else rule.model_copy(update={"applies_to": None})
        for rule in rules
    )


def _terms(ruleset: Ruleset) -> Collection[str]:
    """What the changed rules are called up by, and the names of agencies, which no automaton looks for."""
    agencies = [rule.looks_for for rule in ruleset.rules if isinstance(rule.looks_for, AgencyIs)]
    return {
        *Screener(ruleset).terms,
        *(fold(name).text for sought in agencies for name in (*sought.names, *sought.ending)),
    }
