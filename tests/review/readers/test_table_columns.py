"""Which column is which, and what each row has to be."""

from __future__ import annotations

import csv
import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.catalogue_rows import CatalogueRow
from policies.sentences import Refusal
from review.readers import PROFILES, find_profile, read_catalogue


def only(reading):
    assert reading.complaints == ()
    (row,) = reading.rows
    return row


@pytest.mark.parametrize(
    ("heading", "field", "text", "kept"),
    [
        ("档号", "reference_code", "J047-001", "J047-001"),
        ("Reference Code", "reference_code", "J047-001", "J047-001"),
        ("unitid", "reference_code", "J047-001", "J047-001"),
        ("责任者", "responsible_body", "县政府", "县政府"),
        ("issuer_body", "responsible_body", "县政府", "县政府"),
        ("成文日期", "date_text", "1962-03-05", "1962-03-05"),
        ("ｉｓｓｕｅ＿ｄａｔｅ", "date_text", "1962", "1962"),
        ("保管期限", "retention", "永久", "永久"),
        ("密 级", "classification", "机密★10年", "机密★10年"),
        ("开放标识", "access_status", "延期开放", "deferred"),
        ("access status", "access_status", "Open", "open"),
        ("页数（页）", "extent", "12", "12 页"),
        ("案卷题名", "series_title", "信访案卷", "信访案卷"),
        ("类别", "series_title", "文书", "文书"),
        ("立档单位", "agency", "某局", "某局"),
        ("文号", "document_number", "国发〔1962〕1号", "国发〔1962〕1号"),
        ("备注", "notes", "缺页", "缺页"),
        ("级别", "level", "案卷", "file"),
        ("LEVEL", "level", "ITEM", "item"),
    ],
)
def test_headings_are_known_in_both_languages_whatever_their_width_case_and_spaces(
    csv_file, heading, field, text, kept
):
    row = only(read_catalogue(csv_file([["题名*", heading], ["甲", text]])))
    assert getattr(row, field) == kept


def test_an_unknown_column_is_kept_in_the_notes(csv_file):
    row = only(read_catalogue(csv_file([["题名", "备注", "破损情况", ""], ["甲", "缺页", "虫蛀", "余"]])))
    assert row.notes == "缺页\n破损情况: 虫蛀\n[4]: 余"


def test_a_warning_names_the_columns_that_are_kept_in_the_notes(csv_file):
    reading = read_catalogue(csv_file([["题名", "备注", "破损情况", "排架号"], ["甲", "缺页", "虫蛀", "3"]]))
    (warning,) = reading.warnings
    assert "破损情况、排架号" in warning.zh
    assert "备注" not in warning.zh


def test_class_and_file_title_together_are_the_series(csv_file):
    row = only(read_catalogue(csv_file([["类别", "案卷题名", "题名"], ["文书", "信访", "甲"]])))
    assert row.series_title == "文书 / 信访"


def test_a_list_of_files_calls_its_title_anjuan_timing(csv_file):
    row = only(read_catalogue(csv_file([["案卷号", "案卷题名"], ["1", "信访案卷"]])))
    assert (row.title, row.level, row.notes) == ("信访案卷", "file", "案卷号: 1")


def test_a_title_line_may_stand_above_the_heading(csv_file):
    table = [["全宗J047案卷目录", ""], ["编制：办公室", ""], ["题名", "页数"], ["甲", "3"]]
    row = only(read_catalogue(csv_file(table)))
    assert (row.row, row.title, row.extent) == (4, "甲", "3 页")


def test_a_row_of_data_is_not_taken_for_the_heading(csv_file):
    with pytest.raises(Refusal) as refused:
        read_catalogue(csv_file([["名称", "说明"], ["甲", "title"], ["乙", "丙"]]))
    assert "名称、说明" in refused.value.sentence.zh
    assert "题名" in refused.value.sentence.zh


def test_a_heading_that_stands_twice_is_refused(csv_file):
    with pytest.raises(Refusal, match="备 注"):
        read_catalogue(csv_file([["题名", "备注", "备 注"], ["甲", "乙", "丙"]]))


