"""OAI-PMH: all of a large open catalogue harvested over HTTP, by one harvester and by two at once; and the API's search.

    sh script/bench harvest [--entries N] [--formats oai_dc ead] [--only sqlite|postgresql]

A database of its own is filled as a release fills it, and served by gunicorn with two workers under the settings of the
public site. The harvester reads each page, takes the resumption token out of it by a pattern and asks again: what is
measured is the server. Peer, in the same run: the same rows read in the same order with sqlite3 or psycopg, a thousand at a
time by keyset, and written by json.dumps; no HTTP, no XML, one process. Memory is the highest resident size of each worker.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlencode

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
FONDS, SERIES, CHUNK = 40, 25, 5_000
TOKEN = re.compile(rb"<resumptionToken[^>]*>([^<]+)</resumptionToken>")
BY_CLIENT = 20_000  # records that sickle harvests
WORDS = ("防汛", "会议 通知", "救济", "1962", "干部 任免", "省民政局", "预算", "F003-002", "关于召开", "没有的词")
SEARCHES = 300
COLUMNS = (
    "e.id, e.changed_at, f.code, e.reference_code, d.number, f.title, s.title, e.public_title, e.responsible_body, e.date, "
    "e.extent, e.redacted_copy"
)
PEER = (
    f"SELECT {COLUMNS} FROM catalogue_releasedentry e JOIN catalogue_releasedfonds f ON f.id = e.fonds_id "
    "JOIN catalogue_releasedseries s ON s.id = e.series_id JOIN catalogue_edition d ON d.id = e.edition_id "
    "WHERE (e.changed_at, e.id) > (%s, %s) ORDER BY e.changed_at, e.id LIMIT 1000"
)


def fill(count: int) -> None:
    """`count` open entries of one release, as a release writes them."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections, transaction
    from django.utils import timezone

    from review.catalogue.bundle_lines import BundleEntry
    from review.catalogue.models import Edition, ReleasedBody, ReleasedEntry, ReleasedFonds, ReleasedSeries
    from review.catalogue.rows import columns_of, key_of
    from review.catalogue.writing import analyse, insert
    from review.sample.making import make_titles

    call_command("migrate", database="catalogue", verbosity=0)
    now, titles = timezone.now(), make_titles(20_000)
    postgresql = connections["catalogue"].vendor == "postgresql"
    with transaction.atomic(using="catalogue"):
        edition = Edition.objects.create(
            number="2026-1", archives_zh="示例省档案馆", archives_en="Archives", issued_on=now.date(), signed_off_by="某",
            signed_off_on=now.date(), ruleset_number="cn-2", ruleset_digest="0" * 64, ledger_line=1,
            ledger_digest="0" * 64, counts={"opened": count, "deferred": {}}, entries_count=count,
            manifest_digest="0" * 64, loaded_at=now,
        )  # fmt: skip
        body = ReleasedBody.objects.create(key=key_of("省民政局"), name="省民政局")
        fonds = [ReleasedFonds.objects.create(code=f"F{n:03}", title=f"示例全宗{n}") for n in range(FONDS)]
        series = [
            [
                ReleasedSeries.objects.create(fonds=each, key=key_of(f"类目{n}"), title=f"类目{n}")
                for n in range(SERIES)
            ]
            for each in fonds
        ]
        for begin in range(0, count, CHUNK):
            rows = []
            for leaf in range(begin, min(begin + CHUNK, count)):
                at, year = leaf * FONDS // count, 1950 + leaf % 50
                code = f"F{at:03}-{leaf % SERIES:03}-{leaf:07}"
                title = f"{titles[leaf % len(titles)]}（{leaf}）"
                entry = BundleEntry(
                    fonds_code=fonds[at].code, fonds_title=fonds[at].title, series_title=f"类目{leaf % SERIES}",
                    reference_code=code, public_title=title, responsible_body="省民政局", date=f"{year}-03-01",
                    extent="3 页", early=False, redacted_copy="",
                )  # fmt: skip
                heading = series[at][leaf % SERIES]
                rows.append(columns_of(entry, edition, fonds[at], heading, body, leaf=leaf, at=now, terms=postgresql))
            insert(ReleasedEntry, rows)
        analyse()


