"""Files made to leak, to exhaust the memory or to hang: refused with a sentence, soon, and nothing is fetched."""

from __future__ import annotations

import os
import resource
import struct
import time
import zipfile
from pathlib import Path

import pytest

from policies.sentences import Refusal
from review.readers import read_catalogue


@pytest.fixture
def soon():
    """The test has to be done in seconds and in 500 MB more than before."""
    start = time.monotonic()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert time.monotonic() - start < 20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000  # KB


def refusal(path: Path) -> str:
    with pytest.raises(Refusal) as refused:
        read_catalogue(path)
    return refused.value.sentence.zh


# Workbooks


def workbook(path: Path, sheet: str, *, strings: str = "") -> Path:
    """The smallest xlsx that holds this sheetData."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    links = "".join(
        f'<Relationship Id="r{i}" Type="{office}/{kind}" Target="{target}"/>'
        for i, (kind, target) in enumerate(
            {"worksheet": "worksheets/s.xml", "sharedStrings": "sharedStrings.xml"}.items()
        )
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r0" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}">'
        f'<sheets><sheet name="S" sheetId="1" r:id="r0"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">{links}</Relationships>',
        "xl/sharedStrings.xml": f'<sst xmlns="{main}">{strings}</sst>',
        "xl/worksheets/s.xml": f'<worksheet xmlns="{main}"><sheetData>{sheet}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return path


def text_cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def test_the_hand_made_workbook_is_read_at_all(tmp_path):
    sheet = f'<row r="1">{text_cell("A1", "题名")}</row><row r="2"><c r="A2" t="s"><v>0</v></c></row>'
    path = workbook(tmp_path / "a.xlsx", sheet, strings="<si><t>甲</t></si>")
    assert [row.title for row in read_catalogue(path).rows] == ["甲"]


def test_two_cells_at_opposite_corners_do_not_end_the_process(tmp_path, soon):
    sheet = f'<row r="1">{text_cell("A1", "题名")}</row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    assert "2 GB" in refusal(workbook(tmp_path / "a.xlsx", sheet))


def test_one_long_string_shared_by_a_hundred_thousand_cells_is_refused(tmp_path, soon):
    rows = "".join(f'<row r="{i}"><c r="A{i}" t="s"><v>0</v></c></row>' for i in range(2, 100_001))
    sheet = f'<row r="1">{text_cell("A1", "题名")}</row>{rows}'
    assert "2 GB" in refusal(workbook(tmp_path / "a.xlsx", sheet, strings=f"<si><t>{'长' * 30_000}</t></si>"))


def test_a_zip_bomb_is_refused_by_its_directory_unopened(tmp_path, soon):
    path = tmp_path / "a.xlsx"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file,
        file.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(300):
            part.write(bytes(1_000_000))
    assert "解压后过大" in refusal(path)


def test_a_zip_that_lies_about_its_size_is_refused(tmp_path, soon):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        with file.open("xl/worksheets/sheet1.xml", "w") as part:
            for _ in range(300):
                part.write(bytes(1_000_000))
        size = struct.pack("<L", 300_000_000)
    data = path.read_bytes()
    assert size in data
    path.write_bytes(data.replace(size, struct.pack("<L", 1_000)))
    assert "损坏" in refusal(path)


def test_a_cell_of_more_than_a_hundred_thousand_characters_is_refused(tmp_path, csv_file):
    sheet = f'<row r="1">{text_cell("A1", "题名")}</row><row r="2">{text_cell("A2", "长" * 100_001)}</row>'
    assert "第 2 行" in refusal(workbook(tmp_path / "a.xlsx", sheet))
    assert "第 2 行" in refusal(csv_file([["题名", "备注"], ["甲", "长" * 100_001]]))
    assert refusal(csv_file([["题名", "备注"], ["甲", "长" * 200_000]]))


def test_more_than_five_million_rows_are_refused(tmp_path, soon):
    path = tmp_path / "a.csv"
    path.write_bytes("题名\n甲\n".encode() + b"\n" * 5_000_000)
    assert "5000000" in refusal(path)


# Tables


def test_a_long_heading_is_not_repeated_into_the_memory(csv_file, soon):
    assert "90000" in refusal(csv_file([["题名", "x" * 90_000], *[["甲", "b"]] * 100_000]))


def test_a_file_with_nothing_but_faults_is_refused_after_a_hundred_thousand(csv_file, soon):
    assert "100000" in refusal(csv_file([["题名", "日期", "级别"], *[["", "x", "x"]] * 100_000]))


def test_a_row_that_never_ends_is_refused(tmp_path, soon):
    path = tmp_path / "a.csv"
    path.write_text("题名\n" + '"\n",' * 1_000_000, encoding="utf-8")
    assert "第 2 行超过" in refusal(path)


def test_more_than_a_thousand_columns_are_refused(csv_file):
    assert "1001 列" in refusal(csv_file([["题名", *[""] * 1000], ["甲", *[""] * 1000]]))


# Files


def test_a_file_of_two_gigabytes_is_refused_unread(tmp_path, soon):
    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        file.truncate(2_000_000_000)
    sentence = refusal(path)
    assert "2000 MB" in sentence
    assert "1000 MB" in sentence


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xlsx", b"<html><table><tr><td>title</td></tr></table></html>"),
        ("a.xls", b"\xef\xbb\xbf<!DOCTYPE html><html></html>"),
        ("a.xls", b'<?xml version="1.0"?><Workbook/>'),
        ("a.xlsx", b"title\nplain"),
        ("a.xlsx", b"PK\x03\x04 and no more"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
        ("a.csv", b"PK\x03\x04title"),
        ("a.csv", b"<html>title</html>"),
        ("a.xml", b"PK\x03\x04"),
        ("a.xml", b"<html><body/></html>"),
        ("a.csv", b"%PDF-1.7"),
        ("a.pdf", b"%PDF-1.7"),
        ("a", b"title\na\n"),
    ],
)
def test_content_that_is_not_what_the_name_says_is_refused(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    assert name in refusal(path)


def test_what_is_no_readable_file_is_refused(tmp_path):
    assert "不存在" in refusal(tmp_path / "none.csv") or "无法读取" in refusal(tmp_path / "none.csv")
    (tmp_path / "folder.csv").mkdir()
    assert "不是文件" in refusal(tmp_path / "folder.csv")
    os.mkfifo(tmp_path / "pipe.csv")
    assert "不是文件" in refusal(tmp_path / "pipe.csv")
    assert "无法读取" in refusal(tmp_path / "a\0b.csv")