def test_two_headings_of_one_meaning_are_refused_by_name(csv_file):
    with pytest.raises(Refusal, match=r"形成日期.*成文日期"):
        read_catalogue(csv_file([["题名", "形成日期", "成文日期"], ["甲", "1962", "1982"]]))


def test_the_profile_of_policy_titles_knows_its_own_columns_only(csv_file):
    table = [
        ["issuer_body", "title", "issue_date", "publication_date", "document_number", "url"],
        ["国务院", "关于批复", "1962-03-05", "2008-01-01", "国函〔1962〕1号", "https://example.org/1"],
    ]
    row = only(read_catalogue(csv_file(table), find_profile("policy-titles")))
    assert (row.responsible_body, row.date_text, row.document_number) == ("国务院", "1962-03-05", "国函〔1962〕1号")
    assert row.notes == "publication_date: 2008-01-01\nurl: https://example.org/1"
    with pytest.raises(Refusal):
        read_catalogue(csv_file([["题名"], ["甲"]]), PROFILES["policy-titles"])


def test_an_unknown_profile_is_refused_and_the_known_ones_are_named():
    with pytest.raises(Refusal, match=r"nonsense.*house"):
        find_profile("nonsense")


def test_a_date_column_or_a_pair_of_them_gives_the_span(csv_file):
    table = [
        ["题名", "起始日期", "终止日期"],
        ["甲", "1962-03", "1963"],
        ["乙", "1962", ""],
        ["丙", "", "1963"],
        ["丁", "", ""],
    ]
    first, open_ended, ends, undated = read_catalogue(csv_file(table)).rows
    assert (first.earliest, first.latest) == ("1962-03-01", "1963-12-31")
    assert first.date_text == "1962-03/1963"
    assert open_ended.latest is None  # its end is not said: in doubt never due
    assert open_ended.date_text == "1962/"
    assert ends.latest == "1963-12-31"
    assert undated.latest is None


@pytest.mark.parametrize(
    ("heading", "text", "column"),
    [
        ("备注", "", "题名"),
        ("日期", "1962-02-30", "日期"),
        ("日期", "1963—1962", "日期"),
        ("日期", "2030-01-01", "日期"),
        ("开放标识", "也许", "开放标识"),
        ("级别", "宗", "级别"),
        ("档号", "J047\x07-1", "档号"),
        ("密级", "机密\x01", "密级"),
        ("责任者", "长" * 501, "责任者"),
    ],
)
def test_a_bad_value_is_a_complaint_that_names_row_column_and_value(csv_file, heading, text, column):
    title = "" if column == "题名" else "甲"
    table = [["题名", heading], ["好", ""], [title, text or "乙"]]
    reading = read_catalogue(csv_file(table), today=date(2026, 11, 21))
    assert [row.title for row in reading.rows] == ["好"]
    (complaint,) = reading.complaints
    assert (complaint.row, complaint.column) == (3, column)
    assert complaint.value == (text if len(text) <= 200 else text[:199] + "…")
    assert complaint.sentence.zh
    assert complaint.sentence.en


def test_without_a_day_no_date_is_in_the_future(csv_file):
    table = [["题名", "日期"], ["甲", "2030-01-01"]]
    assert len(read_catalogue(csv_file(table)).rows) == 1
    assert len(read_catalogue(csv_file(table), today=date(2029, 1, 1)).rows) == 0


def test_a_partial_date_of_the_running_year_is_no_future_date(csv_file):
    table = [["题名", "日期"], ["甲", "2026"], ["乙", "2020年代"]]
    assert len(read_catalogue(csv_file(table), today=date(2026, 11, 21)).rows) == 2


def test_an_end_before_the_start_is_a_complaint(csv_file):
    reading = read_catalogue(csv_file([["题名", "起始日期", "终止日期"], ["甲", "1963", "1962"]]))
    assert reading.rows == ()
    (complaint,) = reading.complaints
    assert complaint.column == "终止日期"


