"""Dates as they stand in catalogues: the earliest and the latest day they can mean, or a refusal that says what to do."""

import csv
import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.date_texts import read_days
from policies.dates import DateSpan, due_date, parse_date_span
from policies.marks import read_secrecy_mark
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
        ("民国26-28年", "1937-01-01", "1939-12-31"),
        ("民国26年至28年", "1937-01-01", "1939-12-31"),
        ("民国二十六年（1937年）", "1937-01-01", "1937-12-31"),
        ("民国三十七年至一九五〇年", "1948-01-01", "1950-12-31"),
        ("民国26.7.7", "1937-07-07", "1937-07-07"),
        ("民国26", "1937-01-01", "1937-12-31"),
        ("順治元年", "1644-01-01", "1644-12-31"),
        ("康熙六十一年", "1722-01-01", "1722-12-31"),
        ("雍正十三年", "1735-01-01", "1735-12-31"),
        ("乾隆六十年", "1795-01-01", "1795-12-31"),
        ("嘉慶廿五年", "1820-01-01", "1820-12-31"),
        ("道光元年", "1821-01-01", "1821-12-31"),
        ("清光绪三十年二月初五日", "1904-01-01", "1904-12-31"),
        ("光绪三十四年至宣统三年", "1908-01-01", "1911-12-31"),
        ("伪满大同元年三月", "1932-03-01", "1932-03-31"),
        ("康德三年五月十二日", "1936-05-12", "1936-05-12"),
        ("康德12年", "1945-01-01", "1945-12-31"),
        ("1998年3月5日、8日", "1998-03-05", "1998-03-08"),
        ("18.05.1943", "1943-05-18", "1943-05-18"),
        ("18. Mai 1943", "1943-05-18", "1943-05-18"),
        ("1er août 1885", "1885-08-01", "1885-08-01"),
        ("12 maart 1943", "1943-03-12", "1943-03-12"),
        ("années 1950", "1950-01-01", "1959-12-31"),
        ("1950er Jahre", "1950-01-01", "1959-12-31"),
        ("1923/24", "1923-01-01", "1924-12-31"),
        ("1998-03-12T10:00:00+08:00", "1998-03-12", "1998-03-12"),
    ],
)
def test_a_date_is_read_as_the_days_it_can_mean(text, earliest, latest):
    span = parse_date_span(text)
    assert (span.earliest, span.latest, span.text) == (date.fromisoformat(earliest), date.fromisoformat(latest), text)


@pytest.mark.parametrize(
    ("text", "precision", "certainty"),
    [
        ("1998-03-12", "day", ""),
        ("1998-03", "month", ""),
        ("1998", "year", ""),
        ("1950年代", "decade", ""),
        ("1968-1974", "span", ""),
        ("1960-1969", "span", ""),
        ("1998年春", "year", ""),
        ("1998-03-12/1998-03-12", "day", ""),
        ("c. 1962", "year", "approximate"),
        ("约1962年3月", "month", "approximate"),
        ("1962年前后", "year", "approximate"),
        ("um 1880", "year", "approximate"),
        ("vers 1880", "year", "approximate"),
        ("omstreeks 1880", "year", "approximate"),
        ("1938-circa 1992", "span", "approximate"),
        ("[1962?]", "year", "inferred"),
        ("［1962］", "year", "inferred"),
        ("1962?", "year", "inferred"),
        ("1972 (possibly 1973)", "span", "inferred"),
        ("[circa 1962]", "year", "approximate"),
        ("(February 1998)", "month", ""),
    ],
)
def test_a_date_says_how_fine_and_how_sure_it_is(text, precision, certainty):
    span = parse_date_span(text)
    assert (span.precision, span.certainty) == (precision, certainty)


