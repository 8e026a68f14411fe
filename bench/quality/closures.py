"""How well the second opinion tells real closures, beside bare character n-grams and beside the rules, on unseen groups.

    sh script/bench quality/closures [--quick]

bentley: entries of finding aids that archivists restricted (personnel, students, patients) against unrestricted ones of
the same aids; no aid is in both sides. naa: paragraphs of the Archives Act 1983, s. 33(1), on which records are closed; no
series is in both sides. Seen of an entry: its title, its dates, the titles above it, and the same of the entries beside it.
The columns restricted, restriction_code, restricted_until and restriction_text are read as answers only, and words that
state a restriction are cut from the titles. Every choice (cut, threshold) is made on the training side alone.
"""

from __future__ import annotations

import argparse
import csv
import random
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

# numbers.py of this folder would hide Python's own.
sys.path.remove(str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np

from bench.quality.intervals import wilson
from policies.dates import DateSpan
from policies.learning.bounds import CONFIDENCE, threshold_of_entries, threshold_of_groups, upper_bound
from policies.learning.fitting import Table, fit, tabulate
from policies.learning.listing import Listed
from policies.learning.measuring import (
    Measured,
    area,
    balanced_accuracy,
    balancing_cut,
    f1,
    over_groups,
    precision,
    recall,
    share_below_cut,
)
from policies.learning.training import Prepared, learn, prepare, scored
from policies.outcomes import Suggestion
from policies.records import Record
from policies.rulesets import load_ruleset
from policies.screening import Screener
from policies.sentences import Refusal

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
CONTENT_CODES = ("PR", "SR", "CR")
PARAGRAPHS = ("a", "b", "d", "e", "g")
MISS_RATE = 0.05
SIMULATIONS = 10_000

_year = re.compile(r"(?<!\d)(1[6-9]\d\d|20[0-2]\d)(?!\d)")
_mark = re.compile(r"\[?\b(?:[A-Z]{2} )?restrict(?:ed|ion)s?\b[^\]>]*\]?", re.IGNORECASE)


@dataclass(frozen=True)
class Case:
    """Entries in catalogue order, and for each ground which of them were closed on it."""

    name: str
    entries: list[Listed]
    answers: dict[str, np.ndarray]
    ruleset: str
    today: date

    @property
    def groups(self) -> np.ndarray:
        return np.unique([entry.group for entry in self.entries], return_inverse=True)[1]


def bentley() -> Case:
    entries, answers = [], []
    for row in rows("bentley-item-restrictions/item_restrictions.csv"):
        if row["restricted"] == "1" and row["restriction_code"] not in CONTENT_CODES:
            continue
        titles = [_mark.sub("", part).strip(" ,") for part in (row["unittitle"], *row["parent_titles"].split(" > "))]
        above = tuple(title for title in titles[1:] if title)
        years = years_in(row["date_normal"] or row["unitdate"])
        entries.append(Listed(titles[0], above, years, row["level"], row["finding_aid"]))
        answers.append(row["restricted"] == "1")
    return Case("bentley", entries, {"restricted": np.array(answers)}, "us-1", date(2016, 1, 1))


def naa() -> Case:
    found = []
    for row in rows("naa-closed-access/closed_records_2018-01-01.csv"):
        paragraphs = set(re.findall(r"33\(1\)\((\w)\)", row["access decision reasons"])) & set(PARAGRAPHS)
        if paragraphs:
            years = years_in(f"{row['contents start year']} {row['contents end year']}")
            title = _mark.sub("", row["title"])
            found.append((Listed(title, (row["series title"],), years, "", row["series"]), paragraphs))
    found.sort(key=lambda each: each[0].group)
    answers = {name: np.array([name in paragraphs for _, paragraphs in found]) for name in PARAGRAPHS}
    return Case("naa", [entry for entry, _ in found], answers, "uk-1", date(2018, 1, 1))


def rows(path: str) -> Iterator[dict[str, str]]:
    with (DATA / path).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def years_in(text: str) -> tuple[int, int] | None:
    years = [int(year) for year in _year.findall(text)]
    return (min(years), max(years)) if years else None


def folds_of(groups: np.ndarray, folds: int, seed: int) -> np.ndarray:
    """A fold for each entry: whole groups, dealt out by chance."""
    order = np.random.default_rng(seed).permutation(groups.max() + 1)
    return np.argsort(order)[groups] % folds


def bare(case: Case, *, above: bool = True) -> Table:
    """The peer's features: two to four signs in a row of the title (and the titles above it), and nothing else."""
    shown = []
    for entry in case.entries:
        titles = (entry.title, *entry.above) if above else (entry.title,)
        text = " " + " ".join(re.findall(r"\w+", " ".join(titles).lower())) + " "
        grams = {text[at : at + size] for size in (2, 3, 4) for at in range(len(text) - size + 1)}
        shown.append(dict.fromkeys(grams, max(len(grams), 1) ** -0.5))
    return tabulate(shown, [entry.group for entry in case.entries])


def bare_scores(table: Table, answers: np.ndarray, train: np.ndarray, *, weighted: bool) -> np.ndarray:
    part, columns = table.rows(train, 3, 1)
    labels = answers[train]
    share = labels.mean()
    weights = np.where(labels, 0.5 / share, 0.5 / (1 - share)) if weighted else np.ones(len(train))
    found, bias = fit(part, labels, weights, 1.0)
    whole = np.zeros(len(table.names))
    whole[columns] = found
    return table.scores(whole) + bias


def flagged_by_rules(case: Case) -> np.ndarray | None:
    """Every suggestion other than to open; None: that ruleset is not there."""
    try:
        screener = Screener(load_ruleset(case.ruleset))
    except Refusal as refusal:
        print(f"the rules alone cannot be shown: {refusal.sentence.en}")
        return None
    records = [
        Record(
            str(number), entry.title, series_title=" > ".join(entry.above),
            span=DateSpan(date(entry.years[0], 1, 1), date(entry.years[1], 12, 31), "") if entry.years else None,
        )
        for number, entry in enumerate(case.entries)
    ]  # fmt: skip
    screened = screener.screen_all(records, case.today)
    return np.array([each.suggestion is not Suggestion.OPEN for each in screened])


@dataclass
class Round:
    """One seed: for each ground the scores of entries whose group was not seen, what was flagged, and what was stated."""

    scores: dict[str, np.ndarray]
    flags: dict[str, np.ndarray]
    below: dict[str, np.ndarray]
    peer: dict[str, np.ndarray]
    fold: np.ndarray


def one_round(case: Case, prepared: Prepared, table: Table, seed: int, folds: int) -> Round:
    fold = folds_of(case.groups, folds, seed)
    empty = {name: np.zeros(len(case.entries)) for name in case.answers}
    found = Round({}, {}, {}, {}, fold)
    for name, labels in case.answers.items():
        scores, flags, below, peer = (empty[name].copy() for _ in range(4))
        for number in range(folds):
            train, fresh = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
            learned, unseen = learn(prepared, labels[train], train, seed)
            scores[fresh] = scored(prepared, learned)[fresh]
            # For F1 halfway back to what is usual; for balanced accuracy the cut that served the unseen of the training.
            even = balancing_cut(unseen, labels[train], case.groups[train])
            flags[fresh] = scores[fresh] >= (-learned.usual / 2 if len(case.answers) > 1 else even)
            threshold = threshold_of_groups(by_group(unseen, labels[train], case.groups[train]), MISS_RATE)
            below[fresh] = threshold is not None and scores[fresh] < threshold.score
            peer[fresh] = bare_scores(table, labels, train, weighted=len(case.answers) == 1)[fresh]
        found.scores[name], found.flags[name], found.below[name], found.peer[name] = (
            scores,
            flags > 0,
            below > 0,
            peer,
        )
    return found


def by_group(scores: np.ndarray, labels: np.ndarray, groups: np.ndarray) -> list[list[float]]:
    return [sorted(scores[labels & (groups == group)].tolist()) for group in np.unique(groups[labels])]


def mean_of(figures: list[Measured]) -> str:
    return str(
        Measured(*(float(np.mean([getattr(one, part) for one in figures])) for part in ("value", "low", "high")))
    )


def line(name: str, *cells: str) -> None:
    print(f"| {name} | " + " | ".join(cells) + " |")


def show_figures(case: Case, rounds: list[Round], ground: str, rules: np.ndarray | None) -> None:
    labels, groups = case.answers[ground], case.groups

    def cells(flags: list[np.ndarray], scores: list[np.ndarray] | None) -> list[str]:
        over = [
            [over_groups(figure, each, labels, groups, seed) for seed, each in enumerate(flags)]
            for figure in (balanced_accuracy, precision, recall, f1)
        ]
        if scores is None:
            return ["-", *map(mean_of, over), f"{np.mean([(~each).mean() for each in flags]):.1%}"]
        areas = [over_groups(area, each, labels, groups, seed) for seed, each in enumerate(scores)]
        free = np.mean([share_below_cut(each, labels, MISS_RATE) for each in scores])
        return [mean_of(areas), *map(mean_of, over), f"{free:.1%}"]

    print(
        "\n| | AUC | balanced accuracy | precision | recall | F1 | share without look |\n|---|---|---|---|---|---|---|"
    )
    line("second opinion", *cells([each.flags[ground] for each in rounds], [each.scores[ground] for each in rounds]))
    line("bare n-grams", *cells([each.peer[ground] >= 0 for each in rounds], [each.peer[ground] for each in rounds]))
    if rules is not None:
        line(f"rules alone ({case.ruleset})", *cells([rules], None))
    for name, kind in (("second opinion", "scores"), ("bare n-grams", "peer")):
        by_fold = [
            area(getattr(each, kind)[ground][each.fold == number], labels[each.fold == number])
            for each in rounds
            for number in range(each.fold.max() + 1)
        ]
        low, middle, high = np.nanquantile(by_fold, [0, 0.5, 1])
        print(
            f"AUC within one fold, {name}: mean {np.nanmean(by_fold):.3f}, median {middle:.3f}, {low:.3f} to {high:.3f}"
        )


def show_single_splits(case: Case, prepared: Prepared, table: Table, ground: str, splits: int) -> None:
    """One model, one quarter of the groups held out, so many times by chance: how much depends on which groups are new.

    And the quarter of these splits on which the bare n-grams do best: where a single lucky split would lie.
    """
    labels, groups, titles_alone = case.answers[ground], case.groups, bare(case, above=False)
    found: dict[str, list[tuple[float, float, float]]] = {}
    for seed in range(splits):
        new = np.random.default_rng(seed).permutation(groups.max() + 1)[: round((groups.max() + 1) / 4)]
        held_out = np.isin(groups, new)
        train, fresh = np.flatnonzero(~held_out), np.flatnonzero(held_out)
        learned, unseen = learn(prepared, labels[train], train, seed)
        cut = balancing_cut(unseen, labels[train], groups[train])
        for name, scores in (
            ("second opinion", scored(prepared, learned) - cut),
            ("bare n-grams", bare_scores(table, labels, train, weighted=True)),
            ("bare n-grams, titles alone", bare_scores(titles_alone, labels, train, weighted=True)),
        ):
            flags, truth = scores[fresh] >= 0, labels[fresh]
            figures = (area(scores[fresh], truth), balanced_accuracy(flags, truth), f1(flags, truth))
            found.setdefault(name, []).append(figures)
    best = np.argsort([figures[0] for figures in found["bare n-grams"]])[-max(splits // 4, 1) :]
    for heading, chosen in ((f"{splits} splits", np.arange(splits)), ("of these the quarter best for bare", best)):
        print(f"\nOne model, a quarter of the groups new, {heading}: mean (lowest-highest)")
        line("", "AUC", "balanced accuracy", "F1")
        print("|---|---|---|---|")
        for name, figures in found.items():
            part = np.array(figures)[chosen].T
            line(name, *(f"{each.mean():.3f} ({each.min():.3f}-{each.max():.3f})" for each in part))


def show_f1(case: Case, rounds: list[Round]) -> None:
    groups = case.groups
    print("\n| | " + " | ".join(["micro F1", "macro F1", *(f"({name}) F1" for name in case.answers)]) + " |")
    print("|---" * (len(case.answers) + 3) + "|")
    stacked = np.stack(list(case.answers.values()), axis=1)
    every_ground = [lambda v, y, n=number: f1(v[:, n], y[:, n]) for number in range(stacked.shape[1])]
    macro = lambda v, y: float(np.mean([f1(v[:, n], y[:, n]) for n in range(v.shape[1])]))  # noqa: E731
    for name, flags in (
        ("second opinion", [np.stack(list(each.flags.values()), axis=1) for each in rounds]),
        ("bare n-grams", [np.stack([each.peer[g] >= 0 for g in case.answers], axis=1) for each in rounds]),
    ):
        figures = [f1, macro, *every_ground]
        line(name, *(mean_of([over_groups(one, each, stacked, groups, 0) for each in flags]) for one in figures))
    print(
        "\n| paragraph | records | series | AUC | bare AUC | share without look | of bare |\n|---|---|---|---|---|---|---|"
    )
    for name, labels in case.answers.items():
        kinds = [[getattr(each, kind)[name] for each in rounds] for kind in ("scores", "peer")]
        line(
            f"({name})", str(labels.sum()), str(len(set(groups[labels]))),
            *(f"{np.mean([area(each, labels) for each in kind]):.3f}" for kind in kinds),
            *(f"{np.mean([share_below_cut(each, labels, MISS_RATE) for each in kind]):.1%}" for kind in kinds),
        )  # fmt: skip


def show_bound(case: Case, rounds: list[Round], ground: str) -> None:
    """Whether what is stated on the training side came true on the other, and over many fresh splits of the groups."""
    labels, groups = case.answers[ground], case.groups
    kept, tried, together, folds = 0, 0, 0, 0
    for each in rounds:
        for number in range(each.fold.max() + 1):
            fresh = labels & (each.fold == number)
            if not fresh.any():
                continue
            together += each.below[ground][fresh].mean() <= MISS_RATE
            folds += 1
            for group in np.unique(groups[fresh]):
                kept += each.below[ground][fresh & (groups == group)].mean() <= MISS_RATE
                tried += 1
    share = np.mean([each.below[ground].mean() for each in rounds])
    missed = np.mean([each.below[ground][labels].mean() for each in rounds])
    print(
        f"\nStated: at most {MISS_RATE:.0%} of the sensitive entries of the next group missed, {CONFIDENCE:.0%} confidence."
    )
    print(
        f"Whole procedure, {len(rounds)} x {rounds[0].fold.max() + 1} folds: kept in {kept} of {tried} fresh groups "
        f"({kept / tried:.1%}); over all groups of a fold together in {together} of {folds}; missed {missed:.2%} of all; "
        f"share without look {share:.1%}"
    )
    line("threshold by", "kept in the next group", "kept in all fresh groups together", "share without look")
    print("|---|---|---|---|")
    known = len(np.unique(groups[labels])) // 2
    for name, found in simulated(case, rounds, ground).items():
        low, high = wilson(round(found[0] * SIMULATIONS), SIMULATIONS)
        line(name, f"{found[0]:.1%} ({low:.1%}-{high:.1%})", *(f"{value:.1%}" for value in found[1:]))
    allowed = int((1 - CONFIDENCE) * (known + 1) + 1e-9)
    print(
        f"By groups it must be at least {1 - allowed / (known + 1):.2%}: {allowed} of {known + 1} may be the next one."
    )


def simulated(case: Case, rounds: list[Round], ground: str) -> dict[str, tuple[float, float, float]]:
    """Half of the groups set the threshold, the others try it: so many fresh splits, on scores of unseen groups."""
    labels, groups = case.answers[ground], case.groups
    chance = random.Random(0)
    tallies: dict[str, list[tuple[bool, bool, float]]] = {"groups": [], "entries, as if independent": []}
    past = [by_group(each.scores[ground], labels, groups) for each in rounds]
    for number in range(SIMULATIONS):
        drawn = past[number % len(past)]
        order = chance.sample(drawn, len(drawn))
        known, fresh = order[: len(order) // 2], order[len(order) // 2 :]
        everything = rounds[number % len(past)].scores[ground]
        by_groups = threshold_of_groups(known, MISS_RATE)
        by_entries = threshold_of_entries([score for group in known for score in group], MISS_RATE)
        for name, score in zip(tallies, (by_groups and by_groups.score, by_entries), strict=True):
            low = -np.inf if score is None else score
            missed = [sum(value < low for value in group) for group in fresh]
            tallies[name].append(
                (
                    missed[0] <= MISS_RATE * len(fresh[0]),
                    sum(missed) <= MISS_RATE * sum(map(len, fresh)),
                    float((everything < low).mean()) if number < 200 else np.nan,
                )
            )
    return {name: tuple(np.nanmean(np.array(found, float), axis=0)) for name, found in tallies.items()}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one seed, three folds")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument(
        "--splits", type=int, default=12, help="single splits, for how much depends on which groups are new"
    )
    parser.add_argument("--only", choices=("bentley", "naa"))
    options = parser.parse_args()
    seeds, folds = (1, 3) if options.quick else (options.seeds, 5)
    for make in (bentley, naa):
        if options.only not in (None, make.__name__):
            continue
        began, case = time.monotonic(), make()
        first = next(iter(case.answers))
        several = len(case.answers) > 1
        closed = np.any(list(case.answers.values()), axis=0)
        print(f"\n## {case.name}: {len(case.entries)} entries, {closed.sum()} closed, {case.groups.max() + 1} groups")
        prepared, table = prepare(case.entries), bare(case)
        rounds = [one_round(case, prepared, table, seed, folds) for seed in range(seeds)]
        rules = flagged_by_rules(case)
        if several:
            show_f1(case, rounds)
            if rules is not None:
                print(f"rules alone ({case.ruleset}): {rules.mean():.1%} of these closed records flagged")
            for name in case.answers:
                print(f"\nParagraph ({name})", end="")
                show_bound(case, rounds, name)
        else:
            show_figures(case, rounds, first, rules)
            show_single_splits(case, prepared, table, first, 4 if options.quick else options.splits)
            show_bound(case, rounds, first)
        print(f"({time.monotonic() - began:.0f} s)")
    print("\nzero misses in n certify a miss rate of at most:", end=" ")
    print(", ".join(f"{upper_bound(0, n):.1%} (n = {n})" for n in (59, 149, 299, 598, 2995)))


if __name__ == "__main__":
    main()
