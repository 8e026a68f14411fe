"""The second opinion as it is kept and asked: the weight of each word for each ground. Plain Python, no numpy.

A score says how much speaks for closing an entry on a ground, as the logarithm of odds, from an even chance on: above 0
the entry looks more like the closed ones than like the others. It is a sum of one weight for each thing the entry shows,
partly taken from the entries beside it. So what a word contributed can be told.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import exp, inf
from typing import NamedTuple

from policies.learning.bounds import CONFIDENCE, Threshold, threshold_of_groups
from policies.learning.cards import Card, card_from, card_values
from policies.learning.listing import Listed, beside, features
from policies.outcomes import Suggestion
from policies.sentences import Refusal, Sentence

ANY = "*"  # the ground "any of them"
# What the entries beside an entry weigh against its own words, by format of the file: what was adopted scores as it did.
BESIDE_SHARES = {1: 0.5, 2: 1.0}
FORMAT = 2  # of what is trained now
MISS_RATE = 0.05  # of the sensitive entries: what a look is asked by
_WORDS = 5  # told of a look

_number = re.compile(r"SO-[1-9][0-9]?")

Scores = dict[str, float]


class Reason(NamedTuple):
    """What contributed to a score: the thing shown ("t:salary"), whether by an entry beside it, and how much."""

    shown: str
    beside: bool
    weight: float


class Look(NamedTuple):
    """That a person must look at an entry: the ground that scored highest ("": none by itself), and what spoke most for it."""

    ground: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class GroundWeights:
    """What belongs to one ground besides the words: where a score starts, and what the past says of scores.

    `usual` is the logarithm of how many entries were closed for each that was not. `past` holds, group by group, the
    scores that closed entries got from weights that had not seen their group.
    """

    bias: float
    usual: float
    past: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class SecondOpinion:
    """A trained second opinion. It never changes: `digest` names it, as a ruleset's digest does."""

    grounds: dict[str, GroundWeights]
    weights: dict[str, tuple[float, ...]]
    card: Card
    format: int = FORMAT

    def scores(self, entries: Sequence[Listed]) -> list[Scores]:
        """For each entry, by ground, what speaks for closing it. Entries in catalogue order; any text is scored."""
        return self._scores(features(entries), list(beside(entries)))

    def explain(self, entries: Sequence[Listed], place: int, ground: str) -> list[Reason]:
        """All that the entry's score is made of, greatest first; with the bias of the ground it adds up to the score."""
        return self._reasons(features(entries), list(beside(entries))[place], place, ground)

    def probability(self, score: float, ground: str) -> float:
        """The chance that belongs to a score, were as large a share closed as in the past. For the reader: no bound rests on it."""
        return 1 / (1 + exp(-min(max(score + self.grounds[ground].usual, -700.0), 700.0)))

    def threshold(self, ground: str, miss_rate: float, confidence: float = CONFIDENCE) -> Threshold | None:
        """Below which score no individual look is needed. None: too few past decisions to state a bound."""
        return threshold_of_groups(self.grounds[ground].past, miss_rate, confidence)

    def wants_look(self, entries: Sequence[Listed], miss_rate: float, ground: str = ANY) -> list[bool]:
        """Whether a person must look at each entry by itself. Without a bound, at every one."""
        lowest = self._lowest(ground, miss_rate)
        return [scores[ground] >= lowest for scores in self.scores(entries)]

    def looks(self, entries: Sequence[Listed], miss_rate: float = MISS_RATE) -> list[Look | None]:
        """For each entry the look that `wants_look` asks for, with its reasons; None where it asks for none."""
        shown, around = features(entries), list(beside(entries))
        lowest, found = self._lowest(ANY, miss_rate), list[Look | None]()
        for place, scores in enumerate(self._scores(shown, around)):
            if scores[ANY] < lowest:
                found.append(None)
                continue
            reasons = self._reasons(shown, around[place], place, ANY)
            ground = max((name for name in scores if name != ANY), key=lambda name: scores[name], default="")
            found.append(Look(ground, tuple([reason for reason in reasons if reason.weight > 0][:_WORDS])))
        return found

    def to_json(self) -> str:
        """One canonical text: the same opinion gives the same bytes."""
        value = {
            "format": self.format,
            "grounds": {
                name: {"bias": kept.bias, "usual": kept.usual, "past": kept.past}
                for name, kept in self.grounds.items()
            },
            "weights": self.weights,
            "card": card_values(self.card),
        }
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @cached_property
    def digest(self) -> str:
        """sha256 of the canonical text."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def _lowest(self, ground: str, miss_rate: float) -> float:
        """The lowest score that asks for a look."""
        threshold = self.threshold(ground, miss_rate)
        return -inf if threshold is None else threshold.score

    def _scores(self, shown: Sequence[dict[str, float]], around: Sequence[range]) -> list[Scores]:
        sums = [self._sums(each) for each in shown]
        return [
            {
                ground: kept.bias + self._mixed(sums[place][number], [sums[other][number] for other in near])
                for number, (ground, kept) in enumerate(self.grounds.items())
            }
            for place, near in enumerate(around)
        ]

    def _reasons(self, shown: Sequence[dict[str, float]], around: range, place: int, ground: str) -> list[Reason]:
        number, of_others = list(self.grounds).index(ground), BESIDE_SHARES[self.format]
        parts: dict[tuple[str, bool], float] = {}
        for other in around:
            share = of_others / (1 + of_others) / len(around) + (other == place) / (1 + of_others)
            for name, size in shown[other].items():
                if name in self.weights:
                    key = (name, other != place)
                    parts[key] = parts.get(key, 0.0) + share * size * self.weights[name][number]
        reasons = [Reason(*key, weight) for key, weight in parts.items()]
        return sorted(reasons, key=lambda reason: (-abs(reason.weight), reason.shown, reason.beside))

    def _sums(self, shown: dict[str, float]) -> list[float]:
        sums = [0.0] * len(self.grounds)
        for name, size in shown.items():
            for number, weight in enumerate(self.weights.get(name, ())):
                sums[number] += size * weight
        return sums

    def _mixed(self, own: float, around: Sequence[float]) -> float:
        """An entry's own sum, with the mean of the sums around it (its own among them)."""
        share = BESIDE_SHARES[self.format]
        return (own + share * sum(around) / len(around)) / (1 + share)


