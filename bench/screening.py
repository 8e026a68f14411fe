"""How many titles a second are screened, beside bare ahocorasick_rs and Presidio's pattern recognisers on the same titles.

    python bench/screening.py [--ruleset cn-2] [--titles 20000] [--terms 10000] [--shared ../shared/data]

The whole ruleset without a name model; its words, filled up with made-up ones to `--terms`. The bare peer only looks for
the words: once a title, and once in all titles joined. Screening also folds signs, checks numbers and names, reads marks,
counts years and gives an advice. Goal: a quarter of the bare peer, per core. Presidio is compared where it is installed
(it is no dependency of this project): its regular expressions only, no language model.
"""

from __future__ import annotations

import argparse
import csv
import gc
import random
import resource
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import ahocorasick_rs

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from policies.dates import parse_date_span
from policies.records import Record
from policies.rules import Lexicon, Ruleset
from policies.rulesets import load_ruleset
from policies.screening import Screener
from review.sample import make_titles

GOAL = 0.25
TODAY = date(2026, 11, 21)
RUNS = 5


def filled(ruleset: Ruleset, terms: int) -> Ruleset:
    """The ruleset with so many words in all: made-up ones of two to five signs join a lexicon of their own."""
    missing = terms - len(Screener(ruleset).terms)
    if missing <= 0:
        return ruleset
    choose = random.Random(20261121)
    signs = sorted({sign for title in make_titles(2_000) for sign in title if "\u4e00" <= sign <= "\u9fff"})
    signs += map(chr, range(0x4E00, 0x5200))
    made: dict[str, None] = {}
    while len(made) < missing:
        made["".join(choose.choices(signs, k=choose.choice((2, 3, 3, 4, 4, 5))))] = None
    like = next(rule for rule in ruleset.rules if isinstance(rule.looks_for, Lexicon))
    lexicon = Lexicon(kind="lexicon", terms=tuple(made))
    return replace(ruleset, rules=(*ruleset.rules, like.model_copy(update={"id": "CN-999", "looks_for": lexicon})))


def records_of(titles: Sequence[str]) -> list[Record]:
    """The titles as records formed from 1949 to 2019, without any other field."""
    spans = [parse_date_span(str(year)) for year in range(1949, 2020)]
    return [Record(str(number), title, span=spans[number % len(spans)]) for number, title in enumerate(titles)]


def real_titles(shared: Path) -> list[str]:
    """The titles of zh-policy-titles, all four files; none where they are not there."""
    titles: list[str] = []
    folder = shared / "zh-policy-titles"
    for path in (*sorted(folder.glob("*_Government.csv")), folder / "State_Council.csv"):
        if path.is_file():
            with path.open(encoding="utf-8-sig", newline="") as file:
                titles += [row["title"] for row in csv.DictReader(file)]
    return titles


def best_of(runs: int, *acts: Callable[[], object]) -> list[float]:
    """Seconds of processor time of the fastest run of each act, in turns, so that other work on the machine hits all."""
    seconds = [float("inf")] * len(acts)
    gc.disable()  # as timeit does
    try:
        for _ in range(runs):
            for number, act in enumerate(acts):
                began = time.process_time()
                act()
                seconds[number] = min(seconds[number], time.process_time() - began)
    finally:
        gc.enable()
    return seconds


def presidio() -> Callable[[str], object] | None:
    """Presidio's recognisers by regular expression, without its language models; None where it is not installed."""
    try:
        from presidio_analyzer.predefined_recognizers import (
            CreditCardRecognizer,
            EmailRecognizer,
            IbanRecognizer,
            IpRecognizer,
            UsSsnRecognizer,
        )
    except ImportError:
        return None
    found = [
        kind() for kind in (CreditCardRecognizer, EmailRecognizer, IbanRecognizer, IpRecognizer, UsSsnRecognizer)
    ]
    return lambda text: [one.analyze(text, one.supported_entities, None) for one in found]


def compare(name: str, screener: Screener, titles: Sequence[str], other: Callable[[str], object] | None) -> None:
    """One line of the table."""
    records = records_of(titles)
    find = ahocorasick_rs.AhoCorasick(screener.terms).find_matches_as_indexes
    joined = "\u2588".join(titles)
    bare, whole, ours = best_of(
        RUNS,
        lambda: [find(title, overlapping=True) for title in titles],
        lambda: find(joined, overlapping=True),
        lambda: screener.screen_all(records, TODAY),
    )
    met = sum(bool(screening.grounds) for screening in screener.screen_all(records, TODAY)) / len(records)
    few = titles[:1_000]
    theirs = best_of(1, lambda: [other(title) for title in few])[0] / len(few) if other else None
    size = len(records)
    print(
        f"{name:>8} {size:>8,} {met:>6.1%} {size / ours:>11,.0f} {size / bare:>11,.0f} {bare / ours:>6.2f}"
        f" {size / whole:>11,.0f} {whole / ours:>6.2f} {f'{1 / theirs:,.0f}' if theirs else 'absent':>10}"
    )


