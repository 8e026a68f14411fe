"""Kinds for tests, people, and real worker processes on the test database."""

import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.db import connection
from django.utils import timezone

from review import jobs
from review.jobs.kinds import KINDS
from review.models import Person
from tests.review.jobs import kinds_of_tests


@pytest.fixture(autouse=True)
def kinds(monkeypatch):
    """The kinds of the tests, for this test only; a test may add its own."""
    for name, function in kinds_of_tests.KINDS.items():
        monkeypatch.setitem(KINDS, name, function)
    return lambda name, function: monkeypatch.setitem(KINDS, name, function)


@pytest.fixture
def lin(db):
    return Person.objects.create_user(username="lin", full_name="林某", password="long enough")


@pytest.fixture
def begin():
    """Begin a job of `count` shards of a kind."""

    def begin(kind="mark", count=1, by=None, **arguments):
        return jobs.begin(
            kind=kind,
            subject="J047.csv",
            shards=[{"n": n, **arguments} for n in range(count)],
            by=by,
            at=timezone.now(),
        )

    return begin


def rows(start: str) -> list[str]:
    """What the kinds of the tests left, without the part that makes each row another."""
    return [
        name.rsplit(" ", 1)[0] for name in Group.objects.filter(name__startswith=start).values_list("name", flat=True)
    ]


def until(true, seconds=60):
    """Wait until `true()` is, for so long at most."""
    end = time.monotonic() + seconds
    while not (answer := true()):
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.1)
    return answer


@pytest.fixture
def start_worker(transactional_db, tmp_path):
    """Starts real worker processes; those still there at the end are killed, each by its own id."""
    started: list[subprocess.Popen] = []

    def start(*options: str, workers: int = 1) -> subprocess.Popen:
        environment = os.environ | {
            "DATABASE_URL": _address(), "QIFENG_VAR": str(settings.VAR_DIR), "QIFENG_WORKERS": str(workers),
            "PYTHONPATH": str(settings.BASE_DIR),
        }  # fmt: skip
        log = tmp_path / f"worker-{len(started)}.log"
        with log.open("w", encoding="utf-8") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.review.jobs.worker_process", *options],
                cwd=settings.BASE_DIR, env=environment, stdout=output, stderr=subprocess.STDOUT,
            )  # fmt: skip
        process.log = log
        started.append(process)
        return process

    yield start
    for process in started:
        with suppress(ProcessLookupError):
            process.kill()
        process.wait(timeout=20)


def _address() -> str:
    """The test database, as a process of its own is told of it."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{Path(database['NAME']).absolute()}"
    host = (
        f"{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT'] or 5432}"
        if database["HOST"]
        else ""
    )
    return f"postgres://{host}/{database['NAME']}"


def children_of(pid: int) -> list[int]:
    """Every process below this one (Linux)."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            if int(fields[1]) == pid:
                child = int(path.parent.name)
                found += [child, *children_of(child)]
    return found