def from_json(text: str, digest: str = "") -> SecondOpinion:
    """The opinion kept in a text. Raises Refusal where it is none, is of another format, or is not the one named."""
    try:
        value = json.loads(text)
        if value["format"] not in BESIDE_SHARES:
            raise _refusal(f"格式 {value['format']}，应为 {FORMAT}", f"its format is {value['format']}, not {FORMAT}")
        grounds = {
            str(name): GroundWeights(
                float(kept["bias"]),
                float(kept["usual"]),
                tuple(tuple(float(score) for score in group) for group in kept["past"]),
            )
            for name, kept in value["grounds"].items()
        }
        weights = {str(name): tuple(float(each) for each in each_) for name, each_ in value["weights"].items()}
        if any(len(each) != len(grounds) for each in weights.values()):
            raise _refusal("词的权数与依据数不符", "a word has not one weight for each ground")
        opinion = SecondOpinion(grounds, weights, card_from(value["card"]), value["format"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _refusal(f"内容不全或不可读（{error}）", f"it is incomplete or unreadable ({error})") from error
    if digest and opinion.digest != digest:
        raise _refusal(f"校验和应为 {digest}", f"its digest should be {digest}")
    return opinion


def is_number(text: str) -> bool:
    """Whether it is the number of a second opinion: SO-1 to SO-99, which no rule has (theirs are of three digits)."""
    return _number.fullmatch(text) is not None


def combined(suggestion: Suggestion, *, wants_look: bool) -> Suggestion:
    """The advice of the rules with that of the second opinion: it may ask for a look at what would open, and no more."""
    if wants_look and suggestion in (Suggestion.OPEN, Suggestion.OPEN_EARLY):
        return Suggestion.LOOK
    return suggestion


def _refusal(zh: str, en: str) -> Refusal:
    return Refusal(
        Sentence(
            f"不能采用这一第二意见：{zh}。请重新训练。", f"This second opinion cannot be used: {en}. Train it again."
        )
    )
