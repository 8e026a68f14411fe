"""A death, a consent or the asking of near relatives may end a closure for life: it brings the entry back, and opens nothing."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.urls import reverse
from django.utils import timezone

from policies.reassessing import EVENT, EVENTS, check_event
from policies.sentences import Refusal
from review.models import AccessStatus, Batch, BatchKind, ClosureEvent, LedgerLine, Reassessment
from review.operations import reassessing
from review.queries.reassessments import due_returns, earlier_of
from tests.world import TODAY
from workflows import rehearsal
from workflows.reassessing import bring_back

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])


@pytest.fixture
def closed(world):
    batch = world.walked("release")
    rehearsal.release(batch, world["publisher"])
    return world.fonds.entries.filter(access_status=AccessStatus.DEFERRED).first()


def note(world, entry, who="requests", **other):
    told = {"kind": "death", "day": date(2001, 5, 1), "evidence": "死亡证明 2001-17，存卷"} | other
    return reassessing.note_event(entry=entry, by=world[who], at=timezone.now(), today=timezone.localdate(), **told)


def test_a_proved_death_brings_the_entry_back_with_its_old_ground_and_opens_nothing(world, closed):
    row = Reassessment.objects.get(entry=closed, done_at=None)
    assert row.due_on > timezone.localdate()
    note(world, closed)
    row.refresh_from_db()
    assert (row.due_on, row.because) == (timezone.localdate(), EVENT)
    closed.refresh_from_db()
    assert closed.access_status == AccessStatus.DEFERRED
    assert bring_back(at=timezone.now(), today=timezone.localdate()) == 1
    again = Batch.objects.get(kind=BatchKind.REASSESSMENT)
    (seen,) = earlier_of(list(again.batch_entries.select_related("entry"))).values()
    assert (seen.because, seen.ground) == (EVENT, closed.ground)
    assert [(event.kind, event.evidence) for event in seen.events] == [("death", "死亡证明 2001-17，存卷")]


def test_the_reviewer_who_gets_it_back_reads_what_happened_and_its_proof(client, world, closed):
    note(world, closed, kind="consent", evidence="同意书 2026-11-01，存卷")
    bring_back(at=timezone.now(), today=timezone.localdate())
    (task,) = rehearsal.open_tasks(Batch.objects.get(kind=BatchKind.REASSESSMENT), "first_review")
    client.force_login(world["first"])
    page = client.get(reverse("task", args=[task.pk])).content.decode()
    assert "当事人书面同意开放" in page and "同意书 2026-11-01" in page


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"kind": "rumour"}, "Choose what"),
        ({"day": TODAY + timedelta(days=9000)}, "later than today"),
        ({"evidence": "  "}, "Name the proof"),
    ],
)
def test_without_a_known_event_its_day_and_its_proof_nothing_is_noted(world, closed, wrong, said):
    with pytest.raises(Refusal, match=said):
        note(world, closed, **wrong)
    assert not ClosureEvent.objects.exists()
    assert not due_returns(timezone.localdate()).exists()


def test_of_an_open_entry_nothing_is_noted(world, closed):
    with pytest.raises(Refusal, match="not deferred"):
        note(world, world.fonds.entries.filter(access_status=AccessStatus.OPEN).first())
    for kind in EVENTS:
        check_event(kind, day=TODAY, today=TODAY, evidence="存卷", deferred=True)


def test_the_same_event_is_noted_once(world, closed):
    note(world, closed)
    with pytest.raises(Refusal, match="already"):
        note(world, closed)
    assert LedgerLine.objects.filter(act="note_event").count() == 1


@pytest.mark.parametrize("who", ["first", "publisher", "unit-mzt", "auditor"])
def test_only_who_hears_the_public_notes_it(client, world, closed, who):
    with pytest.raises(PermissionDenied):
        note(world, closed, who)
    client.force_login(world[who])
    sent = {"kind": "death", "day": "2001-05-01", "evidence": "x"}
    assert client.post(reverse("note-event", args=[world.fonds.code, closed.pk]), sent).status_code in (403, 404)
    assert not ClosureEvent.objects.exists()


def test_it_is_noted_on_the_entrys_page_and_a_bad_day_is_told(client, world, closed):
    client.force_login(world["requests"])
    page, sent = (
        reverse("holdings-entry", args=[world.fonds.code, closed.pk]),
        {"kind": "relatives", "evidence": "来函"},
    )
    assert "可以结束封闭的事项" in client.get(page).content.decode()
    address = reverse("note-event", args=[world.fonds.code, closed.pk])
    assert "证明材料" in client.post(address, sent | {"day": "昨天"}, follow=True).content.decode()
    assert "已登记" in client.post(address, sent | {"day": "2020-01-02"}, follow=True).content.decode()
    assert ClosureEvent.objects.get().person == world["requests"]


def test_the_auditor_finds_it_in_what_became_of_the_entry(client, world, closed):
    note(world, closed)
    client.force_login(world["auditor"])
    page = client.get(reverse("audit-entry", args=[closed.pk])).content.decode()
    assert "当事人去世 2001-05-01" in page and "死亡证明 2001-17" in page
    assert world["requests"].full_name in page


def test_what_was_noted_is_neither_changed_nor_deleted(world, closed):
    note(world, closed)
    for statement in ("UPDATE review_closureevent SET evidence = 'x'", "DELETE FROM review_closureevent"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_the_form_is_not_shown_to_whoever_may_not_note(client, world, closed):
    client.force_login(world["first"])
    page = client.get(reverse("holdings-entry", args=[world.fonds.code, closed.pk])).content.decode()
    assert reverse("note-event", args=[world.fonds.code, closed.pk]) not in page
