"""Finding the words: one pass of one automaton over a text for all terms of all rules, then what their hits ask for.

Most titles hit nothing, so everything dearer than that one pass waits for a reason: a hit, a run of digits, a mark.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from itertools import chain
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from policies.folding import Folded, fold, is_odd
from policies.joined import Joined
from policies.marks import SecrecyMark, find_secrecy_mark, find_until, read_secrecy_mark
from policies.near_names import names_near
from policies.number_checks import CHECKS
from policies.pattern_windows import PatternWindows, Place, SoughtTexts
from policies.person_names import NameFinder
from policies.rule_words import RuleWords, any_of, folded, harmless, near, outside, whole_words, words_of
from policies.rules import AgencyIs, Mark, Name, Pattern, Rule, UnreadMark
from policies.term_finder import TermFinder

_MARK_FIELDS = ("retention", "classification", "access_condition")
_AGENCY_FIELDS = ("responsible_body", "agency")
_READ_WHOLE = (*_MARK_FIELDS, *_AGENCY_FIELDS)  # whatever words stand in them
_LONG = 100  # signs; from there on numpy finds candidates sooner than an expression finds names
_LONG_FOR_PATTERNS = 200  # signs; from there on numpy finds windows sooner than expressions read
_has_digits = re.compile(r"[0-9](?:[ \-—]?[0-9]){6}").search
_digits = re.compile("[0-9]").findall
_BY_NAME, _BY_WORDS = 1, 2  # what a term calls up
_not_of_a_number = re.compile("[^0-9a-z]")
_new = tuple.__new__


class Hit(NamedTuple):
    """A rule met in a field; offsets in the field as it stands in the catalogue. `until`, `secrecy`: what a mark states.

    `page`: from 1, in full text. `weak`: met in a way that proves less than the rule's words do (a misread term). It begins
    as a finding does.
    """

    rule_id: str
    field: str
    start: int
    end: int
    matched: str
    rule: Rule
    until: date | None = None
    secrecy: SecrecyMark | None = None
    page: int = 0
    weak: bool = False


class NameModel(Protocol):
    """What finds personal names: start and end of each in each folded text, from left to right. `digest`: its version."""

    @property
    def digest(self) -> str: ...

    def names(self, texts: Sequence[str]) -> list[list[Place]]: ...


class _Called:
    """The numbers of the rules that each term calls up: `by_term`, and of many terms at once."""

    def __init__(self, by_term: Sequence[tuple[int, ...]]) -> None:
        self.by_term = by_term
        self._counts = np.fromiter(map(len, by_term), np.int64, len(by_term))
        self._begins = np.cumsum(self._counts) - self._counts
        self._rules = np.fromiter(chain.from_iterable(by_term), np.int64)

    def of(self, terms: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The rules of these terms, one after the other, and how many each term has."""
        counts = self._counts.take(terms)
        before = np.cumsum(counts) - counts
        return self._rules[np.arange(counts.sum()) + np.repeat(self._begins.take(terms) - before, counts)], counts


