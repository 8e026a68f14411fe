import csv
import io
import json
import re
import sqlite3
import tracemalloc
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from openpyxl.utils.escape import unescape
from python_calamine import CalamineWorkbook

from policies.sentences import Sentence
from review.catalogue.manifests import ead_name
from review.documents.edition import EditionCounts, EditionEntry, FondsPart, SeriesPart
from review.documents.edition_checks import check_edition
from review.documents.entries_jsonl import COLUMNS, Row, batches, line_of, row_of
from review.documents.entries_xlsx import Workbooks
from review.documents.release_data import write_data
from review.documents.release_ead3 import Ead3Files, Frame, ead3_name

NS = {"e": "http://ead3.archivists.org/schema/"}

texts = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=30)
rows = st.builds(Row, *[texts] * 8, st.booleans(), st.sampled_from(["", "ab" * 32]))

AWKWARD = [
    "=HYPERLINK(\"x\")", "+1", "-1", "@a", "1962", "<b>&amp;</b>", "<r>a</r>", "]]>", "_x0041_", " 前后有空格 ", "第一行\n第二行",
    "回\r车", "\t制表", "关于臺灣𫝀的通知", "长" * 500, "http://x/", "\u2028行", "true", "e\u0301",
]  # fmt: skip


@pytest.fixture(scope="module")
def awkward(make_edition):
    """An edition with titles that one program or another would take for something else."""
    return make_edition(AWKWARD)


@pytest.fixture
def written(awkward, tmp_path):
    write_data(awkward, tmp_path)
    return tmp_path


