"""Logistic regression on sparse rows, with numpy alone.

Minimises sum of weight * log(1 + exp(-sign * score)) + |w|² / (2 C); the bias is free. By L-BFGS (Nocedal, Updating
quasi-Newton matrices with limited storage, Mathematics of Computation 1980) with halved steps; it starts at zero, so
the same rows give the same weights.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_MEMORY = 10
_STEPS = 100
_DONE = 1e-3  # of the gradient at the start


@dataclass(frozen=True, slots=True)
class Table:
    """Entries as sparse rows: row r holds `columns[starts[r]:starts[r + 1]]` with `sizes`; `names` name the columns."""

    names: list[str]
    starts: Ints
    columns: Ints
    sizes: Floats
    groups: Ints

    def rows(self, which: Ints, fewest_rows: int, fewest_groups: int) -> tuple[Table, Ints]:
        """Some rows, with the columns that occur often enough in them, and the numbers that these had before."""
        lengths = self.starts[which + 1] - self.starts[which]
        starts = np.concatenate(([0], np.cumsum(lengths)))
        places = np.arange(starts[-1]) - np.repeat(starts[:-1] - self.starts[which], lengths)
        columns, groups = self.columns[places], np.repeat(self.groups[which], lengths)
        in_rows = np.bincount(columns, minlength=len(self.names))
        pairs = np.unique(columns * (self.groups.max() + 1) + groups)
        in_groups = np.bincount(pairs // (self.groups.max() + 1), minlength=len(self.names))
        kept = np.flatnonzero((in_rows >= fewest_rows) & (in_groups >= fewest_groups))
        new = np.full(len(self.names), -1)
        new[kept] = np.arange(len(kept))
        stays = new[columns] >= 0
        of_row = np.repeat(np.arange(len(which)), lengths)[stays]
        starts = np.concatenate(([0], np.cumsum(np.bincount(of_row, minlength=len(which)))))
        names = [self.names[column] for column in kept]
        return Table(names, starts, new[columns[stays]], self.sizes[places[stays]], self.groups[which]), kept

    def scores(self, weights: Floats) -> Floats:
        """The weighted sum of each row."""
        return _sums(self.sizes * weights[self.columns], self.starts)


@dataclass(frozen=True, slots=True)
class Beside:
    """Who stands beside whom: row r is scored with the mean of the rows `first[r]` to `end[r]` - 1, which weigh `share`."""

    first: Ints
    end: Ints
    share: float

    def rows(self, which: Ints) -> Beside:
        """The same for some rows, in order; whoever stands beside one of them is among them."""
        new = np.full(len(self.first), -1)
        new[which] = np.arange(len(which))
        return Beside(new[self.first[which]], new[self.end[which] - 1] + 1, self.share)

    def mixed(self, raw: Floats) -> Floats:
        """Each row's score with the mean of those beside it (its own among them)."""
        sums = np.concatenate(([0.0], np.cumsum(raw)))
        means = (sums[self.end] - sums[self.first]) / (self.end - self.first)
        return np.asarray((raw + self.share * means) / (1 + self.share))

    def handed_back(self, slopes: Floats) -> Floats:
        """What a change of each row's own score does, where `slopes` is what a change of each mixed one does."""
        shares, changes = slopes / (self.end - self.first), np.zeros(len(slopes) + 1)
        np.add.at(changes, self.first, shares)
        np.add.at(changes, self.end, -shares)
        return np.asarray((slopes + self.share * np.cumsum(changes)[:-1]) / (1 + self.share))


def tabulate(shown: Sequence[dict[str, float]], groups: Sequence[str]) -> Table:
    """The features of entries as one table; the columns in the order of their names."""
    names = sorted({name for row in shown for name in row})
    numbers = {name: number for number, name in enumerate(names)}
    lengths = [len(row) for row in shown]
    group_numbers = {name: number for number, name in enumerate(sorted(set(groups)))}
    # In the order of the columns within each row: sums do not depend on how Python orders a set.
    cells = [sorted((numbers[name], size) for name, size in row.items()) for row in shown]
    return Table(
        names,
        np.concatenate(([0], np.cumsum(lengths))).astype(np.int64),
        np.fromiter((column for row in cells for column, _ in row), np.int64),
        np.fromiter((size for row in cells for _, size in row), np.float64),
        np.array([group_numbers[name] for name in groups], np.int64),
    )


