"""Finding the words: one pass of one automaton over a text for all terms of all rules, then what their hits ask for.

Most titles hit nothing, so everything dearer than that one pass waits for a reason: a hit, a run of digits, a mark.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import accumulate
from typing import NamedTuple

import ahocorasick_rs

from policies.folding import Folded, fold, is_odd
from policies.marks import SecrecyMark, find_secrecy_mark, find_until, read_secrecy_mark
from policies.number_checks import CHECKS
from policies.person_names import NameFinder
from policies.rules import FieldName, Lexicon, Mark, Pattern, Person, Rule, Secrecy, UnreadMark

_MARK_FIELDS = ("retention", "classification", "access_condition")
_has_digits = re.compile(r"[0-9](?:[ \-—]?[0-9]){6}").search
_BETWEEN = "\u2588"  # between joined texts: in no term, no number, and not odd
_SECRECY_WORDS = ("绝密", "机密", "秘密")


class Hit(NamedTuple):
    """A rule met in a field; offsets in the field as it stands in the catalogue. `until`, `secrecy`: what a mark states."""

    rule: Rule
    field: str
    start: int
    end: int
    matched: str
    until: date | None = None
    secrecy: SecrecyMark | None = None


class _Words(NamedTuple):
    """A lexicon, person or secrecy rule as it is looked for: its words folded, `within` only for persons."""

    rule: Rule
    fields: tuple[FieldName, ...]
    context: re.Pattern[str] | None = None
    phrases: re.Pattern[str] | None = None
    unless: re.Pattern[str] | None = None
    within: int | None = None
    is_secrecy: bool = False


class Matcher:
    """A set of rules over the words of records, compiled."""

    def __init__(self, rules: Iterable[Rule], names: NameFinder) -> None:
        self._names = names.names
        rules_of_term: dict[str, list[int]] = {}
        self._words: list[_Words] = []
        self._patterns: list[tuple[Rule, re.Pattern[str]]] = []
        self._marks: list[tuple[Rule, re.Pattern[str]]] = []
        self._unread: list[tuple[Rule, re.Pattern[str]]] = []
        self._secrecy: list[Rule] = []
        for rule in rules:
            match rule.looks_for:
                case Pattern(pattern=pattern):
                    self._patterns.append((rule, re.compile(pattern)))
                case Mark(words=words):
                    self._marks.append((rule, _any_of(words)))
                case UnreadMark(known=known):
                    self._unread.append((rule, _harmless(known)))
                case Secrecy():
                    self._secrecy.append(rule)
            words_of_rule, terms = _looked_for(rule)
            for term in terms:
                rules_of_term.setdefault(fold(term).text, []).append(len(self._words))
            self._words.append(words_of_rule)
        self.terms = tuple(rules_of_term)
        self._rules_of_term = tuple(tuple(numbers) for numbers in rules_of_term.values())
        self._find = ahocorasick_rs.AhoCorasick(self.terms).find_matches_as_indexes

    def hits(self, field: str, text: str) -> tuple[Hit, ...]:
        """Every rule met by the text of one field. Any text is searched; none raises."""
        folded = fold(text) if is_odd(text) else None
        plain = text if folded is None else folded.text
        triggered = self._find(plain, True)
        digits = _has_digits(plain) is not None
        if not triggered and field not in _MARK_FIELDS and not digits:
            return ()
        found = self._read(field, plain, triggered, digits=digits)
        return tuple(found) if folded is None else tuple([_placed(hit, folded, text) for hit in found])

    def hits_of_all(self, field: str, texts: Sequence[str]) -> list[tuple[Hit, ...]]:
        """`hits` of each text of a field of words, in order.

        The texts are looked through in one piece, joined, which is several times quicker than one by one: most of them
        hold no term, no run of digits and no odd sign, and so meet nothing.
        """
        hits: list[tuple[Hit, ...]] = [()] * len(texts)
        # The automaton takes no lone surrogates. What holds one is odd, and is read by itself below.
        joined, ends = _BETWEEN.join(texts).encode("utf-8", "replace").decode(), _ends(texts)
        triggered: dict[int, list[tuple[int, int, int]]] = {}
        for term, start, end in self._find(joined, True):
            number = bisect_right(ends, start)
            before = ends[number] - len(texts[number]) - 1
            triggered.setdefault(number, []).append((term, start - before, end - before))
        with_digits = frozenset(_where(_has_digits, joined, ends))
        odd = frozenset(_where(is_odd, joined, ends))
        for number in (triggered.keys() | with_digits) - odd:
            hits[number] = tuple(
                self._read(field, texts[number], triggered.get(number, ()), digits=number in with_digits)
            )
        for number in odd:
            hits[number] = self.hits(field, texts[number])
        return hits

    def _read(self, field: str, text: str, triggered: Sequence[tuple[int, int, int]], *, digits: bool) -> list[Hit]:
        """The rules met by a folded text in which the automaton found these terms."""
        found = self._word_hits(field, text, triggered) if triggered else []
        if digits:
            found += self._number_hits(field, text)
        if field in _MARK_FIELDS and text.strip():
            found += self._mark_hits(field, text) or ([] if found else self._unread_hits(field, text))
        return found

    def _word_hits(self, field: str, text: str, triggered: Sequence[tuple[int, int, int]]) -> list[Hit]:
        """Lexicon, person and secrecy rules, of which the automaton found a word."""
        spans: dict[int, list[tuple[int, int]]] = {}
        for term, start, end in triggered:
            for number in self._rules_of_term[term]:
                spans.setdefault(number, []).append((start, end))
        hits: list[Hit] = []
        names: list[tuple[int, int]] | None = None
        for number, met in spans.items():
            rule, fields, context, phrases, unless, within, is_secrecy = self._words[number]
            if field not in fields:
                continue
            if is_secrecy:
                if field not in _MARK_FIELDS and (mark := find_secrecy_mark(text)) is not None:
                    hits.append(Hit(rule, field, mark.start, mark.end, text[mark.start : mark.end], secrecy=mark))
                continue
            if within is not None:
                names = self._names(text) if names is None else names
                if not names:
                    continue
            if (context is not None and context.search(text) is None) or (
                unless is not None and unless.search(text) is not None
            ):
                continue
            places = _outside(met, text, phrases)
            if within is not None and names is not None:
                places = _near(names, places, within)
            for start, end in places if rule.never_public else places[:1]:
                hits.append(Hit(rule, field, start, end, text[start:end]))
        return hits

    def _number_hits(self, field: str, text: str) -> Iterable[Hit]:
        for rule, pattern in self._patterns:
            if field in rule.fields:
                assert isinstance(rule.looks_for, Pattern)
                check = CHECKS[rule.looks_for.check]
                for found in pattern.finditer(text):
                    if check(re.sub("[^0-9x]", "", found[0])):
                        yield Hit(rule, field, found.start(), found.end(), found[0])

    def _mark_hits(self, field: str, text: str) -> list[Hit]:
        found = []
        until = find_until(text)
        for rule in self._secrecy:
            if field in rule.fields and (mark := read_secrecy_mark(text)) is not None:
                found.append(Hit(rule, field, 0, len(text), text, secrecy=mark))
        for rule, words in self._marks:
            assert isinstance(rule.looks_for, Mark)
            dated = rule.looks_for.dated
            if field not in rule.fields or (
                until is None if dated == "only" else until is not None and dated == "never"
            ):
                continue
            if (word := words.search(text)) is not None:
                start, end = word.span() if word[0] else (0, len(text))
                found.append(Hit(rule, field, start, end, text[start:end], until=until))
        return found

    def _unread_hits(self, field: str, text: str) -> list[Hit]:
        return [
            Hit(rule, field, 0, len(text), text)
            for rule, known in self._unread
            if field in rule.fields and known.search(text) is None
        ]


def _where(search: Callable[[str, int], re.Match[str] | None], joined: str, ends: Sequence[int]) -> list[int]:
    """The numbers of the joined texts in which the search finds anything."""
    found: list[int] = []
    at = 0
    while (match := search(joined, at)) is not None:
        found.append(bisect_right(ends, match.start()))
        at = ends[found[-1]]
    return found


def _ends(texts: Iterable[str]) -> list[int]:
    """Where the next text begins, in the joined texts, after each."""
    return list(accumulate([len(text) + 1 for text in texts]))


def _looked_for(rule: Rule) -> tuple[_Words, tuple[str, ...]]:
    """A rule's words, folded, and the terms by which the automaton calls it up."""
    match rule.looks_for:
        case Lexicon(terms=terms, context=context, except_=phrases, unless=unless):
            return _Words(rule, rule.fields, _phrases(context), _phrases(phrases), _phrases(unless)), terms
        case Person(beside=terms, except_=phrases, unless=unless, within=within):
            return _Words(rule, rule.fields, None, _phrases(phrases), _phrases(unless), within), terms
        case Secrecy():
            return _Words(rule, rule.fields, is_secrecy=True), _SECRECY_WORDS
    return _Words(rule, rule.fields), ()


