"""Dates as they stand in catalogues: the earliest and the latest day they can mean, or a refusal that says what to do."""

import csv
import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.dates import DateSpan, due_date, parse_date_span
from policies.sentences import Refusal


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("1998-03-12", "1998-03-12", "1998-03-12"),
        ("1998-03-12 00:00:00", "1998-03-12", "1998-03-12"),
        ("1998-03", "1998-03-01", "1998-03-31"),
        ("1998", "1998-01-01", "1998-12-31"),
        ("19980312", "1998-03-12", "1998-03-12"),
        ("19980300", "1998-03-01", "1998-03-31"),
        ("1998年3月12日", "1998-03-12", "1998-03-12"),
        ("１９９８年３月", "1998-03-01", "1998-03-31"),
        ("一九五八年三月", "1958-03-01", "1958-03-31"),
        ("1998.3.12", "1998-03-12", "1998-03-12"),
        ("1998/3/12", "1998-03-12", "1998-03-12"),
        ("1950年代", "1950-01-01", "1959-12-31"),
        ("20世纪50年代", "1950-01-01", "1959-12-31"),
        ("1950s", "1950-01-01", "1959-12-31"),
        ("[1962?]", "1962-01-01", "1962-12-31"),
        ("c. 1962", "1962-01-01", "1962-12-31"),
        ("circa 1962", "1962-01-01", "1962-12-31"),
        ("1968-1974", "1968-01-01", "1974-12-31"),
        ("1968-74", "1968-01-01", "1974-12-31"),
        ("1968/1974", "1968-01-01", "1974-12-31"),
        ("1968-01-01/1974-12-31", "1968-01-01", "1974-12-31"),
        ("1949—1955", "1949-01-01", "1955-12-31"),
        ("1949至1955", "1949-01-01", "1955-12-31"),
        ("1998年3月至5月", "1998-03-01", "1998-05-31"),
        ("1953 March 4", "1953-03-04", "1953-03-04"),
        ("March 4, 1953", "1953-03-04", "1953-03-04"),
        ("Mar. 1953", "1953-03-01", "1953-03-31"),
        ("May 28-June 4, 1969", "1969-05-28", "1969-06-04"),
        ("1935-1940, 1950-1952", "1935-01-01", "1952-12-31"),
        ("民国26年", "1937-01-01", "1937-12-31"),
        ("民國二十六年七月七日", "1937-07-07", "1937-07-07"),
        ("光绪三十四年", "1908-01-01", "1908-12-31"),
        ("宣统元年", "1909-01-01", "1909-12-31"),
    ],
)
def test_a_date_is_read_as_the_days_it_can_mean(text, earliest, latest):
    assert parse_date_span(text) == DateSpan(date.fromisoformat(earliest), date.fromisoformat(latest), text)


@pytest.mark.parametrize("text", ["", "  ", "undated", "[n.d.]", "n.d.", "无日期", "Unknown"])
def test_an_undated_record_has_no_span(text):
    assert parse_date_span(text) is None


def test_a_span_with_undated_papers_has_no_latest_day_and_so_is_undated():
    assert parse_date_span("1968-1974, undated") is None


@pytest.mark.parametrize(
    "text", ["1998-13", "1998年13月", "30 Feb 1998", "1998-02-30", "1974-1968", "光绪四十年", "0000"]
)
def test_a_date_that_cannot_be_is_refused_as_impossible(text):
    with pytest.raises(Refusal) as refused:
        parse_date_span(text)
    assert text in refused.value.sentence.zh
    assert "不存在" in refused.value.sentence.zh


@pytest.mark.parametrize(
    "text", ["abc", "19622-1987", "195x", "before 1970", "1998年3月至今", "12/03/1998", "\ud800"]
)
def test_a_text_that_is_no_date_is_refused_saying_what_is_expected(text):
    with pytest.raises(Refusal) as refused:
        parse_date_span(text)
    assert "1998-03-12" in refused.value.sentence.zh
    assert "undated" in refused.value.sentence.en
    refused.value.sentence.zh.encode()


@given(st.text(max_size=300) | st.from_regex(r"[0-9年月日至\-/ a-z.,?]{1,20}", fullmatch=True))
def test_any_text_is_read_or_refused(text):
    try:
        span = parse_date_span(text)
    except Refusal:
        return
    assert span is None or (span.earliest <= span.latest and due_date(span) > span.latest)


@given(st.dates(date(1840, 1, 1), date(2100, 1, 1)), st.dates(date(1840, 1, 1), date(2100, 1, 1)))
def test_an_interval_holds_both_its_ends_or_is_refused(one, other):
    if one <= other:
        span = parse_date_span(f"{one}/{other}")
        assert (span.earliest, span.latest) == (one, other)
    else:
        with pytest.raises(Refusal):
            parse_date_span(f"{one}/{other}")


@pytest.mark.parametrize(
    ("created", "due"),
    [("2001-11-21", date(2026, 11, 21)), ("1998", date(2023, 12, 31)), ("2000-02-29", date(2025, 3, 1))],
)
def test_the_closure_period_counts_from_the_latest_possible_day(created, due):
    assert due_date(parse_date_span(created)) == due


@pytest.mark.shared_data
def test_real_catalogues_dates_are_read_but_for_slips_of_the_pen(shared_data):
    texts = []
    for folder in ("ead-columbia-cjk", "ead-nyu"):
        for path in (shared_data / folder).glob("*.xml"):
            source = path.read_text("utf-8")
            texts += re.findall(r"<unitdate[^>]*>([^<]*)</unitdate>", source)
            texts += re.findall(r'<unitdate[^>]*normal="([^"]*)"', source)
    for path in (shared_data / "zh-policy-titles").glob("*_Government.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            texts += [row[key] for row in csv.DictReader(file) for key in ("issue_date", "publication_date")]
    refused = 0
    for text in texts:
        try:
            parse_date_span(text)
        except Refusal:
            refused += 1
    assert len(texts) > 20_000
    assert refused / len(texts) < 0.005
