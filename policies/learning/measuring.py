"""How well scores tell what was closed from what was opened, with intervals that know of groups."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from policies.learning.fitting import Bools, Floats, Ints

_RESAMPLES = 400


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure with its 95 % interval over resampled groups (cluster bootstrap)."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f}-{self.high:.3f})"


def area(scores: Floats, labels: Bools) -> float:
    """The area under the curve: how often a sensitive entry scores above another one, a tie counting half."""
    positives = int(labels.sum())
    negatives = len(labels) - positives
    if not positives or not negatives:
        return float("nan")
    _, place, count = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(count) - (count - 1) / 2)[place]
    return float((ranks[labels].sum() - positives * (positives + 1) / 2) / positives / negatives)


def balanced_accuracy(flagged: Bools, labels: Bools) -> float:
    """The mean of the share of the sensitive that is flagged and the share of the others that is not."""
    if labels.all() or not labels.any():
        return float("nan")
    return float((flagged[labels].mean() + 1 - flagged[~labels].mean()) / 2)


def precision(flagged: Bools, labels: Bools) -> float:
    """The share of what is flagged that is sensitive; 0 where nothing is flagged."""
    return float(labels[flagged].mean()) if flagged.any() else 0.0


def recall(flagged: Bools, labels: Bools) -> float:
    """The share of the sensitive that is flagged."""
    return float(flagged[labels].mean()) if labels.any() else float("nan")


def f1(flagged: Bools, labels: Bools) -> float:
    """The harmonic mean of precision and recall."""
    return float(2 * (flagged & labels).sum() / max(flagged.sum() + labels.sum(), 1))


def balancing_cut(scores: Floats, labels: Bools, groups: Ints) -> float:
    """The score to flag at and above for the greatest balanced accuracy, every group counting the same.

    So no large group decides alone. Where all are sensitive, or none: 0, the even chance.
    """
    if labels.all() or not labels.any():
        return 0.0
    weights = np.zeros(len(labels))
    for side in (labels, ~labels):
        _, group, size = np.unique(groups[side], return_inverse=True, return_counts=True)
        weights[side] = (1 / size)[group] / len(size)
    order = np.argsort(scores, kind="stable")
    gained = np.cumsum(np.where(labels, -weights, weights)[order])
    ends = np.flatnonzero(np.diff(scores[order], append=np.inf))  # equal scores fall on one side
    best = ends[int(np.argmax(gained[ends]))]
    if gained[best] <= 0:
        return float(scores.min())
    return float(scores[order][best + 1]) if best + 1 < len(scores) else float(np.nextafter(scores.max(), np.inf))


def share_below_cut(scores: Floats, labels: Bools, miss_rate: float) -> float:
    """The share of all entries under the highest score that misses at most this share of the sensitive ones."""
    sensitive = np.sort(scores[labels])
    return float((scores < sensitive[int(miss_rate * len(sensitive) + 1e-9)]).mean())


def over_groups(
    figure: Callable[[Floats, Bools], float], values: Floats, labels: Bools, groups: Ints, seed: int
) -> Measured:
    """A figure of (scores or flags, labels), and its 95 % interval when whole groups are drawn again."""
    numbers = np.unique(groups)
    members = [np.flatnonzero(groups == number) for number in numbers]
    chance = np.random.default_rng(seed)
    drawn = []
    for _ in range(_RESAMPLES):
        rows = np.concatenate([members[place] for place in chance.integers(0, len(members), len(members))])
        drawn.append(figure(values[rows], labels[rows]))
    low, high = np.nanpercentile(drawn, [2.5, 97.5]) if not np.all(np.isnan(drawn)) else (np.nan, np.nan)
    return Measured(figure(values, labels), float(low), float(high))
