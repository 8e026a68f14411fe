"""The report on an import: what has to be mended stands where it can be mended and uploaded again, and nothing secret does."""

from __future__ import annotations

import io
import string
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from policies.catalogue_rows import Complaint
from policies.sentences import Sentence
from review.documents.import_report import NOTE_HEADING, write_report
from review.readers import open_stream

HEADINGS = ["档号", "题名", "责任者", "日期", "备注"]
NO_TITLE = Sentence("题名为空。", "The title is empty.")
NO_DATE = Sentence("日期无法识别。", "The date cannot be read.")
SHIFTED = Sentence("本行有 3 格。", "This row has 3 cells.")


def report(refused, complaints, *, headings=HEADINGS, secret_rows=frozenset(), language="zh-hans") -> bytes:
    file = io.BytesIO()
    write_report(
        file, file_name="目录.csv", headings=headings, refused=refused, complaints=complaints,
        secret_rows=set(secret_rows), language=language,
    )  # fmt: skip
    return file.getvalue()


def sheets(data: bytes) -> dict[str, list[list[object]]]:
    def read(value: object) -> object:
        return unescape(value) if isinstance(value, str) else value

    book = openpyxl.load_workbook(io.BytesIO(data))
    return {sheet.title: [[read(cell.value) for cell in row] for row in sheet.iter_rows()] for sheet in book}


def test_refused_rows_stand_under_the_headings_of_the_file_with_the_sentence_beside_them():
    data = report([(3, ["J-1", "", "市政府", "1998", ""])], [Complaint(3, "题名", "", NO_TITLE)])
    first = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    table = [[cell.value for cell in row] for row in first.iter_rows()]
    assert first.title == "要改的行"
    assert table[0] == [*HEADINGS, NOTE_HEADING]
    assert table[1] == ["J-1", None, "市政府", "1998", None, "原第 3 行\n题名为空。"]
    bad, good = first["B2"], first["C2"]
    assert bad.comment.text.endswith("题名为空。")
    assert good.comment is None
    assert bad.fill.fgColor.rgb != good.fill.fgColor.rgb


def test_every_complaint_is_listed_in_both_languages_and_counted():
    complaints = [
        Complaint(None, None, None, Sentence("已按 GB18030 读取。", "Read as GB18030."), "warning"),
        Complaint(3, "题名", "", NO_TITLE),
        Complaint(5, "日期", "昨天", NO_DATE, line=77),
    ]
    book = sheets(report([(3, ["J-1", "", "", "", ""])], complaints))
    assert list(book) == ["要改的行", "全部问题", "汇总"]
    assert book["全部问题"][1:] == [
        [None, None, None, None, "提醒", "已按 GB18030 读取。", "Read as GB18030."],
        [3, None, "题名", None, "错误", "题名为空。", "The title is empty."],
        [5, 77, "日期", "昨天", "错误", "日期无法识别。", "The date cannot be read."],
    ]
    assert [row[:2] for row in book["汇总"][2:5]] == [["未导入的行", 1], ["错误", 2], ["提醒", 1]]


def test_in_english_the_sheets_and_notes_are_english():
    book = sheets(report([(3, ["J-1", "", "", "", ""])], [Complaint(3, "题名", "", NO_TITLE)], language="en-gb"))
    assert list(book) == ["Rows to mend", "All complaints", "Summary"]
    assert book["Rows to mend"][1][-1] == "Row 3 of the file\nThe title is empty."


def test_nothing_of_a_secret_row_is_repeated_anywhere():
    quoting = Sentence("日期“不可外泄”无法识别。", "The date “不可外泄” cannot be read.")
    complaints = [
        Complaint(4, "题名", "不可外泄", NO_TITLE),
        Complaint(4, "日期", "不可外泄", quoting),
        Complaint(3, "题名", "", NO_TITLE),
    ]
    rows = [(3, ["J-1", "", "", "", ""]), (4, ["J-2", "不可外泄", "某部", "1998", "不可外泄"])]
    data = report(rows, complaints, secret_rows={4})
    assert "不可外泄" not in str(sheets(data))
    assert "某部" not in str(sheets(data))
    assert sheets(data)["要改的行"][2][-1].startswith("原第 4 行")