def test_rows_that_contradict_one_another_are_left_to_the_later_pass(csv_file):
    reading = read_catalogue(csv_file([["档号", "题名"], ["J047-WS-001", "甲"], ["J047-WS-001", "乙"]]))
    assert [row.title for row in reading.rows] == ["甲", "乙"]
    assert reading.complaints == ()


def test_entries_without_a_reference_code_do_not_repeat_one_another(csv_file):
    assert len(read_catalogue(csv_file([["档号", "题名"], ["", "甲"], ["", "甲"]])).rows) == 2


def test_a_title_of_two_thousand_characters_is_the_longest(csv_file):
    reading = read_catalogue(csv_file([["题名"], ["长" * 2000], ["长" * 2001]]))
    assert [row.row for row in reading.rows] == [2]
    assert [complaint.row for complaint in reading.complaints] == [3]


def test_all_complaints_of_a_file_come_at_once_several_of_a_row_too(csv_file):
    table = [
        ["题名", "日期", "级别", "档号"],
        ["", "1962-13-01", "宗", "a"],
        ["甲", "", "", "a" * 121],
        ["乙", "", "", "b"],
    ]
    reading = read_catalogue(csv_file(table))
    assert [(complaint.row, complaint.column) for complaint in reading.complaints] == [
        (2, "级别"),
        (2, "日期"),
        (2, "题名"),
        (3, "档号"),
    ]
    assert [row.title for row in reading.rows] == ["乙"]


def test_a_bare_number_of_pages_gets_its_unit(tmp_path):
    path = tmp_path / "in.csv"
    path.write_text("题名,页数\n甲,12\n乙,12页\n丙,\n", encoding="utf-8")
    assert [row.extent for row in read_catalogue(path).rows] == ["12 页", "12页", ""]


# The headings of our own exports, in their order; Chinese, and the English field names.
CANONICAL = dict(
    line.split()
    for line in """上级档号 parent_code|级别 level|档号 reference_code|题名 title|类别 series_title|责任者 responsible_body
日期 date_text|最早日期 earliest|最晚日期 latest|日期精度 date_precision|日期确定性 date_certainty|数量 extent|页数 pages
载体形态 carrier|存放位置 location|保管期限 retention|密级 classification|原定密机关 original_classifier
解密复核日期 declassify_on|开放标识 access_status|利用限制 access_condition|公开属性 public_attribute
到期开放意见 transfer_opinion|意见日期 transfer_opinion_on|形成单位 agency|文号 document_number|人名 persons
主题词 keywords|范围和提要 scope|附注 notes""".replace("\n", "|").split("|")
)
TEXT = st.text(st.characters(exclude_categories=["C", "Z"], include_characters="\u3000"), max_size=12)
LINES = st.lists(TEXT.filter(bool), max_size=3).map("\n".join)
DAY = st.dates(date(1900, 1, 1), date(2020, 1, 1)).map(date.isoformat)
SPAN = st.just((None, None)) | st.tuples(DAY, DAY).map(lambda days: (min(days), max(days)))
WORDS = {
    "level": st.sampled_from(["series", "file", "item"]),
    "access_status": st.sampled_from(["", "open", "deferred", "legacy_control", "not_reviewed"]),
    "date_precision": st.sampled_from(["", "day", "month", "year", "decade", "span"]),
    "date_certainty": st.sampled_from(["", "approximate", "inferred"]),
    "title": TEXT.filter(bool),
    "declassify_on": st.none() | DAY,
    "transfer_opinion_on": st.none() | DAY,
    "pages": st.none() | st.integers(0, 10_000),
    "notes": LINES,
    "scope": LINES,
}
OWN = st.builds(
    lambda span, **values: CatalogueRow(row=2, earliest=span[0], latest=span[1], **values),
    span=SPAN,
    **{field: WORDS.get(field, TEXT) for field in CANONICAL.values() if field not in ("earliest", "latest")},
)