@given(rows)
def test_a_line_is_canonical_json_and_gives_its_row_back(row):
    canonical = json.dumps(row._asdict(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert line_of(row) == canonical.encode()
    assert row_of(line_of(row)) == row


def test_every_file_says_the_same_titles_exactly(written):
    lines = [json.loads(line)["public_title"] for line in (written / "entries.jsonl").read_bytes().split(b"\n")[:-1]]
    table = (written / "entries.csv").read_bytes().decode("utf-8-sig")
    in_csv = [row["public_title"] for row in csv.DictReader(io.StringIO(table, newline=""))]
    with sqlite3.connect(written / "catalogue.sqlite3") as base:
        in_base = [title for (title,) in base.execute("SELECT public_title FROM entries ORDER BY position")]
    base.close()
    finding_aid = etree.parse(written / "ead3/J047.xml")
    in_ead = finding_aid.xpath("//e:c[@otherlevel='entry']/e:did/e:unittitle", namespaces=NS)
    assert lines == in_csv == in_base == [title.text for title in in_ead] == AWKWARD


@pytest.mark.parametrize("program", ["openpyxl", "calamine"])
def test_every_cell_of_the_workbook_is_the_text_and_nothing_is_evaluated(written, program):
    if program == "openpyxl":
        book = openpyxl.load_workbook(written / "entries.xlsx")
        cells = [row[4] for row in book.active.iter_rows(min_row=2)]
        assert {cell.data_type for cell in cells} <= {"s", "inlineStr"}
        read = [unescape(cell.value) for cell in cells]
        assert book.active.auto_filter.ref == f"A1:J{len(AWKWARD) + 1}"
        assert book.active.freeze_panes == "A2"
        book.close()
    else:
        sheet = CalamineWorkbook.from_path(str(written / "entries.xlsx")).get_sheet_by_index(0)
        read = [row[4] for row in sheet.to_python(skip_empty_area=False)[1:]]
    assert read == AWKWARD


def test_a_text_that_no_cell_holds_is_cut_in_the_workbook_and_says_so(make_edition, tmp_path):
    title = "关于" + "很长的题名" * 20_000
    write_data(make_edition([title]), tmp_path)
    book = openpyxl.load_workbook(tmp_path / "entries.xlsx")
    cell = book.active["E2"].value
    book.close()
    assert title.startswith(cell[:10_000])
    assert "entries.csv" in cell
    assert len(cell) <= 32_767
    assert json.loads((tmp_path / "entries.jsonl").read_bytes())["public_title"] == title


def test_more_rows_than_a_workbook_takes_go_into_several(tmp_path):
    writer = Workbooks(tmp_path, "t", date(2026, 11, 21), most=3)
    for batch in batches([Row("J047", "", "", f"A-{n}", f"题名{n}", "", "", "", False, "") for n in range(8)]):
        writer.write(batch)
    writer.close()
    read = []
    for number in (1, 2, 3):
        book = openpyxl.load_workbook(tmp_path / f"entries-{number}.xlsx")
        read.append([row[3].value for row in book.active.iter_rows(min_row=2)])
        book.close()
    assert read == [["A-0", "A-1", "A-2"], ["A-3", "A-4", "A-5"], ["A-6", "A-7"]]
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"entries-{number}.xlsx" for number in (1, 2, 3)]


def test_one_process_and_two_write_the_same_bytes(awkward, tmp_path):
    made = []
    for name, most in (("one", 10**9), ("two", 0)):
        folder = tmp_path / name
        folder.mkdir()
        tally = write_data(awkward, folder, in_one_process=most)
        files = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        made.append((tally, files))
    assert made[0] == made[1]


def test_what_stops_the_other_process_stops_this_one(awkward, tmp_path):
    (tmp_path / "entries.xlsx").mkdir()  # it cannot write its file there
    with pytest.raises(OSError, match=r"entries\.xlsx"):
        write_data(awkward, tmp_path, in_one_process=0)


def test_the_database_says_what_the_release_is_and_what_it_lists(everything, tmp_path):
    write_data(everything, tmp_path)
    base = sqlite3.connect(tmp_path / "catalogue.sqlite3")
    facts = dict(base.execute("SELECT * FROM release"))
    closed = base.execute("SELECT * FROM closed ORDER BY reference_code").fetchall()
    columns = [column[1] for column in base.execute("PRAGMA table_info(entries)")]
    whole = base.execute("PRAGMA integrity_check").fetchone()
    base.close()
    assert (facts["number"], facts["corrects"], facts["issued_on"]) == ("2026-1", "2025-9", "2026-11-21")
    assert closed == [
        ("J047", "J047-001-0002-0001", "CN-8-3-PI", "2062-12-31"),
        ("J047", "J047-001-0002-0002", "CN-8-1", ""),
    ]
    assert columns == ["position", *COLUMNS]
    assert whole == ("ok",)


def test_the_closed_list_says_codes_grounds_and_days_and_nothing_else(everything, tmp_path):
    write_data(everything, tmp_path)
    lines = (tmp_path / "closed.jsonl").read_bytes().split(b"\n")[:-1]
    assert [json.loads(line) for line in lines] == [
        {
            "fonds_code": "J047",
            "ground": "CN-8-3-PI",
            "opens_on": "2062-12-31",
            "reference_code": "J047-001-0002-0001",
        },
        {"fonds_code": "J047", "ground": "CN-8-1", "opens_on": "", "reference_code": "J047-001-0002-0002"},
    ]


@given(st.text(st.sampled_from("J0.~/\\:*甲 ?"), min_size=1, max_size=6))
def test_a_finding_aid_has_a_name_of_its_own_that_leads_nowhere_else(code):
    name = ead3_name(code)
    assert name == ead_name(code), "the public site looks for it under the same name"
    assert re.fullmatch(r"ead3/[^./\\:*?][^/\\:*?]*\.xml", name)
    assert re.sub("~([0-9A-F]+)~", lambda sign: chr(int(sign[1], 16)), name[5:-4]) == code


def test_a_finding_aid_tells_what_opens_early_or_in_part(everything, tmp_path):
    write_data(everything, tmp_path)
    aid = etree.parse(tmp_path / "ead3/J047.xml")
    said = {
        c.findtext("e:did/e:unitid", namespaces=NS): (
            c.findtext("e:accessrestrict/e:p", default="", namespaces=NS),
            [dao.get("href") for dao in c.iterfind("e:did/e:dao", namespaces=NS)],
        )
        for c in aid.iterfind(".//e:c[@otherlevel='entry']", namespaces=NS)
    }
    assert said["J047-001-0001-0001"] == ("", [])
    assert "Opened early" in said["J047-001-0001-0002"][0]
    text, (link,) = said["J047-001-0002-0001"]
    assert "in part" in text
    assert link == f"../copies/{next(iter(everything.copies))}.pdf"


@pytest.mark.shared_data
@pytest.mark.parametrize("language", ["rng", "xsd"])
def test_finding_aids_are_valid_ead3(shared_data: Path, awkward, everything, tmp_path, language):
    found = sorted(shared_data.glob(f"schemas/**/ead3.{language}"))
    assert found, "the schemas are beside the real catalogues"
    schema = (etree.RelaxNG if language == "rng" else etree.XMLSchema)(etree.parse(found[0]))
    for name, edition in (("awkward", awkward), ("everything", everything)):
        folder = tmp_path / name
        folder.mkdir()
        write_data(edition, folder)
        for path in (folder / "ead3").iterdir():
            assert schema.validate(etree.parse(path)), schema.error_log


def test_a_fonds_of_which_nothing_opens_has_a_finding_aid_too(make_edition, tmp_path):
    first = make_edition(["甲"]).fonds[0]
    nothing = make_edition(
        fonds=(FondsPart("J001", "空", ()), first, FondsPart("J999", "空", (SeriesPart("类", ()),))),
        counts=EditionCounts(opened=1, opened_early=0, deferred={}, referred=0, not_due=0),
    )
    write_data(nothing, tmp_path)
    assert sorted(path.name for path in (tmp_path / "ead3").iterdir()) == ["J001.xml", "J047.xml", "J999.xml"]
    assert not etree.parse(tmp_path / "ead3/J001.xml").findall(".//e:c", NS)


def test_series_begin_and_end_in_the_finding_aid_wherever_a_batch_ends(tmp_path):
    made = [
        Row("F", "", series, f"{series}-{n}", "题名", "", "", "", False, "") for series in "甲乙" for n in range(5)
    ]
    frame = Frame("2026-1", Sentence("馆", "Archives"), date(2026, 11, 21), "0")
    writer = Ead3Files(tmp_path, frame, [("F", "")])
    for at in range(0, 10, 3):
        writer.write(made[at : at + 3])
    writer.close()
    aid = etree.parse(tmp_path / "ead3/F.xml")
    assert [len(c) - 1 for c in aid.iterfind(".//e:c[@level='series']", namespaces=NS)] == [5, 5]


class Lazy(Sequence):
    """Entries that are made when they are asked for, and forgotten."""

    def __init__(self, size: int) -> None:
        self.size = size

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, at):
        return EditionEntry(f"J047-001-{at:06}", f"关于第{at}号工作的通知")

    def __iter__(self):
        return (self[at] for at in range(self.size))


def test_four_times_the_entries_take_no_more_memory(make_edition, tmp_path):
    peaks = []
    for size in (3_000, 12_000):
        edition = make_edition(
            fonds=(FondsPart("J047", "", (SeriesPart("类", Lazy(size)),)),),
            counts=EditionCounts(opened=size, opened_early=0, deferred={}, referred=0, not_due=0),
        )
        folder = tmp_path / str(size)
        folder.mkdir()
        tracemalloc.start()
        try:
            check_edition(edition)
            assert write_data(edition, folder, in_one_process=10**9).entries == size
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.3
