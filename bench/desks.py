"""A review desk over a batch of a million entries: what each page and each act costs at a real server.

    sh script/bench desks [--entries N] [--rounds N]

A database of its own on PostgreSQL is filled with one batch (advice and findings as the rules leave them, written in bulk)
and served by gunicorn on the loopback. Milliseconds by the clock of whoever asks, best of nothing: the median and the 95th
percentile. Peers, in the same run and on the same rows: the list of Django's admin and Viewflow's stock list, their queries
and rows only, in process, without a page, groups, findings or four eyes.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
GROUP = 10_000


def measure(entries: int, rounds: int) -> dict[str, object]:
    """Fill, serve, ask; in a process of its own."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django
    from django.conf import settings

    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "django.contrib.admin"]  # the peer's list, not its tables
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    call_command("migrate", database="catalogue", verbosity=0)
    batch, task, person = _filled(entries)
    begun = time.perf_counter()
    _lay_out(batch)
    laid = time.perf_counter() - begun
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    told: dict[str, object] = {"entries": entries, "laid": laid, "peers": _peers(batch, person, rounds)}
    cookie = _session(person)
    connection.close()
    port = _free_port()
    command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2",
               "--timeout", "300", "--log-level", "error"]  # fmt: skip
    server = subprocess.Popen(command, cwd=ROOT)
    try:
        told["lines"] = _asked(Browser(port, cookie, f"/work/{task}/"), batch.pk, entries, rounds)
        told["weight"] = _weight(port, cookie, f"/work/{task}/")
    finally:
        server.terminate()
        server.wait()
    return told


class Browser:
    """One signed-in person at one desk, over one kept connection."""

    def __init__(self, port: int, cookie: str, path: str) -> None:
        self.port, self.path = port, path
        self.cookies = f"sessionid={cookie}; csrftoken={'c' * 32}"
        for _ in range(200):
            try:
                self.get()
                break
            except OSError:
                time.sleep(0.1)

    def get(self, **query: object) -> str:
        return self._ask("GET", f"{self.path}?{urlencode(query)}", None)

    def post(self, **fields: object) -> dict:
        return json.loads(self._ask("POST", self.path, urlencode(fields)))

    def _ask(self, method: str, path: str, body: str | None) -> str:
        headers = {
            "Cookie": self.cookies, "Accept": "application/json" if body else "text/html", "X-CSRFToken": "c" * 32,
            "Content-Type": "application/x-www-form-urlencoded", "Accept-Language": "zh-hans",
        }  # fmt: skip
        line = HTTPConnection("127.0.0.1", self.port, timeout=300)
        line.request(method, path, body, headers)
        answer = line.getresponse()
        text = answer.read().decode()
        line.close()
        assert answer.status == 200, (answer.status, path, text[:500])
        return text


