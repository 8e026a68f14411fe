"""Date texts of real catalogues, each with what a person reads in it (real_dates.tsv).

`origin` is the folder of the shared data in which the text stands; instead of the earliest day a row may say "undated",
"unread" (a slip, or more than one meaning) or "impossible" (no such day, or it ends before it begins).
"""

import csv
from collections import Counter
from pathlib import Path

import pytest

from policies.dates import parse_date_span
from policies.sentences import Refusal

with Path(__file__).with_name("real_dates.tsv").open(encoding="utf-8", newline="") as file:
    TABLE = list(csv.DictReader(file, dialect="excel-tab", quoting=csv.QUOTE_NONE))


def as_read(text):
    """What the house reads in a text, as a row of the table says it."""
    try:
        span = parse_date_span(text)
    except Refusal as refusal:
        return ("impossible" if "不存在" in refusal.sentence.zh else "unread", "", "", "")
    if span is None:
        return ("undated", "", "", "")
    return (span.earliest.isoformat(), span.latest.isoformat(), span.precision, span.certainty)


@pytest.mark.parametrize("row", TABLE, ids=[row["text"].encode("ascii", "replace").decode() for row in TABLE])
def test_a_real_date_is_read_as_a_person_reads_it(row):
    assert as_read(row["text"]) == (row["earliest"], row["latest"], row["precision"], row["certainty"])


def test_the_table_holds_texts_of_many_shapes_and_origins():
    assert len({row["text"] for row in TABLE}) == len(TABLE) >= 260
    assert len({row["origin"] for row in TABLE}) == 11
    assert {"day", "month", "year", "decade", "span"} <= {row["precision"] for row in TABLE}
    outcomes = Counter(row["earliest"] for row in TABLE)
    assert all(outcomes[said] >= 10 for said in ("undated", "unread", "impossible"))


@pytest.mark.shared_data
def test_nearly_every_date_of_the_real_finding_aids_is_read(shared_data):
    """At least 98 in a hundred of the distinct texts; the rest are slips, or have no year or two meanings."""
    from lxml import etree

    texts = set()
    for path in [*shared_data.glob("ead-*/*.xml"), *shared_data.glob("ead3-*/*.xml")]:
        parser = etree.XMLParser(
            recover=True, load_dtd=False, no_network=True, resolve_entities=False, huge_tree=True
        )
        for element in etree.parse(path, parser).iter("{*}unitdate"):
            texts.add(" ".join("".join(element.itertext()).split()))
    texts.discard("")
    left = sum(as_read(text)[0] in ("unread", "impossible") for text in texts)
    assert len(texts) > 10_000
    assert left / len(texts) < 0.02
