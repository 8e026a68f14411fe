"""How many titles a second are screened, beside bare ahocorasick_rs on the same titles and the same words.

    python bench/screening.py

The bare peer only looks for the words. Screening also folds signs, checks numbers and names, reads marks, counts years
and gives an advice. Goal: at least a quarter of the peer's speed. Both run on one core; the best of three runs counts.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import ahocorasick_rs

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from policies.dates import parse_date_span
from policies.records import Record
from policies.rulesets import load_ruleset
from policies.screening import Screener
from review.sample import make_titles

SIZES = (10_000, 100_000)
GOAL = 0.25
TODAY = date(2026, 11, 21)


def sample_records(size: int) -> list[Record]:
    """Titles of the sample catalogue, no two of them the same text, formed from 1949 to 2019."""
    spans = [parse_date_span(str(year)) for year in range(1949, 2020)]
    return [
        Record(reference_code=str(number), title=title, span=spans[number % len(spans)])
        for number, title in enumerate(make_titles(size))
    ]


def best_of(runs: int, act: Callable[[], object]) -> float:
    """Seconds of processor time of the fastest run: other work on the machine counts for neither side."""
    seconds = []
    gc.disable()  # as timeit does
    try:
        for _ in range(runs):
            began = time.process_time()
            act()
            seconds.append(time.process_time() - began)
    finally:
        gc.enable()
    return min(seconds)


def main() -> None:
    """Print the table."""
    screener = Screener(load_ruleset("cn-1"))
    find = ahocorasick_rs.AhoCorasick(screener.terms).find_matches_as_indexes
    print(f"{'titles':>8}  {'screened/s':>11}  {'bare/s':>11}  {'ratio':>6}  ({len(screener.terms)} words)")
    for size in SIZES:
        records = sample_records(size)
        bare = best_of(3, lambda records=records: [find(record.title, overlapping=True) for record in records])
        ours = best_of(3, lambda records=records: screener.screen_all(records, TODAY))
        print(f"{size:>8,}  {size / ours:>11,.0f}  {size / bare:>11,.0f}  {bare / ours:>6.2f}")
    print(f"goal: a ratio of {GOAL}")


if __name__ == "__main__":
    main()
