"""Which titles are so alike that the records should be decided alike: near-duplicates (近似题名).

Two measures. The key (`likeness_of`) is the same for titles that differ only in names, numbers, dates, signs, script and
particles; it is kept with each entry and found by index. `likeness` is finer, the share of pairs of characters that two
titles have in common (Jaccard), and finds small edits; `alike_groups` applies it to many titles without comparing all
with all: each title is compared with those that share one of its rarest pairs (prefix filtering, Chaudhuri et al. 2006;
Bayardo et al. 2007).

What is alike is shown as a warning. It decides nothing.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from hashlib import blake2b
from itertools import pairwise

from policies.folding import fold
from policies.person_names import NameFinder
from policies.public_titles import WHOLE, WITHHELD
from policies.rulesets import load_ruleset

ALIKE = 0.7  # share of pairs in common from which two titles are alike
_SHORT = 8  # signs; what is shorter is alike only when its key is the same

_NUMERALS = "0-9〇零一二三四五六七八九十百千万亿廿卅壹贰叁肆伍陆柒捌玖拾佰仟"
_ERAS = "顺治|康熙|雍正|乾隆|嘉庆|道光|咸丰|同治|光绪|宣统|民国|大同|康德|公元"
_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_NUMBER = re.compile(
    rf"(?:(?:{_ERAS})元?|第)?[{_NUMERALS}]+(?:年代|年度|周年|年|月份|月|日|号|次|届|期|批|卷|份|st|nd|rd|th)?"
    rf"|(?:{_ERAS})元年|\b(?:{_MONTHS})\b"
)
_PARTICLES = re.compile(
    r"关于|有关|对于|[的了之及与和对]|\b(?:the|of|an?|and|on|for|to|in|by|with|re|concerning|regarding)\b"
)
_SIGNS = re.compile(r"[\W_]+")


def likeness_of(title: str) -> str:
    """The key of a title, 32 hex signs; "" where nothing is left to compare, as of a number alone. Any text has one.

    Personal names are those that the words of ruleset cn-1 tell, whatever ruleset is in force: keys made years apart are
    compared.
    """
    core = core_of(title)
    return blake2b(core.encode("utf-8", "replace"), digest_size=16).hexdigest() if core else ""


def core_of(title: str) -> str:
    """What remains of a title without names, numbers, dates, signs and particles, in one script and width."""
    text = fold(title.replace(WITHHELD, " ").replace(WHOLE, " ")).text
    text = _without_names(text)
    return _SIGNS.sub("", _PARTICLES.sub("", _NUMBER.sub("", text)))


def likeness(first: str, second: str) -> float:
    """How alike two titles are, 0 to 1: the share of pairs of characters that they have in common. Symmetric."""
    return _common(core_of(first), core_of(second))


def alike(first: str, second: str) -> bool:
    """Whether two titles are alike; those of which nothing is left are not."""
    cores = core_of(first), core_of(second)
    return bool(cores[0]) and _common(*cores) >= _least(*cores)


def alike_groups(titles: Sequence[str]) -> list[list[int]]:
    """The places of titles that are alike, in groups of two and more, by their first places.

    Each title is alike to the first of its group: likeness is not passed on from one to the next. All titles with the
    same key are together.
    """
    members: dict[str, list[int]] = {}
    for place, title in enumerate(titles):
        if core := core_of(title):
            members.setdefault(core, []).append(place)
    groups: list[list[int]] = []
    for cores in _led(list(members)):
        places = [place for core in cores for place in members[core]]
        if len(places) > 1:
            groups.append(sorted(places))
    return groups


def _led(cores: list[str]) -> list[list[str]]:
    """The cores, each under the first one that it is alike to, or by itself."""
    sets = [_pairs(core) for core in cores]
    often = Counter(pair for pairs in sets for pair in pairs)
    led: list[list[str]] = []
    leaders: list[frozenset[str]] = []
    leaders_with: dict[str, list[int]] = {}
    for core, pairs in zip(cores, sets, strict=True):
        # Two sets that have the share ALIKE in common have one of these in common, if both take their rarest first.
        rarest = sorted(pairs, key=lambda pair: (often[pair], pair))[: len(pairs) - math.ceil(ALIKE * len(pairs)) + 1]
        if len(core) < _SHORT:
            rarest = []
        near = {number for pair in rarest for number in leaders_with.get(pair, ())}
        least, most = ALIKE * len(pairs), len(pairs) / ALIKE
        sized = sorted(number for number in near if least <= len(leaders[number]) <= most)
        leader = next((number for number in sized if _share(pairs, leaders[number]) >= ALIKE), None)
        if leader is not None:
            led[leader].append(core)
            continue
        for pair in rarest:
            leaders_with.setdefault(pair, []).append(len(leaders))
        leaders.append(pairs)
        led.append([core])
    return led


def _common(first: str, second: str) -> float:
    return 1.0 if first == second else _share(_pairs(first), _pairs(second))


def _least(first: str, second: str) -> float:
    return 1.0 if min(len(first), len(second)) < _SHORT else ALIKE


def _share(first: frozenset[str], second: frozenset[str]) -> float:
    common = len(first & second)
    return common / (len(first) + len(second) - common) if common else 0.0


def _pairs(core: str) -> frozenset[str]:
    return frozenset(map("".join, pairwise(core))) or frozenset(core)


@cache
def _names() -> NameFinder:
    return NameFinder(load_ruleset("cn-1").name_words, _BESIDE)


# Words that end a name in the titles of papers about persons.
_BESIDE = ("处分", "任职", "任免", "免职", "职务", "问题", "案", "履历", "档案", "登记表", "鉴定", "调动")


def _without_names(text: str) -> str:
    parts: list[str] = []
    at = 0
    for start, end in _spans(_names().names(text)):
        parts.append(text[at:start])
        at = end
    return "".join((*parts, text[at:]))


def _spans(names: Iterable[tuple[int, int]]) -> Iterable[tuple[int, int]]:
    at = 0
    for start, end in names:
        if end > at:
            yield max(start, at), end
            at = end
