"""The road of one batch: where it goes, who may be the next hand, and what sends it back."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db.models import ProtectedError
from django.urls import reverse
from django.utils import timezone

from policies.outcomes import Outcome, Stage
from policies.reviewing import Decision
from policies.sentences import Refusal
from review.models import AccessStatus, Entry, Opinion, Release
from review.operations import reviewing, signing
from review.queries.decisions import round_of, settled, standing
from tests.world import NOW, TODAY, World
from workflows import rehearsal
from workflows.flows import OpeningFlow

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])


def desks(batch) -> list[str]:
    return [task.flow_task.name for task in rehearsal.open_tasks(batch)]


def sign_in(client, world: World, username: str):
    client.force_login(world[username])
    return client


def act(client, task, **data):
    return client.post(reverse("task", args=[task.pk]), data, follow=True)


def test_a_batch_takes_every_due_entry_and_leaves_the_others(world):
    batch = world.batch()
    codes = set(batch.batch_entries.values_list("entry__reference_code", flat=True))
    assert "Z001-001-0009" not in codes, "2010 is not due in 2026"
    assert "Z001-001-0010" not in codes, "an undated entry is never due"
    assert len(codes) == 10
    assert desks(batch) == ["first_review"]


def test_the_road_ends_in_a_release_that_accounts_for_every_entry(world):
    batch = world.walked("")
    release = Release.objects.get(batch=batch)
    assert desks(batch) == []
    by_status = {s: Entry.objects.filter(fonds=world.fonds, access_status=s).count() for s in AccessStatus}
    assert by_status[AccessStatus.OPEN] == release.counts["opened"] > 0
    assert by_status[AccessStatus.DEFERRED] == sum(release.counts["deferred"].values()) > 0
    referred = release.counts["referred"]
    assert sum(by_status.values()) == 12
    assert by_status[AccessStatus.NOT_REVIEWED] == referred + 2  # two are not due


def test_one_countersign_task_for_each_responsible_agency(world):
    batch = world.walked("countersign")
    agencies = [task.seed.agency for task in rehearsal.open_tasks(batch, "countersign")]
    assert sorted(agency.code for agency in agencies) == ["CZT", "MZT"]


def test_reconciliation_comes_only_when_a_unit_differs(world):
    agreed = world.walked("reconcile", objections=0)
    assert desks(agreed) == ["sign_off"]


def test_one_objection_is_enough_for_reconciliation(world):
    batch = world.walked("reconcile", objections=1)
    assert desks(batch) == ["reconcile"]
    assert sum(row.in_dispute for row in settled(batch)) == 1


def test_an_entry_in_dispute_has_no_outcome(world):
    batch = world.walked("reconcile", objections=1)
    (row,) = [row for row in settled(batch) if row.in_dispute]
    assert row.decision is None
    with pytest.raises(Refusal):
        signing.sign_off(batch=batch, by=world["confirmer"], at=NOW)


def test_without_an_agency_the_archives_decide_alone(world):
    Entry.objects.filter(fonds=world.fonds).update(agency=None)
    batch = world.walked("sign_off")
    assert desks(batch) == ["sign_off"]
    assert not batch.countersignatures.exists()


def test_a_batch_of_which_nothing_opens_ends_without_a_release(world):
    batch = world.batch()
    (task,) = rehearsal.open_tasks(batch, "first_review")
    later = Decision(Outcome.DEFER, "CN-8-2", TODAY.replace(year=2036))

    def defer_all(activation):
        rows = {row.pk: later for row in batch.batch_entries.all()}
        reviewing.record_opinions(
            batch=batch, stage=Stage.FIRST_REVIEW, decisions=rows, by=world["first"], at=NOW, today=TODAY
        )

    rehearsal.work(task, world["first"], defer_all)
    rehearsal.second_review(batch, world["second"])
    rehearsal.sample(batch, world["sampler"])
    world.countersign(batch, 0)
    rehearsal.sign_off(batch, world["confirmer"])
    rehearsal.consent(batch, world["authority"])
    assert desks(batch) == []
    assert not Release.objects.exists()
    assert Entry.objects.filter(access_status=AccessStatus.DEFERRED).count() == 10


# -- four eyes


def test_second_reviewer_may_not_be_the_first_at_the_node(client, world):
    batch = world.batch()
    rehearsal.first_review(batch, world["first2"])  # first2 holds both rights
    (task,) = rehearsal.open_tasks(batch, "second_review")
    assert not task.flow_task.may_work(world["first2"], task)
    assert task.flow_task.may_work(world["second"], task)
    answer = sign_in(client, world, "first2").get(reverse("task", args=[task.pk]))
    assert answer.status_code == 403


def test_second_reviewer_may_not_be_the_first_in_the_operation(world):
    batch = world.batch()
    rehearsal.first_review(batch, world["first2"])
    row = batch.batch_entries.first()
    with pytest.raises(Refusal, match="复审须由另一人"):
        reviewing.record_opinions(
            batch=batch,
            stage=Stage.SECOND_REVIEW,
            decisions={row.pk: Decision(Outcome.OPEN)},
            by=world["first2"],
            at=NOW,
            today=TODAY,
        )
    assert not standing(batch, Stage.SECOND_REVIEW).exists()


def test_a_forbidden_second_reviewer_cannot_take_the_task_through_the_engine(world):
    batch = world.batch()
    rehearsal.first_review(batch, world["first2"])
    with pytest.raises(PermissionDenied):
        rehearsal.second_review(batch, world["first2"])
    assert desks(batch) == ["second_review"]


def test_a_right_revoked_in_mid_task_ends_the_work(client, world):
    batch = world.batch()
    (task,) = rehearsal.open_tasks(batch, "first_review")
    sign_in(client, world, "first")
    act(client, task, verb="take")
    world["first"].groups.clear()
    row = batch.batch_entries.first()
    assert client.post(reverse("task", args=[task.pk]), {"verb": "follow", "entry": row.pk}).status_code == 403
    assert not Opinion.objects.exists()


def test_a_unit_sees_its_own_entries_only(client, world):
    batch = world.walked("countersign")
    tasks = {task.seed.agency.code: task for task in rehearsal.open_tasks(batch, "countersign")}
    sign_in(client, world, "unit-czt")
    assert client.get(reverse("task", args=[tasks["MZT"].pk])).status_code == 403
    page = client.get(reverse("task", args=[tasks["CZT"].pk])).content.decode()
    assert "Z001-001-0005" in page
    assert "Z001-001-0001" not in page
    assert client.get(reverse("batch", args=[batch.number])).status_code == 404


def test_a_unit_cannot_answer_for_another_units_entry(client, world):
    batch = world.walked("countersign")
    tasks = {task.seed.agency.code: task for task in rehearsal.open_tasks(batch, "countersign")}
    foreign = batch.batch_entries.get(entry__reference_code="Z001-001-0001")
    sign_in(client, world, "unit-czt")
    page = act(client, tasks["CZT"], verb="answer", entry=foreign.pk, answer="agree").content.decode()
    assert "不属贵单位" in page
    assert not standing(batch, Stage.COUNTERSIGN).exists()


def test_nobody_who_ever_acted_can_be_deleted(world):
    with pytest.raises(ProtectedError):
        world["first"].delete()


# -- the desks


def test_untouched_is_not_approved(client, world):
    batch = world.batch()
    (task,) = rehearsal.open_tasks(batch, "first_review")
    page = act(sign_in(client, world, "first"), task, verb="hand_on").content.decode()
    assert "未表态不等于同意" in page
    assert desks(batch) == ["first_review"]


def test_a_unit_that_left_one_entry_unanswered_cannot_hand_in(client, world):
    batch = world.walked("countersign")
    tasks = {task.seed.agency.code: task for task in rehearsal.open_tasks(batch, "countersign")}
    sign_in(client, world, "unit-czt")
    one = batch.batch_entries.get(entry__reference_code="Z001-001-0005")
    act(client, tasks["CZT"], verb="answer", entry=one.pk, answer="agree")
    page = act(client, tasks["CZT"], verb="hand_on").content.decode()
    assert "未表态不等于同意" in page
    assert len(rehearsal.open_tasks(batch, "countersign")) == 2


def test_silence_of_a_unit_is_never_consent(world):
    """Even if the flow were led past the units, an entry they did not answer has no outcome and cannot be signed."""
    batch = world.walked("countersign")
    assert {row.decision for row in settled(batch) if row.decision and row.decision.outcome.opens} == set()
    with pytest.raises(Refusal, match="还有"):
        signing.sign_off(batch=batch, by=world["confirmer"], at=NOW)


def test_an_open_difference_cannot_be_handed_on(client, world):
    batch = world.walked("reconcile")
    (task,) = rehearsal.open_tasks(batch, "reconcile")
    page = act(sign_in(client, world, "reconciler"), task, verb="hand_on").content.decode()
    assert "还有 1 条没有意见" in page
    assert desks(batch) == ["reconcile"]


def test_a_difference_is_settled_only_with_the_record_of_how_it_was_agreed(client, world):
    batch = world.walked("reconcile")
    (task,) = rehearsal.open_tasks(batch, "reconcile")
    (row,) = [row for row in settled(batch) if row.in_dispute]
    sign_in(client, world, "reconciler")
    page = act(client, task, verb="settle", entry=row.batch_entry.pk, outcome="open").content.decode()
    assert "形成单位由谁、何时同意开放" in page
    act(client, task, verb="settle", entry=row.batch_entry.pk, outcome="open", reason="7月3日王处长当面同意")
    act(client, task, verb="hand_on")
    assert desks(batch) == ["sign_off"]


def test_a_batch_in_one_persons_hands_is_worked_by_nobody_else(client, world):
    batch = world.batch()
    (task,) = rehearsal.open_tasks(batch, "first_review")
    act(sign_in(client, world, "first"), task, verb="take")
    row = batch.batch_entries.first()
    page = act(sign_in(client, world, "first2"), task, verb="follow", entry=row.pk).content.decode()
    assert "周若川 正在办理这项工作" in page
    assert not Opinion.objects.exists()
    act(sign_in(client, world, "first"), task, verb="put_back")
    act(sign_in(client, world, "first2"), task, verb="follow", entry=row.pk)
    assert Opinion.objects.get().person == world["first2"]


def test_a_desk_works_its_own_tasks_only(world):
    batch = world.walked("sign_off")
    (task,) = rehearsal.open_tasks(batch, "sign_off")
    for desk in ("first_review", "second_review", "reconcile", "release"):
        node = getattr(OpeningFlow, desk)
        assert not any(node.may_work(person, task) for person in world.people.people.values()), desk
        assert not any(node.can_assign(person, task) for person in world.people.people.values()), desk
    assert OpeningFlow.sign_off.may_work(world["confirmer"], task)


def test_a_double_submit_executes_once(client, world):
    batch = world.walked("sign_off")
    (task,) = rehearsal.open_tasks(batch, "sign_off")
    sign_in(client, world, "confirmer")
    password = world.people.password
    act(client, task, verb="sign", password=password)
    again = act(client, task, verb="sign", password=password)
    assert "未重复执行" in again.content.decode()
    assert batch.sign_offs.count() == 1


def test_signing_asks_for_the_password_again(client, world):
    batch = world.walked("sign_off")
    (task,) = rehearsal.open_tasks(batch, "sign_off")
    page = act(sign_in(client, world, "confirmer"), task, verb="sign", password="wrong").content.decode()
    assert "密码不对" in page
    assert not batch.sign_offs.exists()


@pytest.mark.parametrize(
    ("desk", "username"),
    [
        ("second_review", "second"),
        ("sample", "sampler"),
        ("reconcile", "reconciler"),
        ("sign_off", "confirmer"),
        ("release", "publisher"),
    ],
)
def test_every_later_desk_can_return_the_batch_with_a_reason(client, world, desk, username):
    batch = world.walked(desk)
    (task,) = rehearsal.open_tasks(batch, desk)
    before = Opinion.objects.count()
    sign_in(client, world, username)
    refused = act(client, task, verb="return", reason=" ").content.decode()
    assert "退回初审须写明理由" in refused
    assert desks(batch) == [desk]
    act(client, task, verb="return", reason="第三条的公开题名仍有人名")
    assert desks(batch) == ["first_review"]
    assert round_of(batch) == 2
    assert Opinion.objects.count() == before, "earlier opinions are kept"
    assert not standing(batch, Stage.FIRST_REVIEW).exists(), "and the new round begins empty"


def test_a_unit_that_asks_for_return_gets_it_when_all_have_answered(client, world):
    batch = world.walked("countersign")
    tasks = {task.seed.agency.code: task for task in rehearsal.open_tasks(batch, "countersign")}
    act(sign_in(client, world, "unit-czt"), tasks["CZT"], verb="return", reason="分类有误")
    assert desks(batch) == ["countersign"]
    rehearsal.countersign(tasks["MZT"], world["unit-mzt"])
    assert desks(batch) == ["first_review"]
    assert batch.returns.get().from_desk == "countersign"


def test_after_a_return_untouched_entries_can_keep_their_last_opinion(client, world):
    batch = world.walked("sign_off")
    (task,) = rehearsal.open_tasks(batch, "sign_off")
    act(sign_in(client, world, "confirmer"), task, verb="return", reason="再看一看")
    (task,) = rehearsal.open_tasks(batch, "first_review")
    act(sign_in(client, world, "first"), task, verb="keep_last")
    assert standing(batch, Stage.FIRST_REVIEW).count() == 10


def test_a_batch_published_from_the_desk_is_on_the_public_site(client, world):
    batch = world.walked("release")
    (task,) = rehearsal.open_tasks(batch, "release")
    act(sign_in(client, world, "publisher"), task, verb="publish", password=world.people.password)
    number = Release.objects.get(batch=batch).number
    client.logout()
    page = client.get(reverse("catalogue:release", args=[number]))
    assert page.status_code == 200
    found = client.get(reverse("catalogue:search"), {"q": "救济"}).content.decode()
    assert "Z001-001-0001" in found or "Z001-001-0002" in found
    masked = client.get(reverse("catalogue:search"), {"q": "记过处分"}).content.decode()
    assert "Z001-001-0004" in masked, "it was opened under its public title"
    assert "王建业" not in masked


def test_nobody_signed_in_comes_to_the_sign_in_page_and_not_to_an_error(client, world):
    batch = world.batch()
    (task,) = rehearsal.open_tasks(batch, "first_review")
    answer = client.get(reverse("task", args=[task.pk]))
    assert answer.status_code == 302
    assert reverse("sign-in") in answer.url


def test_a_public_title_that_still_shows_the_name_is_refused(client, world):
    batch = world.batch()
    (task,) = rehearsal.open_tasks(batch, "first_review")
    row = batch.batch_entries.get(entry__reference_code="Z001-001-0004")
    sign_in(client, world, "first")
    text = "关于给予王建业同志记过处分的决定"
    page = act(client, task, verb="title", entry=row.pk, public_title=text).content.decode()
    assert "公开题名中仍有" in page
    act(client, task, verb="title", entry=row.pk, public_title="关于给予[隐去]行政记过处分的决定")
    row.entry.refresh_from_db()
    assert row.entry.public_title == "关于给予[隐去]行政记过处分的决定"
    assert row.entry.title == "关于给予王建业同志行政记过处分的决定"
    act(client, task, verb="title", entry=row.pk, public_title="关于给予[隐去]记过处分的决定")
    assert [(t.text, t.person.username) for t in row.titlings.all()] == [
        ("关于给予[隐去]行政记过处分的决定", "first"),
        ("关于给予[隐去]记过处分的决定", "first"),
    ], "every wording is kept, with who worded it"


CANNOT_OPEN = {
    "a name beside a sanction": ("Z001-001-0004", "公开题名仍显示"),
    "a secret whose term still runs": ("Z001-001-0008", "密级未解除"),
}


@pytest.mark.parametrize(("code", "sentence"), CANNOT_OPEN.values(), ids=CANNOT_OPEN)
def test_what_no_reviewer_can_open_as_it_stands(world, code, sentence):
    batch = world.batch()
    row = batch.batch_entries.get(entry__reference_code=code)
    with pytest.raises(Refusal, match=sentence):
        reviewing.record_opinions(
            batch=batch,
            stage=Stage.FIRST_REVIEW,
            decisions={row.pk: Decision(Outcome.OPEN, reason="已无影响")},
            by=world["first"],
            at=timezone.now(),
            today=TODAY,
        )
