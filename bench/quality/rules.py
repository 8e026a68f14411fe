"""What each rule of each shipped ruleset flags on real titles, and how right it is where archivists decided.

    python bench/quality/rules.py [RULESET ...]

Chinese rulesets: the titles of zh-policy-titles and zh-law-titles, all published long ago, so that what is flagged is
mostly over-closing. us-1: bentley-item-restrictions (codes PR, SR, CR against unrestricted siblings; ER, closed by
provenance, is left out), with the title alone and with the titles above it. uk-1: naa-closed-access, by paragraph of
s. 33(1) of the Archives Act 1983; all of it was closed, so there is recall and no precision. Every record is taken as
formed in 1980. "Flagged" is any finding that advises against opening, a look included.
"""

# ruff: noqa: E402, the path of modules is set before what it leads to is imported
from __future__ import annotations

import csv
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.pop(0)  # this folder, where "numbers" would stand before Python's own module of that name
sys.path.insert(0, str(ROOT))

from bench.quality.intervals import said
from policies.dates import parse_date_span
from policies.records import Record
from policies.rulesets import load_ruleset, shipped
from policies.screening import Screener

DATA = ROOT.parent / "shared" / "data"
TODAY = date(2026, 11, 22)
FORMED = parse_date_span("1980")


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def flags(screener: Screener, texts: Sequence[tuple[str, str]]) -> list[tuple[str, set[str]]]:
    """The advice on each pair of title and titles above, and the rules that speak against opening it."""
    records = [
        Record(str(number), title, series_title=above, span=FORMED) for number, (title, above) in enumerate(texts)
    ]
    against = {rule.id for rule in screener.ruleset.rules if rule.suggests not in ("open_early", "not_due")}
    return [
        (str(found.suggestion), {f.rule_id for f in found.findings} & against)
        for found in screener.screen_all(records, TODAY)
    ]


def published(screener: Screener) -> None:
    """Titles that were published: what is flagged is mostly flagged without need."""
    policy = [
        row["title"]
        for path in sorted((DATA / "zh-policy-titles").glob("*_*.csv"))
        if "websites" not in path.name
        for row in rows(f"zh-policy-titles/{path.name}")
    ]
    laws = [row["title"] for row in rows("zh-law-titles/law_titles.csv")]
    for name, titles in (("zh-policy-titles", policy), ("zh-law-titles", laws)):
        found = flags(screener, [(title, "") for title in dict.fromkeys(titles)])
        advice = Counter(suggestion for suggestion, _ in found)
        print(f"  {name}: {len(found):,} titles; other than open {said(len(found) - advice['open'], len(found))}")
        print(f"    {', '.join(f'{said} {count}' for said, count in advice.most_common())}")
        per_rule(found, None)


def per_rule(found: list[tuple[str, set[str]]], labels: list[bool] | None) -> None:
    """How many entries each rule flags; with labels, how many of them were restricted."""
    met: dict[str, list[int]] = defaultdict(list)
    for number, (_, rules) in enumerate(found):
        for rule in rules:
            met[rule].append(number)
    for rule, numbers in sorted(met.items()):
        right = "" if labels is None else f"  restricted {said(sum(labels[n] for n in numbers), len(numbers))}"
        print(f"    {rule} {len(numbers):>6,}{right}")


def bentley(screener: Screener) -> None:
    """Archivists' decisions on single files of a university archives."""
    entries = [row for row in rows("bentley-item-restrictions/item_restrictions.csv") if row["unittitle"].strip()]
    entries = [row for row in entries if row["restriction_code"] != "ER"]
    labels = [row["restricted"] == "1" for row in entries]
    for name, texts in (
        ("title alone", [(row["unittitle"], "") for row in entries]),
        ("title and titles above", [(row["unittitle"], row["parent_titles"]) for row in entries]),
    ):
        found = flags(screener, texts)
        flagged = [bool(rules) for _, rules in found]
        right = sum(a and b for a, b in zip(flagged, labels, strict=True))
        print(f"  bentley-item-restrictions, {name}: {len(entries):,} entries, {sum(labels):,} restricted")
        print(f"    precision {said(right, sum(flagged))}, recall {said(right, sum(labels))}")
        per_rule(found, labels)


def naa(screener: Screener) -> None:
    """Records of the National Archives of Australia that were closed on 2018-01-01."""
    closed = rows("naa-closed-access/closed_records_2018-01-01.csv")
    found = flags(screener, [(row["title"], row["series title"]) for row in closed])
    reasons = [set(re.findall(r"33\(1\)\(([a-j])\)", row["access decision reasons"])) for row in closed]
    print(f"  naa-closed-access: {len(closed):,} closed records; no open ones, so no precision")
    for paragraph in sorted(set().union(*reasons)):
        hits = [bool(rules) for (_, rules), reason in zip(found, reasons, strict=True) if paragraph in reason]
        print(f"    33(1)({paragraph})  recall {said(sum(hits), len(hits))}")
    per_rule(found, None)


def main() -> None:
    """Print the tables."""
    if not DATA.is_dir():
        raise SystemExit(f"{DATA} is not there: this benchmark needs real titles")
    for number in sys.argv[1:] or shipped():
        screener = Screener(load_ruleset(number))
        print(f"{number}: {len(screener.ruleset.rules)} rules")
        {"CN": published, "US": bentley, "UK": naa}[screener.ruleset.jurisdiction](screener)


if __name__ == "__main__":
    main()
