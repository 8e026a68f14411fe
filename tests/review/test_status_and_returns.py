"""Whatever is done after a decision, in whatever order: the status, the returns, the cases and the public site agree."""

from collections import Counter
from contextlib import suppress
from datetime import timedelta
from random import Random

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from policies.sentences import Refusal, Sentence
from policies.suspending import PANEL, RECLOSE, RESTORE
from review import ledger
from review.catalogue.models import ReleasedEntry
from review.models import AccessStatus, Batch, BatchKind, Entry, Reassessment, Suspension
from review.operations import suspending
from tests.review.test_reassessing import walk
from workflows import delivering
from workflows.reassessing import bring_back

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])

PEOPLE = ("first", "second", "manager", "panel", "panel2", "panel3", "authority", "publisher", "auditor", "unit-mzt")
ACTS = 30


class Life:
    """One fonds after its first release, and random people doing random things to it, mostly refused."""

    def __init__(self, world, random: Random) -> None:
        self.world, self.random = world, random
        self.at = timezone.now()

    def act(self) -> None:
        name = self.random.choice(
            ["flag", "flag", "triage", "vote", "vote", "vote", "vote", "end", "answer", "come_back"]
        )
        with suppress(Refusal, PermissionDenied):
            getattr(self, name)()
        delivering.deliver_errata(at=self.at)

    def who(self):
        return self.world[self.random.choice(PEOPLE)]

    def some_case(self) -> Suspension:
        cases = list(Suspension.objects.order_by("ended_at", "pk"))
        if not cases:
            raise Refusal(Sentence("无", "none"))
        return self.random.choice(cases)

    def flag(self) -> None:
        entry = self.random.choice(list(self.world.fonds.entries.all()))
        secret = self.random.random() < 0.3
        suspending.suspend_entry(entry=entry, reason="疑", secret=secret, by=self.who(), at=self.at)

    def triage(self) -> None:
        choice = self.random.choice([PANEL, PANEL, RESTORE])
        case, by = self.some_case(), self.world["manager"]
        suspending.triage_flag(suspension=case, choice=choice, reason="看过", by=by, at=self.at)

    def vote(self) -> None:
        closes = self.random.random() < 0.5
        suspending.record_vote(
            suspension=self.some_case(),
            outcome=RECLOSE if closes else RESTORE,
            ground=self.random.choice(["CN-8-1", "CN-8-3-PI"]) if closes else "",
            opens_on=timezone.localdate(self.at) + timedelta(days=self.random.randint(1, 9000)) if closes else None,
            reason="经复核",
            by=self.world[self.random.choice(["panel", "panel2", "panel3"])],
            at=self.at,
            today=timezone.localdate(self.at),
        )

    def end(self) -> None:
        by = self.world[self.random.choice(["panel", "manager"])]
        suspending.restore_entry(suspension=self.some_case(), reason="依规", by=by, at=self.at)

    def answer(self) -> None:
        agrees = self.random.random() < 0.7
        suspending.answer_reclosure(
            suspension=self.some_case(), agrees=agrees, reason="意见", by=self.world["authority"], at=self.at
        )

    def come_back(self) -> None:
        bring_back(at=self.at, today=timezone.localdate(self.at) + timedelta(days=self.random.randint(0, 4000)))
        for batch in Batch.objects.filter(kind=BatchKind.REASSESSMENT, batch_entries__live=True).distinct():
            walk(self.world, batch)


def check() -> None:
    status = dict(Entry.objects.values_list("pk", "access_status"))
    returns = Counter(Reassessment.objects.filter(done_at__isnull=True).values_list("entry", flat=True))
    cases = Counter(Suspension.objects.filter(ended_at__isnull=True).values_list("entry", flat=True))
    for entry, is_now in status.items():
        assert returns[entry] == (is_now == AccessStatus.DEFERRED), "one open return for what is closed, none else"
        assert cases[entry] == (is_now == AccessStatus.SUSPENDED), "one running case for what is suspended, none else"
    opened = Entry.objects.filter(access_status=AccessStatus.OPEN).values_list("reference_code", flat=True)
    assert set(ReleasedEntry.objects.values_list("reference_code", flat=True)) == set(opened)
    for case in Suspension.objects.filter(ended_at__isnull=False):
        if case.outcome == RESTORE and case.triage == PANEL:
            votes = case.votes.count()
            assert votes >= 3, "nothing is restored without a panel or a named triage"


@pytest.mark.parametrize("seed", range(4))
def test_status_returns_cases_and_the_public_site_agree_after_every_act(world, seed):
    walk(world, world.batch())
    check()
    life = Life(world, Random(seed))
    for _ in range(ACTS):
        life.act()
        check()
    assert Suspension.objects.exists()
    assert ledger.verify().bad_line is None
