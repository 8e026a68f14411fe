"""The cases of the mechanism (domain.md §6.5), each walked from the plan to what becomes of the record.

Suspension, referral, transfer, requests, lifetime closure and partial opening have journeys beside their own flows.
"""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from lxml import html

from policies.countersigning import UnitAnswer
from policies.outcomes import Answer, Outcome, Stage
from policies.reviewing import Decision
from policies.sentences import Refusal
from review import ledger
from review.catalogue.models import ReleasedEntry
from review.models import AccessStatus, Batch, DeferralList, Entry, LedgerLine, Opinion, Release, SignOff
from review.operations import (
    agencies,
    appointing,
    consenting,
    countersigning,
    delivering,
    reconciling,
    releasing,
    returning,
    reviewing,
    signing,
    standing_in,
)
from review.operations.consenting import Consent
from review.operations.releasing import bundle_of
from review.queries.decisions import disputes, entries_for, round_of, settled, standing, unanswered, undecided
from review.queries.deferrals import listed, open_list
from tests.procedures import adopted
from tests.world import NOW, TODAY, World
from workflows import rehearsal
from workflows.flows import OpeningFlow

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])

LATER = Decision(Outcome.DEFER, "CN-8-2", date(TODAY.year + 10, 12, 31), "内容涉及尚未了结的事项")


def desks(batch: Batch) -> list[str]:
    return [task.flow_task.name for task in rehearsal.open_tasks(batch)]


def status_of(code: str) -> str:
    return Entry.objects.get(reference_code=f"Z001-001-{code}").access_status


def row_of(batch: Batch, code: str):
    return next(row for row in settled(batch) if row.entry.reference_code == f"Z001-001-{code}")


def task_of(batch: Batch, agency: str):
    return next(task for task in rehearsal.open_tasks(batch, "countersign") if task.seed.agency.code == agency)


def act(client, world: World, username: str, task, **data):
    client.force_login(world[username])
    return client.post(reverse("task", args=[task.pk]), data, follow=True)


def agree_to_the_list(client, world: World, username: str, task) -> None:
    """Agree to what the desk shows, as its button does."""
    client.force_login(world[username])
    page = html.fromstring(client.get(reverse("task", args=[task.pk])).content.decode())
    act(client, world, username, task, verb="agree_shown", shown=page.xpath("//input[@name='shown']/@value")[0])


def settle_all(world: World, batch: Batch, decision: Decision) -> None:
    """Every open difference settled so, and handed on."""
    (task,) = rehearsal.open_tasks(batch, "reconcile")

    def act(_activation):
        agreed = {row.batch_entry.pk: decision for row in disputes(batch)}
        reconciling.settle(batch=batch, settlements=agreed, by=world["reconciler"], at=NOW, today=TODAY)
        reconciling.hand_on(batch=batch, by=world["reconciler"], at=NOW)

    rehearsal.work(task, world["reconciler"], act)


def lapse(task) -> None:
    """What `tick` does when the time of a unit is over."""
    with task.activation() as activation:
        activation.flow_task.lapses(activation)


def silent(world: World, batch: Batch, agency: str = "CZT") -> None:
    """Every unit agrees but this one, whose time runs out."""
    for task in rehearsal.open_tasks(batch, "countersign"):
        if task.seed.agency.code == agency:
            lapse(task)
        else:
            rehearsal.countersign(task, world.people.units[task.seed.agency_id])


# -- no answer by the unit


def test_a_unit_that_does_not_answer_has_not_agreed_and_its_records_stay_closed_until_the_authority_ruled(world):
    batch = world.walked("countersign")
    silent(world, batch)
    assert desks(batch) == ["reconcile"]
    assert {str(s.agency) for row in disputes(batch) for s in row.silent} == {"示例省财政厅"}
    opened = {row.batch_entry.pk: Decision(Outcome.OPEN, reason="应当开放") for row in disputes(batch)}
    with pytest.raises(Refusal, match="未答复不等于同意"):
        reconciling.settle(batch=batch, settlements=opened, by=world["reconciler"], at=NOW, today=TODAY)
    with pytest.raises(Refusal, match="还有"):
        signing.sign_off(batch=batch, by=world["confirmer"], at=NOW)
    assert status_of("0005") == AccessStatus.NOT_REVIEWED, "nothing was deferred by itself either"
    rehearsal.reconcile(batch, world["reconciler"], to_authority=len(disputes(batch)))
    assert desks(batch) == ["coordinate"]
    world.walk(batch)
    assert status_of("0005") == AccessStatus.OPEN
    assert ledger.verify().bad_line is None