class Matcher:
    """A set of rules over the words of records, compiled. `model` finds the names for the rules of kind name."""

    def __init__(self, rules: Iterable[Rule], finder: NameFinder, model: NameModel | None = None) -> None:
        self._finder = finder
        self._model = model
        self._words: list[RuleWords] = []
        self._named: list[int] = []
        self._patterns: dict[int, PatternWindows] = {}
        self._checks: dict[int, Callable[[str], bool]] = {}
        self._called_up: set[int] = set()  # patterns of which every match begins with one of their terms
        self._marks: list[tuple[Rule, re.Pattern[str]]] = []
        self._unread: list[tuple[Rule, re.Pattern[str]]] = []
        self._agencies: list[tuple[Rule, frozenset[str], tuple[str, ...]]] = []
        rules_of_term: dict[str, list[int]] = {}
        for number, words in enumerate(map(words_of, rules)):
            self._words.append(words)
            for term in words.terms:
                rules_of_term.setdefault(term, []).append(number)
            for term in words.misread:
                rules_of_term.setdefault(term, []).append(~number)
            match words.rule.looks_for:
                case Pattern(pattern=pattern, check=check):
                    self._patterns[number], self._checks[number] = PatternWindows(pattern), CHECKS[check]
                    if self._patterns[number].begins_with(words.terms):
                        self._called_up.add(number)
                case Mark(words=marks):
                    self._marks.append((words.rule, any_of(marks)))
                case UnreadMark(known=known):
                    self._unread.append((words.rule, harmless(known)))
                case AgencyIs(names=bodies, ending=endings):
                    self._agencies.append((words.rule, frozenset(folded(bodies)), folded(endings)))
                case Name() if model is not None:
                    self._named.append(number)
        self._asked = list(map(_asked_of, self._words))
        self._only_words = {
            number for number, words in enumerate(self._words) if not (words.is_secrecy or words.is_pattern)
        }
        self._uncalled = self._patterns.keys() - self._called_up
        distances = [words.within for words in self._words if words.within is not None]
        self._seeks_persons, self._within = bool(distances), max(distances, default=0)
        self.terms = tuple(rules_of_term)
        self._finds = TermFinder(self.terms)
        self._called: dict[str, _Called] = {}
        # What a term calls up on the field: rules that only ask for a name near it, others, or both.
        self._calling: dict[str, NDArray[np.uint8]] = {}
        numbers_of = [tuple(numbers) for numbers in rules_of_term.values()]
        for field in {field for words in self._words for field in words.rule.fields}:
            own = {
                numbers: tuple([n for n in numbers if field in self._words[max(n, ~n)].rule.fields])
                for numbers in set(numbers_of)
            }
            by_name = {
                numbers: [n >= 0 and self._words[n].within is not None for n in called]
                for numbers, called in own.items()
            }
            calls = {
                numbers: _BY_NAME * any(asked) | _BY_WORDS * (not all(asked)) for numbers, asked in by_name.items()
            }
            self._called[field] = _Called(list(map(own.__getitem__, numbers_of)))
            self._calling[field] = np.array(list(map(calls.__getitem__, numbers_of)), np.uint8)

    def hits(self, field: str, text: str) -> tuple[Hit, ...]:
        """Every rule met by the text of one field. Any text is searched; none raises."""
        if field not in self._called:
            return ()
        names: list[Place] = []
        folded = fold(text) if is_odd(text) else None
        plain = text if folded is None else folded.text
        if self._model is not None and self._reads_names(field):
            (names,) = self._model.names([plain])
        return self._hits_of(field, text, folded, names)

    def hits_of_all(self, field: str, joined: Joined) -> dict[int, tuple[Hit, ...]]:
        """`hits` of each of many texts of a field of words, by the number of the text, where there are any.

        Most of them hold no term, no run of digits and no odd sign, and so meet nothing: that is found out for all at once.
        """
        texts = joined.texts
        if field not in self._called or not texts:
            return {}
        odd, folded = joined.to_fold, joined.folded
        hits = {} if len(odd) == len(texts) else self._hits_in(field, joined, joined.odd)
        if odd:
            again = Joined(folded.texts, joined.longest)
            for at, found in self._hits_in(field, again, again.long).items():
                hits[odd[at]] = _placed(found, partial(folded.original, at), texts[odd[at]])
            for at in again.long:
                hits[odd[at]] = self._hits_of(field, texts[odd[at]], fold(texts[odd[at]]), [])
        if self._model is not None and self._reads_names(field):
            at_of = {number: at for at, number in enumerate(odd)}
            plain = list(texts)
            for at, number in enumerate(odd):
                plain[number] = folded.texts[at]
            for number, names in enumerate(self._model.names(plain)):
                if names:
                    named = self._name_hits(field, plain[number], names)
                    origin = partial(folded.original, at_of[number]) if number in at_of else None
                    hits[number] = hits.get(number, ()) + _placed(named, origin, texts[number])
        return hits

    def _hits_in(self, field: str, joined: Joined, left_out: frozenset[int]) -> dict[int, tuple[Hit, ...]]:
        """The hits of joined texts that are folded; none of those `left_out`."""
        met, names = self._places_in(field, joined)
        for number in joined.with_digits - met.keys():
            met[number] = {}
        texts, with_digits, sought = joined.texts, joined.with_digits, SoughtTexts(joined)
        only_words, asked = self._only_words, self._asked
        hits: dict[int, tuple[Hit, ...]] = {}
        for number, places in met.items():
            if number in left_out:
                continue
            text = texts[number]
            found: list[Hit] = []
            if number not in with_digits and only_words.issuperset(places):
                near_by = names.get(number, ())
                for rule, spans in places.items():
                    _add_hits(found, asked[rule], field, text, spans, near_by)
            else:
                digits = number in with_digits and _has_digits(text) is not None
                found = self._read(field, text, places, digits, names.get(number, ()), sought, number)
            if found:
                hits[number] = tuple(found)
        return hits

    def _places_in(
        self, field: str, joined: Joined
    ) -> tuple[dict[int, dict[int, list[Place]]], dict[int, list[Place]]]:
        """For each text that holds a term of a rule on this field: the numbers of such rules, and where their terms stand.

        Also the names that may stand near the terms of those rules that ask for a name. Where there is none, these rules
        are left out.
        """
        met: dict[int, dict[int, list[Place]]] = {}
        terms, starts, ends = self._finds.terms_in_all(joined)
        if not len(terms):
            return met, {}
        numbers = joined.numbers_at(starts)
        calls = self._calling[field].take(terms)
        names: dict[int, list[Place]] = {}
        if self._seeks_persons:
            asking = (calls & _BY_NAME).nonzero()[0]
            names = names_near(self._finder, joined, starts[asking], ends[asking], self._within)
        named = np.zeros(len(joined.texts), dtype=np.uint8)
        named[list(names)] = _BY_NAME
        kept = (calls & (_BY_WORDS | named[numbers])).nonzero()[0]
        rules, counts = self._called[field].of(terms[kept])
        kept = np.repeat(kept, counts)
        numbers = numbers[kept]
        begins = joined.begins_of[numbers]
        rows = zip(
            numbers.tolist(),
            rules.tolist(),
            zip((starts[kept] - begins).tolist(), (ends[kept] - begins).tolist(), strict=True),
            strict=True,
        )
        last = -1
        places: dict[int, list[Place]] = {}
        for number, rule, place in rows:
            if number != last:
                last, places = number, {}
                met[number] = places
            if rule in places:
                places[rule].append(place)
            else:
                places[rule] = [place]
        return met, names

    def _hits_of(self, field: str, text: str, folded: Folded | None, names: list[Place]) -> tuple[Hit, ...]:
        """The hits of a text, of which the folded form and the names that the model finds in it are known."""
        plain = text if folded is None else folded.text
        called = self._called[field].by_term
        places: dict[int, list[Place]] = {}
        for term, start, end in self._finds.terms_in(plain):
            for rule in called[term]:
                places.setdefault(rule, []).append((start, end))
        digits = _has_digits(plain) is not None
        if not places and not digits and not names and field not in _READ_WHOLE:
            return ()
        found = self._read(field, plain, places, digits)
        found += self._name_hits(field, plain, names)
        return _placed(found, None if folded is None else folded.original, text)

    def _reads_names(self, field: str) -> bool:
        return any(field in self._words[number].rule.fields for number in self._named)

    def _read(  # noqa: PLR0917, the hot path
        self,
        field: str,
        text: str,
        places: dict[int, list[Place]],
        digits: bool,
        names: Sequence[Place] | None = None,
        sought: SoughtTexts | None = None,
        at: int = 0,
    ) -> list[Hit]:
        """The rules met by a folded text in which the automaton found terms at these places.

        `names`: those near a term, where they are known. `sought`, `at`: the texts among which this is the one of this number.
        """
        found: list[Hit] = []
        others: list[int] = []
        for number, spans in places.items():
            if number < 0 or (words := self._words[number]).is_pattern:
                others.append(number)
            elif words.is_secrecy:
                found += _secrecy_hits(words.rule, field, text)
            else:
                if names is None and words.within is not None:
                    names = self._names_in(text)
                _add_hits(found, self._asked[number], field, text, spans, names or ())
        if others or digits:
            for number in others:
                if number < 0:
                    found += self._misread_hits(~number, field, text, places[number], found)
            found += self._pattern_hits(field, text, self._patterns_sought(others, digits), places, sought, at)
        if field in _READ_WHOLE:
            found += self._whole_hits(field, text, found)
        return found

    def _patterns_sought(self, called: Iterable[int], digits: bool) -> list[int]:
        """The numbers of the patterns that may match a text, in order: those called up, and all others if it has digits."""
        return sorted({number for number in called if number >= 0} | (self._uncalled if digits else set()))

    def _names_in(self, text: str) -> list[Place]:
        if len(text) > _LONG:
            return self._finder.names_at(text, self._finder.candidates(Joined([text], len(text))).tolist())
        return self._finder.names(text)

    def _misread_hits(self, number: int, field: str, text: str, places: list[Place], found: list[Hit]) -> list[Hit]:
        """The weak hits of a rule by misread terms: all that may never be public, else one where nothing better is found."""
        words = self._words[number]
        if not words.rule.never_public and any(hit.rule is words.rule for hit in found):
            return []
        again: list[Hit] = []
        _add_hits(again, self._asked[number], field, text, places, ())
        return [hit._replace(weak=True) for hit in again]

    def _whole_hits(self, field: str, text: str, found: list[Hit]) -> list[Hit]:
        """Rules on what a field is, as a whole: an agency, or a mark. Only a mark in which nothing is found is unread."""
        if field in _AGENCY_FIELDS:
            return [
                Hit(rule.id, field, 0, len(text), text, rule)
                for rule, bodies, endings in self._agencies
                if field in rule.fields and text and (text in bodies or text.endswith(endings))
            ]
        if not text.strip():
            return []
        return self._mark_hits(field, text) or ([] if found else self._unread_hits(field, text))

    def _name_hits(self, field: str, text: str, names: list[Place]) -> list[Hit]:
        """Rules of kind name, on a text in which the name model found these names."""
        found: list[Hit] = []
        for number in self._named if names else ():
            if field in self._words[number].rule.fields:
                _add_hits(found, self._asked[number], field, text, names, ())
        return found

    def _pattern_hits(  # noqa: PLR0917, the hot path
        self,
        field: str,
        text: str,
        numbers: Sequence[int],
        places: dict[int, list[Place]],
        sought: SoughtTexts | None,
        at: int,
    ) -> Iterator[Hit]:
        """The hits of these patterns; `places`: of their triggers, with one of which some begin."""
        is_long = len(text) > _LONG_FOR_PATTERNS
        digits = len(text) if is_long else len(_digits(text))  # at the most
        if is_long and sought is None:
            sought, at = SoughtTexts(Joined([text], len(text))), 0
        for number in numbers:
            pattern = self._patterns[number]
            rule, check = self._words[number].rule, self._checks[number]
            if digits < pattern.digits or pattern.sign not in text or field not in rule.fields:
                continue
            windows: Sequence[Place] | None = None
            if number in self._called_up:
                windows = sorted({(start, start) for start, _ in places[number]})
            elif is_long and sought is not None and pattern.in_windows:
                windows = sought.windows(pattern, at)
                if not windows:
                    continue
            for found in pattern.matches(text, windows):
                if check(_not_of_a_number.sub("", found[0])):
                    yield Hit(rule.id, field, found.start(), found.end(), found[0], rule)

    def _mark_hits(self, field: str, text: str) -> list[Hit]:
        found = []
        until = find_until(text)
        for words in self._words:
            if words.is_secrecy and field in words.rule.fields and (mark := read_secrecy_mark(text)) is not None:
                found.append(Hit(words.rule.id, field, 0, len(text), text, words.rule, secrecy=mark))
        for rule, marks in self._marks:
            assert isinstance(rule.looks_for, Mark)
            dated = rule.looks_for.dated
            if field not in rule.fields or (
                until is None if dated == "only" else until is not None and dated == "never"
            ):
                continue
            if (word := marks.search(text)) is not None:
                start, end = word.span() if word[0] else (0, len(text))
                found.append(Hit(rule.id, field, start, end, text[start:end], rule, until=until))
        return found

    def _unread_hits(self, field: str, text: str) -> list[Hit]:
        return [
            Hit(rule.id, field, 0, len(text), text, rule)
            for rule, known in self._unread
            if field in rule.fields and known.search(text) is None
        ]


