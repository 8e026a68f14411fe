"""Notices in the site, the limits that a manager stops and extends, and the proof of delivery."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.utils import DatabaseError
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from policies.sentences import Refusal, Sentence
from review.models import Clock, Delivery, Notice
from review.operations import delivering, notifying
from review.queries.notices import notices_to
from tests.world import NOW, TODAY
from workflows import rehearsal

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])


def told(people, key="Z001"):
    made = notices_to(people, key=key, text=Sentence("请办理", "Please see to it"), link="/", away={}, mails=False)
    return notifying.notify(notices=made, by="test", at=NOW)


def test_the_header_says_how_many_notices_are_unread_until_they_are_marked(world, client):
    told([world["first"], world["second"]])
    client.force_login(world["first"])
    assert 'class="count">1<' in client.get(reverse("notices")).content.decode()
    mine, other = Notice.objects.get(person=world["first"]), Notice.objects.get(person=world["second"])
    client.post(reverse("read-notices"), {"notice": [mine.pk, other.pk, "x"]})
    mine.refresh_from_db()
    other.refresh_from_db()
    assert mine.read_at is not None
    assert other.read_at is None
    assert 'class="count">' not in client.get(reverse("notices")).content.decode()


def test_looking_at_notices_reads_none_and_shows_only_ones_own(world, client):
    told([world["second"]])
    client.force_login(world["first"])
    assert "请办理" not in client.get(reverse("notices")).content.decode()
    assert not Notice.objects.filter(read_at__isnull=False).exists()


def test_the_same_message_is_made_once(world):
    assert told([world["first"]]) == 1
    assert told([world["first"]]) == 0


def test_a_page_of_notices_takes_as_many_queries_for_two_as_for_twenty(world, client):
    client.force_login(world["first"])

    def counted(count):
        for number in range(count):
            told([world["first"]], key=f"{count}-{number}")
        Notice.objects.update(instead_of=world["second"])
        with CaptureQueriesContext(connection) as context:
            client.get(reverse("notices"))
        return len(context)

    counted(1)
    assert counted(2) == counted(20)


def test_ones_own_address_is_kept_and_a_wrong_one_refused(world, client):
    client.force_login(world["first"])
    client.post(reverse("mail-address"), {"address": "first@archives.example"})
    world["first"].refresh_from_db()
    assert world["first"].email == "first@archives.example"
    refused = client.post(reverse("mail-address"), {"address": "no address"}, follow=True)
    assert "name@example.com" in refused.content.decode()
    client.post(reverse("mail-address"), {"address": ""})
    world["first"].refresh_from_db()
    assert world["first"].email == ""


def test_a_manager_stops_resumes_and_extends_on_the_page_and_nobody_else_does(world, client):
    world.walked("countersign")
    clock = Clock.objects.filter(kind="countersign").first()
    address = reverse("change-limit", args=[clock.pk])
    client.force_login(world["planner"])
    assert client.get(reverse("limits")).status_code == 403
    assert client.post(address, {"verb": "stop", "because": "x"}).status_code == 404
    client.force_login(world["manager"])
    assert client.get(reverse("limits")).status_code == 200
    assert "理由" in client.post(address, {"verb": "stop"}, follow=True).content.decode()
    client.post(address, {"verb": "stop", "because": "等待补正"})
    assert clock.pauses.filter(to_day=None).exists()
    client.post(address, {"verb": "resume"})
    client.post(address, {"verb": "extend"})
    clock.refresh_from_db()
    assert clock.extended_on == timezone.localdate()


def test_opening_the_desk_is_a_delivery_and_is_noted_once(world, client):
    batch = world.walked("countersign")
    task, _other = rehearsal.open_tasks(batch, "countersign")
    client.force_login(world.people.units[task.seed.agency_id])
    for _ in range(2):
        assert client.get(reverse("task", args=[task.pk])).status_code == 200
    (row,) = Delivery.objects.all()
    assert (row.how, row.countersignature) == ("online", task.seed)


def test_nobody_but_the_unit_delivers_by_opening(world, client):
    batch = world.walked("countersign")
    task, other = rehearsal.open_tasks(batch, "countersign")
    client.force_login(world.people.units[other.seed.agency_id])
    assert client.get(reverse("task", args=[task.pk])).status_code == 403
    assert not Delivery.objects.exists()


def test_a_delivery_by_post_needs_its_evidence_and_a_possible_day_and_stays_as_it_is(world, client):
    batch = world.walked("countersign")
    asked = batch.countersignatures.first()
    today = timezone.localdate()
    for wrong in (
        {"evidence": " "},
        {"on": today + timedelta(days=1)},
        {"on": TODAY.replace(year=2020)},
        {"how": "online"},
    ):
        facts = {"how": "post", "on": today, "evidence": "回执 7"} | wrong
        with pytest.raises(Refusal):
            delivering.record_delivery(countersignature=asked, by=world["reconciler"], at=NOW, today=today, **facts)
    client.force_login(world["reconciler"])
    address = reverse("deliveries", args=[batch.number])
    client.post(address, {"asked": asked.pk, "how": "post", "on": today.isoformat(), "evidence": "回执 7"})
    assert "回执 7" in client.get(address).content.decode()
    with pytest.raises(DatabaseError):
        Delivery.objects.update(evidence="x")