def compare_pages(screener: Screener, titles: Sequence[str]) -> None:
    """Full text in MB of UTF-8 a second: pages of forty lines."""
    lines = [" ".join(titles[at : at + 2]) for at in range(0, len(titles) - 2, 2)]
    pages = ["\n".join(lines[at : at + 40]) for at in range(0, len(lines), 40)]
    records = [Record(str(at), "会议记录", pages=tuple(pages[at : at + 10])) for at in range(0, len(pages), 10)]
    megabytes = sum(len(page.encode()) for page in pages) / 1e6
    find = ahocorasick_rs.AhoCorasick(screener.terms).find_matches_as_indexes
    bare, ours = best_of(
        RUNS,
        lambda: [find(page, overlapping=True) for page in pages],
        lambda: screener.screen_all(records, TODAY),
    )
    print(f"full text: {megabytes / ours:.1f} MB/s, bare {megabytes / bare:.1f} MB/s, ratio {bare / ours:.2f}")


_acts: dict[str, Callable[[], object]] = {}  # of one of several processes


def _begin(number: str, terms: int, titles: int) -> None:
    made, screener = make_titles(titles), Screener(filled(load_ruleset(number), terms))
    records, find = records_of(made), ahocorasick_rs.AhoCorasick(screener.terms).find_matches_as_indexes
    _acts["ours"] = lambda: screener.screen_all(records, TODAY)
    _acts["bare"] = lambda: [find(title, overlapping=True) for _ in range(4) for title in made]


def _timed(name: str) -> float:
    began = time.process_time()
    _acts[name]()
    return time.process_time() - began


def compare_processes(number: str, terms: int, titles: int) -> None:
    """What two processes do in the time of one: by the clock, for an idle machine, and by what each spends on a title.

    The second says whether they hinder each other; other work on the machine does not hide it. Each has its own titles
    and rules before the clock runs. What bare searching gains says what the two cores of this machine are worth.
    """
    for name in ("ours", "bare"):
        rates, spent = [], []
        for workers in (1, 2):
            with ProcessPoolExecutor(workers, initializer=_begin, initargs=(number, terms, titles)) as pool:
                list(pool.map(_timed, [name] * workers))
                began = time.perf_counter()
                seconds = list(pool.map(_timed, [name] * workers * 2 * RUNS))
                rates.append(workers * 2 * RUNS * titles / (time.perf_counter() - began))
                spent.append(min(seconds))
        print(
            f"two processes, {name}: {rates[1] / rates[0]:.2f} times one by the clock,"
            f" {2 * spent[0] / spent[1]:.2f} times by processor time"
        )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ruleset", default="cn-2")
    parser.add_argument("--titles", type=int, default=20_000)
    parser.add_argument("--terms", type=int, default=10_000)
    parser.add_argument("--shared", type=Path, default=Path(__file__).resolve().parents[2] / "shared/data")
    given = parser.parse_args()
    screener = Screener(filled(load_ruleset(given.ruleset), given.terms))
    other = presidio()
    if other is None:
        print("presidio-analyzer CANNOT BE IMPORTED: it is NOT COMPARED (pip install --target DIR presidio-analyzer,")
        print("then PYTHONPATH=DIR)")
    print(f"{given.ruleset}, {len(screener.terms):,} words; titles a second, processor time, best of {RUNS}")
    print(f"{'titles':>8} {'number':>8} {'closed':>6} {'screened':>11} {'bare':>11} {'ratio':>6}", end="")
    print(f" {'bare joined':>11} {'ratio':>6} {'Presidio':>10}")
    sample = make_titles(given.titles)
    compare("sample", screener, sample, other)
    real = real_titles(given.shared)
    if real:
        compare("real", screener, real, other)
    else:
        print(f"    real: ABSENT, no titles in {given.shared}")
    print(f"goal: a ratio of {GOAL} to the bare peer")
    compare_pages(screener, real or sample)
    compare_processes(given.ruleset, given.terms, given.titles)
    print(f"memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB at the most")


if __name__ == "__main__":
    main()