def test_a_silent_unit_that_is_heard_at_the_meeting_can_still_agree(world):
    batch = world.walked("countersign")
    silent(world, batch)
    rows = disputes(batch)
    reconciling.record_statement(
        batch=batch,
        entries=[row.batch_entry.pk for row in rows],
        kind="agency",
        agency=world.agencies[1],
        text="我单位同意开放",
        by=world["reconciler"],
        at=NOW,
        today=TODAY,
    )
    rehearsal.reconcile(batch, world["reconciler"])
    world.walk(batch)
    assert status_of("0005") == AccessStatus.OPEN


def test_silence_is_deemed_consent_only_of_what_is_plain_delivered_and_so_ruled_by_the_archives(world):
    adopted(world, silence="deemed_consent", silence_document="示例档发〔2026〕1号")
    batch = world.walked("countersign")
    request = task_of(batch, "CZT").seed
    delivering.record_delivery(
        countersignature=request, how="post", on=timezone.localdate(), evidence="EMS 1234", by=world["reconciler"],
        at=timezone.now(), today=timezone.localdate(),
    )  # fmt: skip
    with time_machine.travel(timezone.now() + timedelta(days=60)):
        silent(world, batch)
    deemed = {row.entry.reference_code for row in settled(batch) for s in row.silences if s.deemed}
    assert deemed
    assert not {row.entry.reference_code for row in disputes(batch)} & deemed
    for row in settled(batch):
        if row.entry.reference_code in deemed:
            assert row.batch_entry.suggestions.get(replaced_by=None).suggestion == "open"
    assert request.pk  # and of the other unit, which answered, nothing is deemed
    line = LedgerLine.objects.get(act="lapse")
    assert "deemed_consent" in line.facts


def test_a_unit_that_had_not_the_whole_time_since_delivery_has_consented_to_nothing_by_silence(world):
    adopted(world, silence="deemed_consent", silence_document="示例档发〔2026〕1号")
    batch = world.walked("countersign")
    delivering.record_delivery(
        countersignature=task_of(batch, "CZT").seed, how="post", on=timezone.localdate(), evidence="EMS 1234",
        by=world["reconciler"], at=timezone.now(), today=timezone.localdate(),
    )  # fmt: skip
    with time_machine.travel(timezone.now() + timedelta(days=7)):  # fifteen working days have not passed
        silent(world, batch)
    assert not any(s.deemed for row in settled(batch) for s in row.silences)
    assert desks(batch) == ["reconcile"]


def test_without_proof_of_delivery_no_silence_is_consent(world):
    adopted(world, silence="deemed_consent", silence_document="示例档发〔2026〕1号")
    batch = world.walked("countersign")
    silent(world, batch)
    assert not any(s.deemed for row in settled(batch) for s in row.silences)
    assert desks(batch) == ["reconcile"]


def test_where_silence_is_deemed_refusal_it_is_a_difference_like_any_objection(world):
    adopted(world, silence="deemed_refusal")
    batch = world.walked("countersign")
    silent(world, batch)
    assert desks(batch) == ["reconcile"]
    assert all(row.decision is None for row in settled(batch) if row.silent)


