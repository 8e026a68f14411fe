"""My work with 100,000 open tasks: the whole page, for people with one right and for people with all of them.

    sh script/bench inbox [--tasks N]

A database of its own is filled with open tasks of the opening road (half at desks of the archives over 1,000 fonds, half
countersignatures of 1,000 agencies), each with its running clock, and as many finished ones behind them. Then each person
asks for the page 20 times, in process, over PostgreSQL: processor time of both sides, time by the clock, and queries. Peer:
Viewflow's own queue of the same person, once: the first 50 tasks and nothing else, no page, deadlines or four eyes.
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
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
FONDS, AGENCIES, ROUNDS, UNITS = 1000, 1000, 20, 5
# who: over how many fonds and agencies, with which roles
PEOPLE = {
    "u1": (0, 1, ("agency_reviewer",)),
    "u20": (0, 20, ("agency_reviewer",)),
    "u200": (0, 200, ("agency_reviewer",)),
    "reviewer of 10 fonds": (10, 0, ("first_reviewer", "second_reviewer")),
    "reviewer of all": (FONDS, 0, ("first_reviewer", "second_reviewer", "confirmer")),
    "everything": (FONDS, AGENCIES, ("first_reviewer", "second_reviewer", "confirmer", "agency_reviewer")),
    "nothing": (0, 0, ()),
}


def measure(count: int) -> list[dict[str, object]]:
    """Fill, and what each person's page takes; in a process of its own."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse
    from viewflow.workflow.models import Task

    from review import access
    from workflows import inbox
    from workflows.flows import OpeningFlow

    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("migrate", verbosity=0)
    people = _fill(count)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    told: list[dict[str, object]] = []
    for name, person in people.items():
        client = Client()
        client.force_login(person)
        page = reverse("my-work")
        ask = lambda client=client, page=page: client.get(page)  # noqa: E731
        ask()
        with CaptureQueriesContext(connection) as counted:
            answer = ask()
        assert answer.status_code == 200, answer.status_code
        queries = list(counted)  # now: the next request empties Django's list
        before = _processor()
        times = _times(ask)
        processor = (_processor() - before) * 1000 / ROUNDS
        for query in sorted(queries, key=lambda query: -float(query["time"]))[:2]:
            print(f"{name}: {query['time']} s {query['sql'][:160]}", file=sys.stderr)
        stock = lambda person=person: list(Task.objects.queue([OpeningFlow], person)[:50])  # noqa: E731
        begun = time.perf_counter()
        with CaptureQueriesContext(connection) as peer:
            stock()  # once: for some it takes thousands of queries
        peer_ms, peer_queries = (time.perf_counter() - begun) * 1000, len(peer)
        told.append(
            {
                "who": name,
                "open": Task.objects.filter(inbox.open_to(access.rights_of(person))).count(),
                "processor": processor,
                "best": min(times),
                "median": statistics.median(times),
                "queries": len(queries),
                "html": len(answer.content) / 1024,
                "peer": peer_ms,
                "peer_queries": peer_queries,
            }
        )
    return told


def _processor() -> float:
    """Seconds of processor time so far: of this process, and of the server's process that works for it (Linux)."""
    from django.db import connection

    stat = Path(f"/proc/{connection.connection.info.backend_pid}/stat")
    ticks = [int(field) for field in stat.read_text().rpartition(")")[2].split()[11:13]] if stat.exists() else [0]
    return time.process_time() + sum(ticks) / os.sysconf("SC_CLK_TCK")


def _times(act: Callable[[], object], rounds: int = ROUNDS) -> list[float]:
    """Milliseconds by the clock of each of so many rounds."""
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        act()
        times.append((time.perf_counter() - begun) * 1000)
    return times


