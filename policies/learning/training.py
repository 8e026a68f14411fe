"""Training a second opinion: weights from past decisions, and how they did on groups they had not seen. Needs numpy.

Only words that two groups show are learned: a personal name that occurs in one fonds never enters the weights.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from policies.learning.bounds import threshold_of_groups
from policies.learning.cards import Card, GroundCard, Interval
from policies.learning.fitting import Beside, Bools, Floats, Ints, Table, balanced, fit, tabulate
from policies.learning.listing import Example, Listed, beside, features
from policies.learning.measuring import area, balanced_accuracy, balancing_cut, over_groups, precision, recall
from policies.learning.opinion import ANY, BESIDE_SHARES, FORMAT, GroundWeights, SecondOpinion
from policies.sentences import Refusal, Sentence

EVIDENCE = 2000  # entries that all together count as, however many: those of one group say nearly the same
FEWEST_ENTRIES = 10  # closed on a ground, to learn it
FEWEST_GROUPS = 2  # that show a word, to learn it; and with entries closed on a ground
FEWEST_ROWS = 3  # that show a word, to learn it
FOLDS = 5
MISS_RATES = (0.05, 0.02, 0.01)
_DIGITS = 5

_TOO_FEW = Sentence(
    "以往的决定不足以训练：需要至少 {entries} 件、分属至少 {groups} 组的不予开放决定，以及已开放的条目；现有 {has} 件。请待更多批次办结。",
    "Too few past decisions to train on: at least {entries} entries closed, in at least {groups} groups, and some that were "
    "opened are needed; there are {has} closed. Wait until more batches are finished.",
)


@dataclass(frozen=True, slots=True)
class Prepared:
    """Entries made ready for any number of trainings: their features and who stands beside whom."""

    table: Table
    beside: Beside


@dataclass(frozen=True, slots=True)
class Learned:
    """One ground: the weight of every column, the bias, and the logarithm of how many were closed for each that was not."""

    weights: Floats
    bias: float
    usual: float


def train(examples: Sequence[Example], seed: int) -> SecondOpinion:
    """A second opinion from past decisions, in catalogue order. The same examples and seed give the same opinion.

    Learns ANY ground, and each one by itself on which enough entries were closed. Raises Refusal where there is too
    little to learn from.
    """
    grounds = _grounds(examples)
    prepared = prepare([example.entry for example in examples])
    rows = np.arange(len(examples))
    learned: dict[str, Learned] = {}
    cards: dict[str, GroundCard] = {}
    kept: dict[str, GroundWeights] = {}
    for name, labels in grounds.items():
        learned[name], unseen = learn(prepared, labels, rows, seed)
        past = _past(unseen, labels, prepared.table.groups)
        kept[name] = GroundWeights(round(learned[name].bias, _DIGITS), round(learned[name].usual, _DIGITS), past)
        cards[name] = _card(unseen, labels, prepared.table.groups, past, seed)
    matrix = np.round(np.stack([found.weights for found in learned.values()], axis=1), _DIGITS) + 0.0
    weights = {
        name: tuple(map(float, row)) for name, row in zip(prepared.table.names, matrix, strict=True) if row.any()
    }
    years = Counter(f"{e.entry.years[1] // 10 * 10}" if e.entry.years else "?" for e in examples)
    card = Card(
        seed=seed,
        entries=len(examples),
        opened=sum(not example.grounds for example in examples),
        groups=len(set(prepared.table.groups.tolist())),
        periods=dict(sorted(years.items())),
        words=len(weights),
        miss_rates=MISS_RATES,
        grounds=cards,
    )
    return SecondOpinion(kept, weights, card)


def prepare(entries: Sequence[Listed]) -> Prepared:
    """The entries, in catalogue order, made ready."""
    around = list(beside(entries))
    return Prepared(
        tabulate(features(entries), [entry.group for entry in entries]),
        Beside(
            np.array([each.start for each in around], np.int64),
            np.array([each.stop for each in around], np.int64),
            BESIDE_SHARES[FORMAT],
        ),
    )


def learn(prepared: Prepared, labels: Bools, rows: Ints, seed: int) -> tuple[Learned, Floats]:
    """One ground from some rows (whole groups; their labels at the same places): nothing else is looked at.

    Also the score of each of these rows from weights that had not seen its group.
    """
    table = prepared.table
    whole = np.zeros(len(table.groups), np.bool_)
    whole[rows] = labels
    folds = _folds(table.groups[rows], labels, seed)
    unseen = np.zeros(len(table.groups))
    for fold in range(folds.max() + 1):
        held_out = rows[folds == fold]
        unseen[held_out] = scored(prepared, _fitted(prepared, whole, rows[folds != fold]))[held_out]
    return _fitted(prepared, whole, rows), unseen[rows]


def scored(prepared: Prepared, learned: Learned) -> Floats:
    """The score of every row prepared."""
    return prepared.beside.mixed(prepared.table.scores(learned.weights)) + learned.bias


def _grounds(examples: Sequence[Example]) -> dict[str, Bools]:
    """The grounds with enough entries in enough groups, each with who was closed on it."""
    closed = np.array([bool(example.grounds) for example in examples], np.bool_)
    groups = np.array([example.entry.group for example in examples])
    found = {}
    for name in sorted({ground for example in examples for ground in example.grounds}):
        labels = np.array([name in example.grounds for example in examples], np.bool_)
        if labels.sum() >= FEWEST_ENTRIES and len(set(groups[labels])) >= FEWEST_GROUPS:
            found[name] = labels
    if closed.sum() < FEWEST_ENTRIES or closed.all() or len(set(groups[closed])) < FEWEST_GROUPS:
        raise Refusal(_TOO_FEW.filled(entries=FEWEST_ENTRIES, groups=FEWEST_GROUPS, has=int(closed.sum())))
    return {ANY: closed, **found}


def _fitted(prepared: Prepared, labels: Bools, rows: Ints) -> Learned:
    """Weights from some rows; none for a column that too few rows or groups show.

    Closed and opened weigh the same, however many there were of each: the score is what speaks for closing over against
    an even chance, and means the same whatever share was closed where the weights come from.
    """
    part, columns = prepared.table.rows(rows, FEWEST_ROWS, FEWEST_GROUPS)
    beside_these, strength = prepared.beside.rows(rows), min(1.0, EVIDENCE / len(rows))
    found, bias = fit(part, labels[rows], balanced(labels[rows]), strength, beside_these)
    weights = np.zeros(len(prepared.table.names))
    weights[columns] = found
    share = np.clip(labels[rows].mean(), 1e-6, 1 - 1e-6)
    return Learned(weights, bias, float(np.log(share / (1 - share))))


def _folds(groups: Ints, labels: Bools, seed: int) -> Ints:
    """A fold for each row: whole groups, the richest in sensitive entries dealt out first, ties by chance."""
    positives, sizes = np.bincount(groups, weights=labels), np.bincount(groups)
    present = np.flatnonzero(sizes)
    chance = np.random.default_rng(seed).random(len(sizes))
    load = np.zeros(min(FOLDS, int((positives > 0).sum())))
    fold_of = np.zeros(len(sizes), np.int64)
    for group in sorted(present, key=lambda each: (-positives[each], chance[each])):
        fold = int(np.argmin(load))
        fold_of[group] = fold
        load[fold] += positives[group] + sizes[group] / len(groups)
    return fold_of[groups]


def _past(unseen: Floats, labels: Bools, groups: Ints) -> tuple[tuple[float, ...], ...]:
    """The scores of sensitive entries, group by group; no name of a group."""
    found = [
        tuple(sorted(round(float(score), _DIGITS) for score in unseen[labels & (groups == group)]))
        for group in np.unique(groups[labels])
    ]
    return tuple(sorted(found))


def _flagged(unseen: Floats, labels: Bools, groups: Ints) -> Bools:
    """What is flagged of each group at the cut that serves the others best."""
    flags = np.zeros(len(unseen), np.bool_)
    for group in np.unique(groups):
        own = groups == group
        flags[own] = unseen[own] >= balancing_cut(unseen[~own], labels[~own], groups[~own])
    return flags


def _card(unseen: Floats, labels: Bools, groups: Ints, past: tuple[tuple[float, ...], ...], seed: int) -> GroundCard:
    flags = _flagged(unseen, labels, groups).astype(np.float64)
    thresholds = tuple(threshold_of_groups(past, rate) for rate in MISS_RATES)

    def interval(values: Floats, name: str) -> Interval:
        figure = {
            "area": area,
            "balanced": lambda v, y: balanced_accuracy(v > 0, y),
            "precision": lambda v, y: precision(v > 0, y),
            "recall": lambda v, y: recall(v > 0, y),
        }[name]
        found = over_groups(figure, values, labels, groups, seed)
        return found.value, found.low, found.high

    return GroundCard(
        entries=int(labels.sum()),
        groups=len(past),
        area=interval(unseen, "area"),
        balanced_accuracy=interval(flags, "balanced"),
        precision=interval(flags, "precision"),
        recall=interval(flags, "recall"),
        thresholds=thresholds,
        shares=tuple(float((unseen < each.score).mean()) if each else 0.0 for each in thresholds),
    )
