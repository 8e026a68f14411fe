"""Thirty years pass: nothing closed is forgotten, nothing opens by itself, and each reminder is given once."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from django.utils import timezone

from policies.outcomes import Outcome, Stage
from policies.reviewing import Decision
from review import ledger
from review.catalogue.models import ReleasedEntry
from review.models import AccessStatus, Batch, BatchKind, ClockRung, Entry, Notice, Reassessment
from review.operations import reviewing
from tests.review.test_reassessing import walk
from workflows import rehearsal, ticking
from workflows.reassessing import bring_back

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])

YEARS = 30
SENSITIVE = "Z001-001-0004"  # its title says too much to open


@pytest.fixture
def calendar(monkeypatch):
    """The day, moved by hand: the clock of every view, flow and command."""
    day = [date(2026, 11, 23)]
    monkeypatch.setattr(timezone, "now", lambda: datetime(day[0].year, day[0].month, day[0].day, 2, tzinfo=UTC))

    def move(to: date) -> None:
        assert to >= day[0], "time does not go back here"
        day[0] = to

    return move


def closed() -> set[int]:
    return set(Entry.objects.filter(access_status=AccessStatus.DEFERRED).values_list("pk", flat=True))


def opened() -> set[int]:
    return set(Entry.objects.filter(access_status=AccessStatus.OPEN).values_list("pk", flat=True))


def decide(world, batch: Batch, random: Random) -> None:
    """First review by somebody who renews most closures, for days or for decades, and opens some; secrets are referred."""
    today = timezone.localdate()
    decisions = {}
    for row in batch.batch_entries.select_related("entry"):
        if row.entry.stub:
            decisions[row.pk] = Decision(Outcome.REFER, reason="密级未解除，移送原定密机关")
        elif row.entry.reference_code == SENSITIVE or random.random() < 0.8:
            day = today + timedelta(days=random.choice([20, 200, 900, 3000, 9000]))
            decisions[row.pk] = Decision(Outcome.DEFER, "CN-8-2", day, "仍在敏感期")
        else:
            decisions[row.pk] = Decision(Outcome.OPEN, reason="限制的情形已经消失")
    (task,) = rehearsal.open_tasks(batch, "first_review")
    at, first = timezone.now(), world["first"]

    def act(_) -> None:
        reviewing.record_opinions(
            batch=batch, stage=Stage.FIRST_REVIEW, decisions=decisions, by=first, at=at, today=today
        )
        reviewing.hand_on(batch=batch, stage=Stage.FIRST_REVIEW, by=first, at=at)

    rehearsal.work(task, first, act)


def check_nothing_is_forgotten(today: date) -> None:
    """Every closed entry has exactly one open return, not overdue unless it is on its way; nothing else has one."""
    rows = Reassessment.objects.filter(done_at__isnull=True).select_related("entry")
    assert Counter(row.entry_id for row in rows) == Counter(dict.fromkeys(closed(), 1))
    for row in rows:
        under_review = row.entry.batch_entries.filter(live=True).exists()
        referred = row.entry.referrals.filter(answered_at__isnull=True).exists()
        assert row.due_on > today or under_review or referred, "a day went by and nobody was asked"


def test_for_thirty_years_every_closed_entry_is_called_back_and_nothing_opens_by_itself(world, calendar):
    start = date(2026, 11, 23)
    random = Random(1)
    batch = world.batch()
    decide(world, batch, random)
    walk(world, batch)
    check_nothing_is_forgotten(start)
    assert len(closed()) >= 3
    renewed = 0
    for year in range(start.year + 1, start.year + YEARS + 1):
        for month in (1, 5, 9):
            today = date(year, month, 2)
            calendar(today)
            before = opened()
            bring_back(at=timezone.now(), today=today)
            ticking.tick(at=timezone.now(), today=today)
            assert opened() == before, "time alone opens nothing"
            check_nothing_is_forgotten(today)
            if month == 5:  # until now the batches of the year lay still, and people were reminded
                for back in Batch.objects.filter(kind=BatchKind.REASSESSMENT, batch_entries__live=True).distinct():
                    kept = closed()
                    decide(world, back, random)
                    walk(world, back)
                    renewed += len(kept & closed())
                check_nothing_is_forgotten(today)
    assert Batch.objects.filter(kind=BatchKind.REASSESSMENT).count() >= 4
    assert renewed
    public = {entry.reference_code for entry in Entry.objects.filter(pk__in=opened())}
    assert set(ReleasedEntry.objects.values_list("reference_code", flat=True)) == public
    assert ledger.verify().bad_line is None


def test_each_reminder_of_those_years_is_given_once(world, calendar):
    first = world.batch()
    decide(world, first, Random(2))
    walk(world, first)
    for year in range(2032, 2034):
        for month in (1, 3, 5, 7):
            today = date(year, month, 3)
            calendar(today)
            bring_back(at=timezone.now(), today=today)
            ticking.tick(at=timezone.now(), today=today)
            fired = dict(ClockRung.objects.filter(fired_at__isnull=False).values_list("pk", "fired_at"))
            notices = Notice.objects.count()
            ticking.tick(at=timezone.now(), today=today)
            assert dict(ClockRung.objects.filter(fired_at__isnull=False).values_list("pk", "fired_at")) == fired
            assert Notice.objects.count() == notices
        assert not ClockRung.objects.filter(
            on__lte=today, fired_at__isnull=True, clock__ended_at__isnull=True
        ).exists(), "a rung was passed over"
    keys = Counter(Notice.objects.values_list("key", flat=True))
    assert keys
    assert max(keys.values()) == 1
    assert rehearsal.open_tasks(Batch.objects.filter(kind=BatchKind.REASSESSMENT).first(), "first_review")
