"""A unit's answer in writing at the door: uploaded by the archives, it ends the unit's task once, or says why not."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from review.models import Opinion, PackageReturn
from review.queries.packages import content_of
from tests.filled_packages import OBJECT, answered, asked_of, letter, made, sheet
from workflows import rehearsal
from workflows.views import door

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])


def upload(client, world, path, *, scan=True):
    files = {"sheet": SimpleUploadedFile(path.name, path.read_bytes())}
    if scan:
        files["letter"] = SimpleUploadedFile("回函.png", letter(world.folder).path.read_bytes())
    asked = world.fonds.batches.get().countersignatures.order_by("pk").first()
    return client.post(reverse("paper-answer", args=[asked.pk]), files)


@pytest.fixture
def sent(world, client):
    """A batch at countersign, its first unit sent a package, the reconciler signed in."""
    batch = world.walked("countersign")
    client.force_login(world["reconciler"])
    return batch, made(world, batch)


def test_a_sheet_taken_back_ends_the_units_task_and_the_batch_goes_on(world, client, sent):
    batch, package = sent
    first, second = rehearsal.open_tasks(batch, "countersign")
    response = upload(client, world, answered(package, world.folder / "s.xlsx", OBJECT))
    assert response.status_code == 302
    assert rehearsal.open_tasks(batch, "countersign") == [second]
    first.refresh_from_db()
    assert first.owner == world["reconciler"]
    rehearsal.countersign(second, world.people.units[second.seed.agency_id])
    assert rehearsal.open_tasks(batch, "reconcile")
    page = client.get(response["Location"]).content.decode()
    assert "李文书" in page
    row = PackageReturn.objects.get()
    for what in ("sheet", "letter"):
        kept = client.get(reverse("returned-file", args=[batch.number, row.pk, what]))
        assert kept.status_code == 200
        assert kept.content


def test_a_faulty_sheet_is_shown_fault_by_fault_in_both_languages_and_the_task_waits(world, client, sent):
    batch, package = sent
    before = len(rehearsal.open_tasks(batch, "countersign"))
    response = upload(client, world, sheet(package, world.folder / "s.xlsx"))
    page = response.content.decode()
    assert response.status_code == 200
    rows = len(content_of(asked_of(batch)).rows)
    assert page.count("没有答复。空白不等于同意。") == rows
    assert page.count("No answer. An empty cell is not consent.") == rows
    assert "没有写明答复人" in page
    assert len(rehearsal.open_tasks(batch, "countersign")) == before
    assert not Opinion.objects.filter(agency=asked_of(batch).agency).exists()


def test_both_files_are_needed(world, client, sent):
    _, package = sent
    response = upload(client, world, answered(package, world.folder / "s.xlsx"), scan=False)
    assert "请同时选定" in response.content.decode()
    assert not PackageReturn.objects.exists()


def test_a_second_upload_does_nothing_twice(world, client, sent):
    _, package = sent
    path = answered(package, world.folder / "s.xlsx")
    upload(client, world, path)
    opinions = Opinion.objects.count()
    response = upload(client, world, path)
    assert "已经办结" in response.content.decode()
    assert (Opinion.objects.count(), PackageReturn.objects.count()) == (opinions, 1)


def test_a_task_that_the_unit_has_in_hand_is_not_taken_from_it(world, client, sent):
    batch, package = sent
    task = rehearsal.open_tasks(batch, "countersign")[0]
    with task.activation() as activation:
        door.hold(world.people.units[task.seed.agency_id], activation)
    response = upload(client, world, answered(package, world.folder / "s.xlsx"))
    assert "正在网上办理" in response.content.decode()
    assert not PackageReturn.objects.exists()


@pytest.mark.parametrize(
    ("person", "status"), [("planner", 403), ("first", 403), ("auditor", 403), ("unit-mzt", 404)]
)
def test_nobody_else_uploads(world, client, sent, person, status):
    _, package = sent
    client.force_login(world[person])
    assert upload(client, world, answered(package, world.folder / "s.xlsx")).status_code == status
    assert not PackageReturn.objects.exists()
