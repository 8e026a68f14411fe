"""A second opinion for tests that have nothing to train on."""

from __future__ import annotations

from policies.learning.bounds import threshold_of_groups
from policies.learning.cards import Card, GroundCard
from policies.learning.opinion import ANY, GroundWeights, SecondOpinion


def small_opinion(
    word: str = "t:处分", weight: float = 3.0, ground: str = "CN-8-3-PI", groups: int = 20
) -> SecondOpinion:
    """An opinion that knows one word, put together by hand: what is kept does not depend on how it was trained."""
    past = tuple((1.0, 2.0) for _ in range(groups))
    told = GroundCard(40, groups, (0.9, 0.8, 1.0), (0.8, 0.7, 0.9), (0.5, 0.4, 0.6), (0.9, 0.8, 1.0),
                      (threshold_of_groups(past, 0.05),), (0.3,))  # fmt: skip
    card = Card(1, 400, 360, groups, {"1960": 400}, 1, (0.05,), {ANY: told, ground: told})
    kept = GroundWeights(-1.0, -2.0, past)
    return SecondOpinion({ANY: kept, ground: kept}, {word: (weight, weight)}, card)