def test_a_unit_that_asks_for_more_time_gets_its_one_extension_and_has_not_answered(client, world):
    batch = world.walked("countersign")
    task = task_of(batch, "CZT")
    row = entries_for(batch, world.agencies[1]).first()
    due = batch.clocks.get(subject=f"task:{task.pk}").due_on
    act(client, world, "unit-czt", task, verb="answer", entry=row.pk, answer="need_more_time", reason="须查原件")
    assert batch.clocks.get(subject=f"task:{task.pk}").due_on > due
    assert row in unanswered(batch, world.agencies[1])
    page = act(client, world, "unit-czt", task, verb="hand_on").content.decode()
    assert "未表态不等于同意" in page
    again = act(client, world, "unit-czt", task, verb="answer", entry=row.pk, answer="need_more_time", reason="再查")
    assert "延长过一次" in again.content.decode()
    assert standing(batch, Stage.COUNTERSIGN).count() == 1


def test_what_comes_in_after_the_time_is_over_is_no_answer(world):
    batch = world.walked("countersign")
    request = task_of(batch, "CZT").seed
    silent(world, batch)
    request.refresh_from_db()
    with pytest.raises(Refusal, match="会签期限已过"):
        countersigning.hand_on(countersignature=request, by=world["unit-czt"], at=NOW)


# -- what a unit's answer covers


def test_an_objection_is_never_covered_by_a_bulk_agreement(client, world):
    batch = world.walked("countersign")
    task = task_of(batch, "MZT")
    closed = row_of(batch, "0001").batch_entry
    act(
        client, world, "unit-mzt", task, verb="answer", entry=closed.pk, answer="object", outcome="defer",
        ground="CN-8-2", opens_on="2036-12-31", reason="尚未了结",
    )  # fmt: skip
    agree_to_the_list(client, world, "unit-mzt", task)
    answers = {row.batch_entry_id: row.answer for row in standing(batch, Stage.COUNTERSIGN)}
    assert answers.pop(closed.pk) == Answer.OBJECT
    assert set(answers.values()) == {Answer.AGREE}


def test_agreement_in_part_is_a_difference_that_must_be_settled(world):
    batch = world.walked("countersign")
    task = task_of(batch, "CZT")

    def answer(_activation):
        given = {row.pk: UnitAnswer(Answer.AGREE) for row in entries_for(batch, world.agencies[1])}
        given[row_of(batch, "0005").batch_entry.pk] = UnitAnswer(Answer.AGREE_IN_PART, reason="附表应当隐去")
        countersigning.record_answers(
            countersignature=task.seed, answers=given, by=world["unit-czt"], at=NOW, today=TODAY
        )
        countersigning.hand_on(countersignature=task.seed, by=world["unit-czt"], at=NOW)

    rehearsal.work(task, world["unit-czt"], answer)
    rehearsal.countersign(task_of(batch, "MZT"), world["unit-mzt"])
    assert desks(batch) == ["reconcile"]
    assert [row.entry.reference_code for row in disputes(batch)] == ["Z001-001-0005"]


def test_where_the_seal_is_asked_for_only_the_head_of_the_unit_hands_in(client, world):
    adopted(world, agency_seal=True)
    batch = world.walked("countersign")
    clerk = world["unit-czt"]
    clerk.groups.remove(clerk.groups.get(name="agency_approver:CZT"))
    task = task_of(batch, "CZT")
    agree_to_the_list(client, world, "unit-czt", task)
    page = act(client, world, "unit-czt", task, verb="hand_on").content.decode()
    assert "负责人" in page
    task.seed.refresh_from_db()
    assert task.seed.answered_at is None
    lapse(task)
    rehearsal.countersign(task_of(batch, "MZT"), world["unit-mzt"])
    assert row_of(batch, "0005").silent, "an agreement without the seal is none when the time is over"


# -- units that are no more, and several units


def test_of_an_abolished_unit_its_successor_is_asked_and_where_there_is_none_the_archives_decide_alone(world):
    agencies.register_change(
        agency=world.agencies[1], kind="abolished", day=date(2010, 1, 1), successors=[], evidence="编〔2009〕3号",
        by="test", at=NOW,
    )  # fmt: skip
    batch = world.walked("countersign")
    assert [task.seed.agency.code for task in rehearsal.open_tasks(batch)] == ["MZT"]
    assert row_of(batch, "0005").alone
    world.walk(batch, objections=0)
    assert status_of("0005") == AccessStatus.OPEN
    assert "撤销" in LedgerLine.objects.get(act="ask_agencies").facts, "the evidence file names the document"


