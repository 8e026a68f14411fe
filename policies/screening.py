"""Screening: which rules an entry meets, what they advise, and from which day it could open.

Advice only: nothing opens by machine. All grounds apply, each with its own period; the latest day rules, and the
strictest advice. In doubt an entry stays closed: without a date it is not due, with an unreadable title it is referred.
Sources: 档案法 art. 27; 国家档案馆档案开放办法 arts. 7-8, 17; 保守国家秘密法 arts. 20, 23.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

from policies.dates import DateSpan, due_date, years_after
from policies.matching import Hit, Matcher
from policies.outcomes import Suggestion
from policies.person_names import NameFinder
from policies.records import Record
from policies.rules import Person, ReviewBy, Rule, Ruleset, Secrecy, Stated, Years
from policies.sentences import Sentence

_CLOSED = (Suggestion.DEFER, Suggestion.REFER)
_AT_ONCE = 2048  # records looked through in one piece
_REMEMBERED = 200  # signs; longer texts are not remembered

_has_signs = re.compile(r"[^\W_]").search
_has_lone_surrogate = re.compile("[\ud800-\udfff]").search


class Finding(NamedTuple):
    """The words that met a rule, and what follows from them.

    `field` names the field of Record ("span": its text); `start` and `end` are offsets in it. `suggests` is "open" where
    the period of the rule is over. `opens_on`: the day its period ends or it is to be assessed again; None: not known.
    """

    rule_id: str
    field: str
    start: int
    end: int
    matched: str
    ground: str
    article: Sentence
    suggests: Suggestion
    opens_on: date | None
    never_public: bool


class Screening(NamedTuple):
    """The advice of one ruleset on one entry. `opens_on`: the earliest day it could open; None: cannot be told."""

    findings: tuple[Finding, ...]
    suggestion: Suggestion
    grounds: tuple[str, ...]
    opens_on: date | None


class Screener:
    """One ruleset, compiled once; any number of threads may read from it."""

    def __init__(self, ruleset: Ruleset) -> None:
        self.ruleset = ruleset
        rules = [rule for rule in ruleset.rules if rule.status != "withdrawn"]
        names = NameFinder(
            ruleset.name_words,
            [word for rule in rules if isinstance(rule.looks_for, Person) for word in rule.looks_for.beside],
        )
        self._fields = Matcher(rules, names)
        # A text for the public is no field of a record: every rule that guards it reads it whole.
        public = (rule.model_copy(update={"fields": ("title",)}) for rule in rules if rule.never_public)
        self._public = Matcher(public, names)
        self._conditions: dict[str, Rule] = {rule.looks_for.kind: rule for rule in rules}
        self._remembered_hits = lru_cache(maxsize=4096)(self._fields.hits)
        self._remembered_rest = lru_cache(maxsize=65536)(self._without_words)

    @property
    def terms(self) -> tuple[str, ...]:
        """Every word that the automaton looks for."""
        return self._fields.terms

    def screen(self, record: Record, today: date) -> Screening:
        """What the rules advise on the record as of `today`. Any text is screened; none raises."""
        return self._screened(record, self._fields.hits("title", record.title), today)

    def screen_all(self, records: Sequence[Record], today: date) -> list[Screening]:
        """`screen` of each record, in order; quicker for many."""
        screenings: list[Screening] = []
        for first in range(0, len(records), _AT_ONCE):
            part = records[first : first + _AT_ONCE]
            hits = self._fields.hits_of_all("title", [record.title for record in part])
            screenings += [self._screened(record, found, today) for record, found in zip(part, hits, strict=True)]
        return screenings

    def _screened(self, record: Record, hits: tuple[Hit, ...], today: date) -> Screening:
        """The advice on a record whose title has these hits."""
        span = record.span
        plain = self._remembered_rest(span and span.latest, span.text if span else "", today)
        texts = _other_texts(record)
        if texts != _NO_TEXTS:
            hits += self._other_hits(texts)
        readable = is_readable(record.title)
        if not hits and readable:
            return plain
        closing = [hit for hit in hits if hit.rule.suggests is not Suggestion.OPEN_EARLY]
        if closing or not readable:
            unreadable = () if readable else self._unreadable(record.title)
            return _advice(unreadable + _findings(closing, span, today), plain, readable=readable)
        if plain.suggestion is Suggestion.OPEN or span is None:
            return plain
        return _early(_findings(hits, span, today), plain, today)

    def public_hits(self, text: str) -> tuple[Finding, ...]:
        """The words in a text for the public that may not stand there, whatever the age of the record."""
        return _findings(self._public.hits("title", text), None, date.min)

    def met(self, record: Record, today: date) -> frozenset[str]:
        """The ids of all rules that advise anything on the record, early categories among them whatever else is found."""
        hits = self._fields.hits("title", record.title) + self._other_hits(_other_texts(record))
        findings = (*self.screen(record, today).findings, *_findings(hits, record.span, today))
        return frozenset(finding.rule_id for finding in findings if finding.suggests is not Suggestion.OPEN)

    def _other_hits(self, texts: tuple[str, ...]) -> tuple[Hit, ...]:
        """The hits of the fields besides the title. Their texts recur, so short ones are remembered."""
        hits: tuple[Hit, ...] = ()
        for field, text in zip(_OTHER_FIELDS, texts, strict=True):
            if text:
                hits += (
                    self._remembered_hits(field, text) if len(text) < _REMEMBERED else self._fields.hits(field, text)
                )
        return hits

    def _without_words(self, latest: date | None, text: str, today: date) -> Screening:
        """The advice where no words are found: open, or not due with the rule that says so."""
        due = None if latest is None else due_date(DateSpan(latest, latest, text))
        if due is not None and due <= today:
            return Screening((), Suggestion.OPEN, (), due)
        rule = self._conditions.get("undated" if due is None else "closure_period")
        finding = () if rule is None else (_condition(rule, "span", text, due),)
        return Screening(finding, Suggestion.NOT_DUE, (), due)

    def _unreadable(self, title: str) -> tuple[Finding, ...]:
        rule = self._conditions.get("unreadable_title")
        return () if rule is None else (_condition(rule, "title", title, None),)


_OTHER_FIELDS = ("series_title", "responsible_body", "notes", "retention", "classification", "access_condition")
_NO_TEXTS = ("",) * len(_OTHER_FIELDS)
_other_texts = attrgetter(*_OTHER_FIELDS)


def is_readable(title: str) -> bool:
    """Whether a title says anything and nothing in it was lost: no U+FFFD, no lone surrogate, not only signs like "?"."""
    if "\ufffd" in title or (not title.isprintable() and _has_lone_surrogate(title)):
        return False
    return title[:1].isalnum() or _has_signs(title) is not None


def _advice(findings: tuple[Finding, ...], plain: Screening, *, readable: bool) -> Screening:
    """The advice of all findings together, over what the dates alone advise (`plain`).

    What is not due has no deferral to decide: its findings are shown, and it stays not due. An unreadable title is
    referred whatever its age.
    """
    suggestion, opens_on = plain.suggestion, plain.opens_on
    grounds: dict[str, None] = {}
    for finding in findings:
        if finding.suggests not in _CLOSED:
            continue
        if finding.ground:
            grounds[finding.ground] = None
        opens_on = None if opens_on is None or finding.opens_on is None else max(opens_on, finding.opens_on)
        if suggestion is not Suggestion.NOT_DUE and suggestion is not Suggestion.REFER:
            suggestion = finding.suggests
    if not readable:
        suggestion = Suggestion.REFER
    return Screening(plain.findings + findings, suggestion, tuple(grounds), opens_on)


def _early(findings: tuple[Finding, ...], plain: Screening, today: date) -> Screening:
    """The advice on an entry that is not due, belongs to an early category and met nothing else."""
    return Screening(plain.findings + findings, Suggestion.OPEN_EARLY, _grounds(findings), today)


def _grounds(findings: Iterable[Finding]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(finding.ground for finding in findings if finding.ground))


def _findings(hits: Iterable[Hit], span: DateSpan | None, today: date) -> tuple[Finding, ...]:
    return tuple([_finding(hit, span, today) for hit in hits])


def _finding(hit: Hit, span: DateSpan | None, today: date) -> Finding:
    rule = hit.rule
    closure = rule.closure
    opens_on: date | None = None
    if isinstance(closure, Years):
        opens_on = None if span is None else _years_after(span.latest, closure.years)
    elif isinstance(closure, ReviewBy):
        opens_on = _years_after(today, closure.review_by)
    elif isinstance(closure, Stated):
        opens_on = hit.until
    elif hit.secrecy is not None and isinstance(rule.looks_for, Secrecy):
        opens_on = hit.secrecy.ends_on(span, rule.looks_for.longest)
    suggests = Suggestion.OPEN if opens_on is not None and opens_on <= today else rule.suggests
    return Finding(
        rule.id, hit.field, hit.start, hit.end, hit.matched,
        rule.ground, rule.article.value, suggests, opens_on, rule.never_public,
    )  # fmt: skip


_years_after = lru_cache(maxsize=65536)(years_after)


def _condition(rule: Rule, field: str, text: str, opens_on: date | None) -> Finding:
    return Finding(
        rule.id,
        field,
        0,
        len(text),
        text,
        rule.ground,
        rule.article.value,
        rule.suggests,
        opens_on,
        rule.never_public,
    )