def test_a_row_that_may_be_shifted_stands_beside_the_columns_and_not_in_them():
    rows = [(3, ["J-1", "题名", "市政府"]), (4, ["J-2", "题", "名", "1998", "", "多"])]
    table = sheets(report(rows, [Complaint(3, None, "", SHIFTED), Complaint(4, None, "", SHIFTED)]))["要改的行"]
    assert [row[:5] for row in table[1:]] == [[None] * 5, [None] * 5]
    assert table[1][6:9] == ["J-1", "题名", "市政府"]
    assert table[2][6:12] == ["J-2", "题", "名", "1998", None, "多"]


def test_empty_cells_of_the_sheet_beyond_the_headings_do_not_count_as_a_shift():
    table = sheets(report([(3, ["J-1", "", "", "", "", "", ""])], [Complaint(3, "题名", "", NO_TITLE)]))["要改的行"]
    assert table[1][0] == "J-1"


@pytest.mark.parametrize("cell", ["长" * 40_000, "a\ufffe", "a\ud800"])
def test_a_cell_that_a_workbook_cannot_hold_is_not_cut_but_left_in_the_file(cell):
    table = sheets(report([(3, ["J-1", cell, "", "", ""])], [Complaint(3, "题名", cell[:200], NO_TITLE)]))["要改的行"]
    assert table[1][:5] == [None] * 5
    assert "原文件" in table[1][5]


def test_an_xml_file_has_no_rows_to_mend_only_complaints():
    book = sheets(report([], [Complaint(3, "unittitle", "", NO_TITLE, line=12)], headings=[]))
    assert list(book) == ["全部问题", "汇总"]


def mended(data: bytes, path: Path, changes: dict[str, str]) -> Path:
    """The report as somebody saves it who wrote these cells."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    for place, text in changes.items():
        book.worksheets[0][place] = text
    book.save(path)
    return path


def test_a_mended_report_is_uploaded_again_and_its_notes_are_no_part_of_the_rows(tmp_path):
    rows = [(3, ["=J-1", "", "市政府", "1998", "附\n注"])]
    data = report(rows, [Complaint(3, "题名", "", NO_TITLE)])
    (chunk,) = open_stream(mended(data, tmp_path / "改.xlsx", {"B2": "题名"}), today=date(2026, 11, 21))
    (row,) = chunk.rows
    assert (row.reference_code, row.title, row.date_text, row.notes) == ("=J-1", "题名", "1998", "附\n注")
    assert not chunk.complaints


def test_a_shifted_row_that_was_not_mended_is_refused_again(tmp_path):
    data = report([(3, ["J-1", "题名", "市政府"])], [Complaint(3, None, "", SHIFTED)])
    (chunk,) = open_stream(mended(data, tmp_path / "改.xlsx", {}), today=date(2026, 11, 21))
    assert not chunk.rows
    assert chunk.complaints


def test_a_report_on_a_report_has_one_column_of_notes():
    headings = [*HEADINGS, NOTE_HEADING]
    rows = [(3, ["J-1", "", "", "1998", "", "原第 9 行\n旧"])]
    table = sheets(report(rows, [Complaint(3, "题名", "", NO_TITLE)], headings=headings))["要改的行"]
    assert table[0] == headings
    assert table[1][-1] == "原第 3 行\n题名为空。"


_CELLS = st.text(st.characters(exclude_categories=("Cs",)), max_size=20) | st.sampled_from(
    ["=1+1", "<r>x</r>", "_x0041_", "\x01", "\x0b", "\ufffe", "a\r\nb", " x ", *string.punctuation]
)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    rows=st.lists(st.lists(_CELLS, min_size=0, max_size=8), max_size=6),
    columns=st.lists(st.sampled_from([None, "题名", "日期", "不在表中"]), min_size=6, max_size=6),
)
def test_any_refused_rows_make_a_workbook_that_opens(rows, columns):
    numbered = list(enumerate(rows, start=2))
    complaints = [
        Complaint(number, column, "".join(cells)[:200], NO_TITLE)
        for (number, cells), column in zip(numbered, columns, strict=False)
    ]
    table = sheets(report(numbered, complaints))["要改的行"]
    assert len(table) == 1 + len(rows)