def test_of_several_units_on_one_fonds_each_answers_for_its_own_and_one_objection_closes_its_record_only(world):
    batch = world.walked("countersign")
    rehearsal.countersign(task_of(batch, "CZT"), world["unit-czt"], objections=1)
    rehearsal.countersign(task_of(batch, "MZT"), world["unit-mzt"])
    (row,) = disputes(batch)
    assert row.entry.agency == world.agencies[1]
    world.walk(batch)
    assert Entry.objects.get(pk=row.entry.pk).access_status == AccessStatus.DEFERRED, "as the unit wanted"
    assert status_of("0001") == AccessStatus.OPEN


# -- archives and unit differ


def test_a_difference_goes_to_the_authority_with_both_statements_and_minutes_and_its_ruling_settles(client, world):
    batch = world.walked("reconcile")
    (task,) = rehearsal.open_tasks(batch, "reconcile")
    refused = act(client, world, "reconciler", task, verb="to_authority").content.decode()
    assert "档案馆的陈述" in refused
    assert desks(batch) == ["reconcile"]
    (row,) = disputes(batch)
    act(client, world, "reconciler", task, verb="state", entry=row.batch_entry.pk, kind="archives", text="早已见报")
    page = act(client, world, "reconciler", task, verb="state_all", kind="minutes", text="未能一致").content.decode()
    assert "会议日期" in page
    act(client, world, "reconciler", task, verb="state_all", kind="minutes", text="未能一致", met_on="2026-11-20")
    act(client, world, "reconciler", task, verb="to_authority")
    assert desks(batch) == ["coordinate"]
    (task,) = rehearsal.open_tasks(batch, "coordinate")
    client.force_login(world["authority"])
    shown = client.get(reverse("task", args=[task.pk])).content.decode()
    assert "早已见报" in shown
    assert "未能一致" in shown
    act(client, world, "authority", task, verb="rule", entry=row.batch_entry.pk, outcome="open", reason="应予开放")
    act(client, world, "authority", task, verb="hand_on")
    assert desks(batch) == ["sign_off"]
    assert row_of(batch, row.entry.reference_code[-4:]).ruling.person == world["authority"]
    world.walk(batch)
    assert Entry.objects.get(pk=row.entry.pk).access_status == AccessStatus.OPEN
    kinds = list(row.batch_entry.statements.values_list("kind", flat=True))
    assert kinds == ["archives", "minutes", "ruling"]


def test_the_authority_can_send_a_difference_back_to_be_reconciled_once_more(client, world):
    batch = world.walked("coordinate")
    (task,) = rehearsal.open_tasks(batch, "coordinate")
    act(client, world, "authority", task, verb="return", reason="请双方当面再议")
    assert desks(batch) == ["reconcile"]
    assert round_of(batch) == 1, "no new round: nothing else is decided anew"
    world.walk(batch, "sign_off")
    assert desks(batch) == ["sign_off"]


def test_a_refused_deferral_is_reconciled_and_signed_again_and_what_was_consented_to_keeps_its_consent(world):
    batch = world.walked("reconcile", objections=2)
    settle_all(world, batch, LATER)
    world.walk(batch, "consent")
    first = open_list(batch)
    asked = [row.batch_entry.pk for row in listed(batch, first)]
    assert len(asked) > 1
    rehearsal.consent(batch, world["authority"], refusals=1)
    first.refresh_from_db()
    assert first.refused == 1
    assert desks(batch) == ["reconcile"]
    assert not SignOff.objects.filter(batch=batch, standing=True).exists(), "what was signed is no longer so"
    (row,) = disputes(batch)
    assert row.refused
    again = Decision(Outcome.DEFER, "CN-8-2", date(TODAY.year + 5, 1, 1), "形成单位同意缩短期限")
    settle_all(world, batch, again)
    world.walk(batch, "consent")
    second = open_list(batch)
    assert [line.batch_entry.pk for line in listed(batch, second)] == [row.batch_entry.pk], "the others have consent"
    world.walk(batch)
    row.entry.refresh_from_db()
    assert (row.entry.access_status, row.entry.opens_on) == (AccessStatus.DEFERRED, again.opens_on)
    assert DeferralList.objects.filter(answered_at__isnull=False).count() == 2
    assert SignOff.objects.filter(batch=batch).count() == 2
    assert ledger.verify().bad_line is None


