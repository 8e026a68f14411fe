"""Whatever people say, and whoever says nothing: an entry opens only with everybody's live yes, or what took its place.

Nothing is released without an explicit, live answer of each required party (or the recorded rule that replaced it), with
an open dispute, without a valid sign-off and, of the deferred, without the authority's consent.
"""

from datetime import date

import pytest
from django.db import transaction
from django.test import override_settings
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.countersigning import UnitAnswer
from policies.outcomes import Answer, Outcome, Stage
from policies.reviewing import Decision
from policies.sentences import Refusal
from review import ledger
from review.models import AccessStatus, Entry, Opinion, Release, Sampled, SignOff, Statement
from review.operations import (
    consenting,
    coordinating,
    countersigning,
    reconciling,
    releasing,
    returning,
    reviewing,
)
from review.operations.consenting import Consent
from review.queries.decisions import disputes, entries_for, settled, unanswered, unsigned
from review.queries.deferrals import listed, open_list
from tests.procedures import adopted
from tests.world import NOW, TODAY, make_world
from workflows import rehearsal
from workflows.flows import OpeningFlow

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])

CATALOGUE = "档号,题名,形成日期,形成单位\n" + "".join(
    f"Z001-001-000{n},关于召开第{n}次会议的通知,196{n}-01-02,{'示例省民政厅' if n % 2 else '示例省财政厅'}\n"
    for n in range(6)
)
CLOSED = Decision(Outcome.DEFER, "CN-8-2", date(TODAY.year + 10, 1, 1), "仍有影响")
LONGER = Decision(Outcome.DEFER, "CN-8-2", date(TODAY.year + 20, 1, 1), "仍有影响")
REFERRED = Decision(Outcome.REFER, reason="移送原定密机关")
OPENED = Decision(Outcome.OPEN, reason="同意开放")
SILENT = "silent"
six = {"min_size": 6, "max_size": 6}
decisions = st.lists(st.sampled_from([OPENED, OPENED, CLOSED, REFERRED]), **six)
answers = st.lists(
    st.sampled_from([Answer.AGREE, Answer.AGREE, Answer.OBJECT, Answer.AGREE_IN_PART, Answer.NOT_OURS, SILENT]), **six
)
consents = st.lists(st.booleans(), **six)


@st.composite
def steps(draw):
    """A procedure as an archives might adopt it."""
    return {
        "second_review": draw(st.booleans()),
        "blind": draw(st.booleans()),
        "sample": draw(st.booleans()),
        "agency_seal": draw(st.booleans()),
        "consent": draw(st.booleans()),
        "signatures": draw(st.integers(1, 2)),
        "silence": draw(st.sampled_from(["escalate", "deemed_refusal", "deemed_consent"])),
    }


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    steps=steps(),
    first=decisions,
    second=decisions,
    answered=answers,
    settled_as=decisions,
    ruled=decisions,
    consented=consents,
    returned=st.sampled_from(["", "first_review", "second_review", "reconcile"]),
    to_authority=st.booleans(),
    heard=st.booleans(),
)
def test_what_opens_is_what_all_of_them_said(
    db, tmp_path_factory, steps, first, second, answered, settled_as, ruled, consented, returned, to_authority, heard
):
    folder = tmp_path_factory.mktemp("world")
    folders = override_settings(RELEASES_DIR=folder / "releases", CATALOGUE_FILES_DIR=folder / "catalogue")
    with folders, transaction.atomic(), transaction.atomic(using="catalogue"):
        world = make_world(folder, CATALOGUE)
        signatures = [{"role": "confirmer", "needed": steps["signatures"]}]
        document = {"silence_document": "示例档发〔2026〕1号"} if steps["silence"] == "deemed_consent" else {}
        adopted(world, **{**steps, "signatures": signatures, **document})
        walk = Walk(world, steps, answered, settled_as, ruled, consented, to_authority, heard)
        walk.review(first, second)
        walk.go(returned)
        walk.check(second if steps["second_review"] else first)
        transaction.set_rollback(True)
        transaction.set_rollback(True, using="catalogue")


