"""What a step of the road takes: each desk's act for a small batch, and the acts on 10,000 entries at once.

    sh script/bench steps [--entries N] [--agencies N]

A database of its own, on PostgreSQL. Small: batches of 20 entries are walked to their release; of each desk the median of
its last act, the step: under the lock of the case the right is asked, the desk is left and the road goes on; beside it
all that was done at the desk. Large: one batch of N entries (10,000) of M forming units (50);
seconds of one run on the clock, and in brackets of processor time here. Queries may not grow with the entries.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
SMALL, ROUNDS = 20, 8


def measure(entries: int, units: int) -> dict[str, object]:
    """Fill, walk, and what each step took; in a process of its own."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils.timezone import now

    from workflows import rehearsal
    from workflows.flows import opening

    call_command("migrate", verbosity=0)
    call_command("migrate", database="catalogue", verbosity=0)
    fonds, people, agencies = _filled(entries + SMALL * ROUNDS, units)
    small: dict[str, list[dict[str, float]]] = {}

    def steps(batch) -> Iterator[tuple[str, Callable[[], object]]]:
        yield "first review", lambda: rehearsal.first_review(batch, people["first"])
        yield "second review", lambda: rehearsal.second_review(batch, people["second"])
        yield "sample", lambda: rehearsal.sample(batch, people["sampler"])
        for task in rehearsal.open_tasks(batch, "countersign"):
            person = people.units[task.seed.agency_id]
            yield "countersign", lambda task=task, person=person: rehearsal.countersign(task, person, objections=1)
        yield "reconcile", lambda: rehearsal.reconcile(batch, people["reconciler"], to_authority=1)
        yield "coordinate", lambda: rehearsal.coordinate(batch, people["authority"])
        yield "sign off", lambda: rehearsal.sign_off(batch, people["confirmer"])
        yield "consent", lambda: rehearsal.consent(batch, people["authority"])

    for place in range(ROUNDS):
        batch = _batch(fonds, people, place * SMALL + 1, SMALL, f"S{place}")
        opening.begin(batch=batch, by=people["planner"])
        for name, step in steps(batch):
            with _counted() as told:
                step()
            small.setdefault(name, []).append(told)

    large: dict[str, dict[str, float]] = {}
    batch = _batch(fonds, people, SMALL * ROUNDS + 1, entries, "L")
    with _counted() as large["screening"]:
        opening.begin(batch=batch, by=people["planner"])
    _analyze()
    _large(batch, people, large, now)
    return {
        "small": {
            name: [
                statistics.median(one["step"] for one in found),
                max(one["step_queries"] for one in found),
                statistics.median(one["seconds"] for one in found),
                max(one["queries"] for one in found),
            ]
            for name, found in small.items()
        },
        "large": large,
        "agencies": len(agencies),
    }


def _large(batch, people, large: dict[str, dict[str, float]], now) -> None:
    """The acts on all entries at once, each by itself: the opinion, the handing on, the split, an answer, a signature."""
    from django.utils.timezone import localdate

    from policies.countersigning import UnitAnswer
    from policies.outcomes import Answer, Outcome, Stage
    from policies.reviewing import Decision
    from review.operations import countersigning, reviewing
    from review.queries.decisions import entries_for, settled
    from workflows import rehearsal

    today = localdate()
    for stage, who in ((Stage.FIRST_REVIEW, "first"), (Stage.SECOND_REVIEW, "second")):
        (task,) = rehearsal.open_tasks(batch, stage)
        refer = Decision(Outcome.DEFER, "CN-8-2", date(today.year + 10, 1, 1), "成组决定")
        said = dict.fromkeys(batch.batch_entries.values_list("pk", flat=True), refer)
        with _counted() as large[f"{stage} of all entries"]:
            reviewing.record_opinions(batch=batch, stage=stage, decisions=said, by=people[who], at=now(), today=today)
        _analyze()
        with _counted() as large[f"{stage} handed on"]:
            rehearsal.work(
                task,
                people[who],
                lambda _, stage=stage, who=who: reviewing.hand_on(batch=batch, stage=stage, by=people[who], at=now()),
            )
    with _counted() as large["sample, and split to the units"]:
        rehearsal.sample(batch, people["sampler"])
    for task in rehearsal.open_tasks(batch, "countersign"):
        asked, person = task.seed, people.units[task.seed.agency_id]
        answers = dict.fromkeys(
            entries_for(batch, asked.agency).values_list("pk", flat=True), UnitAnswer(Answer.AGREE)
        )
        with _counted() as large["one unit's answer"]:
            countersigning.record_answers(countersignature=asked, answers=answers, by=person, at=now(), today=today)
        with _counted() as large["one unit hands in"]:
            rehearsal.work(
                task,
                person,
                lambda _, asked=asked, person=person: countersigning.hand_on(
                    countersignature=asked, by=person, at=now()
                ),
            )
    with _counted() as large["what is settled, read"]:
        settled(batch)
    with _counted() as large["signature, and the deferral list"]:
        rehearsal.sign_off(batch, people["confirmer"])
    with _counted() as large["consent to all, recorded without opening"]:
        rehearsal.consent(batch, people["authority"])


