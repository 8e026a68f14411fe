"""Finding the words: one pass of one automaton over a text for all terms of all rules, then what their hits ask for.

Most titles hit nothing, so everything dearer than that one pass waits for a reason: a hit, a run of digits, a mark.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from itertools import chain
from typing import NamedTuple, Protocol

import ahocorasick_rs
import numpy as np
from numpy.typing import NDArray

from policies.folding import Folded, FoldedTexts, fold, is_odd
from policies.joined import Joined
from policies.marks import SecrecyMark, find_secrecy_mark, find_until, read_secrecy_mark
from policies.number_checks import CHECKS
from policies.pattern_windows import PatternWindows, Place, SoughtTexts
from policies.person_names import NameFinder
from policies.rule_words import RuleWords, any_of, folded, harmless, near, outside, whole_words, words_of
from policies.rules import AgencyIs, Mark, Name, Pattern, Rule, UnreadMark

_MARK_FIELDS = ("retention", "classification", "access_condition")
_AGENCY_FIELDS = ("responsible_body", "agency")
_READ_WHOLE = (*_MARK_FIELDS, *_AGENCY_FIELDS)  # whatever words stand in them
_LONG = 100  # signs; from there on numpy finds candidates sooner than an expression finds names
_LONG_FOR_PATTERNS = 200  # signs; from there on numpy finds windows sooner than expressions read
_has_digits = re.compile(r"[0-9](?:[ \-—]?[0-9]){6}").search
_digits = re.compile("[0-9]").findall
_not_of_a_number = re.compile("[^0-9a-z]")


class Hit(NamedTuple):
    """A rule met in a field; offsets in the field as it stands in the catalogue. `until`, `secrecy`: what a mark states.

    `page`: from 1, in full text. `weak`: met in a way that proves less than the rule's words do (a misread term).
    """

    rule: Rule
    field: str
    start: int
    end: int
    matched: str
    until: date | None = None
    secrecy: SecrecyMark | None = None
    page: int = 0
    weak: bool = False


class NameModel(Protocol):
    """What finds personal names: start and end of each in each folded text, from left to right. `digest`: its version."""

    @property
    def digest(self) -> str: ...

    def names(self, texts: Sequence[str]) -> list[list[Place]]: ...


class Matcher:
    """A set of rules over the words of records, compiled. `model` finds the names for the rules of kind name."""

    def __init__(self, rules: Iterable[Rule], finder: NameFinder, model: NameModel | None = None) -> None:
        self._finder = finder
        self._model = model
        self._words: list[RuleWords] = []
        self._named: list[RuleWords] = []
        self._patterns: dict[int, PatternWindows] = {}
        self._checks: dict[int, Callable[[str], bool]] = {}
        self._uncalled: list[int] = []  # patterns that may match where none of their terms stands
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
                    if not self._patterns[number].begins_with(words.terms):
                        self._uncalled.append(number)
                case Mark(words=marks):
                    self._marks.append((words.rule, any_of(marks)))
                case UnreadMark(known=known):
                    self._unread.append((words.rule, harmless(known)))
                case AgencyIs(names=bodies, ending=endings):
                    self._agencies.append((words.rule, frozenset(folded(bodies)), folded(endings)))
                case Name() if model is not None:
                    self._named.append(words)
        self._seeks_persons = any(words.within is not None for words in self._words)
        self.terms = tuple(rules_of_term)
        self._find = ahocorasick_rs.AhoCorasick(self.terms).find_matches_as_indexes
        self._called: dict[str, tuple[tuple[int, ...], ...]] = {}
        # Whether a term calls up any rule on the field: first for texts in which no name can be, then for the others.
        self._calling: dict[str, NDArray[np.bool_]] = {}
        numbers_of = [tuple(numbers) for numbers in rules_of_term.values()]
        for field in {field for words in self._words for field in words.rule.fields}:
            own = {
                numbers: tuple([n for n in numbers if field in self._words[max(n, ~n)].rule.fields])
                for numbers in set(numbers_of)
            }
            plain = {
                numbers: any(n < 0 or self._words[n].within is None for n in called)
                for numbers, called in own.items()
            }
            called = tuple(map(own.__getitem__, numbers_of))
            self._called[field] = called
            self._calling[field] = np.array([[plain[numbers] for numbers in numbers_of], list(map(bool, called))])

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
        # Where most are odd, as pages are, all are folded, and looked through once.
        mostly_odd = 2 * len(joined.odd) > len(texts)
        hits = {} if mostly_odd else self._hits_in(field, joined, joined.odd)
        odd = list(range(len(texts))) if mostly_odd else sorted(joined.odd)
        folded = FoldedTexts([texts[number] for number in odd])
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
        places = self._finder.candidates(joined) if self._seeks_persons else np.zeros(0, dtype=np.int64)
        candidates: list[int] = places.tolist()
        met = self._places_in(field, joined, places)
        for number in joined.with_digits - met.keys():
            met[number] = {}
        read, texts, with_digits, sought = self._read, joined.texts, joined.with_digits, SoughtTexts(joined)
        hits: dict[int, tuple[Hit, ...]] = {}
        for number, places_of in met.items():
            if number not in left_out:
                text = texts[number]
                digits = number in with_digits and _has_digits(text) is not None
                if found := read(field, text, places_of, digits, sought, number, candidates):
                    hits[number] = tuple(found)
        return hits

    def _places_in(
        self, field: str, joined: Joined, candidates: NDArray[np.int64]
    ) -> dict[int, dict[int, list[Place]]]:
        """For each text that holds a term of a rule on this field: the numbers of such rules, and where their terms stand.

        Rules that only ask for a name beside their term are left out where no name can be.
        """
        met: dict[int, dict[int, list[Place]]] = {}
        # The automaton takes no lone surrogates. What holds one is odd, and is read by itself.
        found = self._find(joined.text.encode("utf-8", "replace").decode(), True)
        if not found:
            return met
        terms, starts, ends = np.fromiter(chain.from_iterable(found), np.int64).reshape(-1, 3).T
        numbers = joined.numbers_at(starts)
        named = np.zeros(len(joined.texts), dtype=np.bool_)
        named[joined.numbers_at(candidates)] = True
        kept = np.flatnonzero(self._calling[field][named[numbers].astype(np.intp), terms])
        numbers, terms = numbers[kept], terms[kept]
        begins = joined.begins_of[numbers]
        called = self._called[field]
        last, places = -1, {}
        for number, term, start, end in zip(
            numbers.tolist(),
            terms.tolist(),
            (starts[kept] - begins).tolist(),
            (ends[kept] - begins).tolist(),
            strict=True,
        ):
            if number != last:
                last, places = number, met.setdefault(number, {})
            for rule in called[term]:
                if rule in places:
                    places[rule].append((start, end))
                else:
                    places[rule] = [(start, end)]
        return met

    def _hits_of(self, field: str, text: str, folded: Folded | None, names: list[Place]) -> tuple[Hit, ...]:
        """The hits of a text, of which the folded form and the names that the model finds in it are known."""
        plain = text if folded is None else folded.text
        called = self._called[field]
        places: dict[int, list[Place]] = {}
        for term, start, end in self._find(plain, True):
            for rule in called[term]:
                places.setdefault(rule, []).append((start, end))
        digits = _has_digits(plain) is not None
        if not places and not digits and not names and field not in _READ_WHOLE:
            return ()
        found = self._read(field, plain, places, digits)
        found += self._name_hits(field, plain, names)
        return _placed(found, None if folded is None else folded.original, text)

    def _reads_names(self, field: str) -> bool:
        return any(field in words.rule.fields for words in self._named)

    def _read(  # noqa: PLR0917, the hot path
        self,
        field: str,
        text: str,
        places: dict[int, list[Place]],
        digits: bool,
        sought: SoughtTexts | None = None,
        at: int = 0,
        candidates: Sequence[int] = (),
    ) -> list[Hit]:
        """The rules met by a folded text in which the automaton found terms at these places.

        `sought`, `at`, `candidates`: the texts among which this is the one of this number, and where names may begin there.
        """
        found: list[Hit] = []
        patterns = [*self._uncalled] if digits else []
        misread: list[int] = []
        names: list[Place] | None = None
        for number, spans in places.items():
            if number < 0:
                misread.append(number)
                continue
            words = self._words[number]
            if words.within is not None:
                if names is None:
                    names = self._names_in(text, candidates, -1 if sought is None else sought.joined.begins[at])
                if names:
                    found += _hits_at(words, field, text, spans, names)
            elif words.is_pattern:
                patterns.append(number)
            elif words.is_secrecy:
                found += _secrecy_hits(words.rule, field, text)
            else:
                found += _hits_at(words, field, text, spans, None)
        for number in misread:
            found += self._misread_hits(~number, field, text, places[number], found)
        if patterns:
            found += self._pattern_hits(field, text, sorted(set(patterns)), sought, at)
        if field in _READ_WHOLE:
            found += self._whole_hits(field, text, found)
        return found

    def _names_in(self, text: str, candidates: Sequence[int], begins: int) -> list[Place]:
        if begins < 0 and len(text) > _LONG:
            return self._finder.names_at(text, self._finder.candidates(Joined([text], len(text))).tolist())
        if begins < 0:
            return self._finder.names(text)
        first, end = bisect_left(candidates, begins), bisect_left(candidates, begins + len(text))
        return self._finder.names_at(text, [at - begins for at in candidates[first:end]]) if first < end else []

    def _misread_hits(self, number: int, field: str, text: str, places: list[Place], found: list[Hit]) -> list[Hit]:
        """The weak hits of a rule by misread terms: all that may never be public, else one where nothing better is found."""
        words = self._words[number]
        if not words.rule.never_public and any(hit.rule is words.rule for hit in found):
            return []
        return [hit._replace(weak=True) for hit in _hits_at(words, field, text, places, None)]

    def _whole_hits(self, field: str, text: str, found: list[Hit]) -> list[Hit]:
        """Rules on what a field is, as a whole: an agency, or a mark. Only a mark in which nothing is found is unread."""
        if field in _AGENCY_FIELDS:
            return [
                Hit(rule, field, 0, len(text), text)
                for rule, bodies, endings in self._agencies
                if field in rule.fields and text and (text in bodies or text.endswith(endings))
            ]
        if not text.strip():
            return []
        return self._mark_hits(field, text) or ([] if found else self._unread_hits(field, text))

    def _name_hits(self, field: str, text: str, names: list[Place]) -> list[Hit]:
        """Rules of kind name, on a text in which the name model found these names."""
        return [
            hit
            for words in (self._named if names else ())
            if field in words.rule.fields
            for hit in _hits_at(words, field, text, names, None)
        ]

    def _pattern_hits(
        self, field: str, text: str, numbers: Sequence[int], sought: SoughtTexts | None, at: int
    ) -> Iterator[Hit]:
        is_long = len(text) > _LONG_FOR_PATTERNS
        digits = len(text) if is_long else len(_digits(text))  # at the most
        if is_long and sought is None:
            sought, at = SoughtTexts(Joined([text], len(text))), 0
        for number in numbers:
            pattern = self._patterns[number]
            rule, check = self._words[number].rule, self._checks[number]
            if digits < pattern.digits or pattern.sign not in text or field not in rule.fields:
                continue
            windows = sought.windows(pattern, at) if is_long and sought is not None and pattern.in_windows else None
            for found in pattern.matches(text, windows):
                if check(_not_of_a_number.sub("", found[0])):
                    yield Hit(rule, field, found.start(), found.end(), found[0])

    def _mark_hits(self, field: str, text: str) -> list[Hit]:
        found = []
        until = find_until(text)
        for words in self._words:
            if words.is_secrecy and field in words.rule.fields and (mark := read_secrecy_mark(text)) is not None:
                found.append(Hit(words.rule, field, 0, len(text), text, secrecy=mark))
        for rule, marks in self._marks:
            assert isinstance(rule.looks_for, Mark)
            dated = rule.looks_for.dated
            if field not in rule.fields or (
                until is None if dated == "only" else until is not None and dated == "never"
            ):
                continue
            if (word := marks.search(text)) is not None:
                start, end = word.span() if word[0] else (0, len(text))
                found.append(Hit(rule, field, start, end, text[start:end], until=until))
        return found

    def _unread_hits(self, field: str, text: str) -> list[Hit]:
        return [
            Hit(rule, field, 0, len(text), text)
            for rule, known in self._unread
            if field in rule.fields and known.search(text) is None
        ]


def _secrecy_hits(rule: Rule, field: str, text: str) -> list[Hit]:
    """The secrecy mark inside a title or a note; a field of marks is read as a whole."""
    if field in _MARK_FIELDS or (mark := find_secrecy_mark(text)) is None:
        return []
    return [Hit(rule, field, mark.start, mark.end, text[mark.start : mark.end], secrecy=mark)]


def _hits_at(
    words: RuleWords, field: str, text: str, places: list[Place], names: list[Place] | None
) -> Iterable[Hit]:
    """The hits of a rule whose words stand at these places; `names`: of a person rule, which finds the names instead.

    One hit is enough to make the rule known; what may never be public is shown wherever it stands.
    """
    rule, _, _, context, phrases, unless, within, _, _, whole = words
    if (context is not None and context.search(text) is None) or (
        unless is not None and unless.search(text) is not None
    ):
        return ()
    if whole:
        places = whole_words(places, text)
    if len(places) > 1 or (phrases is not None and phrases.search(text) is not None):
        places = outside(places, text, phrases)
    if within is not None and names is not None:
        places = near(names, places, within)
    return [
        tuple.__new__(Hit, (rule, field, start, end, text[start:end], None, None, 0, False))
        for start, end in (places if rule.never_public else places[:1])
    ]


def _placed(hits: Sequence[Hit], original: Callable[[int, int], Place] | None, text: str) -> tuple[Hit, ...]:
    """The hits with their offsets, and their words, in the text as it stands in the catalogue, where `original` finds them."""
    if original is None:
        return tuple(hits)
    placed = []
    for hit in hits:
        start, end = original(hit.start, hit.end)
        placed.append(hit._replace(start=start, end=end, matched=text[start:end]))
    return tuple(placed)