class Walk:
    """One batch walked by people who say what they were given to say; at the end it is asked whether that was enough."""

    def __init__(self, world, steps, answered, settled_as, ruled, consented, to_authority, heard):
        self.world, self.steps, self.to_authority, self.heard = world, steps, to_authority, heard
        self.batch = world.batch()
        self.rows = list(self.batch.batch_entries.select_related("entry").order_by("position"))
        pks = [row.pk for row in self.rows]
        self.answered = dict(zip(pks, answered, strict=True))
        self.settled_as = dict(zip(pks, settled_as, strict=True))
        self.ruled = dict(zip(pks, ruled, strict=True))
        self.consented = dict(zip(pks, consented, strict=True))

    def tasks(self, desk):
        return rehearsal.open_tasks(self.batch, desk)

    def review(self, first, second):
        self._review(Stage.FIRST_REVIEW, "first", first)
        if self.steps["second_review"]:
            self._review(Stage.SECOND_REVIEW, "second", second)
        self.first, self.second = first, second

    def _review(self, stage, username, said):
        (task,) = self.tasks(stage)
        person, batch = self.world[username], self.batch

        def act(_activation):
            chosen = {row.pk: decision for row, decision in zip(self.rows, said, strict=True)}
            reviewing.record_opinions(batch=batch, stage=stage, decisions=chosen, by=person, at=NOW, today=TODAY)
            reviewing.hand_on(batch=batch, stage=stage, by=person, at=NOW)

        rehearsal.work(task, person, act)

    def go(self, returned):
        """To the end, sent back once from the first signature when `returned` names a desk that may be sent back to."""
        for _step in range(40):
            open_now = rehearsal.open_tasks(self.batch)
            if not open_now:
                return
            desk = open_now[0].flow_task.name
            if desk == "sign_off" and returned and self.send_back(open_now[0], returned):
                returned = ""
                continue
            getattr(self, desk)()
        raise AssertionError("the road has no end")

    def send_back(self, task, to) -> bool:
        verdict = {"first_review": "return", "second_review": "second", "reconcile": "reconcile"}[to]

        def act(_activation):
            returning.return_batch(
                batch=self.batch, from_desk="sign_off", to_desk=to, reason="重审", by=self.world["confirmer"], at=NOW
            )

        try:
            with transaction.atomic():
                rehearsal.work(task, self.world["confirmer"], act, verdict=verdict)
        except Refusal:
            return False
        return True

    def first_review(self):
        self._review(Stage.FIRST_REVIEW, "first", self.first)

    def second_review(self):
        self._review(Stage.SECOND_REVIEW, "second", self.second)

    def sample(self):
        rehearsal.sample(self.batch, self.world["sampler"])

    def countersign(self):
        task = self.tasks("countersign")[0]
        asked, person = task.seed, self.world.people.units[task.seed.agency_id]
        rows = list(entries_for(asked.batch, asked.agency))
        spoken = {row.pk: self._unit_answer(row.pk) for row in rows if self.answered[row.pk] != SILENT}
        if spoken:
            countersigning.record_answers(countersignature=asked, answers=spoken, by=person, at=NOW, today=TODAY)
        if unanswered(asked.batch, asked.agency).exists():
            with pytest.raises(Refusal):
                countersigning.hand_on(countersignature=asked, by=person, at=NOW)
            with task.activation() as activation:
                OpeningFlow.instance.silence_of_agency(activation)
        else:
            rehearsal.work(task, person, lambda _: countersigning.hand_on(countersignature=asked, by=person, at=NOW))

    def _unit_answer(self, pk):
        said = self.answered[pk]
        if said is not Answer.OBJECT:
            return UnitAnswer(said, reason="见来文")
        proposals = self.second if self.steps["second_review"] else self.first
        proposed = dict(zip([row.pk for row in self.rows], proposals, strict=True))[pk]
        return UnitAnswer(Answer.OBJECT, CLOSED if proposed.outcome is Outcome.OPEN else OPENED, "见来文")

    def reconcile(self):
        (task,) = self.tasks("reconcile")
        person, batch = self.world["reconciler"], self.batch
        if self.heard:
            for row in disputes(batch):
                for silence in row.silent:
                    self._state(row, "agency", silence.agency)

        def act(_activation):
            for row in disputes(batch):
                self._settle(row)
            if disputes(batch):
                for row in disputes(batch):
                    self._state(row, "archives")
                reconciling.put_to_authority(batch=batch, by=person, at=NOW)
            else:
                reconciling.hand_on(batch=batch, by=person, at=NOW)

        with task.activation() as activation:
            rehearsal.door.hold(person, activation)
            act(activation)
            rehearsal.door.finish(activation, "authority" if disputes(batch) else "done")

    def _settle(self, row):
        """As it was given to settle; left open where it goes to the authority, or where that may not be settled so."""
        if self.to_authority and not row.refused:
            return
        pk, person = row.batch_entry.pk, self.world["reconciler"]
        agreed = OPENED if row.refused else self.settled_as[pk]
        try:
            with transaction.atomic():
                reconciling.settle(batch=self.batch, settlements={pk: agreed}, by=person, at=NOW, today=TODAY)
        except Refusal:
            assert agreed.outcome.opens
            assert row.unheard

    def _state(self, row, kind, agency=None):
        reconciling.record_statement(
            batch=self.batch,
            entries=[row.batch_entry.pk],
            kind=kind,
            text="如上所述",
            agency=agency,
            by=self.world["reconciler"],
            at=NOW,
            today=TODAY,
        )

    def coordinate(self):
        (task,) = self.tasks("coordinate")
        person, batch = self.world["authority"], self.batch

        def act(_activation):
            rulings = {row.batch_entry.pk: self.ruled[row.batch_entry.pk] for row in disputes(batch)}
            coordinating.rule(batch=batch, rulings=rulings, by=person, at=NOW, today=TODAY)
            coordinating.hand_on(batch=batch, by=person, at=NOW)

        rehearsal.work(task, person, act)

    def sign_off(self):
        rehearsal.sign_off(self.batch, self.world["confirmer"])
        if self.steps["signatures"] == 2:
            assert self.tasks("sign_off"), "one of two signatures is not enough"
            rehearsal.sign_off(self.batch, self.world["confirmer2"])

    def consent(self):
        (task,) = self.tasks("consent")
        person, batch = self.world["authority"], self.batch
        with pytest.raises(Refusal):
            releasing.prepare_bundle(batch=batch, issued_on=TODAY)

        def act(_activation):
            # A second list is consented to: a road on which everything is refused for ever has no end.
            again = batch.deferral_lists.filter(answered_at__isnull=False).exists()
            said = {
                row.batch_entry.pk: Consent(again or self.consented[row.batch_entry.pk], "理由不足")
                for row in listed(batch, open_list(batch))
            }
            consenting.record_consents(batch=batch, consents=said, by=person, at=timezone.now())
            consenting.answer_list(batch=batch, by=person, at=timezone.now())

        rehearsal.work(task, person, act)

    def release(self):
        rehearsal.release(self.batch, self.world["publisher"])

    # -- what must hold of whatever came of it

    def check(self, proposals):
        opened = set(Entry.objects.filter(access_status=AccessStatus.OPEN).values_list("pk", flat=True))
        deferred = set(Entry.objects.filter(access_status=AccessStatus.DEFERRED).values_list("pk", flat=True))
        round_ = self.batch.returns.count() + 1
        standing = Opinion.objects.filter(batch_entry__batch=self.batch, round=round_, standing=True)
        for row, proposal in zip(self.rows, proposals, strict=True):
            said = standing.filter(batch_entry=row)
            if row.entry_id in opened:
                assert self.may_open(row, said, proposal), row.entry.reference_code
            if row.entry_id in deferred and self.steps["consent"]:
                consent = said.get(stage=Stage.CONSENT)
                row.entry.refresh_from_db()
                assert (consent.answer, consent.ground, consent.opens_on) == (
                    "agree", row.entry.ground, row.entry.opens_on,
                )  # fmt: skip
        signed = SignOff.objects.filter(batch=self.batch, round=round_, standing=True)
        assert len({row.person_id for row in signed}) == self.steps["signatures"]
        assert len({row.decisions_digest for row in signed}) == 1
        assert not unsigned(self.batch, signed[0].decisions_digest)
        assert Release.objects.exists() is bool(opened)
        assert not disputes(self.batch)
        assert all(row.decision is not None for row in settled(self.batch))
        if self.steps["sample"]:
            assert Sampled.objects.filter(sample__batch=self.batch).exists()
        assert ledger.verify().bad_line is None

    def may_open(self, row, said, proposal) -> bool:
        """Whether all who must have said yes did, told from the rows alone and not by the queries that decide."""
        ruling = said.filter(stage=Stage.COORDINATE).first()
        settlement = said.filter(stage=Stage.RECONCILE).first()
        unit = said.filter(stage=Stage.COUNTERSIGN).first()
        agreed = unit is not None and unit.answer == Answer.AGREE
        if self.steps["agency_seal"] and agreed:
            request = self.batch.countersignatures.get(agency=unit.agency, round=unit.round)
            agreed = request.answered_at is not None
        if ruling:
            return ruling.outcome == Outcome.OPEN
        if settlement:
            spoke = unit is not None or Statement.objects.filter(
                batch_entry=row, kind="agency", round=said[0].round
            ).exists()  # fmt: skip
            return settlement.outcome == Outcome.OPEN and spoke
        return proposal.outcome is Outcome.OPEN and agreed


def test_without_anybody_s_word_nothing_is_published(world):
    """Each desk in turn, led past by force: the last door refuses."""
    for desk in (
        "first_review",
        "second_review",
        "sample",
        "countersign",
        "reconcile",
        "coordinate",
        "sign_off",
        "consent",
    ):
        with transaction.atomic():
            batch = world.walked(desk)
            with pytest.raises(Refusal):
                releasing.prepare_bundle(batch=batch, issued_on=TODAY)
            transaction.set_rollback(True)
