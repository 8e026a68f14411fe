"""How far two reviewers agree beyond chance: Cohen's kappa with its interval."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

_Z = 1.959964  # 95 %


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of `entries` decided twice, `same` alike; `kappa` with its 95 % interval, None where chance alone explains all."""

    entries: int
    same: int
    kappa: float | None
    low: float | None
    high: float | None

    @property
    def share(self) -> float:
        return self.same / self.entries if self.entries else 0.0


def agreement_of(pairs: Iterable[tuple[str, str]]) -> Agreement:
    """Kappa over (first, second) decisions (J. Cohen, Educational and Psychological Measurement 20, 1960).

    The interval is the large-sample one of Fleiss, Cohen and Everitt (Psychological Bulletin 72, 1969), cut at -1 and 1.
    Where both reviewers used one and the same word throughout, kappa is not defined.
    """
    counts = Counter(pairs)
    total = sum(counts.values())
    same = sum(n for (first, second), n in counts.items() if first == second)
    if total == 0:
        return Agreement(0, 0, None, None, None)
    firsts: Counter[str] = Counter()
    seconds: Counter[str] = Counter()
    for (first, second), n in counts.items():
        firsts[first] += n
        seconds[second] += n
    words = firsts.keys() | seconds.keys()
    chance = sum(firsts[word] * seconds[word] for word in words) / total**2
    if chance >= 1:
        return Agreement(total, same, None, None, None)
    agreed = same / total
    kappa = (agreed - chance) / (1 - chance)
    within = sum(
        counts[word, word] / total * ((1 - chance) - (firsts[word] + seconds[word]) / total * (1 - agreed)) ** 2
        for word in words
    )
    # The marginals are crossed: what the second said as often as the first is read, and the other way round.
    across = (1 - agreed) ** 2 * sum(
        n / total * ((seconds[first] + firsts[second]) / total) ** 2
        for (first, second), n in counts.items()
        if first != second
    )
    whole = (agreed * chance - 2 * chance + agreed) ** 2
    spread = _Z * sqrt(max(0.0, within + across - whole) / total) / (1 - chance) ** 2
    return Agreement(total, same, kappa, max(-1.0, kappa - spread), min(1.0, kappa + spread))
