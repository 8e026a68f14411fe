"""Screening: which rules an entry meets, what they advise, and from which day it could open.

Advice only: nothing opens by machine. All grounds apply, each with its own period; the latest day rules, and the
strictest advice. In doubt an entry stays closed: without a date it is not due, with an unreadable title it is referred.
Sources: 档案法 art. 27; 国家档案馆档案开放办法 arts. 7-8, 17; 保守国家秘密法 arts. 20, 23.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np

from policies import expressions
from policies.dates import DateSpan, DueMode, due_date, years_after
from policies.joined import Joined
from policies.matching import Hit, Matcher, NameModel
from policies.outcomes import Suggestion
from policies.pattern_windows import longest_whole
from policies.person_names import NameFinder
from policies.profiles import profile_of
from policies.records import Record, field_text
from policies.rules import (
    Event,
    Expression,
    InScope,
    Level,
    Name,
    Person,
    ReviewBy,
    Rule,
    Ruleset,
    Secrecy,
    Stated,
    Until,
    Years,
)
from policies.scopes import Scope
from policies.sentences import Sentence

_CLOSED = (Suggestion.DEFER, Suggestion.REFER)
_STRICTER = {Suggestion.OPEN: 0, Suggestion.LOOK: 1, Suggestion.DEFER: 2, Suggestion.REFER: 3, Suggestion.NOT_DUE: 4}
_ORDINARY = (None, None, 0, False)  # the end of a hit that says no more than where its words stand
_AT_ONCE = 4096  # records looked through in one piece
_SIGNS_AT_ONCE = 100_000  # signs of pages looked through in one piece
_LONGEST_PAGE = 50_000  # signs; a longer page is looked through by itself
_REMEMBERED = 200  # signs; longer texts are not remembered

_new = tuple.__new__  # of a named tuple, without its checks
_has_signs = re.compile(r"[^\W_]").search
_LOST = re.compile("[\ufffd\ud800-\udfff]")
_has_lone_surrogate = re.compile("[\ud800-\udfff]").search


class Finding(NamedTuple):
    """The words that met a rule, and what follows from them.

    `field` names the field of Record ("span": its text); `start` and `end` are offsets in it. `suggests` is "open" where
    the period of the rule is over. `opens_on`: the day its period ends or it is to be assessed again; None: not known.
    `level`: how much the words alone prove. `page`: from 1, where `field` is "pages"; else 0.
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
    level: Level = "medium"
    page: int = 0


class Screening(NamedTuple):
    """The advice of one ruleset on one entry. `opens_on`: the earliest day it could open; None: cannot be told."""

    findings: tuple[Finding, ...]
    suggestion: Suggestion
    grounds: tuple[str, ...]
    opens_on: date | None


# The end of the finding of each hit (None: no finding comes of it), and the advice of all together.
_Follows = tuple[list[tuple[Any, ...] | None], Suggestion, tuple[str, ...], date | None]


