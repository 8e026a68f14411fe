"""How many sensitive entries a threshold may miss: exact statements, and a refusal where too little was seen.

Past decisions come in clusters (a finding aid, a series): what is missed in one is missed all through it. So the unit
is the whole group. For each group of the past, the highest threshold that would have missed at most its share; of these
n thresholds the k-th lowest, k = floor((1 - confidence)(n + 1)). The next group, if it comes from the same source as
those, misses more with probability at most k / (n + 1): no form of distribution is assumed (conformal prediction for
groups: Dunn, Wasserman and Ramdas, Distribution-free prediction sets for two-layer hierarchical models, JASA 2023;
Vovk, Gammerman and Shafer, Algorithmic learning in a random world, 2005). With every entry a group of its own this is
split conformal prediction. Under 19 groups nothing can be stated at 95 %.

Beside it stands the statement for entries that are independent of one another, which these are not: the order
statistic of Wilks (Annals of Mathematical Statistics, 1941) and the bound of Clopper and Pearson (Biometrika, 1934).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import comb, exp, floor, lgamma, log

CONFIDENCE = 0.95
_SLACK = 1e-9  # 0.05 * 20 is one, whatever binary fractions say


@dataclass(frozen=True, slots=True)
class Threshold:
    """An entry that scores below `score` needs no individual look, as far as the second opinion goes.

    With probability `confidence`, of the sensitive entries in the next group at most the share `miss_rate` scores below.
    It rests on `groups` groups with `positives` sensitive entries, of which `missed` scored below.
    """

    score: float
    miss_rate: float
    confidence: float
    groups: int
    positives: int
    missed: int

    @property
    def missed_at_most(self) -> float:
        """Clopper-Pearson's upper bound of the miss rate at this threshold, were entries independent of one another."""
        return upper_bound(self.missed, self.positives, self.confidence)


def threshold_of_groups(
    scores: Iterable[Sequence[float]], miss_rate: float, confidence: float = CONFIDENCE
) -> Threshold | None:
    """The threshold from the scores of the sensitive entries, group by group. None: too few groups to state a bound."""
    groups = [sorted(group) for group in scores if len(group)]
    allowed = floor((1 - confidence) * (len(groups) + 1) + _SLACK)
    if allowed < 1:
        return None
    highest = sorted(group[floor(miss_rate * len(group) + _SLACK)] for group in groups)
    score = highest[allowed - 1]
    missed = sum(value < score for group in groups for value in group)
    return Threshold(score, miss_rate, confidence, len(groups), sum(map(len, groups)), missed)


def threshold_of_entries(scores: Sequence[float], miss_rate: float, confidence: float = CONFIDENCE) -> float | None:
    """The highest score under which, with this confidence, at most the share `miss_rate` of sensitive entries falls.

    Holds only for entries that are independent of one another: the m-th lowest of n where P(Bin(n, miss_rate) < m) is
    at most 1 - confidence. None: too few (under 59 for 5 % at 95 %).
    """
    count = len(scores)
    allowed, below = 0, (1 - miss_rate) ** count
    while below <= 1 - confidence and allowed < count:
        allowed += 1
        below += comb(count, allowed) * miss_rate**allowed * (1 - miss_rate) ** (count - allowed)
    return sorted(scores)[allowed - 1] if allowed else None


def upper_bound(missed: int, of: int, confidence: float = CONFIDENCE) -> float:
    """The highest rate under which `missed` or fewer of `of` still have a chance of 1 - confidence; 1 where none were seen."""
    if missed >= of:
        return 1.0
    low, high = missed / of, 1.0
    for _ in range(60):
        rate = (low + high) / 2
        if _at_most(missed, of, rate) > 1 - confidence:
            low = rate
        else:
            high = rate
    return high


def _at_most(missed: int, of: int, rate: float) -> float:
    """P(Bin(of, rate) <= missed), through logarithms, so that no number grows too large."""
    if rate <= 0 or rate >= 1:
        return float(rate <= 0)
    logs = (
        lgamma(of + 1) - lgamma(k + 1) - lgamma(of - k + 1) + k * log(rate) + (of - k) * log(1 - rate)
        for k in range(missed + 1)
    )
    return sum(map(exp, logs))
