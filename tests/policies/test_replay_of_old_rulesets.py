"""An old ruleset on an old snapshot says today, byte for byte, what it said then."""

import json
from datetime import date
from pathlib import Path

import pytest

from policies.dates import parse_date_span
from policies.finding_lines import line_of
from policies.records import Record
from policies.rulesets import load_ruleset
from policies.screening import Screener

SNAPSHOTS = Path(__file__).parent / "snapshots"
DAY = date(2026, 11, 21)


def records_of(number):
    with (SNAPSHOTS / f"{number}.records.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            values = json.loads(line)
            created = values.pop("created")
            yield Record(span=parse_date_span(created), **values)


@pytest.mark.parametrize("number", sorted(path.name.split(".")[0] for path in SNAPSHOTS.glob("*.records.jsonl")))
@pytest.mark.parametrize("at_once", [False, True], ids=["one by one", "all at once"])
def test_a_replay_gives_the_same_bytes(number, at_once):
    screener = Screener(load_ruleset(number))
    records = list(records_of(number))
    screenings = (
        screener.screen_all(records, DAY) if at_once else [screener.screen(record, DAY) for record in records]
    )
    lines = [line_of(record, found, number) + "\n" for record, found in zip(records, screenings, strict=True)]
    assert "".join(lines).encode() == (SNAPSHOTS / f"{number}.findings.jsonl").read_bytes()
