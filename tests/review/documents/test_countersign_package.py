"""The countersign sheet: what is asked is locked, what is answered is chosen, and what was written is read back."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from policies.outcomes import Outcome
from policies.packages import ANSWERS, ASKED, COLUMNS, HEAD, Package, PackageRow, choices, named, texts_of
from policies.profiles import PROFILES
from policies.reviewing import Decision
from policies.sentences import Refusal, Sentence
from review.documents.countersign_package import Sent, write_package
from review.readers.package_answers import read_package

TITLES = ("关于调整救济标准的通知", "=1+1", "<r>甲</r>", "+86 电话", "@乙", "'丙", "&lt;丁&gt;", "长" * 1500)
SENT = Sent(
    Sentence("示例省档案馆", "Archives"), 3, date(2026, 11, 21), Sentence("2026年12月11日前", "11 December 2026")
)


def package(titles=TITLES) -> Package:
    later = Decision(Outcome.DEFER, "CN-8-3-PI", date(2040, 1, 1), "=含个人信息")
    rows = tuple(
        PackageRow(n, f"Z001-001-{n:04}", title, "", "1962", "省民政厅", later if n % 2 else Decision(Outcome.OPEN))
        for n, title in enumerate(titles, 1)
    )
    return Package("ZQ-Z001-2026-01-1-MZT", "Z001-2026-01", "Z001 省民政厅", "省民政厅", rows)


def written(path: Path, jurisdiction: str = "CN") -> Path:
    with path.open("wb") as file:
        write_package(file, package(), SENT, PROFILES[jurisdiction])
    return path


def table_of(page) -> int:
    return next(row[0].row for row in page.iter_rows() if row[1].value == named(COLUMNS["reference_code"]))


def test_the_same_package_gives_the_same_bytes():
    files = [io.BytesIO(), io.BytesIO()]
    for file in files:
        write_package(file, package(), SENT, PROFILES["CN"])
    assert files[0].getvalue() == files[1].getvalue()


def test_what_was_written_is_read_back_as_it_was(tmp_path):
    read = read_package(written(tmp_path / "p.xlsx"))
    assert read.said("number") == "ZQ-Z001-2026-01-1-MZT"
    assert read.said("version") == "3"
    assert read.said("digest") == package().digest
    assert read.said("signed_by") == ""
    assert not read.missing
    for place, (row, given) in enumerate(zip(package().rows, read.rows, strict=True), 1):
        assert {name: given.texts[name] for name in ASKED} == texts_of(row, place)
        assert not any(given.texts[name] for name in ANSWERS)


def test_only_the_answers_and_the_name_can_be_typed_in(tmp_path):
    book = openpyxl.load_workbook(written(tmp_path / "p.xlsx"))
    assert all(page.protection.sheet for page in book.worksheets)
    page = book.worksheets[0]
    free = {cell.coordinate for row in page.iter_rows() for cell in row if not cell.protection.locked}
    first = table_of(page) + 1
    letters = [openpyxl.utils.get_column_letter(n) for n in range(len(ASKED) + 1, len(COLUMNS) + 1)]
    answers = {f"{letter}{row}" for letter in letters for row in range(first, first + len(TITLES))}
    assert free == answers | {f"B{list(HEAD).index('signed_by') + 2}"}


@pytest.mark.parametrize("jurisdiction", PROFILES)
def test_the_drop_downs_offer_what_may_be_answered(tmp_path, jurisdiction):
    book = openpyxl.load_workbook(written(tmp_path / "p.xlsx", jurisdiction))
    page = book.worksheets[0]
    first = table_of(page) + 1
    offered = {}
    for rule in page.data_validations.dataValidation:
        if rule.type == "list":
            (area,) = rule.sqref.ranges
            assert (area.min_row, area.max_row) == (first, first + len(TITLES) - 1)
            sheet, _, cells = rule.formula1.rpartition("!")
            listed = book[sheet.strip("'")][cells.replace("$", "")]
            offered[list(COLUMNS)[area.min_col - 1]] = [cell.value for (cell,) in listed]
    expected = {name: list(shown) for name, shown in choices(PROFILES[jurisdiction]).items()}
    assert offered == expected


def test_no_text_of_the_record_is_a_formula(tmp_path):
    for page in openpyxl.load_workbook(written(tmp_path / "p.xlsx")).worksheets:
        assert not [cell for row in page.iter_rows() for cell in row if cell.data_type == "f"]


def test_a_file_that_is_no_sheet_of_ours_is_refused_with_a_sentence(tmp_path):
    other = openpyxl.Workbook()
    other.active["A1"] = "别的表"
    other.save(tmp_path / "other.xlsx")
    (tmp_path / "text.xlsx").write_text("不是工作簿")
    (tmp_path / "empty.xlsx").write_bytes(b"")
    for name in ("other", "text", "empty"):
        with pytest.raises(Refusal):
            read_package(tmp_path / f"{name}.xlsx")


def test_a_heading_that_was_changed_is_missed_by_name(tmp_path):
    path = written(tmp_path / "p.xlsx")
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    page.cell(table_of(page), list(COLUMNS).index("answer") + 1).value = "回答"
    page["A2"] = "号"
    book.save(path)
    assert set(read_package(path).missing) == {"answer", "number"}
