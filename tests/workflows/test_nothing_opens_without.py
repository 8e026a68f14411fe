"""Whatever people decide: an entry opens only with two reviewers' yes, its unit's agreement or a settlement, a signature."""

from datetime import date

import pytest
from django.db import transaction
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.countersigning import UnitAnswer
from policies.outcomes import Answer, Outcome, Stage
from policies.reviewing import Decision
from review import ledger
from review.models import AccessStatus, Entry, Release
from review.operations import countersigning, reconciling, returning, reviewing
from review.queries.decisions import disputes, entries_for
from tests.world import NOW, TODAY, make_world
from workflows import rehearsal

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])

CATALOGUE = "档号,题名,形成日期,形成单位\n" + "".join(
    f"Z001-001-000{n},关于召开第{n}次会议的通知,196{n}-01-02,{'示例省民政厅' if n % 2 else '示例省财政厅'}\n"
    for n in range(6)
)
CLOSED = Decision(Outcome.DEFER, "CN-8-2", date(TODAY.year + 10, 1, 1), "仍有影响")
REFERRED = Decision(Outcome.REFER, reason="移送原定密机关")
OPENED = Decision(Outcome.OPEN, reason="同意开放")
decisions = st.lists(st.sampled_from([OPENED, OPENED, CLOSED, REFERRED]), min_size=6, max_size=6)
answers = st.lists(st.sampled_from(list(Answer)), min_size=6, max_size=6)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(first=decisions, second=decisions, answered=answers, settled=decisions, returned=st.booleans())
def test_what_opens_is_what_all_of_them_said(db, tmp_path_factory, first, second, answered, settled, returned):
    folder = tmp_path_factory.mktemp("world")
    folders = override_settings(RELEASES_DIR=folder / "releases", CATALOGUE_FILES_DIR=folder / "catalogue")
    with folders, transaction.atomic(), transaction.atomic(using="catalogue"):
        _walk(folder, first, second, answered, settled, returned)
        transaction.set_rollback(True)
        transaction.set_rollback(True, using="catalogue")


def _walk(folder, first, second, answered, settled, returned):
    world = make_world(folder, CATALOGUE)
    batch = world.batch()
    rows = list(batch.batch_entries.select_related("entry").order_by("position"))
    if returned:
        # A round that was sent back decides nothing, whatever was said in it.
        _review(world, batch, rows, [OPENED] * 6, [OPENED] * 6)
        for task in rehearsal.open_tasks(batch, "countersign"):
            rehearsal.countersign(task, world.people.units[task.seed.agency_id])
        (task,) = rehearsal.open_tasks(batch, "sign_off")
        rehearsal.work(
            task,
            world["confirmer"],
            lambda _: returning.return_batch(
                batch=batch, from_desk="sign_off", reason="重审", by=world["confirmer"], at=NOW
            ),
            verdict="return",
        )
    _review(world, batch, rows, first, second)
    said = {row.pk: answer for row, answer in zip(rows, answered, strict=True)}
    for task in rehearsal.open_tasks(batch, "countersign"):
        _answer(world, task, said, {row.pk: decision for row, decision in zip(rows, second, strict=True)})
    settlements = {row.pk: decision for row, decision in zip(rows, settled, strict=True)}
    for task in rehearsal.open_tasks(batch, "reconcile"):
        _settle(world, batch, task, settlements)
    rehearsal.sign_off(batch, world["confirmer"])
    for _task in rehearsal.open_tasks(batch, "release"):
        rehearsal.release(batch, world["publisher"])

    expected = set()
    for row, proposal, answer, settlement in zip(rows, second, answered, settled, strict=True):
        asked = proposal.outcome is not Outcome.REFER
        agreed = proposal if not asked or answer is Answer.AGREE else settlement
        if agreed.outcome is Outcome.OPEN:
            expected.add(row.entry.reference_code)
    opened = set(Entry.objects.filter(access_status=AccessStatus.OPEN).values_list("reference_code", flat=True))
    assert opened == expected
    assert Release.objects.exists() is bool(expected)
    assert rehearsal.open_tasks(batch) == []
    assert ledger.verify().bad_line is None


def _review(world, batch, rows, first, second):
    for stage, username, said in (
        (Stage.FIRST_REVIEW, "first", first),
        (Stage.SECOND_REVIEW, "second", second),
    ):
        (task,) = rehearsal.open_tasks(batch, stage)
        person = world[username]

        def act(_activation, stage=stage, person=person, said=said):
            chosen = {row.pk: decision for row, decision in zip(rows, said, strict=True)}
            reviewing.record_opinions(batch=batch, stage=stage, decisions=chosen, by=person, at=NOW, today=TODAY)
            reviewing.hand_on(batch=batch, stage=stage, by=person, at=NOW)

        rehearsal.work(task, person, act)


def _answer(world, task, said, proposals):
    asked, person = task.seed, world.people.units[task.seed.agency_id]

    def unit_answer(pk: int) -> UnitAnswer:
        if said[pk] is not Answer.OBJECT:
            return UnitAnswer(said[pk], reason="见来文")
        counter = CLOSED if proposals[pk].outcome is Outcome.OPEN else OPENED
        return UnitAnswer(Answer.OBJECT, counter, "见来文")

    def act(_activation):
        answers_ = {row.pk: unit_answer(row.pk) for row in entries_for(asked.batch, asked.agency)}
        countersigning.record_answers(countersignature=asked, answers=answers_, by=person, at=NOW, today=TODAY)
        countersigning.hand_on(countersignature=asked, by=person, at=NOW)

    rehearsal.work(task, person, act)


def _settle(world, batch, task, settlements):
    def act(_activation):
        chosen = {row.batch_entry.pk: settlements[row.batch_entry.pk] for row in disputes(batch)}
        reconciling.settle(batch=batch, settlements=chosen, by=world["reconciler"], at=NOW, today=TODAY)
        reconciling.hand_on(batch=batch, by=world["reconciler"], at=NOW)

    rehearsal.work(task, world["reconciler"], act)
