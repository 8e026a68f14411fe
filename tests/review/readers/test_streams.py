"""Catalogues as streams: chunks of a bounded size, gone on with after any chunk, and the fast way equal to the careful."""

from __future__ import annotations

import csv
import json
import tempfile
import tracemalloc
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from policies.sentences import Refusal
from review.readers import CHUNK_ROWS, PROFILES, open_stream, peek, profile_from, read_catalogue
from review.readers.profiles import JOINED
from review.readers.table_columns import ColumnReader
from review.readers.table_rows import RowReader

TODAY = date(2026, 11, 21)


def rows_of(path, *, skip=0):
    with open_stream(path, today=TODAY, skip=skip) as stream:
        chunks = list(stream)
    return [row for chunk in chunks for row in chunk.rows], [fault for chunk in chunks for fault in chunk.complaints]


def big_table(rows):
    """Every 7th row has no title, every 11th an impossible date, every 13th is blank."""
    yield ["档号", "题名", "日期", "附注"]
    for i in range(rows):
        if i % 13 == 12:
            yield []
        else:
            yield [f"A-{i}", "" if i % 7 == 6 else f"题名{i}", "1962-02-30" if i % 11 == 10 else "1962", "甲\n乙"]


def test_chunks_are_bounded_and_count_what_was_read(csv_file):
    path = csv_file(list(big_table(12_000)))
    with open_stream(path, today=TODAY) as stream:
        chunks = list(stream)
    assert len(chunks) > 2
    assert all(len(chunk.rows) + len(chunk.refused) <= CHUNK_ROWS for chunk in chunks)
    assert [chunk.read for chunk in chunks] == sorted({chunk.read for chunk in chunks})
    assert chunks[-1].read == 12_001
    assert chunks[-1].share == 1.0
    refused = [number for chunk in chunks for number, _ in chunk.refused]
    assert set(refused) == {fault.row for chunk in chunks for fault in chunk.complaints}
    assert len(refused) == len(set(refused))


def test_the_refused_rows_are_given_with_their_raw_cells(csv_file):
    path = csv_file([["题名", "日期"], ["甲", "1962"], [" 乙\t", "1962-02-30"], ["丙"]])
    (chunk,) = open_stream(path, today=TODAY)
    assert chunk.refused == [(3, [" 乙\t", "1962-02-30"]), (4, ["丙"])]


@pytest.mark.parametrize("kind", ["csv", "xlsx", "jsonl", "atom", "archivesspace"])
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(skip=st.integers(0, 3_000))
@example(skip=0)
def test_reading_after_any_number_of_records_gives_exactly_the_rest(kind, csv_file, xlsx_file, tmp_path, skip):
    path = tmp_path / f"目录.{kind if kind in ('xlsx', 'jsonl') else 'csv'}"
    if not path.exists():
        write_catalogue(kind, path, csv_file, xlsx_file)
    rows, complaints = rows_of(path)
    assert len(rows) > 2_000
    rest = rows_of(path, skip=skip)
    assert rest == (
        [row for row in rows if row.row > skip],
        [complaint for complaint in complaints if complaint.row > skip],
    )