def _asked(desk: Browser, batch: int, entries: int, rounds: int) -> dict[str, list[float]]:
    chance = random.Random(7)
    pages = entries // 50
    kinds = [
        "suggestion:open",
        "suggestion:defer",
        "suggestion:look",
        "series:类目3",
        "decade:196",
        "rule:CN-211",
        "alike:any",
    ]
    lines: dict[str, list[float]] = {}

    def ask(name: str, act: Callable[[], object], times: int = rounds) -> None:
        act()
        lines[name] = [_timed(act) for _ in range(times)]

    ask("the first page", desk.get)
    ask("any page of the batch", lambda: desk.get(page=chance.randint(1, pages)))
    ask("a group, its first page", lambda: desk.get(group=chance.choice(kinds)))
    ask("a group, what is undecided", lambda: desk.get(group=chance.choice(kinds), left=1))
    ask("by date, near-duplicates together", lambda: desk.get(order=chance.choice(["day", "alike"])))
    ask("filter: words that are frequent", lambda: desk.get(q="通知"))
    ask("filter: a code", lambda: desk.get(q=f"B001-{chance.randint(1, entries):08}"))
    ask("filter: words that are nowhere", lambda: desk.get(q="无此词语"))
    ask("filter within a group", lambda: desk.get(q="会议", group=chance.choice(kinds)))
    undecided = iter(
        re.findall(
            r'data-entry="(\d+)"', "".join(desk.get(group="left", page=n) for n in range(40, 40 + rounds // 25 + 2))
        )
    )
    ask(
        "a decision by key",
        lambda: desk.post(verb="decide", entry=next(undecided), saw=0, outcome="refer", reason="待查"),
    )

    def group(number: int) -> tuple[float, float, dict]:
        begun = time.perf_counter()
        page = desk.get(group=f"series:类目{number}", decide=1)
        shown = re.search(r'name="shown" value="([^"]+)"', page).group(1)
        looked = time.perf_counter()
        answer = desk.post(
            verb="decide_group", shown=shown, looked="yes", how="same", outcome="refer", reason="整组移送"
        )
        return (looked - begun) * 1000, (time.perf_counter() - looked) * 1000, answer

    several = [group(number) for number in range(4, min(10, max(5, entries // GROUP)))]
    lines[f"a group of {min(GROUP, entries):,}: the page to look at"] = [one[0] for one in several]
    lines[f"a group of {min(GROUP, entries):,}: decided"] = [one[1] for one in several]
    lines["that group taken back"] = [_timed(lambda: desk.post(verb="undo", given_at=several[-1][2]["at"]))]
    return lines


def _timed(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return (time.perf_counter() - begun) * 1000


def _weight(port: int, cookie: str, path: str) -> dict[str, float]:
    """Kilobytes of the page and of all that it asks for, compressed."""
    desk = Browser(port, cookie, path)
    page = desk.get()
    found = {"page": len(gzip.compress(page.encode())) / 1024}
    rest = 0.0
    for address in set(re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js|svg))"', page)):
        desk.path = address
        rest += len(gzip.compress(desk._ask("GET", address, None).encode())) / 1024
    return found | {"with styles and scripts": found["page"] + rest}


def _peers(batch, person, rounds: int) -> dict[str, list[float]]:
    """The same list, first page and a filter, as Django's admin and Viewflow's stock list ask for it."""
    from django.contrib.admin import AdminSite, ModelAdmin
    from django.test import RequestFactory
    from viewflow.views import ListModelView

    from review.models import BatchEntry

    class Admin(ModelAdmin):
        list_display = ("position", "entry")
        list_per_page, list_select_related, ordering = 50, ("entry",), ("position",)
        search_fields = ("entry__title", "entry__reference_code")

        def has_view_permission(self, request, obj=None) -> bool:
            return True

    def admin(**query: object) -> list[object]:
        request = RequestFactory().get("/", query)
        request.user = person
        return list(Admin(BatchEntry, AdminSite()).get_changelist_instance(request).result_list)

    class Stock(ListModelView):
        model, paginate_by, ordering = BatchEntry, 50, ("position",)
        columns = ("position", "entry")

        def get_queryset(self):
            return BatchEntry.objects.filter(batch=batch).select_related("entry").order_by("position")

    def stock() -> list[object]:
        view = Stock()
        view.setup(RequestFactory().get("/"))
        view.object_list = view.get_queryset()
        return list(view.paginate_queryset(view.object_list, 50)[2])

    few = max(3, rounds // 20)
    found = {}
    for name, act in {
        "Django's admin: the first page": admin,
        "Django's admin: filter, words that are nowhere": lambda: admin(q="无此词语"),
        "Viewflow's stock list: the first page": stock,
    }.items():
        act()
        found[name] = [_timed(act) for _ in range(few)]
    return found


def _lay_out(batch) -> None:
    from policies.outcomes import Stage
    from review import desk_lists

    desk_lists.lay_out(batch, Stage.FIRST_REVIEW, 1)


def _session(person) -> str:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    return session.session_key


def _filled(entries: int):
    """One batch of so many entries at first review, with advice and findings; the batch, its task, its reviewer."""
    from django.conf import settings
    from django.contrib.contenttypes.models import ContentType
    from django.db import connection
    from django.utils import timezone
    from viewflow.workflow.models import Process, Task
    from viewflow.workflow.token import Token

    from bench import steps
    from review.models import Batch, BatchEntry, Entry, Finding, ScreeningRun, Suggested
    from review.models.bulk import insert_rows
    from review.queries.advice import FINDING_INTO, SUGGESTED_INTO
    from review.queries.rules import current_screener
    from workflows.flows import OpeningFlow

    settings.ALLOWED_HOSTS = ["*"]
    fonds, people, _agencies = steps._filled(entries, 50)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE review_entry SET series_title = '类目' || (id %% %s)", [max(1, entries // GROUP)])
    keys = Entry.objects.filter(fonds=fonds).order_by("pk").values_list("pk", flat=True)
    batch = Batch.objects.create(
        number="B001-2026-desk", fonds=fonds, made_at=timezone.now(), made_by=people["planner"]
    )
    columns = ("batch_id", "entry_id", "position", "live", "likeness")
    rows = ((batch.pk, pk, place, True, f"{place * 7919 % (entries // 5):032x}") for place, pk in enumerate(keys, 1))
    insert_rows(BatchEntry, columns, rows)
    rules = current_screener().ruleset
    run = ScreeningRun.objects.create(
        batch=batch, ruleset=rules.number, ruleset_digest=rules.digest, day=timezone.localdate(), at=timezone.now()
    )
    known = sorted(rules.by_id)
    first = BatchEntry.objects.filter(batch=batch).order_by("pk").values_list("pk", flat=True)[0]

    def advice(number: int) -> tuple[str, str, str | None]:
        kind = number * 7919 % 100
        if kind < 14:
            return "defer", ("CN-8-3-PI", "CN-8-2", "CN-8-4")[kind % 3], "2062-12-31"
        return (
            ("look", "", None)
            if kind < 18
            else ("open_early", "CN-E-ECON", None)
            if kind < 20
            else ("open", "", None)
        )

    insert_rows(Suggested, SUGGESTED_INTO, ((run.pk, first + number, *advice(number)) for number in range(entries)))

    def findings() -> Iterator[tuple[object, ...]]:
        for number in range(entries):
            suggests, ground, day = advice(number)
            if suggests == "open":
                continue
            rule = "CN-211" if number % 3 else known[number % len(known)]
            yield (
                run.pk,
                first + number,
                rule,
                "title",
                0,
                2,
                0,
                "关于",
                "关于…",
                "medium",
                suggests,
                ground,
                day,
                False,
            )

    insert_rows(Finding, FINDING_INTO, findings())
    kind = ContentType.objects.get_for_model(Batch)
    process = Process.objects.create(
        flow_class=OpeningFlow, artifact_content_type=kind, artifact_object_id=batch.pk, data={}
    )
    desk = OpeningFlow.first_review
    task = Task.objects.create(
        process=process, flow_task=desk, flow_task_type="HUMAN", token=Token("start"), created=timezone.now(),
        owner_permission=desk._owner_permission, owner_permission_obj_pk=str(fonds.pk),
    )  # fmt: skip
    return batch, task.pk, people["first"]


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--one", action="store_true")
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=100)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(options.entries, options.rounds)))
        return
    found = subprocess.run(
        [sys.executable, ROOT / "script" / "find_postgres.py"], capture_output=True, text=True, check=True
    )
    from bench.steps import _psql

    server = found.stdout.strip()
    names = [f"qifeng_bench_desks_{os.getpid()}", f"qifeng_bench_desks_{os.getpid()}_cat"]
    with tempfile.TemporaryDirectory() as var:
        environment = dict(os.environ, QIFENG_VAR=var, QIFENG_DEMO="1", PYTHONPATH=str(ROOT))
        environment["DATABASE_URL"], environment["CATALOGUE_DATABASE_URL"] = (f"{server}/{name}" for name in names)
        _psql(server, *(f"CREATE DATABASE {name}" for name in names))
        try:
            command = [
                sys.executable,
                __file__,
                "--one",
                "--entries",
                str(options.entries),
                "--rounds",
                str(options.rounds),
            ]
            out = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
        finally:
            _psql(server, *(f"DROP DATABASE {name} WITH (FORCE)" for name in names))
    told = json.loads(out.splitlines()[-1])
    print(f"| a desk of {told['entries']:,} entries (ms) | p50 | p95 | times |\n|---|---|---|---|")
    for name, times in {**told["lines"], **told["peers"]}.items():
        high = statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
        print(f"| {name} | {statistics.median(times):.0f} | {high:.0f} | {len(times)} |")
    print("\nCompressed: " + ", ".join(f"{name} {size:.0f} KB" for name, size in told["weight"].items()) + ".")
    print(f"Laid out once in {told['laid']:.1f} s.")


if __name__ == "__main__":
    main()
