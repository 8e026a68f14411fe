"""CSV and TSV: encodings, delimiters, quotes."""

from __future__ import annotations

import csv
import hashlib
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.sentences import Refusal
from review.readers import read_catalogue

TABLE = [
    ["档号", "题名", "责任者", "日期"],
    ["J047-WS·1962-Y-001", "关于春耕生产的报告", "某县人民委员会", "1962-03-05"],
    ["J047-WS·1962-Y-002", "关于“信访”工作的通知", "", "1962年"],
]


ENCODINGS = ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encodings_and_delimiters_make_no_difference(csv_file, encoding, delimiter):
    reading = read_catalogue(csv_file(TABLE, encoding=encoding, delimiter=delimiter))
    assert [
        (row.row, row.reference_code, row.title, row.responsible_body, row.date_text) for row in reading.rows
    ] == [
        (2, *TABLE[1]),
        (3, *TABLE[2]),
    ]
    assert reading.complaints == ()
    assert bool(reading.warnings) == encoding.startswith("gb")  # a guess, even a strict one, is said


def test_the_digest_is_that_of_the_file(csv_file):
    path = csv_file(TABLE)
    assert read_catalogue(path).digest == hashlib.sha256(path.read_bytes()).hexdigest()


def test_tsv_and_txt_are_read_too(csv_file):
    assert len(read_catalogue(csv_file(TABLE, name="a.tsv", delimiter="\t")).rows) == 2
    assert len(read_catalogue(csv_file(TABLE, name="a.txt", delimiter="\t")).rows) == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("题名\n".encode() + b"\xff\xff\xff\n", ("编码", "CSV UTF-8")),
        ("题名\n甲\0乙\n".encode(), ("第 2 行", "空字节")),
        ('题名\n"甲\n乙\n'.encode(), ("引号", "第 2 行")),
        (b"", ("空的",)),
        (b" \n\n", ("空的",)),
        ("题名,日期\n".encode(), ("只有表头",)),
        ("题名,日期\n,\n,\n".encode(), ("只有表头",)),
    ],
)
def test_what_cannot_be_read_as_a_whole_is_refused_with_advice(tmp_path, content, words):
    path = tmp_path / "目录.csv"
    path.write_bytes(content)
    with pytest.raises(Refusal) as refused:
        read_catalogue(path)
    assert all(word in refused.value.sentence.zh for word in (*words, "目录.csv"))


def test_a_row_with_too_few_or_too_many_cells_is_a_complaint_and_no_row(tmp_path):
    path = tmp_path / "目录.csv"
    path.write_text("题名,责任者,备注\n甲,乙,丙\n甲,乙,丙,\n甲,乙\n\n丁,戊,己\n", encoding="utf-8")
    reading = read_catalogue(path)
    assert [row.row for row in reading.rows] == [2, 6]
    assert [(complaint.row, complaint.value) for complaint in reading.complaints] == [
        (3, ""),  # nobody knows what stands where: nothing of it is repeated
        (4, ""),
    ]
    assert "4 格" in reading.complaints[0].sentence.zh
    assert "3 列" in reading.complaints[0].sentence.zh


texts = st.text(
    st.characters(exclude_categories=["C", "Z"], include_characters=" ,;\"'\n"), min_size=1, max_size=40
).map(lambda text: " ".join(text.split()))


@settings(max_examples=100, deadline=None)
@given(
    table=st.lists(st.tuples(texts.filter(bool), texts, texts), min_size=1, max_size=8),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
    delimiter=st.sampled_from(",;\t|"),
)
def test_what_a_csv_writer_wrote_is_read_back(table, encoding, delimiter):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "目录.csv"
        with path.open("w", newline="", encoding=encoding) as file:
            csv.writer(file, delimiter=delimiter).writerows([("题名", "责任者", "备注"), *table])
        reading = read_catalogue(path)
    assert reading.complaints == ()
    assert [(row.title, row.responsible_body, row.notes) for row in reading.rows] == table