class Screener:
    """One ruleset, compiled once; any number of threads may read from it."""

    def __init__(self, ruleset: Ruleset, names: NameModel | None = None, due_mode: DueMode = "exact") -> None:
        self.ruleset = ruleset
        profile = profile_of(ruleset.jurisdiction)
        self.due_mode: DueMode = profile.due_mode(due_mode)
        self.closure_years = profile.closure_years
        rules = [rule for rule in ruleset.rules if rule.status != "withdrawn"]
        self.without_names = names is None and any(isinstance(rule.looks_for, Name) for rule in rules)
        finder = NameFinder(
            ruleset.name_words,
            [word for rule in rules if isinstance(rule.looks_for, Person) for word in rule.looks_for.beside],
        )
        self._fields = Matcher(rules, finder, names)
        # A text for the public is no field of a record: every rule that guards it reads it whole.
        public = (rule.model_copy(update={"fields": ("title",)}) for rule in rules if rule.never_public)
        self._public = Matcher(public, finder, names)
        self._scopes = {rule.id: Scope(rule.applies_to) for rule in rules if rule.applies_to is not None}
        self._in_scope = [rule for rule in rules if isinstance(rule.looks_for, InScope)]
        self._expressions = [
            (rule, expressions.Condition(rule.looks_for.when))
            for rule in rules
            if isinstance(rule.looks_for, Expression)
        ]
        # Most conditions cannot hold of a record with an empty field, or with a title of another shape.
        self._title_shapes: list[tuple[re.Pattern[str], float]] = []
        self._reads_each = any(not (rule.applies_to and rule.applies_to.series) for rule in self._in_scope)
        for _, condition in self._expressions:
            fields = dict(condition.needed)
            if not any(field in _OTHER_FIELDS and shape.search("") is None for field, shape in condition.needed):
                self._reads_each |= "title" not in fields
                if "title" in fields:
                    self._title_shapes.append((fields["title"], longest_whole(fields["title"])))
        self._reads_pages = any("pages" in rule.fields or rule.looks_for.kind == "unreadable_page" for rule in rules)
        self._conditions: dict[str, Rule] = {rule.looks_for.kind: rule for rule in rules}
        self._remembered_hits = lru_cache(maxsize=4096)(self._fields.hits)
        self._without_words = lru_cache(maxsize=65536)(self._advice_of_dates)
        self._same_advice = lru_cache(maxsize=65536)(self._advice_of_rules)

    @property
    def terms(self) -> tuple[str, ...]:
        """Every word that the automaton looks for."""
        return self._fields.terms

    def screen(self, record: Record, today: date) -> Screening:
        """What the rules advise on the record as of `today`. Any text is screened; none raises."""
        hits = self._beside(record, _texts_beside(record), self._fields.hits("title", record.title), today)
        return self._advised(record, hits, self._plain(record.span, today), today, readable=is_readable(record.title))

    def screen_all(self, records: Sequence[Record], today: date) -> list[Screening]:
        """`screen` of each record, in order; quicker for many."""
        screenings: list[Screening] = []
        dated, undated = self._without_words, self._without_words(None, "", today)
        for first in range(0, len(records), _AT_ONCE):
            part = records[first : first + _AT_ONCE]
            joined = Joined([record.title for record in part])
            hits = self._fields.hits_of_all("title", joined)
            plain = [
                undated if (span := record.span) is None else dated(span.latest, span.text, today) for record in part
            ]
            beside = self._numbers_beside(part, joined)
            pages = self._hits_of_pages(part, beside)
            others = joined.unsure | beside
            for number, found in hits.items():
                if number not in others:
                    plain[number] = self._advised(part[number], found, plain[number], today)
            for number in others:
                record, found = part[number], hits.get(number, ())
                if number in beside:
                    found = self._beside(record, _texts_beside(record), found, today, pages.get(number))
                readable = number not in joined.unsure or is_readable(record.title)
                if found or not readable:
                    plain[number] = self._advised(record, found, plain[number], today, readable=readable)
            screenings += plain
        return screenings

    def _numbers_beside(self, records: Sequence[Record], joined: Joined) -> frozenset[int]:
        """The numbers of the records that have more to look at than a title."""
        if self._reads_each:
            return frozenset(range(len(records)))
        texts = list(map(_texts_beside, records))
        numbers: set[int] = set()
        if texts.count(_NO_TEXTS) < len(texts):
            numbers.update([number for number, beside in enumerate(texts) if beside != _NO_TEXTS])
        for shape, longest in self._title_shapes:
            short = np.flatnonzero(joined.lengths <= longest).tolist()
            numbers.update([number for number in short if shape.search(joined.texts[number]) is not None])
            folded = zip(joined.to_fold, joined.folded.texts, strict=True)
            numbers.update([number for number, text in folded if len(text) <= longest and shape.search(text)])
        return frozenset(numbers)

    def _advised(
        self, record: Record, hits: tuple[Hit, ...], plain: Screening, today: date, *, readable: bool = True
    ) -> Screening:
        """The advice on a record that has these hits, where the dates alone advise `plain`."""
        span = record.span
        same = self._same_advice(tuple([hit[0] for hit in hits]), span and span.latest, today)
        if same is None:  # the scope of a rule is a matter of the record
            hits = self._in_scope_of(record, hits)
        if not hits and readable:
            return plain
        if same is None or not readable:
            return self._advice(hits, plain, span, None if readable else record.title, today)
        follows, suggestion, grounds, opens_on = same
        found: list[Finding] = []
        for hit, after in zip(hits, follows, strict=True):
            if hit[6:] != _ORDINARY:
                return self._advice(hits, plain, span, None, today)
            if after is not None:
                found.append(_new(Finding, hit[:5] + after))
        return _new(Screening, ((*plain.findings, *found), suggestion, grounds, opens_on))

    def _advice_of_rules(self, rule_ids: tuple[str, ...], latest: date | None, today: date) -> _Follows | None:
        """What `_advice` makes of these rules, wherever their words stand; None where one applies to some records only."""
        if not self._scopes.keys().isdisjoint(rule_ids):
            return None
        span = None if latest is None else DateSpan(latest, latest, "")
        hits = [Hit(rule_id, "title", at, at, "", self.ruleset.by_id[rule_id]) for at, rule_id in enumerate(rule_ids)]
        advice = self._advice(hits, self._plain(span, today)._replace(findings=()), span, None, today)
        after = {finding.start: finding[5:] for finding in advice.findings}
        follows = [after.get(at) for at in range(len(rule_ids))]
        return follows, advice.suggestion, advice.grounds, advice.opens_on

    def _advice(
        self, hits: Sequence[Hit], plain: Screening, span: DateSpan | None, unreadable: str | None, today: date
    ) -> Screening:
        """The advice of all hits together, over what the dates alone advise; `unreadable`: the title, where it is.

        What is not due has no deferral to decide: its findings are shown, and it stays not due. An unreadable title is
        referred whatever its age. An early category opens only what is not due, has a date and met nothing else.
        """
        closing = [hit for hit in hits if hit.rule.suggests is not Suggestion.OPEN_EARLY or hit.weak]
        if not closing and unreadable is None:
            if plain.suggestion is Suggestion.OPEN or span is None:
                return plain
            early = tuple([_finding(hit, span, today) for hit in hits])
            return Screening(plain.findings + early, Suggestion.OPEN_EARLY, _grounds(early), today)
        findings = tuple([_finding(hit, span, today) for hit in closing])
        if unreadable is not None:
            findings = self._unreadable(unreadable) + findings
        suggestion, opens_on = plain.suggestion, plain.opens_on
        for finding in findings:
            if _STRICTER.get(finding.suggests, 0) > _STRICTER[suggestion]:
                suggestion = finding.suggests
            if finding.suggests in _CLOSED:
                opens_on = None if opens_on is None or finding.opens_on is None else max(opens_on, finding.opens_on)
        if unreadable is not None:
            suggestion = Suggestion.REFER
        grounds = _grounds(finding for finding in findings if finding.suggests in _CLOSED)
        return Screening(plain.findings + findings, suggestion, grounds, opens_on)

    def _beside(
        self,
        record: Record,
        texts: tuple[Any, ...],
        hits: tuple[Hit, ...],
        today: date,
        of_pages: Sequence[Iterable[Hit]] | None = None,
    ) -> tuple[Hit, ...]:
        """All hits of a record whose title has these: of its other fields, of its pages, and of the record itself.

        `of_pages`: the hits of the words of each page, where they are known.
        """
        for field, text in zip(_OTHER_FIELDS, texts, strict=False):
            if text:
                hits += (
                    self._remembered_hits(field, text) if len(text) < _REMEMBERED else self._fields.hits(field, text)
                )
        if record.pages and self._reads_pages:
            if of_pages is None:
                of_pages = [self._fields.hits("pages", text) for text in record.pages]
            hits += self._page_hits(record.pages, of_pages)
        return hits + tuple(self._record_hits(record, today))

    def _plain(self, span: DateSpan | None, today: date) -> Screening:
        return (
            self._without_words(None, "", today)
            if span is None
            else self._without_words(span.latest, span.text, today)
        )

    def public_hits(self, text: str) -> tuple[Finding, ...]:
        """The words in a text for the public that may not stand there, whatever the age of the record."""
        return tuple([_finding(hit, None, date.min) for hit in self._public.hits("title", text)])

    def met(self, record: Record, today: date) -> frozenset[str]:
        """The ids of all rules that advise anything on the record, early categories among them whatever else is found."""
        hits = self._beside(record, _texts_beside(record), self._fields.hits("title", record.title), today)
        hits = self._in_scope_of(record, hits)
        findings = (*self.screen(record, today).findings, *(_finding(hit, record.span, today) for hit in hits))
        return frozenset(finding.rule_id for finding in findings if finding.suggests is not Suggestion.OPEN)

    def _in_scope_of(self, record: Record, hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
        """The hits of those rules that apply to the record."""
        if not hits or not self._scopes:
            return hits
        named = {hit.rule_id for hit in hits} & self._scopes.keys()
        out = {rule_id for rule_id in named if not self._scopes[rule_id].holds(record)}
        return tuple([hit for hit in hits if hit.rule_id not in out]) if out else hits

    def _hits_of_pages(self, records: Sequence[Record], numbers: Iterable[int]) -> dict[int, list[tuple[Hit, ...]]]:
        """The hits of the words of each page of each of these records that has pages, by the number of the record."""
        hits: dict[int, list[tuple[Hit, ...]]] = {}
        if not self._reads_pages:
            return hits
        texts: list[str] = []
        places: list[tuple[int, int]] = []

        def look_through() -> None:
            joined = Joined(texts, _LONGEST_PAGE)
            for at, found in self._fields.hits_of_all("pages", joined).items():
                number, page = places[at]
                hits[number][page] = found
            texts.clear()
            places.clear()

        signs = 0
        for number in numbers:
            record = records[number]
            if record.pages:
                hits[number] = [()] * len(record.pages)
            for page, text in enumerate(record.pages):
                texts.append(text)
                places.append((number, page))
                signs += len(text)
                if signs > _SIGNS_AT_ONCE:
                    look_through()
                    signs = 0
        if texts:
            look_through()
        return hits

    def _page_hits(self, pages: Sequence[str], of_pages: Sequence[Iterable[Hit]]) -> tuple[Hit, ...]:
        hits: list[Hit] = []
        unreadable = self._conditions.get("unreadable_page")
        for number, (text, found) in enumerate(zip(pages, of_pages, strict=True), start=1):
            hits += [hit._replace(page=number) for hit in found]
            if unreadable is not None and _is_lossy(text) and (lost := _LOST.search(text)) is not None:
                hits.append(Hit(unreadable.id, "pages", *lost.span(), lost[0], unreadable, page=number))
        if unreadable is not None and not any(_has_signs(text) for text in pages):
            hits.append(Hit(unreadable.id, "pages", 0, len(pages[0]), pages[0], unreadable, page=1))
        return tuple(hits)

    def _record_hits(self, record: Record, today: date) -> Iterator[Hit]:
        """Rules on the record itself, not on its words: its scope, and conditions in the expression language."""
        for rule in self._in_scope:
            if not self._scopes[rule.id].holds(record):
                continue
            field, start, end = self._scopes[rule.id].shown(record)
            yield Hit(rule.id, field, start, end, field_text(record, field)[start:end], rule)
        for rule, condition in self._expressions:
            if (said := condition.holds(record, today)) != "no":
                yield Hit(rule.id, "title", 0, len(record.title), record.title, rule, weak=said == "error")

    def _advice_of_dates(self, latest: date | None, text: str, today: date) -> Screening:
        """The advice where no words are found: open, or not due with the rule that says so."""
        due = None
        if latest is not None:
            due = due_date(DateSpan(latest, latest, text), years=self.closure_years, mode=self.due_mode)
        if due is not None and due <= today:
            return Screening((), Suggestion.OPEN, (), due)
        rule = self._conditions.get("undated" if due is None else "closure_period")
        finding = () if rule is None else (_condition(rule, "span", text, due),)
        return Screening(finding, Suggestion.NOT_DUE, (), due)

    def _unreadable(self, title: str) -> tuple[Finding, ...]:
        rule = self._conditions.get("unreadable_title")
        return () if rule is None else (_condition(rule, "title", title, None),)


_OTHER_FIELDS = (
    "series_title", "responsible_body", "agency", "notes", "retention", "classification", "access_condition",
)  # fmt: skip
_texts_beside = attrgetter(*_OTHER_FIELDS, "pages")
_NO_TEXTS = (*("" for _ in _OTHER_FIELDS), ())


def is_readable(title: str) -> bool:
    """Whether a title says anything and nothing in it was lost: no U+FFFD, no lone surrogate, not only signs like "?"."""
    if "\ufffd" in title or (not title.isprintable() and _has_lone_surrogate(title)):
        return False
    return title[:1].isalnum() or _has_signs(title) is not None


def _is_lossy(text: str) -> bool:
    """Whether a long text holds a sign that was lost; told sooner than the place of the sign is found."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return "\ufffd" in text


def _grounds(findings: Iterable[Finding]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(finding.ground for finding in findings if finding.ground))


def _finding(hit: Hit, span: DateSpan | None, today: date) -> Finding:
    rule = hit.rule
    opens_on: date | None = None
    match rule.closure:
        case Years(years=years) | Event(unknown=years):  # records do not say when the event was
            opens_on = None if span is None else _years_after(span.latest, years)
        case ReviewBy(review_by=years):
            opens_on = _years_after(today, years)
        case Until(until=day):
            opens_on = day
        case Stated():
            opens_on = hit.until
        case None if hit.secrecy is not None and isinstance(rule.looks_for, Secrecy):
            opens_on = hit.secrecy.ends_on(span, rule.looks_for.longest)
    suggests = Suggestion.OPEN if opens_on is not None and opens_on <= today else rule.suggests
    if hit.weak and suggests is Suggestion.OPEN_EARLY:  # doubt opens nothing early
        suggests = Suggestion.LOOK
    return Finding(
        *hit[:5], rule.ground, rule.article.value, suggests, opens_on,
        rule.never_public, "low" if hit.weak else rule.level, hit.page,
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
        rule.level,
    )