def fit(
    table: Table, labels: Bools, row_weights: Floats, strength: float, beside: Beside | None = None
) -> tuple[Floats, float]:
    """The weight of each column, and the bias. `strength` is C: the smaller, the smaller the weights.

    With `beside`, the weights are learned for scores that are mixed in this way, as they will be when asked.
    """
    signs = np.where(labels, 1.0, -1.0)
    row_of = np.repeat(np.arange(len(labels)), np.diff(table.starts))
    by_column = np.argsort(table.columns, kind="stable")
    column_starts = np.concatenate(([0], np.cumsum(np.bincount(table.columns, minlength=len(table.names)))))
    turned_rows, turned_sizes = row_of[by_column], table.sizes[by_column]

    def loss(point: Floats) -> tuple[float, Floats]:
        weights, bias = point[:-1], point[-1]
        raw = table.scores(weights)
        margins = signs * ((beside.mixed(raw) if beside else raw) + bias)
        value = row_weights @ np.logaddexp(0, -margins) + weights @ weights / (2 * strength)
        slope = -signs * row_weights * np.exp(-np.logaddexp(0, margins))
        own = beside.handed_back(slope) if beside else slope
        inner = _sums(turned_sizes * own[turned_rows], column_starts) + weights / strength
        return float(value), np.concatenate((inner, [slope.sum()]))

    found = minimum(loss, np.zeros(len(table.names) + 1))
    return found[:-1], float(found[-1])


def balanced(labels: Bools) -> Floats:
    """Weights under which both answers count the same altogether."""
    positives = max(int(labels.sum()), 1)
    negatives = max(len(labels) - positives, 1)
    return np.where(labels, len(labels) / 2 / positives, len(labels) / 2 / negatives)


def minimum(loss: Callable[[Floats], tuple[float, Floats]], point: Floats) -> Floats:
    """Where a smooth convex function is least, nearly. `loss` gives its value and its slope."""
    value, slope = loss(point)
    enough = _DONE * float(np.linalg.norm(slope))
    past: list[tuple[Floats, Floats]] = []
    for _ in range(_STEPS):
        if np.linalg.norm(slope) <= enough:
            break
        way = -_uphill(slope, past)
        step, downhill = 1.0 if past else 1.0 / max(float(np.linalg.norm(slope)), 1.0), float(way @ slope)
        while True:
            next_value, next_slope = loss(point + step * way)
            if next_value <= value + 1e-4 * step * downhill or step < 1e-10:
                break
            step /= 2
        moved, turned = step * way, next_slope - slope
        if moved @ turned > 1e-12:
            past = [*past, (moved, turned)][-_MEMORY:]
        point, value, slope = point + moved, next_value, next_slope
    return point


def _uphill(slope: Floats, past: list[tuple[Floats, Floats]]) -> Floats:
    """The slope, corrected by what the last steps showed of the curvature (Nocedal's two loops)."""
    way, shares = slope.copy(), []
    for moved, turned in reversed(past):
        share = (moved @ way) / (moved @ turned)
        way -= share * turned
        shares.append(share)
    if past:
        moved, turned = past[-1]
        way *= (moved @ turned) / (turned @ turned)
    for (moved, turned), share in zip(past, reversed(shares), strict=True):
        way += (share - (turned @ way) / (moved @ turned)) * moved
    return way


def _sums(values: Floats, starts: Ints) -> Floats:
    """The sum of each stretch of values; an empty stretch sums to nothing."""
    sums = np.zeros(len(starts) - 1)
    filled = np.flatnonzero(np.diff(starts))
    if len(filled):
        sums[filled] = np.add.reduceat(values, starts[filled])
    return sums