def _analyze() -> None:
    """The statistics of the database, as its autovacuum keeps them while people look and think."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@contextmanager
def _counted() -> Iterator[dict[str, float]]:
    """Seconds, seconds of processor time, and queries of what is done inside; and of its last act, from its lock on."""
    from django.db import connection

    told: dict[str, float] = {"queries": 0}
    last = {"queries": 0.0, "begun": 0.0}

    def count(execute, sql, params, many, context):
        told["queries"] += 1
        if "viewflow_process" in sql and "FOR UPDATE" in sql:
            last.update(queries=told["queries"] - 1, begun=time.perf_counter())
        return execute(sql, params, many, context)

    begun, spent = time.perf_counter(), time.process_time()
    with connection.execute_wrapper(count):
        yield told
    told["seconds"] = time.perf_counter() - begun
    told["processor"] = time.process_time() - spent
    told["step"] = time.perf_counter() - last["begun"]
    told["step_queries"] = told["queries"] - last["queries"]


def _batch(fonds, people, first: int, count: int, name: str):
    from django.utils.timezone import now

    from review.models import Batch, BatchEntry
    from review.models.bulk import insert_rows

    batch = Batch.objects.create(number=f"B001-2026-{name}", fonds=fonds, made_at=now(), made_by=people["planner"])
    columns = ("batch_id", "entry_id", "position", "live", "likeness")
    rows = ((batch.pk, pk, place, True, "") for place, pk in enumerate(range(first, first + count), 1))
    insert_rows(BatchEntry, columns, rows)
    return batch


def _filled(count: int, units: int):
    """The fonds, the people and the agencies, with so many entries of the sample's kinds spread over the agencies."""
    from django.utils.timezone import now

    from review.models import Entry
    from review.models.bulk import insert_rows
    from review.operations import appointing, importing
    from review.operations.importing.saving import ENTRY_INTO
    from review.sample import make_titles
    from workflows import cast

    agencies = [
        appointing.register_agency(code=f"A{number:03}", name=f"示例机关{number}", by="bench", at=now())
        for number in range(units)
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
    titles = make_titles(min(count, 20_000))

    def rows() -> Iterator[tuple[object, ...]]:
        for number in range(1, count + 1):
            day = (date(1949, 10, 1) + timedelta(days=number * 7 % 16000)).isoformat()
            agency = agencies[number % len(agencies)] if number > SMALL * ROUNDS else agencies[number % 2]
            row = always | {
                "id": number, "position": number, "reference_code": f"B001-{number:08}", "code_key": f"B001-{number:08}",
                "title": f"{titles[number % len(titles)]}（{number % 9973}）", "responsible_body": agency.name,
                "series_title": f"类目{number % 40}", "date_text": day, "earliest": day, "latest": day,
                "agency_id": agency.pk,
            }  # fmt: skip
            yield tuple(row[name] for name in ENTRY_INTO)

    insert_rows(Entry, ENTRY_INTO, rows())
    _analyze()
    return fonds, people, agencies


def run(entries: int, units: int, database: str) -> dict:
    names = [f"qifeng_bench_steps_{os.getpid()}", f"qifeng_bench_steps_{os.getpid()}_cat"]
    with tempfile.TemporaryDirectory() as var:
        environment = dict(os.environ, QIFENG_VAR=var, QIFENG_DEMO="1", QIFENG_RULESET="cn-1")
        environment["DATABASE_URL"], environment["CATALOGUE_DATABASE_URL"] = (f"{database}/{name}" for name in names)
        _psql(database, *(f"CREATE DATABASE {name}" for name in names))
        try:
            command = [sys.executable, __file__, "--one", "--entries", str(entries), "--agencies", str(units)]
            out = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
        finally:
            _psql(database, *(f"DROP DATABASE {name}" for name in names))
        return json.loads(out.splitlines()[-1])


def _psql(server: str, *statements: str) -> None:
    import psycopg

    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--one", action="store_true")
    parser.add_argument("--entries", type=int, default=10_000)
    parser.add_argument("--agencies", type=int, default=50)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(options.entries, options.agencies)))
        return
    found = subprocess.run(
        [sys.executable, ROOT / "script" / "find_postgres.py"], capture_output=True, text=True, check=True
    )
    told = run(options.entries, options.agencies, found.stdout.strip())
    print(f"| a batch of {SMALL} | step (ms) | its queries | all at the desk (ms) | queries |\n|---|---|---|---|---|")
    for name, (step, of_step, seconds, queries) in told["small"].items():
        print(f"| {name} | {step * 1000:.0f} | {of_step} | {seconds * 1000:.0f} | {queries} |")
    print(
        f"\n| act, a batch of {options.entries:,}, {told['agencies']} units | seconds (processor) | queries |\n|---|---|---|"
    )
    for name, line in told["large"].items():
        print(f"| {name} | {line['seconds']:.2f} ({line['processor']:.2f}) | {line['queries']} |")


if __name__ == "__main__":
    main()