@settings(max_examples=100, deadline=None)
@given(
    rows=st.lists(OWN, min_size=1, max_size=4), chinese=st.booleans(), encoding=st.sampled_from(["utf-8", "utf-16"])
)
def test_what_our_own_columns_say_is_read_back_exactly(rows, chinese, encoding):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "目录.csv"
        with path.open("w", newline="", encoding=encoding) as file:
            writer = csv.writer(file)
            writer.writerow(CANONICAL.keys() if chinese else CANONICAL.values())
            for row in rows:
                values = (getattr(row, field) for field in CANONICAL.values())
                writer.writerow(["" if value is None else value for value in values])
        reading = read_catalogue(path)
    assert reading.complaints == ()
    assert [row._replace(row=2) for row in reading.rows] == rows


def test_stated_days_are_the_span_and_the_date_is_only_its_text(csv_file):
    table = [
        ["题名", "日期", "最早日期", "最晚日期"],
        ["甲", "六十年代初", "1960-01-01", "1963年"],
        ["乙", "1962", "", ""],
    ]
    first, second = read_catalogue(csv_file(table)).rows
    assert (first.date_text, first.earliest, first.latest) == ("六十年代初", "1960-01-01", "1963-12-31")
    assert (second.date_text, second.earliest, second.latest) == ("1962", None, None)


@pytest.mark.parametrize(
    ("cells", "column"),
    [(["甲", "1962", ""], "最早日期"), (["甲", "", "1962"], "最晚日期"), (["甲", "1963", "1962"], "最晚日期")],
)
def test_a_stated_span_needs_both_its_days_in_order(csv_file, cells, column):
    reading = read_catalogue(csv_file([["题名", "最早日期", "最晚日期"], ["好", "", ""], cells]))
    assert [row.title for row in reading.rows] == ["好"]
    assert [complaint.column for complaint in reading.complaints] == [column]


@pytest.mark.parametrize(
    ("text", "precision", "certainty"),
    [
        ("1962-03-05", "day", ""), ("1962年3月", "month", ""), ("1962", "year", ""), ("1950年代", "decade", ""),
        ("1962-1965", "span", ""), ("约1962年", "year", "approximate"), ("[1962?]", "year", "inferred"),
    ],
)  # fmt: skip
def test_a_date_tells_how_fine_and_how_certain_it_is(csv_file, text, precision, certainty):
    row = only(read_catalogue(csv_file([["题名", "日期"], ["甲", text]])))
    assert (row.date_precision, row.date_certainty) == (precision, certainty)


def test_pages_are_a_number_and_an_extent_where_there_is_none(csv_file):
    table = [["题名", "页数"], ["甲", "12"], ["乙", "12页"], ["丙", "约三十"]]
    assert [(row.pages, row.extent) for row in read_catalogue(csv_file(table)).rows] == [
        (12, "12 页"), (None, "12页"), (None, "约三十"),
    ]  # fmt: skip
    table = [["题名", "件数", "页数"], ["甲", "3", "12"], ["乙", "", "约三十"]]
    first, second = read_catalogue(csv_file(table)).rows
    assert (first.pages, first.extent, first.notes) == (12, "3 件", "")
    assert (second.pages, second.extent, second.notes) == (None, "", "页数: 约三十")


def test_the_stub_of_a_classified_record_needs_no_title(csv_file):
    reading = read_catalogue(csv_file([["档号", "题名", "密级"], ["A-1", "", "机密★10年"], ["A-2", "", ""]]))
    assert [row.reference_code for row in reading.rows] == ["A-1"]
    assert [complaint.row for complaint in reading.complaints] == [3]


def test_no_complaint_about_a_classified_record_repeats_what_it_is_about(csv_file):
    table = [["题名", "密级", "范围和提要", "人名"], ["秘" * 2001, "机密", "密\x01", "某某\x02"]]
    reading = read_catalogue(csv_file(table))
    assert len(reading.complaints) == 3
    assert {complaint.value for complaint in reading.complaints} == {""}


def test_notes_and_scope_keep_their_lines_and_nothing_else_does(csv_file):
    row = only(
        read_catalogue(csv_file([["题名", "附注", "提要", "别的"], ["甲\n乙", "一\r\n\n二 ", "三\n四", "五\n六"]]))
    )
    assert (row.title, row.notes, row.scope) == ("甲 乙", "一\n二\n别的: 五\n六", "三\n四")
