"""The publisher's desk: what the preview shows is what is published, entry by entry and word by word."""

import csv
import sys
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from lxml import html

from policies.outcomes import Outcome
from review.documents.bundle import CSV, PDF
from review.jobs import run_here
from review.models import AccessStatus, BatchEntry, Erratum, Job, Release, Suspension
from review.operations import releasing, suspending
from review.operations.releasing import bundle_of
from review.queries.decisions import settled
from review.queries.editions import edition_of, next_number, standing_sign_off
from review.queries.preview import preview_of
from tests.shelf import make_entries, make_intake
from workflows import rehearsal

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])


def previewed(batch):
    today = timezone.localdate()
    edition = edition_of(batch, standing_sign_off(batch), number=next_number(today), issued_on=today)
    return preview_of(batch, edition, settled(batch))


def desk(client, world, batch, query: str = ""):
    (task,) = rehearsal.open_tasks(batch, "release")
    client.force_login(world["publisher"])
    client.cookies.load({"django_language": "en"})
    return task, client.get(reverse("task", args=[task.pk]) + query)


def test_the_preview_is_the_rows_of_the_bundle_word_by_word(client, world):
    batch = world.walked("release")
    task, answer = desk(client, world, batch)
    shown = [
        (row.series, row.entry.reference_code, row.entry.public_title, row.entry.date, row.entry.extent)
        for row in answer.context["preview"].going_out
    ]
    client.post(reverse("task", args=[task.pk]), {"verb": "publish", "password": world.people.password})
    made = Release.objects.get(batch=batch)
    with (bundle_of(made) / CSV).open(encoding="utf-8-sig", newline="") as file:
        published = [
            (row["series_title"], row["reference_code"], row["public_title"], row["date"], row["extent"])
            for row in csv.DictReader(file)
        ]
    assert shown == published
    assert len(shown) == made.counts["opened"] > 0


def test_page_by_page_every_entry_that_goes_out_is_shown_once(client, world, monkeypatch):
    monkeypatch.setattr(sys.modules["workflows.views.release"], "PAGE", 3)
    batch = world.walked("release")
    seen = []
    _task, answer = desk(client, world, batch)
    for number in answer.context["page"].paginator.page_range:
        _task, part = desk(client, world, batch, f"?page={number}")
        tree = html.fromstring(part.content.decode())
        seen += [code.text for code in tree.xpath("//ol//li[@class='entry']/span[@class='code']")]
    assert seen == [row.entry.reference_code for row in previewed(batch).going_out]


def test_what_is_deferred_is_counted_and_shown_without_a_title(client, world):
    batch = world.walked("release")
    _task, answer = desk(client, world, batch, "?show=deferred")
    preview = answer.context["preview"]
    closed = [row.entry for row in settled(batch) if row.decision and row.decision.outcome is Outcome.DEFER]
    assert [row.entry for row in preview.deferred] == closed
    assert len(closed) > 0
    assert all(row.newly for row in preview.deferred)
    text = html.fromstring(answer.content.decode()).text_content()
    for entry in closed:
        assert entry.reference_code in text
        assert entry.title not in text


def test_a_reworded_title_is_shown_beside_that_of_the_record(client, world):
    batch = world.walked("sign_off")
    row = batch.batch_entries.get(entry__reference_code="Z001-001-0001")
    row.entry.public_title = "关于救济标准的通知"
    row.entry.save()
    rehearsal.sign_off(batch, world["confirmer"], world["confirmer2"])
    if rehearsal.open_tasks(batch, "consent"):
        rehearsal.consent(batch, world["authority"])
    _task, answer = desk(client, world, batch, "?show=reworded")
    shown = next(one for one in answer.context["page"] if one.entry.reference_code == "Z001-001-0001")
    assert all(one.title != one.entry.public_title for one in answer.context["page"])
    assert (shown.entry.public_title, shown.title) == ("关于救济标准的通知", "关于调整救济标准的通知")


def test_a_search_finds_by_code_and_by_words_of_the_title(client, world):
    batch = world.walked("release")
    for words in ("0001", "救济标准"):
        _task, answer = desk(client, world, batch, f"?words={words}")
        assert [row.entry.reference_code for row in answer.context["page"]] == ["Z001-001-0001"]


def test_what_is_open_already_is_unchanged_and_not_shown(client, world):
    first = world.walked("", objections=0)
    opened = first.batch_entries.filter(entry__access_status=AccessStatus.OPEN).count()
    make_entries(make_intake(world.fonds, world["planner"]), 3, date(1965, 1, 1))
    batch = world.walked("release", objections=0)
    preview = previewed(batch)
    assert preview.last == Release.objects.get(batch=first)
    assert preview.unchanged == opened
    assert {row.kind for row in preview.going_out} == {"new"}
    assert len(preview.going_out) == 3


