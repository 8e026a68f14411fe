"""Taking catalogues in: read, checked, compared and saved, beside the bare limit of the same rows in the same run.

Bare: the file's reader alone (csv, calamine, lxml) and the same columns into the same table, with its indexes, by
COPY (PostgreSQL) or one prepared statement (SQLite); nothing checked. Each measurement is a process of its own, so
that the peak of memory is its own. Usage: sh script/bench importing [--rows N ...] [--only csv|xlsx|ead] [--postgres]
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADINGS = (
    "档号", "题名", "责任者", "日期", "类别", "级别", "保管期限", "密级", "开放标识", "利用限制", "数量", "页数", "形成单位", "文号",
    "存放位置", "附注",
)  # fmt: skip
BODIES = ("示例省民政厅", "示例省财政厅", "示例省水利厅", "示例省人民委员会", "示例省卫生厅")
SUBJECTS = (
    "调整救济标准",
    "加强防汛工作",
    "下达年度预算",
    "修建水库工程",
    "召开全省会议",
    "编制统计报表",
    "救灾款分配方案",
    "干部训练班",
)
KINDS = ("通知", "批复", "请示", "报告", "函", "决定")


def rows(count: int) -> Iterator[tuple[str, ...]]:
    """Made-up rows; titles, days and codes differ from row to row."""
    first = date(1949, 10, 1)
    for number in range(1, count + 1):
        body = BODIES[number % len(BODIES)]
        day = first + timedelta(days=number * 7 % 16000)
        title = f"{body}关于{SUBJECTS[number % 8]}的{KINDS[number % 6]}（第{number}号）"
        yield (
            f"B001-{number // 10000:03d}-{number // 100 % 100:04d}-{number:08d}", title, body, day.isoformat(),
            f"类目{number % 40}", "件", ("永久", "30年", "10年")[number % 3], "", "未审核", "", "", str(number % 40 + 1),
            BODIES[0], f"示发〔{day.year}〕{number % 900}号", f"库{number % 9}架{number % 77}", "",
        )  # fmt: skip


def write_csv(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        writer.writerows(rows(count))


def write_xlsx(path: Path, count: int) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_numbers": False}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADINGS)
        for number, row in enumerate(rows(count), start=1):
            sheet.write_row(number, 0, row)


def write_ead(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(
            '<ead xmlns="urn:isbn:1-931666-22-9"><eadheader><eadid>b</eadid></eadheader><archdesc level="fonds"><did>'
        )
        file.write("<unittitle>示例全宗</unittitle></did><dsc>")
        for number, row in enumerate(rows(count)):
            if number % 50 == 0:
                file.write("</c>" if number else "")
                file.write(f'<c level="series"><did><unittitle>类目{number // 50}</unittitle></did>')
            file.write(
                f'<c level="file"><did><unitid>{row[0]}</unitid><unittitle>{row[1]}</unittitle><unitdate normal="{row[3]}">'
                f"{row[3]}</unitdate><origination>{row[2]}</origination><physdesc><extent>{row[11]}</extent></physdesc>"
                f"</did></c>"
            )
        file.write("</c></dsc></archdesc></ead>")


WRITERS = {"csv": write_csv, "xlsx": write_xlsx, "ead": write_ead}
SUFFIXES = {"csv": ".csv", "xlsx": ".xlsx", "ead": ".xml"}


# One measurement, in its own process.


def measure(what: str, path: Path) -> dict[str, float]:
    sys.path.insert(0, str(ROOT))
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    fonds, planner = _set_up()
    begun = time.perf_counter()
    count = {"bare": bare, "ours": ours}[what](path, fonds, planner)
    seconds = time.perf_counter() - begun
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"rows": count, "seconds": seconds, "peak": peak, "own": own}


def _set_up():
    from django.utils.timezone import now

    from review.operations import appointing
    from workflows import cast

    agencies = [
        appointing.register_agency(code=f"A{n}", name=name, by="bench", at=now()) for n, name in enumerate(BODIES)
    ]
    fonds = appointing.register_fonds(
        code="B001", title="示例全宗", creating_agency=agencies[0], by="bench", at=now()
    )
    return fonds, cast.gather(at=now())["planner"]


def ours(path: Path, fonds, planner) -> int:
    from django.utils.timezone import now

    from review.jobs.intakes import take_in
    from review.models import Entry

    report = take_in(fonds=fonds, path=path, by=planner, at=now())
    assert not report.complaints, report.complaints[:3]
    held = Entry.objects.count()
    assert held == report.added
    return held


def bare(path: Path, fonds, planner) -> int:
    from django.db import transaction
    from django.utils.timezone import now

    from review.models import Entry
    from review.models.bulk import insert_rows
    from review.operations import importing
    from review.operations.importing.saving import ENTRY_INTO

    intake = importing.receive_catalogue(fonds=fonds, file_name="b", size=1, digest="0" * 64, by=planner, at=now())
    places = {name: place for place, name in enumerate(ENTRY_INTO)}
    blank = ["" for _ in ENTRY_INTO]
    for name in ("earliest", "latest", "pages", "transfer_opinion_on", "declassify_on", "series_id", "parent_id"):
        blank[places[name]] = None
    blank[places["fonds_id"]], blank[places["intake_id"]], blank[places["agency_id"]] = (
        fonds.pk,
        intake.pk,
        fonds.creating_agency_id,
    )
    blank[places["own"]], blank[places["stub"]] = "{}", False
    blank[places["access_status"]], blank[places["level"]] = "not_reviewed", "item"
    wanted = ("reference_code", "title", "responsible_body", "date_text", "series_title", "retention", "extent", "document_number",
              "location")  # fmt: skip
    source = {"reference_code": 0, "title": 1, "responsible_body": 2, "date_text": 3, "series_title": 4, "retention": 6,
              "extent": 11, "document_number": 13, "location": 14}  # fmt: skip
    pairs = [(places[name], source[name]) for name in wanted]
    identity, position, key, earliest, latest = (
        places[n] for n in ("id", "position", "code_key", "earliest", "latest")
    )

    def filled() -> Iterator[list]:
        for number, cells in enumerate(_bare_cells(path), start=1):
            row = blank.copy()
            for place, column in pairs:
                row[place] = cells[column]
            row[identity] = row[position] = number
            row[key] = cells[0]
            row[earliest] = row[latest] = cells[3]
            yield row

    with transaction.atomic():
        insert_rows(Entry, ENTRY_INTO, filled())
    return Entry.objects.count()


def _bare_cells(path: Path) -> Iterator[list[str]]:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            yield from islice(csv.reader(file), 1, None)
    elif path.suffix == ".xlsx":
        from python_calamine import CalamineWorkbook

        book = CalamineWorkbook.from_path(str(path))
        yield from islice(book.get_sheet_by_index(0).iter_rows(), 1, None)
    else:
        from lxml import etree

        for _, element in etree.iterparse(str(path), tag="{*}c"):
            if element.get("level") != "series":
                did = element[0]
                title, day = did.findtext("{*}unittitle"), did.findtext("{*}unitdate")
                body = did.findtext("{*}origination")
                yield [did.findtext("{*}unitid"), title, body, day, "", "", "", "", "", "", "", "", "", "", "", ""]
                element.clear()


# The table.


def run(what: str, path: Path, database: str) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as var:
        environment = dict(os.environ, QIFENG_VAR=var, QIFENG_DEMO="1")
        environment.pop("DATABASE_URL", None)
        if database:
            environment["DATABASE_URL"] = f"{database}/qifeng_bench"
            _psql(database, "DROP DATABASE IF EXISTS qifeng_bench", "CREATE DATABASE qifeng_bench")
        command = [sys.executable, __file__, "--one", what, str(path)]
        out = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
        if database:
            _psql(database, "DROP DATABASE qifeng_bench")
        return json.loads(out.splitlines()[-1])


def _psql(server: str, *statements: str) -> None:
    import psycopg

    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--one", nargs=2)
    parser.add_argument("--rows", type=int, nargs="*")
    parser.add_argument("--only", choices=WRITERS)
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL too")
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(options.one[0], Path(options.one[1]))))
        return
    databases = [("SQLite", "")]
    if options.postgres:
        found = subprocess.run(
            [sys.executable, ROOT / "script" / "find_postgres.py"], capture_output=True, text=True, check=True
        )
        databases.append(("PostgreSQL", found.stdout.strip()))
    sizes = {"csv": [10_000, 100_000, 1_000_000], "xlsx": [20_000, 200_000], "ead": [1_500, 15_409]}
    print(
        "| file | rows | database | seconds | rows a second | bare seconds | share of the bare limit | peak MB (child) |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for kind, writer in WRITERS.items():
        if options.only and kind != options.only:
            continue
        for count in options.rows or sizes[kind]:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / f"bench{SUFFIXES[kind]}"
                writer(path, count)
                for name, database in databases:
                    limit, own = run("bare", path, database), run("ours", path, database)
                    print(
                        f"| {kind} | {count:,} | {name} | {own['seconds']:.1f} | {count / own['seconds']:,.0f} | "
                        f"{limit['seconds']:.1f} | {limit['seconds'] / own['seconds']:.2f} | "
                        f"{own['own']:.0f} ({own['peak']:.0f}) |",
                        flush=True,
                    )


if __name__ == "__main__":
    main()
