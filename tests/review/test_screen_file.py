"""A file is screened by itself: every row gets its line, no database is asked, and nothing half-done is left behind."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.catalogue_rows import on_one_line
from policies.dates import parse_date_span
from policies.finding_lines import line_of
from policies.records import Record
from policies.rulesets import FOLDER, load_ruleset
from policies.screening import Screener
from review.jobs.file_screening import FileScreener
from review.queries.records import record_of
from review.readers.record_rows import KEYS, Line
from tests.world import CATALOGUE, TODAY

ROOT = Path(__file__).resolve().parents[2]
RULESET = "cn-1"
SCREENER = Screener(load_ruleset(RULESET))
TABLE = [
    ["档号", "题名", "形成日期", "密级", "经办"],
    ["J001-1", "关于加强防汛工作的通知", "1963-05-02", "", "一科"],
    ["J001-2", "关于给予王建业同志行政记过处分的决定", "1989-07-01", "", ""],
    ["J001-3", "关于办公用房的请示", "2010", "", ""],
    ["J001-4", "关于没有日期的报告", "", "", ""],
]


def write_csv(path: Path, table: list[list[str]], encoding: str = "utf-8") -> Path:
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file).writerows(table)
    return path


def write_lines(path: Path, lines: list[object]) -> Path:
    path.write_text("".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines), encoding="utf-8")
    return path


def screen(path: Path, *more: str, out: str = "findings.jsonl", rules: str = RULESET) -> Path:
    """The file of findings of another file."""
    found = path.parent / out
    call_command("screen_file", str(path), "--ruleset", rules, "--out", str(found), "--today", str(TODAY), *more)
    return found


def read(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_every_row_gets_one_line_in_the_order_of_the_file(tmp_path):
    lines = read(screen(write_csv(tmp_path / "目录.csv", TABLE)))
    assert [(line["row"], line["file_row"]) for line in lines] == [(1, 2), (2, 3), (3, 4), (4, 5)]
    assert [line["suggestion"] for line in lines] == ["open", "defer", "not_due", "not_due"]
    assert [finding["matched"] for finding in lines[1]["findings"]] == ["王建业"]


def test_a_line_is_that_of_the_finding_lines_with_its_rows_before(tmp_path):
    lines = screen(write_csv(tmp_path / "目录.csv", TABLE)).read_text("utf-8").splitlines()
    record = Record("J001-2", TABLE[2][1], span=parse_date_span("1989-07-01"))
    whole = line_of(record, SCREENER.screen(record, TODAY), RULESET)
    assert lines[1] == '{"row":2,"file_row":3,' + whole[1:]


@pytest.mark.parametrize("heading", ["题名", "标题", "title", "Title", "名称"])
def test_a_column_of_titles_is_enough(tmp_path, heading):
    path = write_csv(tmp_path / "list.csv", [[heading], ["关于给予王建业同志行政记过处分的决定"], ["关于防汛的通知"]])
    lines = read(screen(path))
    assert [line["suggestion"] for line in lines] == ["not_due", "not_due"], "without a date nothing may open"
    assert lines[0]["findings"]


def test_a_name_beside_the_title_does_not_stop_the_reading(tmp_path):
    path = write_csv(tmp_path / "list.csv", [["题名", "名称"], ["关于防汛的通知", "防汛"]])
    assert read(screen(path))[0]["title"] == "关于防汛的通知"


def test_workbook_json_lines_and_every_encoding_say_the_same(tmp_path):
    plain = [row[:4] for row in TABLE]
    expected = [line | {"file_row": 0} for line in read(screen(write_csv(tmp_path / "a.csv", plain)))]
    with xlsxwriter.Workbook(tmp_path / "b.xlsx") as book:
        sheet = book.add_worksheet()
        for number, cells in enumerate(plain):
            sheet.write_row(number, 0, cells)
    keys = ("reference_code", "title", "created", "classification")
    given = [dict(zip(keys, row, strict=True)) for row in plain[1:]]
    others = [
        tmp_path / "b.xlsx",
        write_lines(tmp_path / "c.jsonl", given),
        write_csv(tmp_path / "d.csv", plain, "gb18030"),
        write_csv(tmp_path / "e.csv", plain, "utf-16"),
    ]
    for path in others:
        assert [line | {"file_row": 0} for line in read(screen(path))] == expected, path.name


def test_the_full_text_of_json_lines_is_screened_page_by_page(tmp_path):
    pages = ["", "身份证号 11010519491231002X"]
    path = write_lines(tmp_path / "text.jsonl", [{"title": "登记表", "date": 1962, "pages": pages}])
    (line,) = read(screen(path))
    record = Record("", "登记表", span=parse_date_span("1962"), pages=tuple(pages))
    assert line == json.loads(line_of(record, SCREENER.screen(record, TODAY), RULESET)) | {
        "row": 1, "file_row": 1,
    }  # fmt: skip


def test_the_bytes_are_the_same_whatever_the_number_of_processes(tmp_path):
    rows = [[f"J001-{n}", f"关于给予王建业同志第{n}次处分的决定", "1989" if n % 7 else "19xx"] for n in range(7_000)]
    path = write_csv(tmp_path / "many.csv", [["档号", "题名", "日期"], *rows])
    found = []
    for workers in ("1", "3"):
        with pytest.raises(CommandError):  # of the dates that are none
            screen(path, "--workers", workers)
        found.append((tmp_path / "findings.jsonl").read_bytes())
    assert found[0] == found[1]
    assert [line["row"] for line in map(json.loads, found[0].splitlines())] == list(range(1, 7_001))


def test_a_refused_row_is_a_line_too_and_the_exit_says_so(tmp_path):
    table = [
        ["题名", "日期"],
        ["关于防汛的通知", "1963"],
        ["关于救灾的通知", "1963-13-40"],
        ["多", "1", "2"],
        ["", "1963"],
    ]
    with pytest.raises(CommandError) as refused:
        screen(write_csv(tmp_path / "目录.csv", table))
    assert refused.value.returncode == 1
    lines = read(tmp_path / "findings.jsonl")
    assert [line["row"] for line in lines] == [1, 2, 3, 4]
    assert ["refused" in line for line in lines] == [False, True, True, True]
    assert "1963-13-40" in lines[1]["refused"]["zh"] and "1963-13-40" in lines[1]["refused"]["en"]


@pytest.mark.parametrize(
    "line",
    ["no json", "[]", "{}", '{"title": ""}', '{"title": 7}', '{"title": "甲", "pages": "乙"}', '{"title": "甲", "date": "x"}',
     '{"title": "甲", "created": [1]}'],
)  # fmt: skip
def test_a_line_that_is_no_record_is_refused_in_its_place(tmp_path, line):
    path = tmp_path / "lines.jsonl"
    path.write_text(f'{{"title": "甲"}}\n\n{line}\n{{"title": "乙"}}\n', encoding="utf-8")
    with pytest.raises(CommandError):
        screen(path)
    lines = read(tmp_path / "findings.jsonl")
    assert [(line["row"], line["file_row"], line.get("title")) for line in lines] == [
        (1, 1, "甲"), (2, 3, None), (3, 4, "乙"),
    ]  # fmt: skip
    assert lines[1]["refused"]["zh"] and lines[1]["refused"]["en"]


def test_what_has_no_field_of_its_own_is_screened_as_a_note(tmp_path, capsys):
    path = write_lines(
        tmp_path / "lines.jsonl", [{"title": "登记表", "created": "1989", "处理": "给予王建业记过处分"}]
    )
    (line,) = read(screen(path))
    assert [(finding["field"], finding["matched"]) for finding in line["findings"]] == [("notes", "王建业")]
    assert "处理" in capsys.readouterr().err


def test_the_summary_names_the_columns_that_are_no_fields(tmp_path, capsys):
    screen(write_csv(tmp_path / "目录.csv", TABLE))
    said = capsys.readouterr()
    assert "经办" in said.err
    assert "4 行" in said.out and "4 rows" in said.out and "CN-101" in said.out


def test_what_stands_at_the_unit_above_holds_for_its_parts(tmp_path):
    table = [
        ["档号", "上级档号", "级别", "题名", "日期", "利用限制"],
        ["J001", "", "类", "人事", "1950", "不予公开"],
        ["J001-1", "J001", "件", "关于防汛的通知", "1950", ""],
        ["J002-1", "", "件", "关于防汛的通知", "1950", ""],
        ["J003-1", "J003", "件", "关于防汛的通知", "1950", ""],
    ]
    lines = read(screen(write_csv(tmp_path / "目录.csv", table)))
    assert [line["suggestion"] == "open" for line in lines] == [False, False, True, True]


def test_a_unit_above_that_is_not_there_is_said(tmp_path, capsys):
    table = [["档号", "上级档号", "题名"], ["J003-1", "J003", "关于防汛的通知"]]
    screen(write_csv(tmp_path / "目录.csv", table))
    assert "1 rows name a unit above" in capsys.readouterr().err


def test_a_file_that_cannot_be_read_leaves_the_old_findings(tmp_path):
    (tmp_path / "findings.jsonl").write_text("old")
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    broken = tmp_path / "broken.csv"
    broken.write_bytes("题名\n".encode() + "关于防汛的通知\n".encode() * 20_000 + b"\xff\xfe\n")
    unnamed = write_csv(tmp_path / "a.csv", [["甲"], ["乙"]])
    for path, workers in (
        (empty, "1"),
        (broken, "1"),
        (broken, "2"),
        (tmp_path / "absent.jsonl", "1"),
        (unnamed, "1"),
    ):
        with pytest.raises(CommandError) as refused:
            screen(path, "--workers", workers)
        assert refused.value.returncode == 2
    assert (tmp_path / "findings.jsonl").read_text() == "old"
    assert not list(tmp_path.glob(".*")), "nothing half-done is left"


@pytest.mark.parametrize("rules", ["cn-0", "xx", "/nowhere"])
def test_an_unknown_ruleset_is_refused_with_those_there_are(tmp_path, rules):
    with pytest.raises(CommandError, match="cn-1"):
        screen(write_csv(tmp_path / "目录.csv", TABLE), rules=rules)


def test_a_folder_that_cannot_be_written_is_refused(tmp_path):
    with pytest.raises(CommandError, match="nowhere") as refused:
        screen(write_csv(tmp_path / "目录.csv", TABLE), out="nowhere/findings.jsonl")
    assert refused.value.returncode == 2


def test_the_file_itself_is_never_written_over(tmp_path):
    path = write_csv(tmp_path / "目录.csv", TABLE)
    with pytest.raises(CommandError):
        screen(path, out=path.name)
    assert path.read_text("utf-8").startswith("档号")


def test_a_ruleset_may_be_a_folder(tmp_path):
    path = write_csv(tmp_path / "目录.csv", TABLE)
    shipped = screen(path).read_bytes()
    assert screen(path, rules=str(FOLDER / RULESET)).read_bytes() == shipped


def test_a_ruleset_whose_name_model_is_absent_is_refused_or_screened_aloud_without_it(tmp_path, capsys):
    folder = tmp_path / "cn-9"
    shutil.copytree(FOLDER / RULESET, folder)
    (folder / "SHA256SUMS").unlink()
    head = (
        (folder / "ruleset.yaml")
        .read_text("utf-8")
        .replace("cn-1", "cn-9")
        .replace("status: adopted", "status: draft")
    )
    (folder / "ruleset.yaml").write_text(f"{head}name_model: {'0' * 64}\n", encoding="utf-8")
    shutil.copy(FOLDER / "cn-2" / "CN-231-person-named.yaml", folder)
    path = write_csv(tmp_path / "目录.csv", TABLE)
    with pytest.raises(CommandError, match="--without-names") as refused:
        screen(path, rules=str(folder))
    assert refused.value.returncode == 2
    found = screen(path, "--without-names", rules=str(folder))
    assert len(read(found)) == len(TABLE) - 1
    assert "--without-names" in capsys.readouterr().err


@pytest.mark.django_db
def test_a_file_by_itself_gets_the_advice_that_it_gets_once_it_is_imported(world, tmp_path):
    path = tmp_path / "目录.csv"
    path.write_text(CATALOGUE, encoding="utf-8")
    alone = {line["reference_code"]: line for line in read(screen(path))}
    for entry in world.fonds.entries.select_related("parent"):
        if entry.stub:
            continue
        screening = SCREENER.screen(record_of(entry), TODAY)
        line = alone[entry.reference_code]
        found = [(f["rule"], f["field"], f["start"], f["end"]) for f in line["findings"]]
        assert line["suggestion"] == screening.suggestion
        assert found == [(f.rule_id, f.field, f.start, f.end) for f in screening.findings]


@given(
    st.lists(
        st.one_of(
            st.text(max_size=60),
            st.dictionaries(
                st.sampled_from([*KEYS, "created", "date", "pages", "甲"]),
                st.one_of(st.text(max_size=40), st.none(), st.integers(), st.lists(st.text(max_size=9), max_size=2)),
            ).map(json.dumps),
        ),
        max_size=6,
    )
)
@settings(max_examples=150, deadline=None)
def test_any_line_is_screened_or_refused_and_none_is_lost(texts):
    screened = FileScreener(SCREENER, TODAY)(1, [Line(n, text) for n, text in enumerate(texts, 1)])
    lines = [json.loads(line) for line in screened.lines.decode().split("\n")[:-1]]
    assert [line["row"] for line in lines] == list(range(1, len(texts) + 1))
    assert sum("refused" in line for line in lines) == screened.refused


@pytest.mark.parametrize("title", ["\ud800关于防汛的通知", "关" * 1_000_000, "\x00\x07", "Ѐ Ω 関於防汛 ﷽"])
def test_odd_titles_are_screened_or_refused(title):
    line = Line(1, json.dumps({"title": title, "created": "1950"}))
    screened = FileScreener(SCREENER, TODAY)(1, [line])
    said = json.loads(screened.lines)
    assert "refused" in said or said["title"] == title


def running(folder: Path) -> tuple[subprocess.Popen, list[int]]:
    """The command in the midst of a file, without any database, and its processes."""
    rows = [["关于给予王建业同志行政记过处分的决定", "1989-07-01"]] * 100_000
    path = write_csv(folder / "long.csv", [["题名", "日期"], *rows])
    nowhere = "postgres://nobody:x@127.0.0.1:1/nowhere"
    env = os.environ | {"DATABASE_URL": nowhere, "CATALOGUE_DATABASE_URL": nowhere}
    command = [sys.executable, "manage.py", "screen_file", str(path), "--ruleset", RULESET, "--workers", "2"]
    # Tests that run in the background of a shell were born deaf to SIGINT, and their children would be too.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        process = subprocess.Popen([*command, "--out", str(folder / "findings.jsonl")], cwd=ROOT, env=env)
    finally:
        signal.signal(signal.SIGINT, before)
    while not any(part.stat().st_size for part in folder.glob(".*.part")):
        assert process.poll() is None, "it ended before it could be broken off"
        time.sleep(0.02)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    assert len(children) == 2
    return process, [process.pid, *map(int, children)]


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs /proc to see the processes")
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_what_is_broken_off_leaves_the_old_findings_and_no_process(tmp_path, sign):
    (tmp_path / "findings.jsonl").write_text("old")
    process, pids = running(tmp_path)
    process.send_signal(sign)
    assert process.wait(timeout=60) != 0
    deadline = time.monotonic() + 30
    while any(Path(f"/proc/{pid}/exe").exists() for pid in pids):
        assert time.monotonic() < deadline, "a process is left"
        time.sleep(0.05)
    assert (tmp_path / "findings.jsonl").read_text() == "old"
    if sign != signal.SIGKILL:  # after which nothing can be tidied
        assert not list(tmp_path.glob(".*.part"))


@pytest.mark.shared_data
def test_real_titles_are_all_screened(tmp_path, shared_data):
    source = shared_data / "zh-policy-titles" / "State_Council.csv"
    out = tmp_path / "findings.jsonl"
    call_command("screen_file", str(source), "--ruleset", "cn-1", "--out", str(out), "--today", "2026-11-21")
    with source.open(encoding="utf-8-sig", newline="") as file:
        titles = [on_one_line(row["title"]) for row in csv.DictReader(file)]
    lines = read(out)
    assert [line["title"] for line in lines] == titles
    assert {line["suggestion"] for line in lines} >= {"open", "not_due"}


def test_its_page_describes_every_key_and_every_exit_code():
    record = Record("J001-2", TABLE[2][1], span=parse_date_span("1989-07-01"))
    line = json.loads(line_of(record, SCREENER.screen(record, date(2026, 11, 21)), RULESET))
    page = (ROOT / "docs" / "screening-files.md").read_text("utf-8")
    for key in ("row", "file_row", "refused", *line, *line["findings"][0]):
        assert f"| `{key}` |" in page, key
    for code in (0, 1, 2):
        assert f"| {code} |" in page
    for key in (*KEYS, "created", "pages"):
        assert f"`{key}`" in page
