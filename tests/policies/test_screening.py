"""Screening: what the rules advise, from which day, and that doubt keeps an entry closed."""

import csv
import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from policies.dates import parse_date_span
from policies.folding import fold
from policies.outcomes import Suggestion
from policies.public_titles import surrogate
from policies.records import Record
from policies.rulesets import load_ruleset
from policies.screening import Screener

TODAY = date(2026, 11, 21)
SCREENER = Screener(load_ruleset("cn-1"))
STRICTER = [Suggestion.OPEN, Suggestion.OPEN_EARLY, Suggestion.NOT_DUE, Suggestion.DEFER, Suggestion.REFER].index


def entry(title="关于召开全省水利工作会议的通知", created="1990-01-01", **values):
    return Record(reference_code="J047-001", title=title, span=parse_date_span(created), **values)


def screen(*args, today=TODAY, **values):
    return SCREENER.screen(entry(*args, **values), today)


def ids(screening):
    return {finding.rule_id for finding in screening.findings}


def test_a_due_entry_that_meets_no_rule_is_open():
    screening = screen()
    assert (screening.suggestion, screening.findings, screening.grounds) == (Suggestion.OPEN, (), ())
    assert screening.opens_on == date(2015, 1, 1)


@pytest.mark.parametrize(
    ("today", "suggestion"), [(date(2026, 11, 20), Suggestion.NOT_DUE), (date(2026, 11, 21), Suggestion.OPEN)]
)
def test_an_entry_of_21_november_2001_is_due_on_21_november_2026(today, suggestion):
    screening = screen(created="2001-11-21", today=today)
    assert (screening.suggestion, screening.opens_on) == (suggestion, date(2026, 11, 21))


@pytest.mark.parametrize("mark", ["绝密", "绝密★30年", "绝密 30年"])
def test_a_top_secret_of_2000_is_due_in_2025_and_held_to_2030(mark):
    screening = screen(created="2000-06-01", classification=mark)
    assert (screening.suggestion, screening.grounds) == (Suggestion.REFER, ("CN-8-1",))
    assert screening.opens_on == date(2030, 6, 1)
    assert screen(created="2000-06-01", classification=mark, today=date(2030, 6, 1)).suggestion is Suggestion.OPEN


def test_a_secrecy_term_that_cannot_be_counted_is_referred_without_a_day():
    screening = screen(created="1955", classification="机密★长期")
    assert (screening.suggestion, screening.opens_on) == (Suggestion.REFER, None)


def test_all_grounds_apply_and_the_latest_day_rules():
    screening = screen("关于给予王建国开除处分后又判处徒刑的决定", created="1990-01-01")
    assert {"CN-211", "CN-213"} <= ids(screening)
    assert screening.suggestion is Suggestion.DEFER
    assert screening.opens_on == date(2070, 1, 1)


def test_a_ground_whose_period_is_over_is_shown_and_no_longer_closes():
    screening = screen("关于给予王建国开除处分的决定", created="1950-01-01")
    (finding,) = screening.findings
    assert (finding.opens_on, finding.suggests) == (date(2000, 1, 1), Suggestion.OPEN)
    assert screening.suggestion is Suggestion.OPEN
    assert finding.never_public


def test_what_is_not_due_has_no_deferral_to_decide():
    screening = screen("关于给予王建国开除处分的决定", created="2010-01-01")
    assert screening.suggestion is Suggestion.NOT_DUE
    assert screening.grounds == ("CN-8-3-PI",)
    assert screening.opens_on == date(2060, 1, 1)


def test_an_early_category_counts_only_where_nothing_else_is_found():
    title = "关于下达一九九八年国民经济计划的通知"
    early = screen(title, created="2010-01-01")
    assert (early.suggestion, early.grounds) == (Suggestion.OPEN_EARLY, ("CN-E-ECON",))
    assert screen(title, created="2010-01-01", classification="内部").suggestion is Suggestion.NOT_DUE
    assert screen(title, created="1990-01-01").suggestion is Suggestion.OPEN


@pytest.mark.parametrize("title", ["", " ", "?", "？？？", "\ufffd\ufffd", "关于\ufffd的决定", "\ud800", "——"])
def test_an_unreadable_title_is_referred_whatever_its_age(title):
    for created in ("1950", "2020", ""):
        assert screen(title, created=created).suggestion is Suggestion.REFER


def test_an_entry_without_a_date_is_not_due_and_has_no_day():
    for title in ("关于召开全省水利工作会议的通知", "关于下达国民经济计划的通知", "关于给予王建国开除处分的决定"):
        screening = screen(title, created="")
        assert (screening.suggestion, screening.opens_on) == (Suggestion.NOT_DUE, None)