def test_a_refused_deferral_returns_for_opening_when_the_unit_agrees(world):
    batch = world.walked("consent")
    rehearsal.consent(batch, world["authority"], refusals=1)
    (row,) = disputes(batch)
    with pytest.raises(Refusal, match="形成单位由谁、何时同意开放"):
        unsaid = {row.batch_entry.pk: Decision(Outcome.OPEN)}
        reconciling.settle(batch=batch, settlements=unsaid, by=world["reconciler"], at=NOW, today=TODAY)
    world.walk(batch)
    assert Entry.objects.get(pk=row.entry.pk).access_status == AccessStatus.OPEN


def test_nothing_stays_closed_without_consent_nor_opens_because_it_is_missing(world):
    batch = world.walked("consent")
    with pytest.raises(Refusal, match="未经同级档案主管部门同意"):
        releasing.prepare_bundle(batch=batch, issued_on=TODAY)
    assert not Entry.objects.exclude(access_status=AccessStatus.NOT_REVIEWED).exists()


# -- still classified; the title itself


def test_a_record_that_is_still_classified_never_opens_on_this_road(world):
    batch = world.batch()
    secret = batch.batch_entries.get(entry__reference_code="Z001-001-0008")
    with pytest.raises(Refusal, match="密级未解除"):
        reviewing.record_opinions(
            batch=batch, stage=Stage.FIRST_REVIEW, decisions={secret.pk: Decision(Outcome.OPEN, reason="已过时")},
            by=world["first"], at=NOW, today=TODAY,
        )  # fmt: skip
    world.walk(batch, objections=0)
    assert status_of("0008") == AccessStatus.NOT_REVIEWED
    assert not ReleasedEntry.objects.filter(reference_code="Z001-001-0008").exists()


def test_a_title_that_says_too_much_is_public_only_as_it_was_worded_anew(world):
    batch = world.walked("", objections=0)
    opened = row_of(batch, "0004").entry
    assert opened.access_status == AccessStatus.OPEN
    public = ReleasedEntry.objects.get(reference_code="Z001-001-0004")
    assert "王建业" in opened.title, "the original stays as it is"
    assert "王建业" not in public.public_title
    assert Release.objects.get(batch=batch)


# -- the reviews and the sample


def test_a_blind_second_reviewer_sees_the_record_and_not_the_first_opinion_until_having_decided(client, world):
    adopted(world, blind=True)
    batch = world.batch()
    (task,) = rehearsal.open_tasks(batch, "first_review")

    def first(_activation):
        said = {row.pk: Decision(Outcome.REFER, reason="首审理由甲乙丙") for row in batch.batch_entries.all()}
        reviewing.record_opinions(
            batch=batch, stage=Stage.FIRST_REVIEW, decisions=said, by=world["first"], at=NOW, today=TODAY
        )
        reviewing.hand_on(batch=batch, stage=Stage.FIRST_REVIEW, by=world["first"], at=NOW)

    rehearsal.work(task, world["first"], first)
    (task,) = rehearsal.open_tasks(batch, "second_review")
    client.force_login(world["second"])
    for address in (
        reverse("task", args=[task.pk]),
        reverse("task", args=[task.pk]) + "?group=opinion:refer",
        reverse("batch", args=[batch.number]),
    ):
        page = client.get(address).content.decode()
        assert "Z001-001-0001" in page
        assert "首审理由甲乙丙" not in page, address
        assert "按初审意见" not in page
    row = batch.batch_entries.get(entry__reference_code="Z001-001-0001")
    act(client, world, "second", task, verb="decide", entry=row.pk, outcome="open")
    page = client.get(reverse("task", args=[task.pk])).content.decode()
    assert page.count("首审理由甲乙丙") == 1, "shown on the entry that was decided, and on no other"
    count = undecided(batch, Stage.SECOND_REVIEW).count()
    refused = act(client, world, "second", task, verb="decide_group", group="opinion:refer", count=count)
    assert "看过抽出的条目后再决定" in refused.content.decode()


