"""My work lists the pieces of every flow by deadline, without what four eyes bars, in a constant number of queries."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from lxml import html
from viewflow.workflow.models import Task

from review import access
from review.jobs.intakes import take_in
from review.models import Clock, ClockPause, Fonds, Suggested
from review.operations import appointing, planning
from review.templatetags.clocks import days_left
from tests.review.scenes_hwork import lend
from tests.world import NOW, TODAY
from workflows import inbox, pieces, rehearsal
from workflows.cast import gather
from workflows.flows import opening

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])


def waiting_for(person) -> list[Task]:
    rights = access.rights_of(person)
    return inbox.not_barred(rights, inbox.waiting(rights, inbox.how_many(rights), 0, 200))


def more_fonds(world, count: int) -> list[Fonds]:
    """Batches of other fonds, each with one entry: begun like the first."""
    made = []
    for number in range(count):
        fonds = appointing.register_fonds(
            code=f"Z9{number:02d}", title=f"示例全宗{number}", creating_agency=world.agencies[0], by="test", at=NOW
        )
        made.append(fonds)
    gather(at=NOW)
    for fonds in made:
        path = world.folder / f"{fonds.code}.csv"
        path.write_text(
            f"档号,题名,责任者,形成日期\n{fonds.code}-001-0001,关于召开会议的通知,示例省民政厅,1962-03-01\n", "utf-8"
        )
        take_in(fonds=fonds, path=path, by=world["planner"], at=NOW, today=TODAY)
        batch = planning.cut_batch(fonds=fonds, by=world["planner"], at=NOW, today=TODAY)
        opening.begin(batch=batch, by=world["planner"])
    return made


def test_what_waits_is_listed_by_deadline_and_what_has_none_comes_last(world):
    world.batch()
    more_fonds(world, 2)
    first, second, third = waiting_for(world["first"])
    today = timezone.localdate()
    Clock.objects.filter(subject=f"task:{third.pk}").update(due_on=today, began_on=today)
    Clock.objects.filter(subject=f"task:{first.pk}").update(due_on=today + timedelta(days=90))
    Clock.objects.filter(subject=f"task:{second.pk}").update(subject="task:0")
    assert [task.pk for task in waiting_for(world["first"])] == [third.pk, first.pk, second.pk]


def test_walking_the_clocks_gives_the_same_list_as_looking_them_up(world, monkeypatch):
    world.batch()
    more_fonds(world, 3)
    tasks = waiting_for(world["first"])
    today = timezone.localdate()
    for place, task in enumerate(reversed(tasks)):
        Clock.objects.filter(subject=f"task:{task.pk}").update(due_on=today + timedelta(days=place))
    Clock.objects.filter(subject=f"task:{tasks[0].pk}").update(subject="task:0")
    rights = access.rights_of(world["first"])
    few = [task.pk for task in inbox.waiting(rights, 1, 0, 200)]
    many = [task.pk for task in inbox.waiting(rights, inbox.FEW + 1, 0, 200)]
    assert few == many
    assert few[-1] == tasks[0].pk
    pieced = [inbox.waiting(rights, inbox.FEW + 1, start, start + 1) for start in range(4)]
    assert [task.pk for page in pieced for task in page] == few


def test_four_eyes_takes_a_piece_off_the_list_of_whoever_decided_earlier(world):
    batch = world.batch()
    rehearsal.first_review(batch, world["first2"])
    assert not [task for task in waiting_for(world["first2"]) if task.flow_task.name == "second_review"]
    assert [task for task in waiting_for(world["second"]) if task.flow_task.name == "second_review"]


def test_and_off_the_list_of_whoever_acts_for_such_a_one(world):
    batch = world.batch()
    rehearsal.first_review(batch, world["first2"])
    lend(world, "first2", "planner", "review.second_review_fonds")
    (task,) = rehearsal.open_tasks(batch, "second_review")
    assert task not in waiting_for(world["planner"])
    assert not task.flow_task.may_work(world["planner"], task), "the door says the same"
    lend(world, "second", "auditor", "review.second_review_fonds")
    assert task in waiting_for(world["auditor"])
    assert task.flow_task.may_work(world["auditor"], task)


def test_the_list_and_the_door_agree_for_everybody_at_every_desk(world):
    batch = world.batch()
    for desk in ("first_review", "second_review", "sample", "countersign", "sign_off", "consent", "release"):
        world.walk(batch, desk)
        for person in {*world.people.people.values()}:
            listed = set(waiting_for(person))
            for task in rehearsal.open_tasks(batch):
                assert (task in listed) == task.flow_task.may_work(person, task), f"{person.username} at {desk}"


def test_a_piece_says_what_it_is_until_when_and_for_whom(client, world):
    batch = world.walked("sign_off")
    lend(world, "confirmer", "planner", "review.sign_off_fonds")
    client.force_login(world["planner"])
    text = client.get(reverse("my-work")).content.decode()
    (task,) = rehearsal.open_tasks(batch, "sign_off")
    due = Clock.objects.get(subject=f"task:{task.pk}").due_on
    assert batch.number in text
    assert due.isoformat() in text
    assert world["confirmer"].full_name in text


def test_what_i_wait_for_is_where_my_work_went(client, world):
    batch = world.batch()
    rehearsal.first_review(batch, world["first"])
    (task,) = rehearsal.open_tasks(batch, "second_review")
    client.force_login(world["first"])
    followed = client.get(reverse("my-work")).context["followed"]
    assert [piece.task.pk for piece in followed] == [task.pk]
    assert followed[0].number == batch.number


def test_the_page_costs_as_many_queries_for_two_pieces_as_for_eight(client, world):
    person = world["first"]
    client.force_login(person)

    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            assert client.get(reverse("my-work")).status_code == 200
        return len(counted)

    batch = world.batch()
    queries()
    few = queries()
    more_fonds(world, 6)
    assert queries() == few <= 20
    assert batch.number in client.get(reverse("my-work")).content.decode()


def test_a_place_further_down_is_asked_for_without_harm(client, world):
    world.batch()
    client.force_login(world["first"])
    for start in ("0", "50", "x", "-1", "9" * 40):
        assert client.get(reverse("my-work"), {"from": start}).status_code == 200


def test_a_task_of_a_node_that_is_gone_breaks_nobodys_page(client, world):
    batch = world.batch()
    (task,) = rehearsal.open_tasks(batch)
    Task.objects.filter(pk=task.pk).update(flow_task="workflows/flows.opening.OpeningFlow.was_here")
    client.force_login(world["first"])
    assert batch.number not in client.get(reverse("my-work")).content.decode()


# -- what a line says


def line_of(client, who, batch):
    client.force_login(who)
    context = client.get(reverse("my-work")).context
    (piece,) = [piece for piece in [*context["mine"], *context["waiting"]] if piece.number == batch.number]
    return piece


def test_a_line_says_how_much_is_done_and_in_how_much_the_rules_found_something(client, world):
    batch = world.batch()
    before = line_of(client, world["first"], batch)
    assert (before.done, before.entries) == (0, batch.batch_entries.count())
    advised = Suggested.objects.filter(batch_entry__batch=batch).exclude(suggestion__in=("open", "not_due")).count()
    assert before.look_at == advised > 0
    rehearsal.first_review(batch, world["first"])
    half_done = line_of(client, world["second"], batch)
    assert half_done.done == 0, "another stage begins with nothing done"


def test_what_is_done_counts_this_round_and_this_unit_only(client, world):
    batch = world.walked("countersign")
    for task in rehearsal.open_tasks(batch, "countersign"):
        piece = line_of(client, world.people.units[task.seed.agency_id], batch)
        assert piece.done == 0
        assert piece.look_at is None, "how much the rules found in the whole batch is not a unit's business"


def test_nothing_is_counted_where_it_would_take_long(client, world, monkeypatch):
    batch = world.batch()
    monkeypatch.setattr(pieces, "COUNTED", 3)
    piece = line_of(client, world["first"], batch)
    assert (piece.done, piece.look_at) == (None, None)
    assert piece.entries == batch.batch_entries.count()


def test_a_clock_that_stands_still_says_so(client, world):
    batch = world.batch()
    (task,) = rehearsal.open_tasks(batch)
    clock = Clock.objects.get(subject=f"task:{task.pk}")
    today = timezone.localdate()
    ClockPause.objects.create(clock=clock, from_day=today, because="x", person=world["manager"], at=NOW)
    assert line_of(client, world["first"], batch).stopped_on == today
    assert "期限已中止" in client.get(reverse("my-work")).content.decode()


@pytest.mark.parametrize(("days", "said"), [(-2, "已逾期2天"), (0, "今天到期"), (1, "还有1天"), (30, "还有30天")])
def test_how_long_there_is_stands_in_words(days, said):
    assert days_left(timezone.localdate() + timedelta(days=days)) == said


def test_what_became_of_what_i_handed_on_is_told_when_it_is_over(client, world):
    batch = world.walked("release")
    client.force_login(world["first"])
    assert not client.get(reverse("my-work")).context["became"]
    world.walk(batch)
    ((piece, release),) = client.get(reverse("my-work")).context["became"]
    assert (piece.number, release.batch_id) == (batch.number, batch.pk)
    assert release.number in client.get(reverse("my-work")).content.decode()


@pytest.mark.parametrize(
    ("who", "name"),
    [("planner", "plan"), ("manager", "manage"), ("auditor", "ledger"), ("panel", "batches"), ("keeper", "help")],
)
def test_an_empty_list_says_what_one_can_do_instead(client, world, who, name):
    client.force_login(world[who])
    tree = html.fromstring(client.get(reverse("my-work")).content.decode())
    assert tree.xpath("//div[@class='empty']/a/@href") == [reverse(name)]