@pytest.mark.parametrize(
    ("condition", "suggestion", "opens_on"),
    [
        ("RESTRICTED UNTIL 2068", Suggestion.DEFER, date(2068, 12, 31)),
        ("[RESTRICTED until 2027-07-01]", Suggestion.DEFER, date(2027, 7, 1)),
        ("[PR RESTRICTED until July 1, 2044 ]", Suggestion.DEFER, date(2044, 7, 1)),
        ("[RESTRICTED until August 14, 2020]", Suggestion.OPEN, date(2015, 1, 1)),
        ("[Unvetted]", Suggestion.REFER, None),
        ("Restricted", Suggestion.DEFER, date(2031, 11, 21)),
        ("控制", Suggestion.DEFER, date(2031, 11, 21)),
        ("Currently not available for viewing.", Suggestion.DEFER, date(2031, 11, 21)),
        ("not open", Suggestion.DEFER, date(2031, 11, 21)),
        ("[Vetted, open]", Suggestion.OPEN, date(2015, 1, 1)),
        ("open for research", Suggestion.OPEN, date(2015, 1, 1)),
        ("开放", Suggestion.OPEN, date(2015, 1, 1)),
        ("见馆长批条", Suggestion.REFER, None),
    ],
)
def test_an_access_condition_is_read_or_referred(condition, suggestion, opens_on):
    screening = screen(access_condition=condition)
    assert (screening.suggestion, screening.opens_on) == (suggestion, opens_on)


def test_a_retention_of_long_term_is_no_secrecy_mark():
    assert screen(retention="长期").suggestion is Suggestion.OPEN
    assert screen(classification="长期").suggestion is Suggestion.REFER


def test_a_number_with_a_bad_checksum_is_a_weaker_finding():
    good = screen("身份证11010519491231002X登记", created="1990-01-01")
    bad = screen("身份证110105194912310021登记", created="1990-01-01")
    assert (ids(good), good.opens_on) == ({"CN-201"}, date(2070, 1, 1))
    assert (ids(bad), bad.opens_on) == ({"CN-202"}, date(2031, 11, 21))
    assert all(finding.never_public for finding in (*good.findings, *bad.findings))


def test_words_are_found_through_old_script_odd_spaces_and_full_width_signs():
    title = "關 於給予張\u2002國華記過處 分的決定（１３８００００１２３４）"
    screening = screen(title)
    assert {(finding.rule_id, finding.matched) for finding in screening.findings} == {
        ("CN-211", "張\u2002國華"),
        ("CN-204", "１３８００００１２３４"),
    }


def test_an_ordinary_appointment_is_no_ground():
    assert screen("国务院关于任命王建国为某某部部长的通知").suggestion is Suggestion.OPEN


def test_the_public_title_hides_what_may_not_be_shown():
    title = "关于给予王某某、李建国开除处分的决定（电话13800001234）"
    shown = surrogate(entry(title), SCREENER, TODAY).text
    assert shown == "关于给予[隐去]开除处分的决定（电话[隐去]）"
    assert SCREENER.public_hits(title)
    assert SCREENER.public_hits(shown) == ()


def test_a_title_without_secrets_is_shown_as_it_is():
    title = "关于取缔一贯道的情况"
    assert screen(title).findings
    assert surrogate(entry(title), SCREENER, TODAY).text == title


def test_public_hits_hold_whatever_the_age():
    assert [hit.matched for hit in SCREENER.public_hits("1950年关于给予王建国开除处分的决定")] == ["王建国"]
    assert SCREENER.public_hits("省水利厅") == ()


WORDS = st.sampled_from(
    [
        "关于给予",
        "王某某",
        "张國華",
        "买买提·艾力",
        "开除",
        "处分",
        "判决",
        "病历",
        "離婚",
        "检举",
        "特情",
        "宗教活动",
        "11010519491231002X",
        "13800001234",
        "机密★10年",
        "国民经济计划",
        "的",
        "、",
        "（",
        "）",
        "？",
        "\u2002",
        "�",
        "�",
        "Ａ",
    ]
)
TEXTS = st.text(st.characters(), max_size=60) | st.lists(WORDS, max_size=12).map("".join)
RECORDS = st.builds(
    Record,
    reference_code=st.just("J047-001"),
    title=TEXTS,
    responsible_body=TEXTS,
    series_title=TEXTS,
    notes=TEXTS,
    span=st.sampled_from(["", "1950", "1998-03", "2001-11-21", "2015"]).map(parse_date_span),
    retention=TEXTS,
    classification=TEXTS | st.sampled_from(["绝密", "秘密★长期", "内部", "公开"]),
    access_condition=TEXTS | st.sampled_from(["[Unvetted]", "RESTRICTED UNTIL 2068", "open"]),
)