def peer() -> tuple[int, float]:
    """The same rows in the same order, as JSON; how many and in how many seconds."""
    address = os.environ["CATALOGUE_DATABASE_URL"]
    if address.startswith("sqlite"):
        import sqlite3

        connection = sqlite3.connect(address.removeprefix("sqlite:///"))
        ask, first = PEER.replace("%s", "?"), "0001-01-02"
    else:
        import psycopg

        connection, ask, first = psycopg.connect(address), PEER, "0001-01-02"
    count, size, begun = 0, 0, time.perf_counter()
    place = (first, 0)
    while rows := connection.execute(ask, place).fetchall():
        size += sum(len(json.dumps(row, ensure_ascii=False, default=str)) for row in rows)
        count += len(rows)
        place = (rows[-1][1], rows[-1][0])
    passed = time.perf_counter() - begun
    connection.close()
    assert size
    return count, passed


def harvest(port: int, prefix: str) -> tuple[int, int]:
    """Everything, by one harvester; records and bytes."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    told, count, size = urlencode({"verb": "ListRecords", "metadataPrefix": prefix}), 0, 0
    while told:
        connection.request("GET", f"/open/oai/?{told}")
        response = connection.getresponse()
        body = response.read()
        assert response.status == 200, response.status
        count += body.count(b"<record>")
        size += len(body)
        token = TOKEN.search(body)
        told = urlencode({"verb": "ListRecords", "resumptionToken": token[1].decode()}) if token else ""
    connection.close()
    return count, size


def at_once(port: int, prefix: str, harvesters: int) -> tuple[int, float, int]:
    """The same by several at once, each a process of its own."""
    command = [sys.executable, __file__, "--harvest", str(port), prefix]
    begun = time.perf_counter()
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _harvester in range(harvesters)]
    found = [json.loads(each.communicate()[0]) for each in running]
    return sum(count for count, _ in found), time.perf_counter() - begun, sum(size for _, size in found)


def by_client(port: int) -> tuple[int, float]:
    """The first records as sickle harvests them."""
    import sickle

    begun, count = time.perf_counter(), 0
    for _record in sickle.Sickle(f"http://127.0.0.1:{port}/open/oai/").ListRecords(metadataPrefix="oai_dc"):
        count += 1
        if count == BY_CLIENT:
            break
    return count, time.perf_counter() - begun


def searches(port: int, threads: int = 4) -> tuple[float, float, float]:
    """The API's search by several at once: requests a second, median and 95th of a hundred in milliseconds."""
    times: list[float] = []

    def ask(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        for turn in range(SEARCHES):
            word = WORDS[(number + turn) % len(WORDS)]
            begun = time.perf_counter()
            connection.request("GET", f"/open/api/search?q={quote(word)}&limit=20&page={1 + turn % 3}")
            response = connection.getresponse()
            response.read()
            assert response.status == 200
            times.append((time.perf_counter() - begun) * 1000)
        connection.close()

    running = [threading.Thread(target=ask, args=(number,)) for number in range(threads)]
    begun = time.perf_counter()
    for each in running:
        each.start()
    for each in running:
        each.join()
    passed = time.perf_counter() - begun
    return len(times) / passed, statistics.median(times), statistics.quantiles(times, n=100)[94]


@contextmanager
def served(environment: dict[str, str]) -> Iterator[tuple[int, subprocess.Popen]]:
    """gunicorn with two workers on a free port of this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        str(Path(sys.executable).parent / "gunicorn"),
        "config.public_wsgi",
        "-w",
        "2",
        "-b",
        f"127.0.0.1:{port}",
    ]
    server = subprocess.Popen([*command, "--threads", "2", "--log-level", "warning"], cwd=ROOT, env=environment)
    try:
        for _try in range(100):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.2)
        yield port, server
    finally:
        server.terminate()
        server.wait()


def peak_mb(server: subprocess.Popen) -> list[int]:
    """The highest resident size that each worker has had."""
    children = subprocess.run(
        ["pgrep", "-P", str(server.pid)], capture_output=True, text=True, check=True
    ).stdout.split()
    told = [Path(f"/proc/{child}/status").read_text() for child in children]
    return [int(re.search(r"VmHWM:\s+(\d+)", text)[1]) // 1024 for text in told]


def processor(server: subprocess.Popen) -> float:
    """Seconds of processor time that the workers have taken: what they take does not depend on who else is at work."""
    children = subprocess.run(
        ["pgrep", "-P", str(server.pid)], capture_output=True, text=True, check=True
    ).stdout.split()
    told = [Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[11:13] for child in children]
    return sum(int(ticks) for each in told for ticks in each) / os.sysconf("SC_CLK_TCK")


def measure(name: str, environment: dict[str, str], count: int, formats: list[str]) -> None:
    def part(*arguments: str) -> str:
        command = [sys.executable, __file__, *arguments]
        return subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout

    begun = time.perf_counter()
    part("--fill", str(count))
    print(f"{name}: {count:,} entries written in {time.perf_counter() - begun:.0f} s", file=sys.stderr)
    rows, passed = json.loads(part("--peer"))
    print(
        f"| {name} | peer: keyset and json.dumps, one process | {rows:,} | {passed:.1f} | {rows / passed:,.0f} | | |"
    )
    with served(environment) as (port, server):
        for prefix in formats:
            for harvesters in (1, 2):
                before = processor(server)
                found, passed, size = at_once(port, prefix, harvesters)
                taken = processor(server) - before
                assert found == count * harvesters, (found, count)
                print(
                    f"| {name} | {prefix}, {harvesters} at once | {found:,} | {passed:.1f} | {found / passed:,.0f} | "
                    f"{found / taken:,.0f} | {size / found:,.0f} | {' + '.join(map(str, peak_mb(server)))} |"
                )
        found, passed = by_client(port)
        print(f"| {name} | oai_dc, sickle | {found:,} | {passed:.1f} | {found / passed:,.0f} | | | |")
        rate, middle, late = searches(port)
        print(f"| {name} | API search, 4 at once | {4 * SEARCHES:,} requests | | {rate:,.0f} | | "
              f"median {middle:.0f} ms, p95 {late:.0f} ms | {' + '.join(map(str, peak_mb(server)))} |")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--formats", nargs="+", default=["oai_dc", "ead"])
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    parser.add_argument("--fill", type=int)
    parser.add_argument("--peer", action="store_true")
    parser.add_argument("--harvest", nargs=2)
    told = parser.parse_args()
    if told.fill:
        fill(told.fill)
    elif told.peer:
        print(json.dumps(peer()))
    elif told.harvest:
        print(json.dumps(harvest(int(told.harvest[0]), told.harvest[1])))
    else:
        _all(told.entries, told.formats, told.only)


def _all(count: int, formats: list[str], only: str | None) -> None:
    print(
        "| database | what | records | s | a second | a second of the workers' processors | bytes a record | peak MB of the workers |"
    )
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as var:
        environment = dict(os.environ, QIFENG_VAR=var, DJANGO_SETTINGS_MODULE="config.public")
        if only != "postgresql":
            place = f"sqlite:///{var}/catalogue.sqlite3"
            measure("SQLite", environment | {"CATALOGUE_DATABASE_URL": place}, count, formats)
        if only != "sqlite":
            finder = [sys.executable, ROOT / "script" / "find_postgres.py"]
            server = subprocess.run(finder, capture_output=True, text=True, check=True).stdout.strip()
            _psql(server, "DROP DATABASE IF EXISTS qifeng_bench_harvest", "CREATE DATABASE qifeng_bench_harvest")
            try:
                place = f"{server}/qifeng_bench_harvest"
                measure("PostgreSQL", environment | {"CATALOGUE_DATABASE_URL": place}, count, formats)
            finally:
                _psql(server, "DROP DATABASE qifeng_bench_harvest")


def _psql(server: str, *statements: str) -> None:
    import psycopg

    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


if __name__ == "__main__":
    main()
