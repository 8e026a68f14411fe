"""A rule's words as they are looked for: folded, compiled, and what makes a place where one stands count."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from policies.confusions import misread
from policies.folding import fold
from policies.rules import Category, Lexicon, Name, Pattern, Person, Rule, Secrecy

_SECRECY_WORDS = ("绝密", "机密", "秘密")


class RuleWords(NamedTuple):
    """A rule that the automaton calls up by one of `terms` (`misread`: of those with one sign misread for another).

    `within` only for persons. `is_pattern`: its terms are only where its pattern begins to be worth a look.
    """

    rule: Rule
    terms: tuple[str, ...] = ()
    misread: tuple[str, ...] = ()
    context: re.Pattern[str] | None = None
    phrases: re.Pattern[str] | None = None
    unless: re.Pattern[str] | None = None
    within: int | None = None
    is_secrecy: bool = False
    is_pattern: bool = False
    whole: bool = False


def words_of(rule: Rule) -> RuleWords:
    """The words of a rule; without terms where it is not called up by words."""
    match rule.looks_for:
        case Lexicon(
            terms=terms, context=context, except_=phrases, unless=unless, variants=variants, whole_words=whole
        ):
            right = dict.fromkeys(folded(terms))
            wrong = dict.fromkeys(w for term in right for w in misread(term)) if "ocr" in variants else {}
            return RuleWords(
                rule,
                tuple(right),
                tuple(w for w in wrong if w not in right),
                phrases_of(context, whole=whole),
                phrases_of(phrases, whole=whole),
                phrases_of(unless, whole=whole),
                whole=whole,
            )
        case Category(terms=terms, context=context, except_=phrases, unless=unless):
            return RuleWords(rule, folded(terms), (), phrases_of(context), phrases_of(phrases), phrases_of(unless))
        case Person(beside=terms, except_=phrases, unless=unless, within=within):
            return RuleWords(rule, folded(terms), (), None, phrases_of(phrases), phrases_of(unless), within)
        case Name(except_=phrases, unless=unless):
            return RuleWords(rule, (), (), None, phrases_of(phrases), phrases_of(unless))
        case Pattern(triggers=triggers):
            return RuleWords(rule, folded(triggers), is_pattern=True)
        case Secrecy():
            return RuleWords(rule, _SECRECY_WORDS, is_secrecy=True)
    return RuleWords(rule)


def folded(words: Iterable[str]) -> tuple[str, ...]:
    """The words as they stand in folded texts, each once."""
    return tuple(dict.fromkeys(fold(word).text for word in words))


def phrases_of(phrases: Iterable[str], *, whole: bool = False) -> re.Pattern[str] | None:
    """Any of the phrases, the longest first; None where there are none. `whole`: as whole words only."""
    longest_first = sorted((fold(phrase).text for phrase in phrases), key=len, reverse=True)
    if not longest_first:
        return None
    any_phrase = "|".join(map(re.escape, longest_first))
    return re.compile(rf"(?<![0-9a-z])(?:{any_phrase})(?![0-9a-z])" if whole else any_phrase)


def whole_words(places: Iterable[tuple[int, int]], text: str) -> list[tuple[int, int]]:
    """The places that are not part of a longer word in Latin letters."""
    return [
        (start, end)
        for start, end in places
        if not (_is_latin(text[start - 1 : start]) or _is_latin(text[end : end + 1]))
    ]


def _is_latin(sign: str) -> bool:
    return sign.isascii() and sign.isalnum()


def any_of(words: Iterable[str]) -> re.Pattern[str]:
    """Any of the words, English ones as whole words; with no words, the empty match."""
    folded = [fold(word).text for word in words]
    return re.compile(
        "|".join(rf"(?<![a-z]){re.escape(w)}(?![a-z])" if w.isascii() else re.escape(w) for w in folded)
    )


def harmless(words: Iterable[str]) -> re.Pattern[str]:
    """A mark that is one of the words; an English word may also stand inside it ("open for research")."""
    chinese = "|".join(re.escape(fold(word).text) for word in words if not word.isascii())
    english = any_of(word for word in words if word.isascii()).pattern
    return re.compile(rf"^\W*(?:{chinese})\W*$|{english}")


def outside(spans: list[tuple[int, int]], text: str, phrases: re.Pattern[str] | None) -> list[tuple[int, int]]:
    """The longest of overlapping spans, without those that lie inside one of the phrases."""
    covered = [] if phrases is None else [found.span() for found in phrases.finditer(text)]
    if not covered and apart(spans):
        return spans
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=_longest_first):
        if kept and end <= kept[-1][1]:
            continue
        for left, right in covered:
            if left <= start and end <= right:
                break
        else:
            kept.append((start, end))
    return kept


def apart(spans: list[tuple[int, int]]) -> bool:
    """Whether each span begins where the one before it ends, or later."""
    at = 0
    for start, end in spans:
        if start < at:
            return False
        at = end
    return True


def _longest_first(span: tuple[int, int]) -> tuple[int, int]:
    return span[0], -span[1]


def near(names: Sequence[tuple[int, int]], words: list[tuple[int, int]], within: int) -> list[tuple[int, int]]:
    """The names that stand at most `within` signs from a word. Both lists run from left to right."""
    near: list[tuple[int, int]] = []
    at = 0
    for start, end in names:
        while at < len(words) and words[at][1] + within < start:
            at += 1
        if at < len(words) and words[at][0] - within <= end:
            near.append((start, end))
    return near