def _phrases(phrases: Iterable[str]) -> re.Pattern[str] | None:
    longest_first = sorted((fold(phrase).text for phrase in phrases), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first))) if longest_first else None


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    """Any of the words, English ones as whole words; with no words, the empty match."""
    folded = [fold(word).text for word in words]
    return re.compile(
        "|".join(rf"(?<![a-z]){re.escape(w)}(?![a-z])" if w.isascii() else re.escape(w) for w in folded)
    )


def _harmless(words: Iterable[str]) -> re.Pattern[str]:
    """A mark that is one of the words; an English word may also stand inside it ("open for research")."""
    chinese = "|".join(re.escape(fold(word).text) for word in words if not word.isascii())
    english = _any_of(word for word in words if word.isascii()).pattern
    return re.compile(rf"^\W*(?:{chinese})\W*$|{english}")


def _outside(spans: list[tuple[int, int]], text: str, phrases: re.Pattern[str] | None) -> list[tuple[int, int]]:
    """The longest of overlapping spans, without those that lie inside one of the phrases."""
    covered = (
        [] if phrases is None or not phrases.search(text) else [found.span() for found in phrases.finditer(text)]
    )
    if len(spans) == 1 and not covered:
        return spans
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if kept and end <= kept[-1][1]:
            continue
        if not any(left <= start and end <= right for left, right in covered):
            kept.append((start, end))
    return kept


def _near(names: list[tuple[int, int]], words: list[tuple[int, int]], within: int) -> list[tuple[int, int]]:
    """The names that stand at most `within` signs from a word. Both lists run from left to right."""
    near: list[tuple[int, int]] = []
    at = 0
    for start, end in names:
        while at < len(words) and words[at][1] + within < start:
            at += 1
        if at < len(words) and words[at][0] - within <= end:
            near.append((start, end))
    return near


def _placed(hit: Hit, folded: Folded, text: str) -> Hit:
    """The hit with its offsets, and its words, in the text as it stands in the catalogue."""
    start, end = folded.original(hit.start, hit.end)
    return hit._replace(start=start, end=end, matched=text[start:end])
