"""Two people, double clicks, stale pages, forged addresses, rights that end in mid-task: nothing executes twice, nothing is lost."""

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from viewflow.fsm import TransitionNotAllowed
from viewflow.workflow.models import Task
from viewflow.workflow.status import STATUS

from policies.outcomes import Stage
from policies.sentences import Refusal
from review import ledger
from review.models import BatchEntry, LedgerLine, Opinion, Release, SignOff
from review.operations import standing_in
from tests.review.scenes_hwork import lend
from tests.workflows.test_two_at_once import at_once, poster
from tests.world import NOW
from workflows import managing, rehearsal
from workflows.views import door

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "catalogue"])
LOST = (Refusal, PermissionDenied, TransitionNotAllowed, ValueError)  # ValueError: the task is no longer open


def trying(act):
    """The act, and what became of it: done, or the name of what refused it."""

    def run():
        try:
            act()
        except LOST as refused:
            return type(refused).__name__
        return "done"

    return run


def take(task, person):
    with task.activation() as activation:
        door.hold(person, activation)


def post(person, task, **data):
    client = Client()
    client.force_login(person)
    return client.post(reverse("task", args=[task.pk]), data)


def lines(act: str) -> int:
    return LedgerLine.objects.filter(act=act).count()


def test_of_two_people_who_finish_one_task_at_once_one_does(committed_world):
    world = committed_world
    batch = world.batch()
    ends = at_once(*(trying(lambda p=p: rehearsal.first_review(batch, world[p])) for p in ("first", "first2")))
    assert ends.count("done") == 1, ends
    assert lines("hand_on") == 1
    assert Opinion.objects.filter(stage=Stage.FIRST_REVIEW).values("person").distinct().count() == 1
    assert [task.flow_task.name for task in rehearsal.open_tasks(batch)] == ["second_review"]
    assert ledger.verify().bad_line is None


def test_a_double_click_on_each_desks_last_button_hands_on_once(committed_world):
    world = committed_world
    batch = world.walked("first_review")
    for person, stage, button in (("first", "first_review", "hand_on"), ("second", "second_review", "hand_on")):
        (task,) = rehearsal.open_tasks(batch, stage)
        take(task, world[person])
        post(world[person], task, verb="decide_group", group="all")
        for row in batch.batch_entries.all():
            if not row.opinions.filter(stage=stage).exists():
                post(world[person], task, verb="decide", entry=row.pk, outcome="refer", reason="待查")
        before = lines("hand_on")
        codes = at_once(*(poster(world[person], task, verb=button) for _ in range(3)))
        assert all(code in (302, 403) for code in codes), codes
        assert lines("hand_on") == before + 1
        assert Task.objects.get(pk=task.pk).status == STATUS.DONE
    assert len({task.flow_task.name for task in rehearsal.open_tasks(batch)}) == 1


def test_a_double_click_on_release_publishes_once(committed_world):
    world = committed_world
    batch = world.walked("release")
    (task,) = rehearsal.open_tasks(batch)
    codes = at_once(
        *(poster(world["publisher"], task, verb="publish", password=world.people.password) for _ in range(2))
    )
    assert all(code in (302, 403) for code in codes), codes
    assert Release.objects.filter(batch=batch).count() <= 1
    assert lines("release") == Release.objects.filter(batch=batch).count()


def test_a_stale_page_of_a_finished_task_changes_nothing_and_is_told(committed_world):
    world = committed_world
    batch = world.batch()
    (task,) = rehearsal.open_tasks(batch)
    rehearsal.first_review(batch, world["first"])
    before = LedgerLine.objects.count()
    for verb in ("hand_on", "decide_group", "put_back", "take"):
        answer = post(world["first"], task, verb=verb, group="all")
        assert answer.status_code in (302, 403)
    assert post(world["first2"], task, verb="take").status_code == 403
    assert LedgerLine.objects.count() == before


def test_a_task_is_worked_at_its_own_desk_only(committed_world):
    """Its address holds its number; verbs of another desk are unknown there, and entries of another batch are not its."""
    world = committed_world
    batch = world.batch()
    (task,) = rehearsal.open_tasks(batch)
    before = LedgerLine.objects.exclude(act__in=["assign_task", "unassign_task"]).count()
    for verb in ("sign", "release", "settle", "answer", "consent", "nonsense", ""):
        assert post(world["first"], task, verb=verb, password=world.people.password).status_code in (302, 403)
    other = BatchEntry.objects.exclude(batch=batch).first()
    for entry in (other.pk if other else 0, 10**9, "x"):
        post(world["first"], task, verb="decide", entry=entry, outcome="open")
    assert not Opinion.objects.exists() and not SignOff.objects.exists()
    assert LedgerLine.objects.exclude(act__in=["assign_task", "unassign_task"]).count() == before


