"""JSON Lines of our own."""

from __future__ import annotations

import json
import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.catalogue_rows import LEVELS, STATUSES, CatalogueRow
from policies.sentences import Refusal
from review.readers import open_stream, peek, read_catalogue

HEAD = {"qifeng": "catalogue-1", "fonds": "J047"}


@pytest.fixture
def json_file(tmp_path):
    def write(*lines, head=HEAD, name="目录.jsonl"):
        path = tmp_path / name
        texts = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in (head, *lines)]
        path.write_text("\n".join(texts) + "\n", encoding="utf-8")
        return path

    return write


TEXT = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=20)
DAY = st.none() | st.dates(date(1900, 1, 1), date(2020, 1, 1)).map(date.isoformat)
SPAN = st.tuples(DAY, DAY).map(lambda days: tuple(sorted(filter(None, days))) if all(days) else (None, None))
ROWS = st.builds(
    lambda span, **values: CatalogueRow(row=0, earliest=span[0], latest=span[1], **values),
    span=SPAN,
    title=TEXT.filter(bool),
    level=st.sampled_from(LEVELS),
    parent_row=st.none() | st.integers(2, 9),
    access_status=st.sampled_from(["", *STATUSES]),
    pages=st.none() | st.integers(0, 10_000),
    declassify_on=DAY,
    date_precision=st.sampled_from(["", "day", "month", "year", "decade", "span"]),
    notes=st.lists(TEXT.filter(bool), max_size=3).map("\n".join),
    **dict.fromkeys(("reference_code", "parent_code", "date_text", "extent", "persons", "agency"), TEXT),
)


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(ROWS, min_size=1, max_size=5), whole=st.booleans())
def test_what_was_written_is_read_back(rows, whole):
    def fields(row):
        given = row._asdict()
        return given if whole else {k: v for k, v in given.items() if v != CatalogueRow._field_defaults.get(k)}

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "目录.jsonl"
        path.write_text("\n".join(map(json.dumps, [HEAD, *map(fields, rows)])), encoding="utf-8")
        reading = read_catalogue(path)
    assert reading.complaints == ()
    assert [row._replace(row=0) for row in reading.rows] == rows
    assert [row.row for row in reading.rows] == list(range(2, 2 + len(rows)))


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("{", None),
        ("[1]", None),
        ("[" * 100_000, None),
        ({"title": "甲", "nonsense": "x"}, "nonsense"),
        ({"title": 3}, "title"),
        ({"title": "甲", "pages": "3"}, "pages"),
        ({"title": "甲", "pages": True}, "pages"),
        ({"title": "甲", "level": "宗"}, "level"),
        ({"title": "甲", "level": ""}, "level"),
        ({"title": "甲", "earliest": "1962-02-30", "latest": "1962-03-01"}, "earliest"),
        ({"title": "甲", "earliest": "1962-03-01"}, "latest"),
        ({"title": "甲", "earliest": "1963-03-01", "latest": "1962-03-01"}, "latest"),
        ({"title": "甲", "earliest": "2030-03-01", "latest": "2030-03-01"}, "date_text"),
        ({"title": "甲\u0007"}, "title"),
        ({"title": ""}, "title"),
    ],
)
def test_a_bad_line_is_a_complaint_that_names_line_and_field(json_file, line, column):
    reading = read_catalogue(json_file({"title": "好"}, line), today=date(2026, 11, 21))
    assert [row.title for row in reading.rows] == ["好"]
    (complaint,) = reading.complaints
    assert (complaint.row, complaint.column) == (3, column)


def test_a_stub_has_no_title_and_no_complaint_of_a_classified_record_repeats_its_title(json_file):
    reading = read_catalogue(
        json_file({"classification": "机密"}, {"classification": "机密", "title": "长" * 2001, "scope": 3})
    )
    assert [row.classification for row in reading.rows] == ["机密"]
    assert all("长" not in (complaint.value or "") for complaint in reading.complaints)


@pytest.mark.parametrize("head", ['{"title": "甲"}', "题名,日期", '{"qifeng": "catalogue-2"}', "[]"])
def test_a_file_that_does_not_begin_as_ours_is_refused(json_file, head):
    with pytest.raises(Refusal, match="catalogue-1"):
        read_catalogue(json_file({"title": "甲"}, head=head))


def test_a_file_without_entries_and_one_in_another_encoding_are_refused(json_file, tmp_path):
    with pytest.raises(Refusal, match="首行"):
        read_catalogue(json_file())
    path = tmp_path / "a.jsonl"
    path.write_bytes(json.dumps(HEAD).encode() + '\n{"title": "甲"}\n{"title": "春耕"}'.encode("gb18030"))
    with pytest.raises(Refusal, match="第 2 行"):
        list(open_stream(path, today=None))


def test_peek_says_whose_it_is(json_file):
    assert peek(json_file({"title": "甲"}))[:2] == ("jsonl", "jsonl")
