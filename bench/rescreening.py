"""One changed term over all that is stored: the impact before adoption, and the re-screening of a running batch.

    sh script/bench rescreening [--rows N ...] [--sqlite]

A database of its own is filled with made-up entries, all of them in one batch that is screened; then one list of words
gets one term more. Impact: all holdings are looked through, and what the change can touch is screened by both rulesets.
Re-screening: the batch by the ruleset adopted (REBASE_UNDECIDED), with its rows and the ledger line. Peer: the same
texts by bare COPY (or cursor) into bare ahocorasick_rs with all words of that list, and nothing else: no folding, no
records, no rules. Seconds of one run on the clock, and in brackets of processor time: here, and in the process of
the database that served it, where that is on this machine (what its parallel workers spent is not in it). The two
overlap in part: on an idle machine with two cores the clock says more than either and less than both.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
TERM, LIST = "防汛", "CN-305-disasters-and-grain.yaml"
TODAY = date(2026, 11, 21)
BODIES = ("示例省民政厅", "示例省财政厅", "示例省水利厅", "示例省人民委员会", "示例省卫生厅")


def measure(count: int) -> dict[str, float]:
    """Fill, screen, change, and the seconds of each; in a process of its own."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils.timezone import now

    from review.models import MidBatch, RulesChange, ScreeningRun
    from review.operations import adopting, drafting, impact, rescreening, screening

    call_command("migrate", verbosity=0)
    told: dict[str, float] = {"rows": count}
    batch, people = _filled(count)

    def timed(name: str, act):
        begun, spent = time.perf_counter(), (time.process_time(), _spent_by_server())
        done = act()
        told[name] = time.perf_counter() - begun
        told[f"{name}_here"] = time.process_time() - spent[0]
        told[f"{name}_there"] = _spent_by_server() - spent[1]
        return done

    timed("screened", lambda: screening.screen_batch(batch=batch, by="bench", at=now(), today=TODAY))
    keeper, other = people["keeper"], people["keeper2"]
    draft = drafting.begin_draft(base="cn-1", by=keeper, at=now())
    text = draft.files.get(name=LIST).text.replace("terms: [", f"terms: [{TERM}, ")
    drafting.change_draft_file(draft=draft, name=LIST, text=text, by=keeper, at=now())
    drafting.describe_draft(draft=draft, why="bench", by=keeper, at=now())
    found = timed("impact", lambda: impact.record_impact(draft=draft, by=keeper, at=now(), today=TODAY))
    told |= {"looked_at": found.looked_at, "changed": found.changed}
    drafting.submit_draft(draft=draft, by=keeper, at=now())
    adopting.adopt_ruleset(
        draft=draft, reason="bench", by=other, at=now(), today=TODAY, choices=MidBatch.REBASE_UNDECIDED
    )
    change = RulesChange.objects.get()
    timed("rescreened", lambda: rescreening.rescreen_batch(change=change, by=other, at=now(), today=TODAY))
    told["written"] = ScreeningRun.objects.latest().suggestions.count()
    timed("bare", lambda: _bare(draft))
    told["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return told


def _spent_by_server() -> float:
    """Seconds of processor time of the database's process for this connection; 0 where it cannot be told."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return 0.0
    connection.ensure_connection()
    try:
        of_process = Path(f"/proc/{connection.connection.info.backend_pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    name, _, values = of_process.partition(") ")
    user, system = map(int, values.split()[11:13])
    return (user + system) / os.sysconf("SC_CLK_TCK") if "postgres" in name else 0.0


def _filled(count: int):
    """The people, and a batch of so many entries with titles of the sample's kinds."""
    from django.utils.timezone import now

    from review.models import Batch, BatchEntry, Entry
    from review.models.bulk import insert_rows
    from review.operations import appointing, importing
    from review.operations.importing.saving import ENTRY_INTO
    from review.sample import make_titles
    from workflows import cast

    agencies = [
        appointing.register_agency(code=f"A{number}", name=name, by="bench", at=now())
        for number, name in enumerate(BODIES)
    ]
    fonds = appointing.register_fonds(
        code="B001", title="示例全宗", creating_agency=agencies[0], by="bench", at=now()
    )
    people = cast.gather(at=now())
    intake = importing.receive_catalogue(
        fonds=fonds, file_name="b", size=1, digest="0" * 64, by=people["planner"], at=now()
    )
    always = dict.fromkeys(ENTRY_INTO, "") | {
        "earliest": None, "latest": None, "pages": None, "transfer_opinion_on": None, "declassify_on": None,
        "series_id": None, "parent_id": None, "own": "{}", "stub": False, "access_status": "not_reviewed",
        "level": "item", "fonds_id": fonds.pk, "intake_id": intake.pk, "retention": "永久",
    }  # fmt: skip
    titles = make_titles(min(count, 100_000))

    def rows() -> Iterator[tuple[object, ...]]:
        for number in range(1, count + 1):
            day = (date(1949, 10, 1) + timedelta(days=number * 7 % 16000)).isoformat()
            body = number % len(BODIES)
            row = always | {
                "id": number, "position": number, "reference_code": f"B001-{number:08}", "code_key": f"B001-{number:08}",
                "title": f"{titles[number % len(titles)]}（{number % 9973}）", "responsible_body": BODIES[body],
                "series_title": f"类目{number % 40}", "date_text": day, "earliest": day, "latest": day,
                "agency_id": agencies[body].pk,
            }  # fmt: skip
            yield tuple(row[name] for name in ENTRY_INTO)

    insert_rows(Entry, ENTRY_INTO, rows())
    batch = Batch.objects.create(number="B001-2026-01", fonds=fonds, made_at=now(), made_by=people["planner"])
    columns = ("batch_id", "entry_id", "position", "live", "likeness")
    insert_rows(BatchEntry, columns, ((batch.pk, pk, pk, True, "") for pk in range(1, count + 1)))
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return batch, people


def _bare(draft) -> int:
    import ahocorasick_rs
    from django.db import connection

    from review.queries.rules import draft_ruleset

    find = ahocorasick_rs.AhoCorasick(
        list(draft_ruleset(draft).by_id["CN-305"].looks_for.terms)
    ).find_matches_as_indexes
    select = (
        "SELECT e.id, e.title, e.responsible_body, a.name, e.series_title, e.retention, e.classification,"
        " e.access_condition, e.public_attribute, e.notes, e.scope, e.persons, e.keywords, p.title FROM review_entry e"
        " LEFT JOIN review_agency a ON a.id = e.agency_id LEFT JOIN review_entry p ON p.id = e.parent_id"
    )
    found = 0
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            piece: list[bytes] = []
            with cursor.copy(f"COPY ({select}) TO STDOUT") as copy:
                for row in copy:
                    piece.append(bytes(row))
                    if len(piece) == 5000:
                        found += len(find(b"".join(piece).decode()))
                        piece = []
            return found + len(find(b"".join(piece).decode()))
        cursor.execute(select)
        while rows := cursor.fetchmany(5000):
            found += len(find("\n".join("\t".join(filter(None, row[1:])) for row in rows)))
    return found


def run(count: int, database: str) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as var:
        # cn-1 finds no names by model: a million entries are so screened first in minutes.
        environment = dict(os.environ, QIFENG_VAR=var, QIFENG_DEMO="1", QIFENG_RULESET="cn-1")
        environment.pop("DATABASE_URL", None)
        if database:
            environment["DATABASE_URL"] = f"{database}/qifeng_bench_rules"
            _psql(database, "DROP DATABASE IF EXISTS qifeng_bench_rules", "CREATE DATABASE qifeng_bench_rules")
        try:
            command = [sys.executable, __file__, "--one", str(count)]
            out = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
        finally:
            if database:
                _psql(database, "DROP DATABASE qifeng_bench_rules")
        return json.loads(out.splitlines()[-1])


def _psql(server: str, *statements: str) -> None:
    import psycopg

    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--one", type=int)
    parser.add_argument("--rows", type=int, nargs="*", default=[100_000, 1_000_000])
    parser.add_argument("--sqlite", action="store_true", help="on SQLite too")
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(options.one)))
        return
    found = subprocess.run(
        [sys.executable, ROOT / "script" / "find_postgres.py"], capture_output=True, text=True, check=True
    )
    databases = [("PostgreSQL", found.stdout.strip())] + ([("SQLite", "")] if options.sqlite else [])
    print("| entries | database | screened first (s) | impact (s) | re-screened (s) | bare COPY + ahocorasick (s) "
          "| looked at | changed | rows written | peak MB |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name, database in databases:
        for count in options.rows:
            told = run(count, database)
            print(
                f"| {count:,} | {name} | {told['screened']:.1f} | {_said(told, 'impact')} | "
                f"{_said(told, 'rescreened')} | {_said(told, 'bare')} | {told['looked_at']:,} | {told['changed']:,} | {told['written']:,} | "
                f"{told['peak']:.0f} |",
                flush=True,
            )


def _said(told: dict[str, float], name: str) -> str:
    return f"{told[name]:.2f} ({told[f'{name}_here']:.2f} + {told[f'{name}_there']:.2f})"


if __name__ == "__main__":
    main()
