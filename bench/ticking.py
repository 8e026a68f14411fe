"""Time that passes over many clocks: a tick beside the raw SELECT of what is due, and fifty units asked at once.

The clocks are begun by the operation itself; of them a share has a rung due. Raw: the same rungs read by one SELECT,
nothing done. A third table walks a batch of fifty units to the step that asks them all. On PostgreSQL.
Usage: sh script/bench ticking [--armed N ...] [--due SHARE ...]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UNITS = 50
RUNS = 3


def measure(armed: int, shares: list[float]) -> list[dict[str, float]]:
    """One line for each share of `armed` clocks that is due."""
    fonds, today = _set_up()
    from django.db import connection
    from django.utils import timezone

    from review.models import ClockRung
    from review.operations import clocks
    from workflows.ticking import tick

    for first in range(0, armed, 1000):
        clocks.begin(
            clocks=[clocks.Wanted("plan", f"bench:{n}", fonds=fonds) for n in range(first, min(first + 1000, armed))],
            by="bench",
            at=timezone.now(),
            today=today,
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    found, done = [], 0
    for share in shares:
        wanted = round(armed * share)
        _make_due(today, done, wanted)
        bare = min(_raw(today) for _ in range(RUNS))
        begun, worked = time.perf_counter(), time.process_time()
        ticked = tick(at=timezone.now(), today=today)
        seconds, own = time.perf_counter() - begun, time.process_time() - worked
        assert ticked.fired == wanted == ClockRung.objects.filter(fired_at__isnull=False).count() - done, ticked
        assert not ticked.failed
        done += wanted
        found.append({"armed": armed, "due": wanted, "seconds": seconds, "own": own, "bare": bare})
    return found


def _make_due(today, done: int, wanted: int) -> None:
    """Let the first rung of so many clocks be due today; those before `done` have fired theirs."""
    from review.models import Clock, ClockRung

    keys = list(Clock.objects.order_by("pk").values_list("pk", flat=True)[done : done + wanted])
    ClockRung.objects.filter(clock__in=keys, step=1).update(on=today)
    Clock.objects.filter(pk__in=keys).update(next_on=today)


def _raw(today) -> float:
    """Seconds to read what is due, by one SELECT."""
    from django.db import connection

    begun = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.id, r.id, r.act, r.to FROM review_clock c JOIN review_clockrung r ON r.clock_id = c.id"
            " WHERE c.next_on <= %s AND r.fired_at IS NULL AND r.on <= %s",
            [today, today],
        )
        cursor.fetchall()
    return time.perf_counter() - begun


def _set_up():
    sys.path.insert(0, str(ROOT))
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.utils import timezone

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # not what is measured
    from review.operations import appointing
    from workflows import cast

    call_command("migrate", verbosity=0)
    call_command("migrate", database="catalogue", verbosity=0)
    agencies = [
        appointing.register_agency(code=f"A{n}", name=f"示例省第{n}局", by="bench", at=timezone.now())
        for n in range(UNITS)
    ]
    fonds = appointing.register_fonds(
        code="B001", title="示例全宗", creating_agency=agencies[0], by="bench", at=timezone.now()
    )
    cast.gather(at=timezone.now())
    return fonds, timezone.localdate()


def split() -> dict[str, float]:
    """Seconds of the step that asks fifty units, and of beginning their clocks alone."""
    fonds, today = _set_up()
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from review.jobs.intakes import take_in
    from review.models import Clock, Person
    from review.operations import clocks, planning
    from workflows import rehearsal
    from workflows.flows import opening

    people = {person.username: person for person in Person.objects.all()}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "units.csv"
        lines = (
            f"B001-{n:05d},关于召开第{n}次年度工作会议的通知,示例省第{n % UNITS}局,1964-01-12,会议,,示例省第{n % UNITS}局"
            for n in range(UNITS * 20)
        )
        path.write_text("档号,题名,责任者,形成日期,类别,密级,形成单位\n" + "\n".join(lines), encoding="utf-8")
        report = take_in(fonds=fonds, path=path, by=people["planner"], at=timezone.now(), today=today)
        assert not report.complaints, report.complaints[:3]
    batch = planning.cut_batch(fonds=fonds, by=people["planner"], at=timezone.now(), today=today)
    opening.begin(batch=batch, by=people["planner"])
    rehearsal.first_review(batch, people["first"])
    rehearsal.second_review(batch, people["second"])
    begun, worked = time.perf_counter(), time.process_time()
    with CaptureQueriesContext(connection) as asked:
        rehearsal.sample(batch, people["sampler"])
    whole, own = time.perf_counter() - begun, time.process_time() - worked
    assert len(rehearsal.open_tasks(batch, "countersign")) == UNITS
    assert Clock.objects.filter(kind="countersign", ended_at=None).count() == UNITS
    wanted = [clocks.Wanted("countersign", f"bench:{n}", batch=batch, fonds=fonds) for n in range(UNITS)]
    begun = time.perf_counter()
    with CaptureQueriesContext(connection) as context:
        clocks.begin(clocks=wanted, by="bench", at=timezone.now(), today=today - timedelta(days=1))
    return {
        "whole": whole,
        "own": own,
        "queries": len(asked),
        "begin": time.perf_counter() - begun,
        "begin_queries": len(context),
    }


# The tables.


def run(*arguments: str) -> list[dict[str, float]]:
    """One measurement, in a process and a database of its own."""
    finder = [sys.executable, ROOT / "script" / "find_postgres.py"]
    server = subprocess.run(finder, capture_output=True, text=True, check=True).stdout.strip()
    names = ("qifeng_ticking", "qifeng_ticking_catalogue")
    with tempfile.TemporaryDirectory() as var:
        addresses = {
            "DATABASE_URL": f"{server}/{names[0]}",
            "CATALOGUE_DATABASE_URL": f"{server}/{names[1]}",
            "QIFENG_VAR": var,
        }
        _psql(
            server, *(f"{verb} {name}" for name in names for verb in ("DROP DATABASE IF EXISTS", "CREATE DATABASE"))
        )
        try:
            command = [sys.executable, __file__, *arguments]
            done = subprocess.run(command, env=os.environ | addresses, check=True, stdout=subprocess.PIPE, text=True)
        finally:
            _psql(server, *(f"DROP DATABASE {name}" for name in names))
    return json.loads(done.stdout.splitlines()[-1])


def _psql(server: str, *statements: str) -> None:
    import psycopg

    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--split", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--armed", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--due", type=float, nargs="*", default=[0, 0.001, 0.01, 0.1])
    given = parser.parse_args()
    if given.split:
        print(json.dumps([split()]))
        return
    if given.one:
        print(json.dumps(measure(given.one, given.due)))
        return
    print("| armed clocks | due today | tick, seconds | of its own processor | a rung, ms | raw SELECT, ms |")
    print("|---|---|---|---|---|---|")
    for armed in given.armed:
        for line in run("--one", str(armed), "--due", *map(str, given.due)):
            each = f"{1000 * line['seconds'] / line['due']:.1f}" if line["due"] else "–"
            print(
                f"| {line['armed']:,} | {line['due']:,} | {line['seconds']:.2f} | {line['own']:.2f} | {each}"
                f" | {1000 * line['bare']:.1f} |",
                flush=True,
            )
    (line,) = run("--split")
    print(
        f"\n{UNITS} units asked in one step: {line['whole']:.2f} s ({line['own']:.2f} s of its own processor),"
        f" {line['queries']:.0f} queries;"
        f" of that their clocks: {1000 * line['begin']:.0f} ms, {line['begin_queries']:.0f} queries"
    )


if __name__ == "__main__":
    main()
