"""What is closed has exactly one day on which it comes back, and comes back on it, closed."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from policies.outcomes import Outcome, Stage
from policies.reassessing import INTERVAL, OPENS
from policies.reviewing import Decision
from policies.sentences import Refusal
from review.models import AccessStatus, Batch, BatchKind, LedgerLine, Reassessment, Referral
from review.operations import reassessing, reviewing
from review.queries.reassessments import due_returns, earlier_of, without_return
from tests.world import NOW, TODAY
from workflows import rehearsal
from workflows.reassessing import bring_back

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])

FAR = date(2045, 1, 1)


@pytest.fixture
def batch(world):
    batch = world.walked("release")
    rehearsal.release(batch, world["publisher"])
    return batch


def closed(world):
    return world.fonds.entries.filter(access_status=AccessStatus.DEFERRED)


def open_rows():
    return Reassessment.objects.filter(done_at__isnull=True)


def test_every_deferred_entry_gets_its_day_and_no_other_entry_does(world, batch):
    assert closed(world).exists()
    assert set(open_rows().values_list("entry", flat=True)) == set(closed(world).values_list("pk", flat=True))
    for row in open_rows().select_related("entry"):
        assert row.ground == row.entry.ground
        assert timezone.localdate() < row.due_on
        expected = {OPENS: row.entry.opens_on, INTERVAL: timezone.localdate().replace(year=TODAY.year + 5)}
        assert row.due_on <= expected[row.because]


def test_a_batch_of_which_nothing_opens_gives_days_too(world):
    batch = world.batch()
    (task,) = rehearsal.open_tasks(batch, "first_review")
    later = Decision(Outcome.DEFER, "CN-8-2", date(2036, 1, 1), "尚在敏感期")
    rows = {row.pk: later for row in batch.batch_entries.all()}
    rehearsal.work(
        task,
        world["first"],
        lambda _: (
            reviewing.record_opinions(
                batch=batch, stage=Stage.FIRST_REVIEW, decisions=rows, by=world["first"], at=NOW, today=TODAY
            ),
            reviewing.hand_on(batch=batch, stage=Stage.FIRST_REVIEW, by=world["first"], at=NOW),
        ),
    )
    walk(world, batch)
    assert not batch.batch_entries.filter(live=True).exists()
    assert open_rows().count() == closed(world).count() == len(rows)


def walk(world, batch: Batch) -> None:
    """A batch to its end, by the people of each desk."""
    steps = {
        "first_review": lambda: rehearsal.first_review(batch, world["first"]),
        "second_review": lambda: rehearsal.second_review(batch, world["second"]),
        "sample": lambda: rehearsal.sample(batch, world["sampler"]),
        "countersign": lambda: world.countersign(batch, 0),
        "coordinate": lambda: rehearsal.coordinate(batch, world["authority"]),
        "reconcile": lambda: rehearsal.reconcile(batch, world["reconciler"]),
        "sign_off": lambda: rehearsal.sign_off(batch, world["confirmer"], world["confirmer2"]),
        "consent": lambda: rehearsal.consent(batch, world["authority"]),
        "release": lambda: rehearsal.release(batch, world["publisher"]),
    }
    for _ in range(40):
        tasks = rehearsal.open_tasks(batch)
        if not tasks:
            return
        steps[tasks[0].flow_task.name]()
    raise AssertionError("the batch goes round and round")


def test_nothing_comes_back_before_its_day_and_everything_on_it(world, batch):
    first = open_rows().order_by("due_on").first()
    assert bring_back(at=NOW, today=first.due_on - timedelta(days=1)) == 0
    assert bring_back(at=NOW, today=first.due_on) == 1
    back = Batch.objects.get(kind=BatchKind.REASSESSMENT)
    assert first.entry_id in back.batch_entries.values_list("entry", flat=True)
    assert rehearsal.open_tasks(back, "first_review")
    assert closed(world).filter(pk=first.entry_id).exists(), "it stays closed while it is looked at"
    assert Reassessment.objects.get(pk=first.pk).batch == back


def test_brought_back_twice_on_one_day_it_comes_once(world, batch):
    assert bring_back(at=NOW, today=FAR) == 1
    assert bring_back(at=NOW, today=FAR) == 0
    with pytest.raises(Refusal):
        reassessing.bring_back_entries(fonds=world.fonds, by="tick", at=NOW, today=FAR)
    assert open_rows().count() == closed(world).count()


def test_the_desk_is_told_the_old_ground_day_and_opinions(world, batch):
    bring_back(at=NOW, today=FAR)
    back = Batch.objects.get(kind=BatchKind.REASSESSMENT)
    rows = list(back.batch_entries.select_related("entry"))
    told = earlier_of(rows)
    for row in rows:
        assert told[row.pk].ground == row.entry.ground
        assert told[row.pk].opens_on == row.entry.opens_on
        assert {opinion.stage for opinion in told[row.pk].opinions} >= {"first_review", "second_review"}
        assert all(opinion.batch_entry.batch == batch for opinion in told[row.pk].opinions)
    assert earlier_of(list(batch.batch_entries.all())) == {}


def test_what_is_under_review_or_referred_waits(world, batch):
    entry = closed(world).first()
    Referral.objects.create(
        number="R-1", entry=entry, to_name="某机关", why_zh="—", why_en="—", opened_at=NOW, opened_by="test"
    )
    assert entry.pk not in due_returns(FAR).values_list("entry", flat=True)
    bring_back(at=NOW, today=FAR)
    assert not due_returns(FAR).exists()
    assert open_rows().filter(entry=entry, batch__isnull=True).exists(), "it is still called for"


def test_one_that_was_declassified_since_comes_back_at_once(world, batch):
    entry = closed(world).first()
    row = open_rows().get(entry=entry)
    assert entry.pk not in due_returns(TODAY).values_list("entry", flat=True)
    Referral.objects.create(
        number="R-1", entry=entry, to_name="某机关", why_zh="—", why_en="—", opened_at=NOW, opened_by="test",
        answer="declassified", evidence="函1号", answered_at=row.made_at + timedelta(days=1), answered_by=world["secrecy"],
    )  # fmt: skip
    assert bring_back(at=NOW, today=TODAY + timedelta(days=2)) == 1
    row.refresh_from_db()
    assert (row.because, row.due_on) == ("event", TODAY + timedelta(days=2))


def test_the_old_return_ends_by_what_became_of_it_and_the_closed_get_a_new_one(world, batch):
    before = list(open_rows().values_list("pk", flat=True))
    bring_back(at=NOW, today=FAR)
    walk(world, Batch.objects.get(kind=BatchKind.REASSESSMENT))
    ended = Reassessment.objects.filter(pk__in=before)
    assert all(row.done_at for row in ended)
    for row in ended.select_related("entry"):
        status = row.entry.access_status
        assert (row.outcome == "opened") == (status == AccessStatus.OPEN)
        assert open_rows().filter(entry=row.entry).count() == (status == AccessStatus.DEFERRED)


def test_what_was_closed_before_days_were_kept_is_given_one(world, batch):
    Reassessment.objects.all().delete()
    assert without_return().count() == closed(world).count()
    bring_back(at=NOW, today=TODAY)
    assert not without_return().exists()
    lines = LedgerLine.objects.count()
    assert reassessing.enter_returns(by="tick", at=NOW) == 0
    assert LedgerLine.objects.count() == lines


def test_one_whose_batch_was_given_up_comes_back_again(world, batch):
    bring_back(at=NOW, today=FAR)
    given_up = Batch.objects.get(kind=BatchKind.REASSESSMENT)
    given_up.batch_entries.update(live=False)
    assert bring_back(at=NOW, today=FAR) == 1
    assert given_up != Batch.objects.filter(kind=BatchKind.REASSESSMENT).first()


def test_one_referred_when_it_came_back_stays_closed_and_is_called_for_again(world, batch):
    bring_back(at=NOW, today=FAR)
    back = Batch.objects.get(kind=BatchKind.REASSESSMENT)
    (task,) = rehearsal.open_tasks(back, "first_review")
    rows = {row.pk: Decision(Outcome.REFER, reason="移送原定密机关") for row in back.batch_entries.all()}
    rehearsal.work(
        task,
        world["first"],
        lambda _: (
            reviewing.record_opinions(
                batch=back, stage=Stage.FIRST_REVIEW, decisions=rows, by=world["first"], at=NOW, today=TODAY
            ),
            reviewing.hand_on(batch=back, stage=Stage.FIRST_REVIEW, by=world["first"], at=NOW),
        ),
    )
    walk(world, back)
    assert closed(world).count() == open_rows().count() > 0
    assert Reassessment.objects.filter(outcome="referred").count() == len(rows)