def test_an_entry_that_stands_in_an_earlier_catalogue_is_shown_with_what_was_published(client, world):
    first = world.walked("", objections=0)
    make_entries(make_intake(world.fonds, world["planner"]), 2, date(1965, 1, 1))
    batch = world.walked("release", objections=0)
    again = first.batch_entries.get(entry__reference_code="Z001-001-0001").entry
    row = batch.batch_entries.order_by("pk").first()
    BatchEntry.objects.filter(pk=row.pk).update(entry=again)
    (shown,) = [one for one in previewed(batch).going_out if one.entry.reference_code == "Z001-001-0001"]
    assert (shown.kind, shown.release) == ("again", Release.objects.get(batch=first).number)
    again.public_title = "另一题名"
    again.save()
    (shown,) = [one for one in previewed(batch).going_out if one.entry.reference_code == "Z001-001-0001"]
    assert (shown.kind, shown.before) == ("changed", "关于调整救济标准的通知")


def test_what_was_withdrawn_since_the_last_catalogue_is_shown(client, world):
    first = world.walked("", objections=0)
    entry = first.batch_entries.get(entry__reference_code="Z001-001-0001").entry
    suspending.suspend_entry(
        entry=entry, reason="疑似涉及个人信息", secret=False, by=world["first"], at=timezone.now()
    )
    make_entries(make_intake(world.fonds, world["planner"]), 2, date(1965, 1, 1))
    batch = world.walked("release", objections=0)
    _task, answer = desk(client, world, batch, "?show=withdrawn")
    assert [row.reference_code for row in answer.context["page"]] == ["Z001-001-0001"]
    assert Erratum.objects.count() == Suspension.objects.count() == 1


# -- made, looked at, published


def test_the_catalogue_is_made_looked_at_and_then_published_as_it_was_looked_at(client, world):
    batch = world.walked("release")
    task, _answer = desk(client, world, batch)
    proof = reverse("made-catalogue", args=[task.pk])
    assert client.get(proof).status_code == 404
    client.post(reverse("task", args=[task.pk]), {"verb": "build"})
    assert not Release.objects.exists()
    seen = b"".join(client.get(proof).streaming_content)
    client.post(reverse("task", args=[task.pk]), {"verb": "publish", "password": world.people.password})
    made = Release.objects.get(batch=batch)
    assert (bundle_of(made) / PDF).read_bytes() == seen
    assert made.pages > 0
    assert made.delivered_at is not None
    assert client.get(proof).status_code == 404


def test_a_catalogue_that_says_something_else_than_the_record_is_not_used(client, world):
    batch = world.walked("release")
    task, _answer = desk(client, world, batch)
    client.post(reverse("task", args=[task.pk]), {"verb": "build"})
    assert releasing.prepared_bundle(batch=batch, issued_on=timezone.localdate()) is not None
    assert releasing.prepared_bundle(batch=batch, issued_on=date(2027, 1, 4)) is None, (
        "another day is another catalogue"
    )
    entry = batch.batch_entries.get(entry__reference_code="Z001-001-0001").entry
    entry.extent = "9 页"
    entry.save()
    assert releasing.prepared_bundle(batch=batch, issued_on=timezone.localdate()) is None


def test_the_proof_is_for_the_publisher_alone(client, world):
    batch = world.walked("release")
    task, _answer = desk(client, world, batch)
    client.post(reverse("task", args=[task.pk]), {"verb": "build"})
    for who in ("first", "planner", "auditor", "confirmer", "unit-mzt"):
        client.force_login(world[who])
        assert client.get(reverse("made-catalogue", args=[task.pk])).status_code == 403


def test_a_large_catalogue_is_made_in_the_background_before_it_is_published(client, world, monkeypatch):
    monkeypatch.setattr(sys.modules["workflows.views.release"], "AT_ONCE", 0)
    batch = world.walked("release")
    task, _answer = desk(client, world, batch)
    for _click in range(2):
        client.post(reverse("task", args=[task.pk]), {"verb": "publish", "password": world.people.password})
    assert not Release.objects.exists()
    run_here(Job.objects.get(kind="seal_edition"))
    client.post(reverse("task", args=[task.pk]), {"verb": "publish", "password": world.people.password})
    assert Release.objects.filter(batch=batch, pages__gt=0).exists()


# -- what is published


PEOPLE = {"publisher": 200, "confirmer": 200, "manager": 200, "auditor": 200, "planner": 403, "unit-mzt": 403}


@pytest.mark.parametrize("who", PEOPLE)
def test_the_list_of_catalogues_is_for_whoever_publishes_signs_leads_or_audits(client, world, who):
    client.force_login(world[who])
    assert client.get(reverse("releases")).status_code == PEOPLE[who]


def test_the_list_of_catalogues_asks_as_many_questions_of_many_errata_as_of_one(client, world):
    batch = world.walked("", objections=0)
    client.force_login(world["publisher"])
    counts = []
    opened = list(batch.batch_entries.filter(entry__access_status=AccessStatus.OPEN))
    for rows in (opened[:1], opened[1:]):
        for row in rows:
            suspending.suspend_entry(
                entry=row.entry, reason="存疑", secret=False, by=world["first"], at=timezone.now()
            )
        client.get(reverse("releases"))
        with CaptureQueriesContext(connection) as asked:
            assert client.get(reverse("releases")).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]