def _fill(count: int) -> dict[str, object]:
    """The people, and `count` open tasks: rows as the road leaves them, written in bulk."""
    from django.contrib.contenttypes.models import ContentType
    from django.utils import timezone
    from viewflow.workflow.models import Process, Task
    from viewflow.workflow.status import STATUS
    from viewflow.workflow.token import Token

    from policies.roles import ROLES
    from review import access
    from review.models import (
        Agency,
        Asked,
        Batch,
        BatchEntry,
        Clock,
        Countersignature,
        Entry,
        Fonds,
        Opinion,
        Person,
    )  # fmt: skip
    from review.operations import appointing, importing
    from workflows.flows import OpeningFlow

    now, today = timezone.now(), timezone.localdate()

    def many(model, rows):
        return model.objects.bulk_create(rows, batch_size=2000)

    agencies = many(Agency, [Agency(code=f"A{n:04}", name=f"示例机关{n}") for n in range(AGENCIES)])
    fonds = many(
        Fonds,
        [Fonds(code=f"F{n:04}", title=f"示例全宗{n}", creating_agency=agencies[n % AGENCIES]) for n in range(FONDS)],
    )
    people = {
        name: appointing.enrol(
            username=f"p{place}", full_name=f"示例{place}", post="", password="bench-bench", by="bench", at=now
        )
        for place, name in enumerate(PEOPLE)
    }
    _appoint(people, fonds, agencies)
    planner: Person = people["nothing"]
    access.appoint(planner, ROLES["planner"], fonds[0])
    intake = importing.receive_catalogue(fonds=fonds[0], file_name="b", size=1, digest="0" * 64, by=planner, at=now)
    planner.groups.clear()

    at_desks, asked = count // 2, count // 2 // UNITS
    cases = at_desks + asked
    entries = many(
        Entry,
        [
            Entry(fonds=fonds[n % FONDS], intake=intake, position=n, reference_code=f"F{n % FONDS:04}-{n}",
                  code_key=f"F{n % FONDS:04}-{n}", title="关于召开会议的通知", level="item")
            for n in range(cases)
        ],
    )  # fmt: skip
    batches = many(
        Batch, [Batch(number=f"B-{n}", fonds=fonds[n % FONDS], made_at=now, made_by=planner) for n in range(cases)]
    )
    rows = many(BatchEntry, [BatchEntry(batch=b, entry=e, position=1) for b, e in zip(batches, entries, strict=True)])
    kind = ContentType.objects.get_for_model(Batch)
    processes = many(
        Process,
        [
            Process(flow_class=OpeningFlow, artifact_content_type=kind, artifact_object_id=b.pk, data={})
            for b in batches
        ],
    )
    desks = ("first_review", "first_review", "first_review", "second_review", "sign_off")
    tasks, opinions = [], []
    for n in range(at_desks):
        desk = getattr(OpeningFlow, desks[n % 5])
        tasks.append(
            Task(process=processes[n], flow_task=desk, flow_task_type="HUMAN", token=Token("start"),
                 created=now - timedelta(minutes=n), owner_permission=desk._owner_permission,
                 owner_permission_obj_pk=str(batches[n].fonds_id))
        )  # fmt: skip
        if desks[n % 5] != "first_review":
            opinions.append(
                Opinion(batch_entry=rows[n], stage="first_review", round=1, outcome="open",
                        person=people["reviewer of 10 fonds"] if n % 3 else planner, at=now)
            )  # fmt: skip
    many(Opinion, opinions)
    signatures = many(
        Countersignature,
        [
            Countersignature(
                batch=batches[at_desks + n], agency=agencies[(n * UNITS + unit) % AGENCIES], round=1, asked_at=now
            )
            for n in range(asked)
            for unit in range(UNITS)
        ],
    )
    case_of = {batch.pk: (row, process) for batch, row, process in zip(batches, rows, processes, strict=True)}
    many(
        Asked,
        [
            Asked(
                batch_entry=case_of[s.batch_id][0], round=1, kind="agencies", countersignature=s, why_zh="", why_en=""
            )
            for s in signatures
        ],
    )
    seed = ContentType.objects.get_for_model(Countersignature)
    for place, signature in enumerate(signatures):
        tasks.append(
            Task(process=case_of[signature.batch_id][1], flow_task=OpeningFlow.countersign, flow_task_type="HUMAN",
                 token=Token(f"start/{place % UNITS}_{place % UNITS}"), created=now - timedelta(minutes=place),
                 owner_permission="review.countersign_agency", owner_permission_obj_pk=str(signature.agency_id),
                 seed_content_type=seed, seed_object_id=signature.pk)
        )  # fmt: skip
    many(Task, tasks)
    doers = [people["reviewer of 10 fonds"], people["reviewer of all"], people["everything"], planner]
    many(
        Task,
        [
            Task(process=processes[n % cases], flow_task=OpeningFlow.first_review, flow_task_type="HUMAN",
                 token=Token("start"), status=STATUS.DONE, owner=doers[n % 4], created=now - timedelta(days=9),
                 finished=now - timedelta(minutes=n))
            for n in range(count)
        ],
    )  # fmt: skip
    many(
        Clock,
        [
            Clock(kind=task.flow_task.name, subject=f"task:{task.pk}", began_on=today,
                  due_on=today + timedelta(days=(n * 7919) % 60), next_on=today + timedelta(days=9))
            for n, task in enumerate(tasks)
        ],
    )  # fmt: skip
    return people