def test_where_there_is_one_review_its_opinion_is_what_units_are_asked_about(world):
    adopted(world, second_review=False, sample=False)
    batch = world.batch()
    rehearsal.first_review(batch, world["first"])
    assert set(desks(batch)) == {"countersign"}
    world.walk(batch, objections=1)
    assert desks(batch) == []
    assert not Opinion.objects.filter(stage=Stage.SECOND_REVIEW).exists()
    assert Release.objects.filter(batch=batch).exists()
    assert ledger.verify().bad_line is None


def test_after_the_sample_no_reviewer_changes_an_opinion_or_a_public_title(world):
    batch = world.walked("countersign")
    row = batch.batch_entries.first()
    for stage, who in ((Stage.FIRST_REVIEW, "first"), (Stage.SECOND_REVIEW, "second")):
        with pytest.raises(Refusal, match="已交下一环节"):
            reviewing.record_opinions(
                batch=batch, stage=stage, decisions={row.pk: LATER}, by=world[who], at=NOW, today=TODAY
            )


# -- signatures


def test_a_leading_group_signs_one_after_another_and_the_batch_goes_on_with_the_last(client, world):
    adopted(world, signatures=[{"role": "confirmer", "needed": 2}])
    batch = world.walked("sign_off")
    (task,) = rehearsal.open_tasks(batch, "sign_off")
    password = world.people.password
    act(client, world, "confirmer", task, verb="sign", password=password)
    assert desks(batch) == ["sign_off"]
    again = act(client, world, "confirmer", task, verb="sign", password=password).content.decode()
    assert "您已在本批签字" in again
    rehearsal_task = rehearsal.open_tasks(batch, "sign_off")[0]
    client.force_login(world["confirmer"])
    client.post(reverse("task", args=[rehearsal_task.pk]), {"verb": "put_back"})
    act(client, world, "confirmer2", task, verb="sign", password=password)
    assert desks(batch) == ["consent"]
    assert [s.person.username for s in SignOff.objects.order_by("pk")] == ["confirmer", "confirmer2"]
    assert len(set(SignOff.objects.values_list("decisions_digest", flat=True))) == 1
    world.walk(batch)
    assert "陆秉文、柯景行" in _manifest(batch)


def _manifest(batch: Batch) -> str:
    return (bundle_of(batch.release) / "manifest.json").read_text(encoding="utf-8")


def test_one_signature_of_two_publishes_nothing(world):
    adopted(world, signatures=[{"role": "confirmer", "needed": 2}], consent=False)
    batch = world.walked("sign_off")
    signing.sign_off(batch=batch, by=world["confirmer"], at=NOW)
    with pytest.raises(Refusal, match="签发人数不足"):
        releasing.prepare_bundle(batch=batch, issued_on=TODAY)


def test_a_signature_is_void_when_what_was_signed_has_changed(world):
    adopted(world, signatures=[{"role": "confirmer", "needed": 2}])
    batch = world.walked("sign_off")
    rehearsal.sign_off(batch, world["confirmer"])
    Entry.objects.filter(reference_code="Z001-001-0001").update(extent="3页")  # as an import could
    rehearsal.sign_off(batch, world["confirmer2"])
    assert desks(batch) == ["sign_off"], "the first signature was under something else"
    assert [s.person.username for s in SignOff.objects.filter(standing=True)] == ["confirmer2"]
    rehearsal.sign_off(batch, world["confirmer"])
    assert desks(batch) == ["consent"]


