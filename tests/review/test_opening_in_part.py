"""Opening in part: a redacted copy goes out, signed for with all the rest, while its record stays closed and comes back."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from policies.outcomes import Outcome, Stage, Suggestion
from policies.reviewing import Decision, Standing, check_decision
from policies.sentences import Refusal
from review.catalogue.models import ReleasedEntry
from review.models import AccessStatus, Opinion, Reassessment
from review.operations import reassessing, redacting, releasing, reviewing, suspending, titling
from review.queries.decisions import counts_of, settled
from review.queries.editions import edition_of, standing_sign_off
from tests.redactions import CODE, UNTIL, box, verified
from tests.world import NOW, TODAY
from workflows import rehearsal
from workflows.flows import opening

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])

IN_PART = Decision(Outcome.PARTIAL, "CN-8-3-PI", UNTIL)


def decided_in_part(world, code: str = CODE, decision: Decision = IN_PART):
    """A batch at first review in which one entry is to open in part, under a public title without a name."""
    batch = world.batch()
    (row,) = batch.batch_entries.filter(entry__reference_code=code)
    said = {"by": world["first"], "at": NOW, "today": TODAY}
    if code == CODE:
        titling.set_public_title(batch_entry=row, text="关于给予干部行政处分的决定", **said)
    reviewing.record_opinions(batch=batch, stage=Stage.FIRST_REVIEW, decisions={row.pk: decision}, **said)
    return batch


def entry_of(world):
    return world.fonds.entries.get(reference_code=CODE)


@pytest.mark.parametrize(
    ("code", "decision", "said"),
    [
        (CODE, Decision(Outcome.PARTIAL, "", UNTIL), "须选定依据"),
        (CODE, Decision(Outcome.PARTIAL, "CN-8-3-PI", TODAY), "今日之后"),
        (CODE, Decision(Outcome.PARTIAL, "CN-8-1", UNTIL), "不得部分开放"),
        ("Z001-001-0008", IN_PART, "存根"),
    ],
)
def test_nothing_opens_in_part_without_ground_and_day_nor_a_secret(world, code, decision, said):
    batch = world.batch()
    (row,) = batch.batch_entries.filter(entry__reference_code=code)
    with pytest.raises(Refusal, match=said):
        reviewing.record_opinions(
            batch=batch,
            stage=Stage.FIRST_REVIEW,
            decisions={row.pk: decision},
            by=world["first"],
            at=NOW,
            today=TODAY,
        )


@pytest.mark.parametrize("due", [None, TODAY + timedelta(days=1)])
def test_nothing_opens_in_part_before_its_time(due):
    standing = Standing("Z001-1", due, Suggestion.OPEN, (), ())
    with pytest.raises(Refusal, match="尚未满二十五年或日期不明"):
        check_decision(IN_PART, standing, today=TODAY)
    check_decision(IN_PART, replace(standing, due=TODAY), today=TODAY)


def test_a_title_that_says_too_much_does_not_go_out_with_a_copy(world):
    batch = world.batch()
    (row,) = batch.batch_entries.filter(entry__reference_code=CODE)
    with pytest.raises(Refusal, match="请先改写公开题名"):
        reviewing.record_opinions(
            batch=batch, stage=Stage.FIRST_REVIEW, decisions={row.pk: IN_PART}, by=world["first"], at=NOW, today=TODAY
        )


def test_nobody_signs_for_a_copy_that_is_not_there(world):
    batch = world.walk(decided_in_part(world), "sign_off")
    with pytest.raises(Refusal, match=f"尚无经他人核验的遮蔽件：{CODE}"):
        rehearsal.sign_off(batch, world["confirmer"])


def test_the_copy_is_released_and_the_record_stays_closed_and_comes_back(world):
    copy = verified(world)
    batch = world.walk(decided_in_part(world), "consent")
    asked = [row.entry.reference_code for row in settled(batch) if row.needs_consent]
    assert CODE in asked, "the record itself stays closed: the authority is asked"
    world.walk(batch, "release")
    made = rehearsal.release(batch, world["publisher"])
    entry = entry_of(world)
    assert (entry.access_status, entry.ground, entry.opens_on) == (AccessStatus.PARTIAL, "CN-8-3-PI", UNTIL)
    assert Reassessment.objects.get(entry=entry, done_at=None).due_on <= UNTIL
    assert made.counts["opened_in_part"] == 1
    assert made.counts["deferred"]["CN-8-3-PI"] >= 1
    shown = ReleasedEntry.objects.get(reference_code=CODE)
    assert (shown.redacted_copy, shown.public_title) == (copy.digest, "关于给予干部行政处分的决定")
    kept = releasing.bundle_of(made) / "copies" / f"{copy.digest}.pdf"
    assert kept.stat().st_size == copy.size


def test_marks_that_change_after_the_signature_void_it(world):
    copy = verified(world)
    batch = world.walk(decided_in_part(world), "release")
    redacting.add_marks(redaction=copy.redaction, marks=[box(page=2)], by=world["first"], at=NOW, today=TODAY)
    with pytest.raises(Refusal, match="签发已失效"):
        releasing.prepare_bundle(batch=batch, issued_on=TODAY)


def test_a_verified_copy_of_a_deferred_entry_goes_nowhere(world):
    copy = verified(world)
    batch = world.walk(decided_in_part(world, decision=Decision(Outcome.DEFER, "CN-8-3-PI", UNTIL)), "release")
    assert counts_of(settled(batch))["opened_in_part"] == 0
    edition = edition_of(batch, standing_sign_off(batch), number="2026-1", issued_on=TODAY)
    assert copy.digest not in edition.copies
    assert CODE not in {entry.reference_code for entry in edition.entries()}


def test_what_is_open_in_part_is_not_deferred_whole_without_a_doubt_raised(world):
    verified(world)
    rehearsal.release(world.walk(decided_in_part(world), "release"), world["publisher"])
    later = UNTIL + timedelta(days=1)
    back = reassessing.bring_back_entries(fonds=world.fonds, by="tick", at=NOW, today=later)
    opening.begin(batch=back, by=world["planner"])
    (row,) = back.batch_entries.filter(entry__reference_code=CODE)
    whole = Decision(Outcome.DEFER, "CN-8-3-PI", later + timedelta(days=900))
    again = Decision(Outcome.PARTIAL, "CN-8-3-PI", later + timedelta(days=900))
    said = {"batch": back, "stage": Stage.FIRST_REVIEW, "by": world["first"], "at": NOW, "today": later}
    with pytest.raises(Refusal, match="已经部分开放"):
        reviewing.record_opinions(decisions={row.pk: whole}, **said)
    reviewing.record_opinions(decisions={row.pk: again}, **said)


def test_a_doubt_takes_the_copy_from_view_and_restoring_brings_it_back_in_part(world):
    verified(world)
    rehearsal.release(world.walk(decided_in_part(world), "release"), world["publisher"])
    case = suspending.suspend_entry(
        entry=entry_of(world), reason="遮蔽不全", secret=False, by=world["second"], at=NOW
    )
    assert entry_of(world).access_status == AccessStatus.SUSPENDED
    suspending.deliver_erratum(erratum=case.errata.get(), at=NOW)
    assert not ReleasedEntry.objects.filter(reference_code=CODE).exists()
    suspending.triage_flag(suspension=case, choice="restore", reason="核对无误", by=world["manager"], at=NOW)
    case.refresh_from_db()
    suspending.restore_entry(suspension=case, reason="核对无误", by=world["manager"], at=NOW)
    assert entry_of(world).access_status == AccessStatus.PARTIAL


def test_an_outcome_in_part_without_a_day_cannot_be_written(world):
    batch = world.batch()
    row = batch.batch_entries.first()
    with pytest.raises(IntegrityError), transaction.atomic():
        Opinion.objects.create(
            batch_entry=row,
            stage="first_review",
            round=1,
            outcome="partial",
            ground="CN-8-2",
            person=world["first"],
            at=NOW,
        )