def _appoint(people: dict, fonds: list, agencies: list) -> None:
    """As access.appoint does, for thousands of groups at once."""
    from django.contrib.auth.models import Group, Permission
    from django.contrib.contenttypes.models import ContentType
    from guardian.models import GroupObjectPermission

    from policies.roles import ROLES
    from review import access

    held = {
        (role, record): None
        for over_fonds, over_agencies, roles in PEOPLE.values()
        for role in roles
        for record in (fonds[:over_fonds] if ROLES[role].over == "fonds" else agencies[:over_agencies])
    }
    groups = Group.objects.bulk_create([Group(name=access.group_of(role, record)) for role, record in held])
    group_of = dict(zip(held, groups, strict=True))
    rights = {role: Permission.objects.get(codename=ROLES[role].permission) for role, _ in held}
    GroupObjectPermission.objects.bulk_create(
        [
            GroupObjectPermission(
                permission=rights[role],
                content_type=ContentType.objects.get_for_model(record),
                object_pk=str(record.pk),
                group=group,
            )
            for (role, record), group in group_of.items()
        ],
        batch_size=2000,
    )
    for name, (over_fonds, over_agencies, roles) in PEOPLE.items():
        over = {"fonds": fonds[:over_fonds], "agency": agencies[:over_agencies]}
        people[name].groups.set([group_of[role, record] for role in roles for record in over[ROLES[role].over]])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--one", type=int)
    parser.add_argument("--tasks", type=int, default=100_000)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(options.one)))
        return
    found = subprocess.run(
        [sys.executable, ROOT / "script" / "find_postgres.py"], capture_output=True, text=True, check=True
    )
    server = found.stdout.strip()
    with tempfile.TemporaryDirectory() as var:
        environment = dict(os.environ, QIFENG_VAR=var, QIFENG_DEMO="1", DATABASE_URL=f"{server}/qifeng_bench_inbox")
        environment.pop("CATALOGUE_DATABASE_URL", None)
        _psql(server, "DROP DATABASE IF EXISTS qifeng_bench_inbox", "CREATE DATABASE qifeng_bench_inbox")
        try:
            command = [sys.executable, __file__, "--one", str(options.tasks)]
            out = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
        finally:
            _psql(server, "DROP DATABASE qifeng_bench_inbox")
    print(
        "| who | open to them | processor ms | best ms | median ms | queries | page KB | Viewflow's queue | its queries |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for line in json.loads(out.splitlines()[-1]):
        print(
            f"| {line['who']} | {line['open']:,} | {line['processor']:.0f} | {line['best']:.0f} | {line['median']:.0f} | "
            f"{line['queries']} | {line['html']:.0f} | {line['peer']:.0f} | {line['peer_queries']} |"
        )


def _psql(server: str, *statements: str) -> None:
    import psycopg

    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


if __name__ == "__main__":
    main()
