"""Workbooks: values of cells, choice of the sheet."""

from __future__ import annotations

import os
import tempfile
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.sentences import Refusal
from review.readers import open_stream, read_catalogue

HEADING = ["题名", "日期", "页数"]


def test_numbers_and_dates_of_cells_become_plain_text(xlsx_file):
    table = [
        HEADING,
        ["甲", datetime(1998, 5, 3), 12.0],  # noqa: DTZ001 a day in a sheet has no zone
        ["乙", 1998.0, 0.5],
        [1962, date(1998, 5, 3), 3],
    ]
    rows = read_catalogue(xlsx_file({"目录": table})).rows
    assert [(row.title, row.date_text, row.extent) for row in rows] == [
        ("甲", "1998-05-03", "12 页"),
        ("乙", "1998", "0.5"),
        ("1962", "1998-05-03", "3 页"),
    ]


def test_midnight_is_no_part_of_a_date_and_another_hour_is(tmp_path):
    path = tmp_path / "目录.xlsx"
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd hh:mm"}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["题名", "备注"])
        sheet.write_row(1, 0, ["甲", datetime(1998, 5, 3)])  # noqa: DTZ001
        sheet.write_row(2, 0, ["乙", datetime(1998, 5, 3, 10, 20)])  # noqa: DTZ001
    assert [row.notes for row in read_catalogue(path).rows] == ["1998-05-03", "1998-05-03 10:20:00"]


def test_a_formula_gives_its_stored_value(tmp_path):
    path = tmp_path / "目录.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADING)
        sheet.write_formula(1, 0, '="关于"&"春耕"', None, "关于春耕")
    assert [row.title for row in read_catalogue(path).rows] == ["关于春耕"]


def test_an_error_cell_is_refused_since_it_would_read_as_blank(tmp_path):
    path = tmp_path / "目录.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["题名", "密级"])
        sheet.write_string(1, 0, "甲")
        sheet.write_formula(1, 1, "=VLOOKUP(A2,Z:Z,1,0)", None, "#N/A")
    with pytest.raises(Refusal, match="#N/A"):
        read_catalogue(path)


def test_a_text_that_looks_like_an_error_cell_is_only_text(xlsx_file):
    assert len(read_catalogue(xlsx_file({"a": [["题名"], ['<c r="A1" t="e"> #N/A']]})).rows) == 1


def test_rows_are_numbered_as_in_the_sheet_below_a_title_line_and_blank_rows(tmp_path):
    path = tmp_path / "目录.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.merge_range(1, 1, 1, 3, "全宗J047案卷目录")
        sheet.write_row(3, 1, HEADING)
        sheet.write_row(6, 1, ["甲", "1962", 3])
        sheet.write_row(9, 1, ["", "1962", 3])
    reading = read_catalogue(path)
    assert [(row.row, row.title) for row in reading.rows] == [(7, "甲")]
    assert [complaint.row for complaint in reading.complaints] == [10]


def test_the_first_visible_sheet_with_a_heading_is_read_and_the_others_are_named(xlsx_file):
    sheets = {
        "说明": [["此表由办公室填报"]],
        "_隐藏": [HEADING, ["隐", "1962", 1]],
        "空": [],
        "目录": [HEADING, ["甲", "1962", 1]],
        "续": [HEADING, ["乙", "1962", 1]],
    }
    reading = read_catalogue(xlsx_file(sheets))
    assert [row.title for row in reading.rows] == ["甲"]
    hidden, others = reading.warnings
    assert "说明、续" in others.zh
    assert "_隐藏" in hidden.zh


def test_a_single_sheet_gives_no_warning(xlsx_file):
    assert read_catalogue(xlsx_file({"目录": [HEADING, ["甲", "1962", 1]]})).warnings == ()


@pytest.mark.parametrize(
    "sheets", [{"a": []}, {"a": [["题名"]]}, {"a": [["名称"], ["甲"]]}, {"a": [], "_b": [["题名"], ["甲"]]}]
)
def test_a_workbook_without_entries_is_refused(xlsx_file, sheets):
    with pytest.raises(Refusal):
        read_catalogue(xlsx_file(sheets))


def test_a_suffix_of_an_older_format_does_not_matter_while_it_is_a_workbook(xlsx_file):
    assert len(read_catalogue(xlsx_file({"a": [["题名"], ["甲"]]}, name="a.xls")).rows) == 1


def test_an_opendocument_sheet_is_read(tmp_path):
    def row(*cells: str) -> str:
        inner = "".join(f"<table:table-cell {cell}</table:table-cell>" for cell in cells)
        return f"<table:table-row>{inner}</table:table-row>"

    def text(value: str) -> str:
        return f'office:value-type="string"><text:p>{value}</text:p>'

    day = 'office:value-type="date" office:date-value="1998-05-03"><text:p>98-5-3</text:p>'
    name = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<office:document-content xmlns:office="{name}:office:1.0" xmlns:table="{name}:table:1.0" '
        f'xmlns:text="{name}:text:1.0"><office:body><office:spreadsheet><table:table table:name="目录">'
        f"{row(text('题名'), text('日期'))}{row(text('甲'), day)}"
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    path = tmp_path / "目录.ods"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        file.writestr("META-INF/manifest.xml", f'<manifest:manifest xmlns:manifest="{name}:manifest:1.0"/>')
        file.writestr("content.xml", content)
    assert [(row.title, row.date_text) for row in read_catalogue(path).rows] == [("甲", "1998-05-03")]


