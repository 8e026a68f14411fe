"""A long catalogue read and saved by a worker that is killed: nothing of it remains, and another completes it."""

import csv
import hashlib
import shutil

import pytest
from django.utils import timezone

from review import jobs
from review.jobs.intakes import source_of
from review.models import Entry, Intake, Job
from review.operations import importing
from review.queries.intakes import folder_of, staged_of
from review.readers import digest_of, read_catalogue
from tests.review.jobs.conftest import until
from tests.world import NOW, TODAY

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"], transaction=True)

ROWS = 60_000


@pytest.fixture
def long_file(tmp_path):
    path = tmp_path / "long.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("档号", "题名", "责任者", "日期", "保管期限", "文号", "备注"))
        for n in range(ROWS):
            writer.writerow(
                (
                    f"Z001-050-{n:06d}",
                    f"关于下达第{n}号指标的通知",
                    "示例省财政厅",
                    f"{1950 + n % 50}-03-02",
                    "永久",
                    f"财〔{n}〕号",
                    f"原号{n}",
                )
            )
    return path


@pytest.fixture
def received(committed_world, long_file, settings):
    """The file in its waiting room, where a process of its own finds it."""
    settings.INTAKES_DIR = settings.VAR_DIR / "intakes"
    intake = importing.receive_catalogue(
        fonds=committed_world.fonds, file_name="long.csv", size=long_file.stat().st_size, digest=digest_of(long_file),
        by=committed_world["planner"], at=NOW,
    )  # fmt: skip
    folder_of(intake).mkdir(parents=True)
    shutil.copy(long_file, source_of(intake))
    yield intake
    shutil.rmtree(folder_of(intake), ignore_errors=True)


def begin(kind, intake, by):
    arguments = {"intake": intake.pk, "by": by.pk}
    return jobs.begin(kind=kind, subject="long.csv", shards=[arguments], by=by, at=timezone.now())


def ended(job):
    return Job.objects.get(pk=job.pk).ended_at


def held() -> str:
    found = Entry.objects.filter(reference_code__startswith="Z001-050").order_by("reference_code")
    digest = hashlib.sha256()
    for row in found.values_list("reference_code", "title", "date_text", "latest", "notes").iterator():
        digest.update(repr([str(value) for value in row]).encode())
    return digest.hexdigest()


def stated(path) -> str:
    digest = hashlib.sha256()
    for row in sorted(read_catalogue(path, today=TODAY).rows, key=lambda row: row.reference_code):
        values = (row.reference_code, row.title, row.date_text, row.latest, row.notes)
        digest.update(repr([str(value) for value in values]).encode())
    return digest.hexdigest()


def test_killed_while_reading_and_while_saving_it_is_completed_and_nothing_is_lost_or_doubled(
    committed_world, received, long_file, start_worker
):
    planner = committed_world["planner"]
    before = Entry.objects.count()

    reading = begin("read_intake", received, planner)
    worker = start_worker("--lease", "2")
    staging = folder_of(received) / "staged.sqlite3"
    until(lambda: staging.exists() and _read(received) > 0)
    worker.kill()
    worker.wait(timeout=20)
    assert Entry.objects.count() == before
    assert Intake.objects.get(pk=received.pk).read_at is None, "it was killed too late to prove anything"
    start_worker("--until-idle", "--lease", "2").wait(timeout=120)
    assert ended(reading)
    read = Intake.objects.get(pk=received.pk)
    assert (read.added, read.refused) == (ROWS, 0)
    assert Entry.objects.count() == before

    saving = begin("save_intake", received, planner)
    worker = start_worker("--lease", "2")
    until(lambda: saving.shards.filter(lease_until__isnull=False).exists())
    worker.kill()
    worker.wait(timeout=20)
    assert Entry.objects.count() in (before, before + ROWS), "half of a file"
    start_worker("--until-idle", "--lease", "2").wait(timeout=120)
    assert ended(saving)
    assert Entry.objects.count() == before + ROWS
    assert held() == stated(long_file)
    assert not folder_of(received).exists()


def _read(intake) -> int:
    with staged_of(intake) as staged:
        return staged.read