def write_catalogue(kind, path, csv_file, xlsx_file):
    if kind == "csv":
        csv_file(list(big_table(3_000)), name=path.name)
    elif kind == "xlsx":
        xlsx_file({"目录": list(big_table(3_000))}, name=path.name)
    elif kind == "atom":
        table = [["legacyId", "parentId", "identifier", "title", "levelOfDescription", "qubitParentSlug"]]
        table += [[i, i // 3 or "", f"c{i}", f"t{i}" if i % 7 else "", "File", ""] for i in range(1, 3_000)]
        csv_file(table, name=path.name)
    elif kind == "archivesspace":
        table = [["hierarchy", "title", "level", "ref_id"]]
        table += [[1 + i % 4, f"t{i}" if i % 7 else "", "file", ""] for i in range(3_000)]
        csv_file(table, name=path.name)
    else:
        lines = [json.dumps({"title": f"题名{i}" if i % 7 else ""}, ensure_ascii=False) for i in range(3_000)]
        path.write_text("\n".join(['{"qifeng": "catalogue-1", "fonds": "J047"}', *lines]), encoding="utf-8")


def test_a_stream_that_is_left_early_gives_back_what_it_holds(xlsx_file):
    path = xlsx_file({"目录": [["题名"], *[[f"题名{i}"] for i in range(20_000)]]})
    with open_stream(path, today=TODAY) as stream:
        next(iter(stream))
    stream.close()
    with pytest.raises((Refusal, ValueError, StopIteration)):
        next(iter(stream))


# Every kind of cell: plain, blank, with blanks to fold, with controls, with lines, too long, words, dates, numbers.
CELLS = st.one_of(
    st.sampled_from(
        ["", " ", "甲", " 甲 ", "甲  乙", "甲\t乙", "甲\r\n乙\n\n丙", "甲|乙", "| 甲", "\x07", "\u3000甲", "甲\u2002乙", "a\x85b",
         "件", "案卷", "ITEM", "宗", "开放", "控制", "也许", "1962", "1962-03-05", "1962-02-30", "2031", "约1962年", "无日期",
         "12", "012", "12页", "0.5", "１２", "1234567890", "day", "年", "约", "机密★10年", "长" * 61, "长" * 121, "长" * 2001,
         "\ud800", "\ufffe"]
    ),
    st.text(max_size=12),
)  # fmt: skip
HEADINGS = st.lists(
    st.sampled_from([*PROFILES["house"].columns, "别的", "另一列", ""]), min_size=1, max_size=12, unique=True
)


@settings(max_examples=300, deadline=None)
@given(headings=HEADINGS, data=st.data())
def test_the_fast_way_gives_what_the_careful_way_gives(headings, data):
    profile = PROFILES["house"]
    fields: set[str] = {"title"}
    chosen = ["题名"]
    for heading in headings:
        field = profile.columns.get(heading)
        if heading and (field is None or field in JOINED or field not in fields):
            fields |= {field} if field else set()
            chosen.append(heading)
    layout = profile.layout(chosen)
    records = data.draw(st.lists(st.tuples(*(CELLS for _ in chosen)), min_size=1, max_size=6))
    numbers = range(2, 2 + len(records))
    rows, care = ColumnReader(layout, TODAY).read(numbers, records)
    careful = RowReader(layout, TODAY)
    for place, (number, cells) in enumerate(zip(numbers, records, strict=True)):
        row, complaints = careful.read(number, cells)
        if place not in care:
            assert (rows[place], complaints) == (row, [])


def test_what_the_table_states_is_told(csv_file):
    stream = open_stream(csv_file([["题名", "形成日期", "页数", "别的"], ["甲", "1962", "3", ""]]), today=TODAY)
    assert stream.stated == {
        "title", "date_text", "earliest", "latest", "date_precision", "date_certainty", "pages", "extent", "notes",
    }  # fmt: skip


# The mapping page


def test_peek_shows_headings_fields_and_a_sample(csv_file):
    table = [["全宗目录", "", ""], ["档号", "题名", "别的"], *[[f"A-{i}", f"题名{i}", "x"] for i in range(20)]]
    seen = peek(csv_file(table, encoding="gb18030", delimiter=";"))
    assert (seen.format, seen.profile, seen.encoding, seen.delimiter) == ("csv", "house", "GB18030", ";")
    assert seen.headings == ("档号", "题名", "别的")
    assert seen.fields == ("reference_code", "title", None)
    assert seen.sample == tuple((f"A-{i}", f"题名{i}", "x") for i in range(8))
    assert "别的" in seen.warnings[-1].zh


def test_a_table_without_a_title_column_can_be_looked_at_mapped_and_read(xlsx_file):
    path = xlsx_file({"空": [], "表": [["名称", "说明", "何时"], ["甲", "乙", "1962"]]})
    seen = peek(path)
    assert (seen.sheet, seen.headings, seen.fields) == ("表", ("名称", "说明", "何时"), (None, None, None))
    assert seen.sample == (("甲", "乙", "1962"),)
    with pytest.raises(Refusal, match="名称、说明、何时"):
        read_catalogue(path)
    mapping = profile_from("某馆", {"名称": "title", "说明": "", "何时": "date_text"})
    reading = read_catalogue(path, mapping)
    (row,) = reading.rows
    assert (row.title, row.notes, row.earliest, reading.profile) == ("甲", "说明: 乙", "1962-01-01", "某馆")


def test_a_mapping_to_a_field_that_there_is_not_is_refused():
    with pytest.raises(Refusal, match="nonsense"):
        profile_from("某馆", {"名称": "nonsense"})


# Encodings


TRADITIONAL = "關於春耕生產的報告與臺灣省政府來往文書，檔案管理辦法"


@pytest.mark.parametrize("encoding", ["big5", "cp950"])
@pytest.mark.parametrize("headings", [["檔號", "題名"], ["unitid", "title"]])
def test_big5_is_told_from_gb18030(csv_file, encoding, headings):
    path = csv_file([headings, *[[f"A-{i}", f"{TRADITIONAL}{i}"] for i in range(30)]], encoding=encoding)
    reading = read_catalogue(path, profile_from("繁体", {headings[0]: "reference_code", headings[1]: "title"}))
    assert reading.rows[29].title == f"{TRADITIONAL}29"
    assert "Big5" in reading.warnings[0].zh


def test_gb18030_below_english_headings_is_told_from_big5(csv_file):
    path = csv_file([["unitid", "title"], ["A-1", "关于春耕生产的报告"]], encoding="gb18030")
    assert read_catalogue(path).rows[0].title == "关于春耕生产的报告"


def test_bytes_that_are_no_characters_of_any_encoding_are_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("title\ncafé tea\nnaïveté\n".encode("latin-1"))
    with pytest.raises(Refusal, match="UTF-8"):
        read_catalogue(path)


@pytest.mark.parametrize(("first", "second"), [("utf-8", "gb18030"), ("gb18030", "utf-8"), ("utf-8", "latin-1")])
@pytest.mark.parametrize("rows", [3, 30_000])
def test_mixed_encodings_are_refused_with_the_row(tmp_path, first, second, rows):
    good = "".join(f"A-{i},关于春耕生产的报告\n" for i in range(rows))
    path = tmp_path / "目录.csv"
    bad = "A,Ünïcödé".encode(second) if second == "latin-1" else "A,防汛工作的通知".encode(second)
    path.write_bytes(f"档号,题名\n{good}".encode(first) + bad + b"\n" + good.encode(first))
    with pytest.raises(Refusal) as refused:
        read_catalogue(path)
    assert f"第 {rows + 2} 行" in refused.value.sentence.zh


def test_gb18030_that_begins_late_in_a_file_of_ascii_is_read(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"unitid,title\n" + b"A,report\n" * 200_000 + "B,关于春耕生产的报告\n".encode("gb18030"))
    reading = read_catalogue(path)
    assert reading.rows[-1].title == "关于春耕生产的报告"
    assert "GB18030" in reading.warnings[0].zh


def test_a_zero_byte_late_in_a_file_is_refused_with_its_row(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"title\n" + b"report\n" * 100_000 + b"re\0port\n")
    with pytest.raises(Refusal, match="第 100002 行"):
        read_catalogue(path)


def test_a_cell_of_ten_megabytes_is_refused_with_its_row(csv_file):
    with pytest.raises(Refusal, match="第 3 行"):
        read_catalogue(csv_file([["题名", "备注"], ["甲", ""], ["乙", "长" * 3_500_000]]))


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_line_ends_of_all_kinds_part_rows_and_stay_lines_within_notes(tmp_path, ends):
    path = tmp_path / "a.csv"
    lines = ["题名,附注", *['甲,"一' + ends + '二"'] * 40_000]
    path.write_bytes(ends.join(lines).encode())
    rows = read_catalogue(path).rows
    assert len(rows) == 40_000
    assert {row.notes for row in rows} == {"一\n二"}


def test_memory_does_not_grow_with_the_file(csv_file):
    def peak_of(rows: int) -> int:
        path = csv_file([["档号", "题名"], *[[f"A-{i}", "关于春耕生产的报告" * 5] for i in range(rows)]])
        tracemalloc.start()
        try:
            with open_stream(path, today=TODAY) as stream:
                for _ in stream:
                    pass
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak_of(75_000) < 1.5 * peak_of(15_000)


@settings(max_examples=60, deadline=None)
@given(
    table=st.lists(st.tuples(st.text("甲乙丙 ,;\"'\n\r", min_size=1), st.text('甲乙,"\n')), min_size=1, max_size=30),
    encoding=st.sampled_from(["utf-8", "utf-16", "gb18030"]),
)
def test_the_records_are_those_of_the_csv_module(table, encoding):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "目录.csv"
        with path.open("w", newline="", encoding=encoding) as file:
            csv.writer(file).writerows([("题名", "附注"), *table])
        with path.open(newline="", encoding=encoding) as file:
            titles = [cells[0] for cells in list(csv.reader(file))[1:]]
        reading = read_catalogue(path) if any(title.strip() for title in titles) else None
    if reading:
        assert len(reading.rows) == sum(bool(title.strip()) for title in titles)