texts = st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" \n"), max_size=30).map(
    lambda text: " ".join(text.split())
)


@settings(max_examples=20, deadline=None)
@given(
    table=st.lists(st.tuples(texts.filter(bool), texts, texts), min_size=1, max_size=8),
    writer=st.sampled_from(["openpyxl", "xlsxwriter"]),
)
def test_what_two_spreadsheet_writers_wrote_is_read_back(table, writer):
    rows = [("题名", "责任者", "备注"), *table]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "目录.xlsx"
        if writer == "openpyxl":
            book = openpyxl.Workbook()
            for number, cells in enumerate(rows, start=1):
                for place, text in enumerate(cells, start=1):
                    cell = book.active.cell(number, place, text)
                    cell.data_type = "s"  # "=1+1" is a title here, no formula
            book.save(path)
        else:
            with xlsxwriter.Workbook(path) as book:
                sheet = book.add_worksheet()
                for number, cells in enumerate(rows):
                    for place, text in enumerate(cells):
                        sheet.write_string(number, place, text)
        reading = read_catalogue(path)
    assert reading.complaints == ()
    assert [(row.title, row.responsible_body, row.notes) for row in reading.rows] == table


# What clerks do with sheets


def sheet_of(path, write):
    with xlsxwriter.Workbook(path) as book:
        write(book.add_worksheet("目录"))
    return path


def test_cells_merged_downward_are_filled_so_that_no_mark_is_lost(tmp_path):
    def write(sheet):
        sheet.merge_range(0, 0, 0, 2, "全宗J047案卷目录")
        sheet.write_row(1, 0, ["题名", "密级", "日期"])
        for row in range(2, 6):
            sheet.write_row(row, 0, [f"题名{row}", "", "1962"])
        sheet.merge_range(3, 1, 4, 1, "机密")

    reading = read_catalogue(sheet_of(tmp_path / "目录.xlsx", write))
    assert [row.classification for row in reading.rows] == ["", "机密", "机密", ""]
    (warning,) = reading.warnings
    assert "B4:B5" in warning.zh


def test_merged_cells_are_filled_after_a_resume_too(tmp_path):
    def write(sheet):
        sheet.write_row(0, 0, ["题名", "密级"])
        for row in range(1, 3_001):
            sheet.write(row, 0, f"题名{row}")
        sheet.merge_range(1, 1, 3_000, 1, "机密")

    path = sheet_of(tmp_path / "目录.xlsx", write)
    with open_stream(path, today=None, skip=2_500) as stream:
        rows = [row for chunk in stream for row in chunk.rows]
    assert len(rows) == 501
    assert {row.classification for row in rows} == {"机密"}


def test_a_row_merged_across_columns_is_a_complaint(tmp_path):
    def write(sheet):
        sheet.write_row(0, 0, ["档号", "题名", "日期"])
        sheet.write_row(1, 0, ["A-1", "甲", "1962"])
        sheet.merge_range(2, 0, 2, 2, "一、文书类")
        sheet.write_row(3, 0, ["A-2", "乙", "1962"])

    reading = read_catalogue(sheet_of(tmp_path / "目录.xlsx", write))
    assert [row.title for row in reading.rows] == ["甲", "乙"]
    (complaint,) = reading.complaints
    assert (complaint.row, complaint.value) == (3, "")
    assert "合并" in complaint.sentence.zh


def test_empty_cells_right_of_the_headings_are_no_fault_and_filled_ones_are(xlsx_file):
    table = [["题名", "日期", "", ""], ["甲", "1962", "", ""], ["乙", "1962", "", "杂记"], ["丙", "1962", " ", ""]]
    reading = read_catalogue(xlsx_file({"目录": table}))
    assert [row.title for row in reading.rows] == ["甲", "丙"]
    (complaint,) = reading.complaints
    assert (complaint.row, complaint.value) == (3, "")
    assert "杂记" not in str(complaint)


def test_a_heading_that_stands_twice_in_a_sheet_is_refused(xlsx_file):
    with pytest.raises(Refusal, match="题名"):
        read_catalogue(xlsx_file({"目录": [["题名", "日期", "题名"], ["甲", "1962", "乙"]]}))


def test_a_control_character_in_a_cell_is_a_complaint(xlsx_file):
    reading = read_catalogue(xlsx_file({"目录": [["题名"], ["甲\x02乙"], ["丙"]]}))
    assert [row.title for row in reading.rows] == ["丙"]
    assert [complaint.column for complaint in reading.complaints] == ["题名"]


def test_the_reading_process_ends_with_the_stream(xlsx_file):
    path = xlsx_file({"目录": [["题名"], *[[f"题名{i}"] for i in range(30_000)]]})
    stream = open_stream(path, today=None)
    next(iter(stream))
    stream.close()
    assert not [
        child
        for child in Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text("ascii").split()
        if "sheet_cells" in Path(f"/proc/{child}/cmdline").read_bytes().decode()
    ]