def test_whoever_stands_in_inherits_the_conflicts_of_the_absent_and_nobody_approves_own_work_through_another(world):
    batch = world.walked("second_review")
    day = timezone.localdate()
    standing_in.delegate(
        giver=world["confirmer"],
        receiver=world["first"],
        permission="review.sign_off_fonds",
        over=world.fonds,
        from_day=day,
        to_day=day + timedelta(days=3),
        reason="出差",
        proof="授权书1号",
        by=world["confirmer"],
        at=timezone.now(),
        today=day,
    )
    world.walk(batch, "sign_off")
    with pytest.raises(Refusal, match="审定人不得审定自己审过的"):
        signing.sign_off(batch=batch, by=world["first"], at=timezone.now())
    (task,) = rehearsal.open_tasks(batch, "sign_off")
    assert not task.flow_task.may_work(world["first"], task)


# -- back to an earlier desk


@pytest.mark.parametrize("to", ["second_review", "reconcile"])
def test_a_batch_sent_back_to_a_later_desk_keeps_what_was_decided_before_it(client, world, to):
    batch = world.walked("sign_off")
    before = Opinion.objects.count()
    (task,) = rehearsal.open_tasks(batch, "sign_off")
    act(client, world, "confirmer", task, verb="return", to=to, reason="请再看第一条")
    assert desks(batch) == [to]
    assert round_of(batch) == 2
    assert standing(batch, Stage.FIRST_REVIEW).count() == 10
    assert {row.person for row in standing(batch, Stage.FIRST_REVIEW)} == {world["first"]}
    assert Opinion.objects.filter(round=1).count() == before, "the first round stays as it was"
    if to == "reconcile":
        assert not disputes(batch), "the settlement holds until it is changed"
    world.walk(batch, objections=0)
    assert desks(batch) == []
    assert Release.objects.filter(batch=batch).exists()
    assert ledger.verify().bad_line is None


def test_a_batch_is_not_sent_back_to_a_desk_that_it_never_came_by(world):
    batch = world.walked("sign_off", objections=0)
    for to in ("reconcile", "release", "countersign"):
        with pytest.raises(Refusal, match="不能退回到所选环节"):
            returning.return_batch(
                batch=batch, from_desk="sign_off", to_desk=to, reason="再看", by=world["confirmer"], at=NOW
            )
    assert not batch.returns.exists()


# -- rules that change on the way; early opening


def test_early_opening_needs_its_category_and_is_barred_by_what_the_rules_found(world):
    batch = world.batch()
    secret = batch.batch_entries.get(entry__reference_code="Z001-001-0004")
    early = Decision(Outcome.OPEN_EARLY, "CN-E-EDU", reason="教育类")
    with pytest.raises(Refusal):
        reviewing.record_opinions(
            batch=batch,
            stage=Stage.FIRST_REVIEW,
            decisions={secret.pk: early},
            by=world["first"],
            at=NOW,
            today=TODAY,
        )
    plain = batch.batch_entries.get(entry__reference_code="Z001-001-0003")
    with pytest.raises(Refusal, match="类别"):
        reviewing.record_opinions(
            batch=batch, stage=Stage.FIRST_REVIEW, decisions={plain.pk: Decision(Outcome.OPEN_EARLY)}, by=world["first"],
            at=NOW, today=TODAY,
        )  # fmt: skip


# -- the authority's own


def test_the_authority_does_not_consent_to_what_its_officer_signed_or_reviewed(world):
    appointing.appoint(person=world["confirmer"], role="authority_officer", over=world.fonds, by="test", at=NOW)
    batch = world.walked("consent")
    (task,) = rehearsal.open_tasks(batch, "consent")
    assert not task.flow_task.may_work(world["confirmer"], task)
    pk = listed(batch, open_list(batch))[0].batch_entry.pk
    with pytest.raises(Refusal, match="不得协调、审批自己"):
        consenting.record_consents(
            batch=batch, consents={pk: Consent(True)}, by=world["confirmer"], at=timezone.now()
        )
    with pytest.raises(PermissionDenied):
        consenting.record_consents(batch=batch, consents={pk: Consent(True)}, by=world["first"], at=timezone.now())


def test_every_desk_of_the_road_has_its_clock(world):
    desks_ = [node for node in OpeningFlow.instance.nodes() if node.task_type == "HUMAN"]
    assert all(node.has_clock for node in desks_)
    assert [node.name for node in desks_ if node.lapses] == ["countersign"], "elsewhere time alone decides nothing"
