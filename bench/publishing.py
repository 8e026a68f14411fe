"""The public site: entries a second published, and how long a search takes, on SQLite and on PostgreSQL, at two sizes.

Publishing is `load_bundle` of a bundle (without a catalogue worth its name: one empty PDF) and stands beside a bare insert of the
same rows into one table without any index. Searching asks the site through gunicorn on loopback, two workers and two callers, with
words of two characters frequent and rare, phrases, codes, nothing at all and facets; it stands beside a bare LIKE over the titles
and a bare look-up of a code, by SQL. Entries are made by a stated seed. What grows is compared with the smaller size.

Run: sh script/bench publishing, or python bench/publishing.py [--entries 100000 1000000] [--databases sqlite postgres].
PostgreSQL databases are called qifeng_bench_N and are made anew.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

SIZES = (100_000, 1_000_000)
SEED = 7
PORT = 8791
CALLERS, WORKERS, ASKED = 2, 2, 600

_ACTS = ("关于召开", "关于印发", "关于加强", "关于调整", "关于下达", "关于批准", "关于表彰", "关于开展")
_PLACES = ["洛阳", "开封", "郑州", "安阳", "新乡", "商丘", "周口", "南阳", "信阳", "许昌"]
_PLACES += [chr(0x4E00 + n * 37) + chr(0x5000 + n * 53) for n in range(400)]
_TOPICS = ["防汛工作", "救灾物资", "年度预算", "会议纪要", "统计报表", "干部培训", "水利建设", "粮食征购", "教育经费"]
_TOPICS += [chr(0x5200 + n * 29) + chr(0x6000 + n * 31) + "事项" for n in range(500)]
_KINDS = ("的通知", "的批复", "的报告", "的请示", "的决定", "的函")
_BODIES = [f"示例省{place}局" for place in _PLACES[:200]]


def rows(size: int) -> Iterator[dict[str, object]]:
    """Entries of twenty fonds, sixty years, two hundred bodies: the frequent are very frequent, the rare are rare."""
    chance = random.Random(SEED)
    for n in range(size):
        fonds, year = n * 20 // size + 1, 1949 + n * 7919 % 60
        place = _PLACES[min(int(chance.expovariate(0.05)), len(_PLACES) - 1)]
        topic = _TOPICS[min(int(chance.expovariate(0.03)), len(_TOPICS) - 1)]
        yield {
            "fonds_code": f"J{fonds:03}",
            "fonds_title": f"示例省第{fonds}厅",
            "series_title": f"{year}年 / {_TOPICS[n // 200 % len(_TOPICS)]}",
            "reference_code": f"J{fonds:03}-{n // 10_000 % 1000:03}-{n // 100 % 10_000:04}-{n % 100:03}",
            "public_title": f"{chance.choice(_ACTS)}{place}地区{topic}{chance.choice(_KINDS)}",
            "responsible_body": _BODIES[min(int(chance.expovariate(0.05)), len(_BODIES) - 1)],
            "date": f"{year}-{n % 12 + 1:02}",
            "extent": "3 页",
            "early_opening": False,
            "redacted_copy": "",
        }


def bundle(folder: Path, size: int) -> Path:
    """A release of so many entries, sealed by a demonstration seal, with one empty PDF."""
    import hashlib
    from collections import Counter

    from review.catalogue.merkle import Tree
    from review.documents.demonstration_seal import demonstration_seal
    from review.documents.seal import load_seal
    from tests.review.catalogue.made_bundles import blank_pdf, signed, write_seal, written

    seal = load_seal(demonstration_seal(folder / "seal"))
    place = folder / "2026-1"
    (place / "ead3").mkdir(parents=True)
    tree, fonds = Tree(), Counter()
    with (place / "entries.jsonl").open("wb") as lines:
        for row in rows(size):
            line = json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
            tree.add([line])
            lines.write(line + b"\n")
            fonds[row["fonds_code"], row["fonds_title"]] += 1
    pdfs = {name: blank_pdf(name) for name in ("open-catalogue.pdf", "notice.pdf")}
    others = {"entries.csv": b"csv", "entries.xlsx": b"xlsx", "catalogue.sqlite3": b"sqlite", "closed.jsonl": b""}
    others |= {f"ead3/{code}.xml": b"<ead/>" for code, _ in fonds}
    for name, raw in others.items():
        (place / name).write_bytes(raw)
    for name, raw in pdfs.items():
        (place / name).write_bytes(signed(raw, seal, "2026-11-21"))
    bodies = {**others, **pdfs}

    def facts(name: str) -> dict[str, object]:
        sha, sm3, count = hashlib.sha256(), hashlib.new("sm3"), 0
        with (place / name).open("rb") as file:
            chunks = [bodies[name]] if name in bodies else iter(lambda: file.read(1 << 20), b"")
            for chunk in chunks:
                sha.update(chunk)
                sm3.update(chunk)
                count += len(chunk)
        return {"bytes": count, "sha256": sha.hexdigest(), "sm3": sm3.hexdigest()}

    counts = {"opened": size, "opened_early": 0, "opened_in_part": 0, "deferred": {}, "referred": 0, "not_due": 0}
    manifest = {
        "format": "qifeng-release/2",
        "number": "2026-1",
        "corrects": "",
        "archives": {"zh": "示例省档案馆", "en": "Provincial Archives of Sample Province"},
        "issued_on": "2026-11-21",
        "signed_off_by": "周明德",
        "signed_off_on": "2026-11-20",
        "ruleset": {"number": "cn-2", "digest": "a" * 64},
        "ledger": {"line": 41, "digest": "b" * 64},
        "code_version": "bench",
        "fonds": [{"code": code, "title": title, "entries": n} for (code, title), n in fonds.items()],
        "counts": counts,
        "entries": {"count": size, "merkle_root": tree.root().hex()},
        "closed": 0,
        "pages": 1,
        "files": {name: facts(name) for name in ("entries.jsonl", *bodies)},
    }
    (place / "manifest.json").write_bytes(written(manifest))
    write_seal(place, seal)
    return place


PUBLISH = """
import json, resource, sys, time
from pathlib import Path
import django; django.setup()
from django.db import connections
from review.catalogue.loading import load_bundle
begin = time.perf_counter(); load_bundle(Path(sys.argv[1])); seconds = time.perf_counter() - begin
print(json.dumps({"seconds": seconds, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))
"""

PEER = """
import json, sys, time
from pathlib import Path
import django; django.setup()
from django.db import connections
connection = connections["catalogue"]
keys = ("fonds_code", "reference_code", "public_title", "responsible_body", "date")
begin = time.perf_counter()
with connection.cursor() as cursor:
    cursor.execute("DROP TABLE IF EXISTS bench_peer")
    cursor.execute("CREATE TABLE bench_peer (" + ", ".join(f"{key} text" for key in keys) + ")")
    with open(Path(sys.argv[1]) / "entries.jsonl", "rb") as lines:
        values = (tuple(row[key] for key in keys) for row in map(json.loads, lines))
        if connection.vendor == "postgresql":
            with cursor.copy("COPY bench_peer FROM STDIN") as copy:
                for value in values: copy.write_row(value)
        else:
            cursor.execute("BEGIN"); cursor.executemany("INSERT INTO bench_peer VALUES (%s, %s, %s, %s, %s)", values); cursor.execute("COMMIT")
insert = time.perf_counter() - begin
def asked(statement, *values):
    times = []
    for _ in range(5):
        begin = time.perf_counter()
        with connection.cursor() as cursor: cursor.execute(statement, values); cursor.fetchall()
        times.append(time.perf_counter() - begin)
    return min(times) * 1000
like = max(asked("SELECT * FROM bench_peer WHERE public_title LIKE %s LIMIT 20", f"%{word}%") for word in ("卫生防疫局", "粮食征购的函件"))
code = asked("SELECT * FROM catalogue_releasedentry WHERE fonds_id = 3 AND reference_code = %s", "J003-010-0001-001")
print(json.dumps({"insert": insert, "like": like, "code": code}))
"""


def questions() -> list[str]:
    """What visitors ask, in an order by the seed: no two of the frequent ones are the same address."""
    chance = random.Random(SEED)
    asked = []
    for n in range(ASKED):
        place, topic = chance.choice(_PLACES), chance.choice(_TOPICS)
        kind = n % 10
        words = (
            "通知",  # in a sixth of the entries
            "防汛",
            place,
            topic[:2],
            f"{place}地区{topic}",
            f"J{chance.randint(1, 20)}-{chance.randint(0, 9)}-{chance.randint(0, 99)}-{chance.randint(0, 99)}",
            "不存在的词",
            place,
            "关于",
            topic,
        )[kind]
        more: dict[str, object] = {}
        if kind == 0:
            more = {"decade": chance.randrange(1950, 2000, 10)}
        elif kind == 1:
            more = {"fonds": f"J{chance.randint(1, 20):03}"}
        elif kind == 7:
            more = {"first": 1955, "last": chance.randint(1956, 1999)}
        elif kind == 8:
            more = {"page": chance.randint(1, 50)}
        elif kind == 9:
            more = {"sort": "date"}
        asked.append("/open/search/?" + urlencode({"q": words} | more))
    chance.shuffle(asked)
    return asked


def searched(environment: dict[str, str]) -> dict[str, float]:
    """Milliseconds a search and requests a second, through gunicorn with two workers."""
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "config.public_wsgi", "-w", str(WORKERS), "-b", f"127.0.0.1:{PORT}", "--log-level", "error"],
        cwd=ROOT, env=environment,
    )  # fmt: skip
    try:
        _wait()
        every = questions()
        _ask(every[:60])  # what a server does once is done
        begin = time.perf_counter()
        with ThreadPoolExecutor(CALLERS) as callers:
            times = [each for some in callers.map(_ask, (every[n::CALLERS] for n in range(CALLERS))) for each in some]
        seconds = time.perf_counter() - begin
        alone = _ask(every[: ASKED // 2])  # one caller: what a visitor waits for
    finally:
        server.terminate()
        server.wait()
    return {
        "p50": statistics.median(alone),
        "p95": statistics.quantiles(alone, n=20)[-1],
        "rate": len(times) / seconds,
    }


def _wait() -> None:
    for _ in range(100):
        try:
            _ask(["/open/releases/"])
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("the server did not begin")


def _ask(addresses: list[str]) -> list[float]:
    times = []
    connection = HTTPConnection("127.0.0.1", PORT, timeout=30)
    for address in addresses:
        begin = time.perf_counter()
        connection.request("GET", address, headers={"Accept-Language": "zh-CN"})
        answer = connection.getresponse()
        answer.read()
        times.append((time.perf_counter() - begin) * 1000)
        assert answer.status == 200, (answer.status, address)
    connection.close()
    return times


def measured(kind: str, size: int, folder: Path, place: Path) -> dict[str, float]:
    """Everything of one size on one database."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("QIFENG")}
    environment |= {
        "DJANGO_SETTINGS_MODULE": "config.public",
        "QIFENG_VAR": str(folder / kind),
        "QIFENG_TRUST": str(folder / "seal" / "authority.pem"),
        "PYTHONPATH": str(ROOT),
    }
    if kind == "postgres":
        name = f"qifeng_bench_{size}"
        subprocess.run(["dropdb", "--if-exists", name], check=True, capture_output=True)
        subprocess.run(["createdb", name], check=True)
        environment["CATALOGUE_DATABASE_URL"] = f"postgres:///{name}"
    else:
        environment["CATALOGUE_DATABASE_URL"] = f"sqlite:///{folder / kind / 'catalogue.sqlite3'}"

    def run(*arguments: str) -> str:
        return subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True
        ).stdout

    run("manage.py", "migrate", "--database", "catalogue", "--verbosity", "0")
    published = json.loads(run("-c", PUBLISH, str(place)))
    found = searched(environment)
    peer = json.loads(run("-c", PEER, str(place)))
    if kind == "postgres":
        subprocess.run(["dropdb", name], check=True)
    shutil.rmtree(folder / kind)
    return {**published, **found, **{f"peer_{key}": value for key, value in peer.items()}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--entries", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgres"], choices=["sqlite", "postgres"])
    given = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.public")
    print(f"load average at the beginning: {os.getloadavg()[0]:.1f}")
    print(
        "| database | entries | publish s | entries/s | peak MB | bare insert s | search p50 ms | p95 ms | requests/s | "
        "bare LIKE ms | bare look-up ms | p95 against the smallest |\n|" + "---|" * 12
    )
    before: dict[str, float] = {}
    for size in given.entries:
        with tempfile.TemporaryDirectory(prefix="qifeng-bench-") as aside:
            folder = Path(aside)
            place = bundle(folder, size)
            for kind in given.databases:
                found = measured(kind, size, folder, place)
                growth = found["p95"] / before.setdefault(kind, found["p95"])
                print(
                    f"| {kind} | {size:,} | {found['seconds']:.1f} | {size / found['seconds']:,.0f} | {found['peak']} | "
                    f"{found['peer_insert']:.1f} | {found['p50']:.1f} | {found['p95']:.1f} | {found['rate']:.0f} | "
                    f"{found['peer_like']:.1f} | {found['peer_code']:.2f} | {growth:.2f} |",
                    flush=True,
                )
    print(f"load average at the end: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