@pytest.mark.parametrize(
    ("earliest", "latest", "precision"),
    [
        ("1998-03-12", "1998-03-12", "day"),
        ("2000-02-01", "2000-02-29", "month"),
        ("2001-02-01", "2001-02-27", "span"),
        ("1998-01-01", "1998-12-31", "year"),
        ("1998-01-01", "1999-12-31", "span"),
        ("1998-02-01", "1998-12-31", "span"),
        ("1950-01-01", "1959-12-31", "decade"),
        ("1951-01-01", "1960-12-31", "span"),
    ],
)
def test_a_span_of_days_without_a_text_says_how_fine_it_is(earliest, latest, precision):
    span = DateSpan(date.fromisoformat(earliest), date.fromisoformat(latest), "")
    assert (span.precision, span.certainty) == (precision, "")


@pytest.mark.parametrize(
    "text", ["", "  ", "undated", "[n.d.]", "n.d.", "无日期", "Unknown", "sans date", "时间不详"]
)
def test_an_undated_record_has_no_span(text):
    assert parse_date_span(text) is None


def test_a_span_with_undated_papers_has_no_latest_day_and_so_is_undated():
    assert parse_date_span("1968-1974, undated") is None


@pytest.mark.parametrize(
    "text",
    [
        "1998-13",
        "1998年13月",
        "30 Feb 1998",
        "1998-02-30",
        "1974-1968",
        "光绪四十年",
        "康德13年",
        "二十三四年",
        "0000",
        "0998-01-01",
    ],
)
def test_a_date_that_cannot_be_is_refused_as_impossible(text):
    with pytest.raises(Refusal) as refused:
        parse_date_span(text)
    assert text in refused.value.sentence.zh
    assert "不存在" in refused.value.sentence.zh


@pytest.mark.parametrize(
    "text",
    ["abc", "19622-1987", "195x", "before 1970", "1998年3月至今", "12/03/1998", "10-12/1998", "光绪30.2.5", "\ud800"],
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


def test_a_closure_period_may_end_on_the_day_on_the_next_day_or_on_the_next_first_of_january():
    """Each country counts in its own way."""
    transferred = parse_date_span("2023-10-17")
    assert due_date(transferred, mode="exact") == date(2048, 10, 17)
    assert due_date(transferred, mode="next_day") == date(2048, 10, 18)
    assert due_date(parse_date_span("2005"), years=20, mode="next_january") == date(2026, 1, 1)
    assert due_date(parse_date_span("2005-01-01"), years=20, mode="next_january") == date(2026, 1, 1)
    assert due_date(parse_date_span("2000"), years=20, mode="next_january") == date(2021, 1, 1)


def test_of_several_periods_of_closure_the_longest_counts():
    span = parse_date_span("1980-05-01")
    assert max(due_date(span, years=years) for years in (40, 80)) == date(2060, 5, 1)


def test_a_top_secret_of_2000_falls_due_before_its_secrecy_ends():
    span = parse_date_span("2000-06-01")
    mark = read_secrecy_mark("绝密★30年")
    assert due_date(span) == date(2025, 6, 1)
    assert mark.ends_on(span, {"绝密": 30, "机密": 20, "秘密": 10}) == date(2030, 6, 1)


@given(st.dates(date(1000, 1, 1), date(2199, 12, 31)))
def test_the_short_way_for_whole_days_reads_what_the_long_way_reads(day):
    for text in (day.isoformat(), f"{day.year:04}{day.month:02}{day.day:02}"):
        reading = read_days(text)
        assert parse_date_span(text) == DateSpan(*reading.days[:2], text, reading.days.precision, reading.certainty)


@given(st.dates(date(1000, 1, 1), date(2170, 12, 31)), st.integers(0, 150))
def test_no_way_of_counting_ends_a_period_before_its_years_are_over(day, years):
    span = DateSpan(day, day, "")
    exact, next_day, next_january = (
        due_date(span, years=years, mode=mode) for mode in ("exact", "next_day", "next_january")
    )
    assert day <= exact < next_day <= next_january


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