def _secrecy_hits(rule: Rule, field: str, text: str) -> list[Hit]:
    """The secrecy mark inside a title or a note; a field of marks is read as a whole."""
    if field in _MARK_FIELDS or (mark := find_secrecy_mark(text)) is None:
        return []
    return [Hit(rule.id, field, mark.start, mark.end, text[mark.start : mark.end], rule, secrecy=mark)]


class _Asked(NamedTuple):
    """What is asked where words of a rule stand: what else must stand in the text, what must not, and near which names."""

    rule: Rule
    rule_id: str
    context: Callable[[str], re.Match[str] | None] | None
    unless: Callable[[str], re.Match[str] | None] | None
    phrases: re.Pattern[str] | None
    whole: bool
    within: int | None
    each: bool


def _asked_of(words: RuleWords) -> _Asked:
    context, unless = words.context, words.unless
    return _Asked(
        words.rule,
        words.rule.id,
        None if context is None else context.search,
        None if unless is None else unless.search,
        words.phrases,
        words.whole,
        words.within,
        words.rule.never_public,
    )


def _add_hits(  # noqa: PLR0917, the hot path
    found: list[Hit], asked: _Asked, field: str, text: str, places: list[Place], names: Sequence[Place]
) -> None:
    """Add the hits of a rule whose words stand at these places; of a person rule, of the `names` near them.

    One hit is enough to make the rule known; what may never be public is shown wherever it stands.
    """
    rule, rule_id, context, unless, phrases, whole, within, each = asked
    if (context is not None and context(text) is None) or (unless is not None and unless(text) is not None):
        return
    if whole:
        places = whole_words(places, text)
    if len(places) > 1 or (phrases is not None and phrases.search(text) is not None):
        places = outside(places, text, phrases)
    if within is not None:
        places = near(names, places, within)
    for start, end in places:
        found.append(_new(Hit, (rule_id, field, start, end, text[start:end], rule, None, None, 0, False)))
        if not each:
            break


def _placed(hits: Sequence[Hit], original: Callable[[int, int], Place] | None, text: str) -> tuple[Hit, ...]:
    """The hits with their offsets, and their words, in the text as it stands in the catalogue, where `original` finds them."""
    if original is None:
        return tuple(hits)
    placed = []
    for hit in hits:
        start, end = original(hit.start, hit.end)
        placed.append(hit._replace(start=start, end=end, matched=text[start:end]))
    return tuple(placed)
