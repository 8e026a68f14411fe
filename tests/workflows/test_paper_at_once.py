"""An answer in writing and another answer at the same moment: one of them counts, and nothing is done twice."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from policies.sentences import Refusal
from review import ledger
from review.models import CountersignPackage, LedgerLine, Opinion, PackageReturn
from review.queries.packages import content_of
from tests.filled_packages import OBJECT, answered, asked_of, letter, made
from tests.workflows.test_two_at_once import at_once
from workflows import rehearsal

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "catalogue"])


def uploader(world, asked, path):
    sheet, scan = path.read_bytes(), letter(world.folder).path.read_bytes()

    def upload():
        client = Client()
        client.force_login(world["reconciler"])
        files = {"sheet": SimpleUploadedFile("s.xlsx", sheet), "letter": SimpleUploadedFile("回函.png", scan)}
        return client.post(reverse("paper-answer", args=[asked.pk]), files).status_code

    return upload


def test_two_uploads_at_once_take_the_answer_back_once(committed_world):
    world = committed_world
    batch = world.walked("countersign")
    package, asked = made(world, batch), asked_of(batch)
    upload = uploader(world, asked, answered(package, world.folder / "s.xlsx", OBJECT))
    waiting = len(rehearsal.open_tasks(batch, "countersign"))
    assert sorted(at_once(upload, upload)) == [200, 302]
    assert PackageReturn.objects.count() == 1
    assert Opinion.objects.filter(agency=asked.agency).count() == len(content_of(asked).rows)
    assert len(rehearsal.open_tasks(batch, "countersign")) == waiting - 1
    assert ledger.verify().bad_line is None


def test_paper_and_the_unit_itself_at_once_give_one_answer(committed_world):
    world = committed_world
    batch = world.walked("countersign")
    package, asked = made(world, batch), asked_of(batch)
    upload = uploader(world, asked, answered(package, world.folder / "s.xlsx", OBJECT))
    task = next(task for task in rehearsal.open_tasks(batch, "countersign") if task.seed == asked)

    def online():
        try:
            rehearsal.countersign(task, world.people.units[asked.agency_id])
        except Refusal:
            return False
        return True

    uploaded, done_online = at_once(upload, online)
    asked.refresh_from_db()
    assert asked.on_paper == (uploaded == 302) == (not done_online)
    assert PackageReturn.objects.count() == int(asked.on_paper)
    assert Opinion.objects.filter(agency=asked.agency).count() == len(content_of(asked).rows)
    assert task.pk not in [open_.pk for open_ in rehearsal.open_tasks(batch)]
    assert ledger.verify().bad_line is None


def test_two_who_make_a_package_at_once_make_one_version(committed_world):
    world = committed_world
    batch = world.walked("countersign")
    assert len({package.pk for package in at_once(*[lambda: made(world, batch)] * 3)}) == 1
    assert CountersignPackage.objects.count() == 1
    assert LedgerLine.objects.filter(act="make_package").count() == 1
