"""kill -9 at random points of a batch's walk: started again, it ends as a walk that nobody disturbed. Nothing twice."""

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, connections
from viewflow.workflow.models import Process, Task
from viewflow.workflow.status import STATUS

from review import ledger
from review.catalogue.models import ReleasedEntry
from review.jobs.intakes import take_in
from review.models import Batch, BatchEntry, Clock, Entry, LedgerLine, Opinion, Release, SignOff
from review.operations import appointing
from tests.conftest import FULL
from tests.journeys.walk_on import walk_on
from tests.world import CATALOGUE, NOW, TODAY
from workflows.cast import gather

pytestmark = [pytest.mark.django_db(transaction=True, databases=["default", "catalogue"]), pytest.mark.timeout(7200)]
# A hundred times where many write at once; on SQLite, where one does, fewer tell as much.
KILLS = (100 if connection.vendor == "postgresql" else 24) if FULL else 8
STATEMENTS = 700  # a walk takes some two thousand; killed within the first so many, it comes on by a step or two
SEED = 20261122


@pytest.fixture
def fonds_alike(committed_world):
    """As many fonds as are asked for, each with the same twelve entries under its own code."""

    def make(count: int) -> list[str]:
        codes = [f"Z{number:03d}" for number in range(101, 101 + count)]
        made = [
            appointing.register_fonds(
                code=code, title="示例省民政厅", creating_agency=committed_world.agencies[0], by="test", at=NOW
            )
            for code in codes
        ]
        gather(at=NOW)
        for fonds in made:
            path = committed_world.folder / f"{fonds.code}.csv"
            path.write_text(CATALOGUE.replace("Z001", fonds.code), encoding="utf-8")
            take_in(fonds=fonds, path=path, by=committed_world["planner"], at=NOW, today=TODAY)
        return codes

    return make


def run(code: str, folder: Path, die_at: int | None) -> int:
    """A walker on the test databases; how it ended."""
    environment = os.environ | {
        "DATABASE_URL": _address("default"),
        "CATALOGUE_DATABASE_URL": _address("catalogue"),
        "QIFENG_VAR": str(folder),
        "QIFENG_RELEASES": str(settings.RELEASES_DIR),
        "PYTHONPATH": str(settings.BASE_DIR),
    }
    command = [sys.executable, "-m", "tests.journeys.walk_on", code, *([] if die_at is None else [str(die_at)])]
    ended = subprocess.run(
        command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, timeout=600, check=False
    )
    assert ended.returncode in (0, -signal.SIGKILL), ended.stderr
    return ended.returncode


def _address(alias: str) -> str:
    database = connections[alias].settings_dict
    if connections[alias].vendor == "sqlite":
        return f"sqlite:///{Path(database['NAME']).absolute()}"
    login = f"{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT'] or 5432}"
    return f"postgres://{login if database['HOST'] else ''}/{database['NAME']}"


def outcome(code: str) -> dict[str, object]:
    """Everything that became of the batch of a fonds, without what makes one batch another: numbers, times, its code."""
    batch = Batch.objects.get(fonds__code=code)
    lines = LedgerLine.objects.filter(subject=f"batch {batch.number}").order_by("line")
    process = Process.objects.get(artifact_object_id=batch.pk, artifact_content_type__model="batch")
    return {
        "entries": [
            (row.reference_code.removeprefix(code), row.access_status, row.ground, row.opens_on, row.shown_title)
            for row in Entry.objects.filter(fonds__code=code).order_by("position")
        ],
        "opinions": Counter(
            Opinion.objects.filter(batch_entry__batch=batch).values_list(
                "stage", "answer", "outcome", "standing", "person__username"
            )
        ),
        "signatures": [
            *SignOff.objects.filter(batch=batch).values_list("person__username", "standing").order_by("person")
        ],
        "releases": Release.objects.filter(batch=batch, delivered_at__isnull=False).count(),
        "public": ReleasedEntry.objects.filter(reference_code__startswith=f"{code}-").count(),
        "acts": Counter((line.act, line.actor) for line in lines),
        "tasks": Counter(
            (task.flow_task.name, task.status) for task in Task.objects.filter(process=process).order_by("pk")
        ),
        "process": process.status,
        "live": BatchEntry.objects.filter(batch=batch, live=True).count(),
        "clocks": Counter(Clock.objects.filter(batch=batch).values_list("kind", "ended_how")),
    }


def test_a_walk_killed_again_and_again_ends_as_an_undisturbed_one(fonds_alike, committed_world):
    chance = random.Random(SEED)
    first, *others = fonds_alike(2 + KILLS // 4)
    walk_on(first, committed_world.folder)
    expected = outcome(first)
    assert expected["releases"] == 1
    killed = walked = 0
    for code in others:
        while run(code, committed_world.folder, chance.randint(1, STATEMENTS) if killed < KILLS else None):
            killed += 1
            assert ledger.verify().bad_line is None, f"after {killed} kills"
        walked += 1
        assert outcome(code) == expected, f"fonds {code}, after {killed} kills"
        if killed >= KILLS:
            break
    assert killed >= KILLS, f"only {killed} of {KILLS} in {walked} walks"
    assert (
        not Task.objects.exclude(status__in=[STATUS.DONE, STATUS.CANCELED])
        .filter(flow_task_type="HUMAN")
        .filter(process__artifact_content_type__model="batch")
    )
    verdict = ledger.verify()
    assert verdict.bad_line is None
    assert verdict.good_lines == LedgerLine.objects.count()
