"""Several people at the same moment: one case of an entry, one vote a member, one batch of what comes back."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from policies.suspending import PANEL, RESTORE
from review import ledger
from review.catalogue.models import Edition, ReleasedEntry, ReleasedFonds, Withdrawal
from review.models import AccessStatus, Batch, BatchKind, Erratum, Suspension
from review.operations import suspending
from tests.review.scenes_hafter import an_open_entry
from tests.workflows.test_two_at_once import at_once
from tests.world import NOW, TODAY
from workflows import rehearsal
from workflows.flows import suspension as flow
from workflows.reassessing import bring_back

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "catalogue"])


@pytest.fixture
def world(committed_world):
    batch = committed_world.walked("release")
    rehearsal.release(batch, committed_world["publisher"])
    yield committed_world
    for model in (Withdrawal, ReleasedEntry, Edition, ReleasedFonds):
        model.objects.all().delete()


def flagger(person, entry):
    client = Client()
    client.force_login(person)
    return lambda: client.post(reverse("flag"), {"entry": entry.pk, "reason": "疑"}).status_code


def test_two_people_who_flag_one_entry_at_once_make_one_case(world):
    entry = an_open_entry(world)
    answers = at_once(flagger(world["first"], entry), flagger(world["second"], entry))
    assert answers == [302, 302]
    assert Suspension.objects.count() == Erratum.objects.count() == 1
    entry.refresh_from_db()
    assert entry.access_status == AccessStatus.SUSPENDED
    assert not ReleasedEntry.objects.filter(reference_code=entry.reference_code).exists()
    assert ledger.verify().bad_line is None


def test_two_clicks_on_one_vote_count_once(world):
    made = flow.begin(entry=an_open_entry(world), reason="疑", secret=False, by=world["first"])
    suspending.triage_flag(suspension=made, choice=PANEL, reason="", by=world["manager"], at=NOW)

    def vote():
        try:
            suspending.record_vote(
                suspension=made, outcome=RESTORE, ground="", opens_on=None, reason="可", by=world["panel"], at=NOW,
                today=TODAY,
            )  # fmt: skip
        except suspending.Refusal:
            return "refused"
        return "counted"

    assert sorted(at_once(vote, vote)) == ["counted", "refused"]
    assert made.votes.count() == 1


def test_two_ticks_bring_back_once(world):
    day = date(2045, 1, 1)
    begun = at_once(*(lambda: bring_back(at=NOW, today=day) for _ in range(2)))
    assert sorted(begun) == [0, 1]
    assert Batch.objects.filter(kind=BatchKind.REASSESSMENT).count() == 1
    assert ledger.verify().bad_line is None