def test_a_wrong_number_in_the_address_leads_nowhere(committed_world):
    world = committed_world
    batch = world.batch()
    (task,) = rehearsal.open_tasks(batch)
    machine = Task.objects.filter(process=task.process).exclude(flow_task_type="HUMAN").first()
    client = Client()
    client.force_login(world["first"])
    for number in (machine.pk, task.process_id + 10**6, 0):
        assert client.post(reverse("task", args=[number]), {"verb": "take"}).status_code == 404
    assert client.post(f"/workflows/{task.process_id}/sign_off/{task.pk}/execute/").status_code == 404
    assert Task.objects.get(pk=task.pk).owner is None


def test_a_right_revoked_in_mid_task_ends_the_task_for_its_owner(committed_world):
    world = committed_world
    batch = world.batch()
    (task,) = rehearsal.open_tasks(batch)
    take(task, world["first"])
    world["first"].groups.clear()
    for verb in ("decide_group", "hand_on", "take"):
        assert post(world["first"], task, verb=verb, group="all").status_code == 403
    assert not Opinion.objects.exists()
    managing.reassign(task=task, to=world["first2"], by=world["manager"])
    rehearsal.first_review(batch, world["first2"])
    assert rehearsal.open_tasks(batch, "second_review")


def test_a_right_revoked_at_the_very_moment_leaves_all_or_nothing(committed_world):
    world = committed_world
    batch = world.batch()
    (task,) = rehearsal.open_tasks(batch)
    take(task, world["first"])
    group = Group.objects.get(name="first_reviewer:Z001")
    ends = at_once(
        trying(lambda: rehearsal.first_review(batch, world["first"])),
        trying(lambda: world["first"].groups.remove(group)),
    )
    entries, decided = batch.batch_entries.count(), Opinion.objects.filter(standing=True).count()
    assert decided == (entries if ends[0] == "done" else 0)
    assert [t.flow_task.name for t in rehearsal.open_tasks(batch)] == [
        "second_review" if ends[0] == "done" else "first_review"
    ]


def test_a_lent_right_taken_back_in_mid_task_ends_it_too(committed_world):
    world = committed_world
    batch = world.walked("second_review")
    lent = lend(world, "second", "planner", "review.second_review_fonds")
    (task,) = rehearsal.open_tasks(batch)
    take(task, world["planner"])
    standing_in.revoke(delegation=lent, by=world["second"], at=timezone.now())
    assert post(world["planner"], task, verb="decide_group", group="all").status_code == 403
    with pytest.raises(PermissionDenied):
        rehearsal.second_review(batch, world["planner"])
    assert not Opinion.objects.filter(stage=Stage.SECOND_REVIEW).exists()


def test_whoever_is_deactivated_does_nothing_more_and_the_work_goes_on(committed_world):
    world = committed_world
    batch = world.batch()
    (task,) = rehearsal.open_tasks(batch)
    client = Client()
    client.force_login(world["first"])
    client.post(reverse("task", args=[task.pk]), {"verb": "take"})
    type(world["first"]).objects.filter(pk=world["first"].pk).update(is_active=False)
    answer = client.post(reverse("task", args=[task.pk]), {"verb": "decide_group", "group": "all"})
    assert answer.status_code == 302 and "/work/" in answer["Location"] and "next=" in answer["Location"]
    assert not Opinion.objects.exists()
    gone = type(world["first"]).objects.get(pk=world["first"].pk)
    with pytest.raises(PermissionDenied):
        rehearsal.first_review(batch, gone)
    managing.take_back(task=task, by=world["manager"])
    rehearsal.first_review(batch, world["first2"])
    assert rehearsal.open_tasks(batch, "second_review")


def test_a_manager_who_reassigns_while_the_owner_finishes_leaves_one_outcome(committed_world):
    world = committed_world
    batch = world.batch()
    (task,) = rehearsal.open_tasks(batch)
    take(task, world["first"])
    ends = at_once(
        trying(lambda: rehearsal.first_review(batch, world["first"])),
        trying(lambda: managing.reassign(task=task, to=world["first2"], by=world["manager"])),
    )
    assert ends.count("done") == 1, ends
    assert lines("hand_on") == (ends[0] == "done")
    assert lines("reassign_task") == (ends[1] == "done")
    assert len(rehearsal.open_tasks(batch)) == 1


def test_a_batch_given_up_while_somebody_signs_is_signed_or_given_up_never_both(committed_world):
    world = committed_world
    batch = world.walked("sign_off")
    ends = at_once(
        trying(lambda: rehearsal.sign_off(batch, world["confirmer"])),
        trying(lambda: managing.cancel_batch(batch=batch, reason="目录须重编", by=world["manager"], at=NOW)),
    )
    signed, given_up = SignOff.objects.filter(batch=batch).exists(), lines("cancel_batch") == 1
    assert signed != given_up, ends
    assert batch.batch_entries.filter(live=True).exists() == signed
    assert bool(rehearsal.open_tasks(batch)) == signed
    assert ledger.verify().bad_line is None


def test_two_managers_give_one_batch_up_once(committed_world):
    world = committed_world
    batch = world.batch()
    ends = at_once(
        *(
            trying(lambda: managing.cancel_batch(batch=batch, reason="目录须重编", by=world["manager"], at=NOW))
            for _ in range(2)
        )
    )
    assert sorted(ends) == ["Refusal", "done"]
    assert lines("cancel_batch") == 1
