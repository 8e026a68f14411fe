"""What stands in an exported file, seen by parsers that are not ours; what is refused; what it costs in memory."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree
from openpyxl.utils.escape import unescape

from policies.catalogue_rows import CatalogueRow
from policies.sentences import Refusal
from review.documents.exports import (
    FORMATS,
    item_list,
    workbook,
    write_csv,
    write_ead3,
    write_ead2002,
    write_item_list,
    write_jsonl,
    write_xlsx,
)
from tests.review.documents.exports.trees import HEADER, broad_tree, trees

FILE = CatalogueRow(2, "卷", level="file", reference_code="J001-1", agency="市政府")
ITEM = CatalogueRow(
    3, "=1+1", parent_row=2, parent_code="J001-1", reference_code="J001-1-001", date_text="民国26年", earliest="1937-01-01",
    latest="1937-12-31", date_precision="year", pages=7, access_status="not_reviewed", notes="甲 <b>\n乙 & 丙",
)  # fmt: skip
ROOT = Path(__file__).resolve().parents[4]


def out(write, rows) -> bytes:
    file = io.BytesIO()
    write(file, HEADER, rows)
    assert not file.closed  # it is the caller's
    return file.getvalue()


def table_of(data: bytes) -> list[list[object]]:
    """The first sheet, an empty cell as None. What openpyxl leaves escaped (ECMA-376, ST_Xstring) is read as it is meant."""
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    return [[read_cell(cell.value) for cell in row] for row in sheet.iter_rows()]


def read_cell(value: object) -> object:
    return unescape(value) or None if isinstance(value, str) else value


def test_a_csv_has_a_byte_order_mark_crlf_and_chinese_headings():
    data = out(write_csv, [FILE, ITEM])
    assert data.startswith("\ufeff上级档号,级别,档号,题名,类别,责任者,日期,".encode())
    assert data.count(b"\r\n") == 3
    table = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert table[1]["上级档号"] == "J001-1"
    assert table[1]["级别"] == "件"
    assert table[1]["开放标识"] == "未审核"
    assert table[1]["日期精度"] == "年"
    assert table[1]["附注"] == "甲 <b>\n乙 & 丙"


def test_a_text_that_looks_like_a_formula_is_as_it_was_in_csv_and_a_text_in_a_workbook():
    assert ",=1+1," in out(write_csv, [FILE, ITEM]).decode()
    sheet = openpyxl.load_workbook(io.BytesIO(out(write_xlsx, [FILE, ITEM]))).worksheets[0]
    cell = sheet["D3"]
    assert (cell.value, cell.number_format) == ("=1+1", "@")
    assert cell.data_type != "f"


def test_a_workbook_keeps_its_heading_in_sight_and_only_pages_are_numbers():
    sheet = openpyxl.load_workbook(io.BytesIO(out(write_xlsx, [FILE, ITEM]))).worksheets[0]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:AD3"
    kinds = {cell.value: cell.data_type for cell in sheet[3] if cell.value is not None}
    assert [value for value, kind in kinds.items() if kind == "n"] == [7]


def test_mark_up_in_a_text_is_no_mark_up_of_the_workbook():
    for title in ("<r>x</r>", "<r><t>x</t></r>", "<r>", "_x0041_", "&lt;"):
        assert table_of(out(write_xlsx, [FILE._replace(title=title)]))[1][3] == title


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=trees())
def test_csv_and_workbook_say_the_same(rows):
    lines = list(csv.reader(io.StringIO(out(write_csv, rows).decode("utf-8-sig"), newline="")))
    cells = [["" if cell is None else str(cell) for cell in row] for row in table_of(out(write_xlsx, rows))]
    assert cells == lines


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=trees())
def test_a_json_line_says_what_is_not_the_default(rows):
    first, *lines = out(write_jsonl, rows).decode().split("\n")[:-1]
    assert json.loads(first) == {"qifeng": "catalogue-1", "fonds": "J001"}
    read = [
        CatalogueRow(row=row.row, parent_row=row.parent_row, **json.loads(line))
        for row, line in zip(rows, lines, strict=True)
    ]
    assert read == rows


@pytest.mark.parametrize("write", [write_ead3, write_ead2002])
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=trees())
def test_components_are_nested_as_the_rows_are(write, rows):
    root = etree.fromstring(out(write, rows))
    components = list(root.iter("{*}c"))
    codes = [component.findtext("{*}did/{*}unitid") for component in components]
    assert codes == [row.reference_code for row in rows]
    above = [component.getparent().findtext("{*}did/{*}unitid") for component in components]
    assert [code or "" for code in above] == [row.parent_code for row in rows]
    assert [component.get("level") for component in components] == [row.level for row in rows]


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    ("row", "said"),
    [
        (FILE._replace(notes="a\x01b"), "control character in notes"),
        (FILE._replace(title="a\ufffe"), "control character in title"),
        (FILE._replace(reference_code=""), "no reference code"),
        (FILE._replace(parent_row=99), "does not stand below its parent"),
    ],
)
def test_a_row_that_no_format_could_give_back_is_refused_without_its_texts(name, row, said):
    with pytest.raises(ValueError, match=said) as refused:
        out(FORMATS[name].write, [row])
    assert "卷" not in str(refused.value)


@pytest.mark.parametrize("name", FORMATS)
def test_a_unit_that_comes_after_its_parents_parts_have_ended_is_refused(name):
    rows = [
        FILE,
        ITEM,
        FILE._replace(row=4, reference_code="J001-2"),
        ITEM._replace(row=5, reference_code="J001-1-002"),
    ]
    with pytest.raises(ValueError, match="does not stand below"):
        out(FORMATS[name].write, rows)


@pytest.mark.parametrize(("write", "module"), [(write_xlsx, workbook), (write_item_list, item_list)])
def test_more_rows_than_a_sheet_holds_are_refused_and_nothing_is_written(write, module, monkeypatch):
    """The limit itself is Excel's (1,048,576 with the headings); here it is lowered, so that the test ends."""
    assert workbook.MAX_ROWS == 1_048_575
    monkeypatch.setattr(module, "MAX_ROWS", 10)
    file = io.BytesIO()
    with pytest.raises(Refusal, match="CSV"):
        write(file, HEADER, broad_tree(10))
    assert not file.getvalue()