@given(RECORDS)
@example(entry("処\ud800分\x00\u202e"))
def test_any_text_is_screened_and_offsets_point_at_the_matched_words(record):
    screening = SCREENER.screen(record, TODAY)
    for finding in screening.findings:
        text = getattr(record, finding.field)
        text = text if isinstance(text, str) else text.text if text else ""
        assert text[finding.start : finding.end] == finding.matched
    surrogate(record, SCREENER, TODAY)
    SCREENER.public_hits(record.title)


@given(st.lists(RECORDS, max_size=8))
@example([entry("处分\ud800决定"), entry("关于给予王建国处分的决定"), entry("關於給予張國華處分的決定")])
def test_many_records_are_screened_as_each_alone(records):
    assert SCREENER.screen_all(records, TODAY) == [SCREENER.screen(record, TODAY) for record in records]


@given(RECORDS)
def test_a_further_finding_never_makes_the_advice_less_strict(record):
    """Early categories, which do open, are looked for in titles and series only: those stay as they are."""
    bare = replace(record, notes="", responsible_body="", classification="", access_condition="")
    full, less = SCREENER.screen(record, TODAY), SCREENER.screen(bare, TODAY)
    assert STRICTER(full.suggestion) >= STRICTER(less.suggestion)
    if full.opens_on is not None:
        assert less.opens_on is not None
        assert full.opens_on >= less.opens_on


@pytest.mark.parametrize(
    "title", ["处分" * 500_000, "王" * 1_000_000, "1" * 1_000_000, "关于王某开除" * 20_000, " " * 999_999 + "a"]
)
def test_a_title_of_a_megabyte_is_screened(title):
    assert SCREENER.screen(entry(title), TODAY).suggestion in Suggestion


@pytest.mark.shared_data
@pytest.mark.parametrize(
    "pattern", ["zh-policy-titles/*_Government.csv", "zh-policy-titles/State_Council.csv", "zh-law-titles/*.csv"]
)
def test_published_titles_raise_few_alarms_and_no_identity_numbers(shared_data, pattern):
    """Published papers need no closing. All are screened as if due, since most of them are of after 2001."""
    seen, closed = 0, []
    for path in sorted(shared_data.glob(pattern)):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                seen += 1
                screening = screen(row["title"], created="1990-01-01")
                assert not ids(screening) & {"CN-201", "CN-202", "CN-203", "CN-205"}, row["title"]
                if screening.suggestion in (Suggestion.DEFER, Suggestion.REFER):
                    closed.append(row["title"])
    assert seen > 2_000
    assert len(closed) / seen < 0.005, closed[:60]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("关于退伍军人邓彧燊因渎职取消待遇的报告", "邓彧燊"),
        ("关于给予丁元和同志警告处分的决定", "丁元和"),
        ("关于司马嶷评残问题的批复", "司马嶷"),
        ("職員龔驤履歷表", "龔驤"),
        ("关于控告区长周向东强占耕地的调查", "周向东"),
        ("学生李杲、王翀作弊的处理决定", "李杲"),
    ],
)
def test_a_name_of_rare_signs_is_found_where_its_neighbours_bound_it(title, name):
    assert name in {hit.matched for hit in SCREENER.public_hits(title)}


@pytest.mark.parametrize(
    "title", ["古堰县民政局关于优抚工作的报告", "关于抚恤金标准的通知", "关于清理规范省政府部门行政处分事项的决定"]
)
def test_words_that_begin_like_a_family_name_are_no_names(title):
    assert SCREENER.public_hits(title) == ()


@pytest.mark.shared_data
def test_names_of_real_people_are_kept_from_the_public(shared_data):
    """Names that nobody chose for this test; those whose family name is not listed cannot be told and are left out."""
    lines = (shared_data / "zh-names/historical_personal_names_a.txt").read_text("utf-8-sig").splitlines()
    listed = set("".join(SCREENER.ruleset.name_words.surnames))
    names = [line for line in lines[2::23] if 2 <= len(line) <= 3 and fold(line).text[0] in listed]
    assert len(names) > 3_000
    for title in ("关于{}贪污问题的审查报告", "县民政局关于{}残废抚恤问题的复函", "社员{}来信", "教师{}考核材料"):
        told = [name for name in names if name in {hit.matched for hit in SCREENER.public_hits(title.format(name))}]
        assert len(told) / len(names) > 0.98, (title, len(told) / len(names))


@pytest.mark.shared_data
def test_every_identity_and_mobile_number_in_running_text_is_kept_from_the_public(shared_data):
    text = (shared_data / "pii-multipriv/person_zh.json").read_text("utf-8")
    numbers = set(re.findall(r"(?<!\d)(?:\d{17}[\dX]|1[3-9]\d{9})(?!\d)", text))
    assert len(numbers) > 600
    assert numbers <= {hit.matched for hit in SCREENER.public_hits(text)}