def test_a_text_too_long_for_a_cell_is_refused_by_its_code_and_heading():
    with pytest.raises(Refusal, match=r"J001-1.*附注"):
        out(write_xlsx, [FILE._replace(notes="长" * 32_768)])
    with pytest.raises(Refusal, match="CSV"):
        out(write_xlsx, [FILE._replace(notes="𠀀" * 16_384)])
    assert table_of(out(write_xlsx, [FILE._replace(notes="长" * 32_767)]))[1][-1] == "长" * 32_767


def test_the_item_list_numbers_items_within_their_file():
    series = CatalogueRow(2, "类", level="series", reference_code="S")
    rows = [series]
    for number, (level, parent) in enumerate(
        [("file", 2), ("item", 3), ("item", 3), ("file", 2), ("item", 6)], start=3
    ):
        rows.append(CatalogueRow(number, "题名", level=level, parent_row=parent, reference_code=f"S-{number}"))
    table = table_of(out(write_item_list, rows))
    assert table[2] == ["序号", "档号", "文号", "责任者", "题名", "日期", "密级", "页数", "备注"]
    assert [row[0] for row in table[3:]] == [None, "1", "1", "2", "2", "1"]


def test_the_item_list_prints_on_landscape_a4_with_its_heading_on_every_page():
    sheet = openpyxl.load_workbook(io.BytesIO(out(write_item_list, [FILE, ITEM]))).worksheets[0]
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.print_title_rows == "$3:$3"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.page_setup.fitToHeight == 0  # as many as there are; one page wide is the default


def test_the_item_list_of_a_stub_has_no_title_and_shows_its_mark():
    stub = CatalogueRow(
        2, "", reference_code="J001-1", classification="机密★10年", earliest="1999-01-01", latest="1999-12-31"
    )
    row = table_of(out(write_item_list, [stub]))[3]
    assert row[:2] + row[4:7] == ["1", "J001-1", None, "1999-01-01 至 1999-12-31", "机密★10年"]


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_rows_give_the_same_bytes(name):
    rows = broad_tree(30)
    assert out(FORMATS[name].write, rows) == out(FORMATS[name].write, iter(rows))


@pytest.mark.parametrize("name", FORMATS)
def test_a_fonds_without_entries_can_be_written(name):
    assert out(FORMATS[name].write, [])


_PROGRAM = """
import resource, sys
from policies.catalogue_rows import CatalogueRow
from review.documents.exports import FORMATS
from tests.review.documents.exports.trees import HEADER, broad_tree
def rows():
    for start in range(0, {rows}, 1000):
        yield from (
            row._replace(row=row.row + 2 * start, parent_row=row.parent_row and row.parent_row + 2 * start)
            for row in broad_tree(1000)
        )
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
with open(sys.argv[1], "wb") as file:
    FORMATS["{name}"].write(file, HEADER, broad_tree(1000))
before = peak()
with open(sys.argv[1], "wb") as file:
    FORMATS["{name}"].write(file, HEADER, rows())
print(peak() - before)
"""


@pytest.mark.parametrize("name", FORMATS)
def test_memory_does_not_grow_with_the_rows(name, tmp_path):
    """Megabytes of peak memory that 10,000 rows take beyond 1,000, in a process of its own."""
    program = _PROGRAM.format(name=name, rows=10_000)
    told = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "out")], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert int(told.stdout) < 20
