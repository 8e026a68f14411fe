"""Clocks on the road: begun with the work, ended with it, fired once each, stopped, extended, and quiet on leave."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from viewflow.workflow.models import Task
from viewflow.workflow.status import STATUS

from policies.procedure import CLOCK_KINDS, shipped
from policies.sentences import Refusal
from policies.working_days import MovedDay, WorkingDays
from review import ledger
from review.models import Absence, Clock, ClockRung, Entry, LedgerLine, Notice
from review.operations import calendars, clocks
from tests.world import NOW
from workflows import flows, rehearsal
from workflows.nodes import Desk
from workflows.ticking import Ticked, fire_rungs, tick

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])


def running(batch, kind=None):
    found = Clock.objects.filter(batch=batch, ended_at=None)
    return found.filter(kind=kind) if kind else found


def after(days):
    """A day so many working days after today, and a moment on it."""
    today = timezone.localdate()
    return WorkingDays().after(today, days)


def ticked(day):
    return tick(at=timezone.now(), today=day)


@pytest.mark.parametrize("name", flows.__all__)
def test_every_desk_of_every_road_has_a_clock_of_a_known_kind(name):
    for node in getattr(flows, name).instance.nodes():
        if isinstance(node, Desk):
            assert node.has_clock, node.name
            assert callable(node._clock) or node._clock in CLOCK_KINDS, node.name


def test_a_desk_and_its_clock_begin_and_end_together(world):
    batch = world.batch()
    (first,) = running(batch)
    (task,) = rehearsal.open_tasks(batch)
    assert (first.kind, first.subject, first.fonds) == ("first_review", f"task:{task.pk}", world.fonds)
    rehearsal.first_review(batch, world["first"])
    first.refresh_from_db()
    assert (first.ended_how, first.next_on) == ("met", None)
    assert [clock.kind for clock in running(batch)] == ["second_review"]


def test_units_asked_side_by_side_have_a_clock_each_in_one_line_of_the_ledger(world):
    batch = world.walked("countersign")
    found = running(batch, "countersign")
    assert {clock.agency for clock in found} == set(world.agencies)
    lines = LedgerLine.objects.filter(act="begin_clock", facts__contains="countersign")
    assert lines.count() == 1


def test_a_task_that_is_cancelled_drops_its_clock_and_revived_begins_another(world):
    batch = world.batch()
    (task,) = rehearsal.open_tasks(batch)
    with task.activation() as activation:
        activation.cancel()
    assert Clock.objects.get(batch=batch).ended_how == "dropped"
    task.refresh_from_db()
    with task.activation() as activation:
        revived = activation.revive()
    assert running(batch).get().subject == f"task:{revived.pk}"


def test_a_ladder_that_was_written_down_is_not_changed_by_later_procedures(world):
    batch = world.walked("countersign")
    rule = shipped("CN").clocks["countersign"]
    clock = running(batch, "countersign").first()
    days = WorkingDays()
    assert clock.due_on == days.after(clock.began_on, rule.days)
    assert [r.on for r in clock.rungs.all()] == [days.after(clock.began_on, rung.after) for rung in rule.rungs]


def test_each_rung_fires_once_however_often_time_is_looked_at(world):
    batch = world.walked("countersign")
    day = after(10)
    ticked(day - timedelta(days=1))
    assert not Notice.objects.exists()
    for _ in range(3):
        ticked(day)
    ticked(day - timedelta(days=5))  # the clock of the machine set back
    assert ClockRung.objects.filter(fired_at__isnull=False).count() == 2
    told = Notice.objects.order_by("person__username")
    assert [n.person for n in told] == sorted(world.people.units.values(), key=lambda p: p.username)
    assert all(batch.number in n.text_zh for n in told)


def test_no_notice_says_the_title_of_a_record(world):
    world.walked("countersign")
    ticked(after(19))
    said = "".join(n.text_zh + n.text_en + n.link + n.key for n in Notice.objects.all())
    said += "".join(LedgerLine.objects.filter(actor="tick").values_list("facts", flat=True))
    assert Notice.objects.exists()
    assert not [entry.title for entry in Entry.objects.exclude(title="") if entry.title in said]


def test_rungs_that_were_missed_fire_when_time_is_looked_at_again(world):
    world.walked("countersign")
    done = ticked(after(16))
    assert done.fired == 4  # reminder and escalation of two units
    acts = Notice.objects.values_list("key", flat=True)
    assert len(set(acts)) == len(acts) == 4


def test_whoever_holds_the_work_is_reminded_and_else_all_who_may_take_it(world):
    batch = world.batch()
    ticked(after(25))
    everybody = {"first", "first2"}
    assert {n.person.username for n in Notice.objects.all()} == everybody
    Notice.objects.all().delete()
    (task,) = rehearsal.open_tasks(batch)
    with task.activation() as activation:
        activation.assign(world["first2"])
    ClockRung.objects.filter(clock__batch=batch).update(fired_at=None)
    Clock.objects.filter(batch=batch).update(next_on=after(25))
    ticked(after(25))
    assert [n.person.username for n in Notice.objects.all()] == ["first2"]


def test_where_nobody_holds_the_role_the_manager_is_told(world):
    world.walked("countersign")
    for person in world.people.units.values():
        person.groups.clear()
    ticked(after(10))
    assert {n.person.username for n in Notice.objects.all()} == {"manager"}


def test_on_leave_the_stand_in_is_told_and_nothing_is_mailed_to_the_absent(world, settings):
    settings.MAILS = True
    world.batch()
    first, first2, second = world["first"], world["first2"], world["second"]
    for person in (first, first2, second):
        person.email = f"{person.username}@example.org"
        person.save()
    day = after(25)
    for person, stand_in in ((first, second), (first2, None)):
        Absence.objects.create(
            person=person, from_day=day, to_day=day, stand_in=stand_in, recorded_at=NOW, recorded_by=person
        )
    fire_rungs(Ticked(), at=timezone.now(), today=day)
    told = {n.person.username: (n.instead_of, n.to_mail) for n in Notice.objects.all()}
    assert told == {"second": (first, True), "first2": (None, False)}


def test_a_stopped_clock_is_silent_and_resumed_it_has_as_many_days_left(world):
    batch = world.walked("countersign")
    clock, other = running(batch, "countersign")
    days = WorkingDays()
    clocks.stop(clock=clock, because="等待补正材料", by=world["manager"], at=NOW, today=after(2))
    ticked(after(12))
    assert {n.clock for n in Notice.objects.all()} == {other}
    clocks.resume(clock=clock, by=world["manager"], at=NOW, today=after(12))
    clock.refresh_from_db()
    assert clock.due_on == days.after(after(12), 13)
    assert [r.on for r in clock.rungs.all()] == [days.after(after(12), left) for left in (8, 13, 18)]
    assert clock.pauses.get().because == "等待补正材料"


def test_one_extension_only_and_only_by_a_manager(world):
    batch = world.walked("countersign")
    clock = running(batch, "countersign").first()
    with pytest.raises(PermissionDenied):
        clocks.extend(clock=clock, by=world["first"], at=NOW, today=after(3))
    clocks.extend(clock=clock, by=world["manager"], at=NOW, today=after(3))
    clock.refresh_from_db()
    assert clock.due_on == after(30)
    with pytest.raises(Refusal, match="一次"):
        clocks.extend(clock=clock, by=world["manager"], at=NOW, today=after(4))
    with pytest.raises(Refusal, match="不得延长"):
        clocks.extend(clock=_of_kind(world, "plan"), by=world["manager"], at=NOW, today=after(1))


def test_a_unit_extends_its_own_clock_and_no_other(world):
    batch = world.walked("countersign")
    clock, other = running(batch, "countersign")
    clocks.extend(clock=clock, by=world.people.units[clock.agency_id], at=NOW, today=after(3))
    with pytest.raises(PermissionDenied):
        clocks.extend(clock=other, by=world.people.units[clock.agency_id], at=NOW, today=after(3))
    with pytest.raises(PermissionDenied):
        clocks.stop(clock=clock, because="x", by=world.people.units[clock.agency_id], at=NOW, today=after(3))


def _of_kind(world, kind):
    wanted = clocks.Wanted(kind, f"test:{kind}", fonds=world.fonds)
    return clocks.begin(clocks=[wanted], by="test", at=NOW, today=timezone.localdate())[0]


def test_a_new_holiday_moves_what_still_runs_and_only_by_its_days(world):
    clock = _of_kind(world, "sign_off")
    assert clock.due_on == after(10)
    holiday = after(5)
    moved = calendars.move_days(
        days=[MovedDay(holiday, works=False, name="临时放假")],
        by=world["keeper"],
        at=NOW,
        today=timezone.localdate(),
    )
    clock.refresh_from_db()
    assert moved == 1
    assert clock.due_on == after(11)
    assert clock.next_on == after(9)


def test_the_calendar_of_a_year_is_read_from_a_file(world, tmp_path, capsys):
    path = tmp_path / "days.csv"
    path.write_text(f"日期,上班,名称\n{after(5)},否,临时放假\n", encoding="utf-8")
    clock = _of_kind(world, "sign_off")
    call_command("calendar_days", str(path), by="keeper")
    clock.refresh_from_db()
    assert clock.due_on == after(11)


def test_a_unit_that_stays_silent_is_recorded_so_and_the_road_goes_on(world):
    batch = world.walked("countersign")
    asked = list(batch.countersignatures.order_by("pk"))
    ticked(after(20))
    for row in asked:
        row.refresh_from_db()
        assert (row.answered_at, row.silence) == (None, "escalate")
    assert {clock.ended_how for clock in Clock.objects.filter(kind="countersign")} == {"lapsed"}
    assert [task.flow_task.name for task in rehearsal.open_tasks(batch)] == ["reconcile"]
    assert not ticked(after(20)).lapsed
    assert ledger.verify().bad_line is None


def test_a_unit_that_answered_in_time_does_not_lapse(world):
    batch = world.walked("countersign")
    task, other = rehearsal.open_tasks(batch, "countersign")
    rehearsal.countersign(task, world.people.units[task.seed.agency_id])
    ticked(after(20))
    task.seed.refresh_from_db()
    assert task.seed.silent_at is None
    assert Task.objects.get(pk=other.pk).status == STATUS.DONE
    other.seed.refresh_from_db()
    assert other.seed.silence == "escalate"


def test_a_lapse_that_fails_leaves_its_rung_to_be_fired_again_and_holds_up_nobody(world, monkeypatch):
    batch = world.walked("countersign")
    first, _other = rehearsal.open_tasks(batch, "countersign")
    node = first.flow_task
    lapses = node._lapses

    def broken(activation):
        if activation.task.pk == first.pk:
            raise RuntimeError("a fault")
        lapses(activation)

    monkeypatch.setattr(node, "_lapses", broken)
    done = ticked(after(20))
    assert (done.lapsed, len(done.failed)) == (1, 1)
    assert Task.objects.get(pk=first.pk).status == STATUS.NEW
    monkeypatch.undo()
    assert ticked(after(20)).lapsed == 1
    assert Task.objects.get(pk=first.pk).status == STATUS.DONE


def test_asking_fifty_units_takes_as_many_queries_for_their_clocks_as_asking_two(world):
    def counted(count):
        wanted = [clocks.Wanted("countersign", f"{count}:{n}", fonds=world.fonds) for n in range(count)]
        with CaptureQueriesContext(
            connection,
        ) as context:
            clocks.begin(clocks=wanted, by="test", at=NOW, today=timezone.localdate())
        return len(context)

    counted(1)
    assert counted(2) == counted(50)


def test_a_tick_reads_only_what_is_due_and_the_same_for_two_and_for_fifty(world):
    def counted(count):
        Clock.objects.filter(ended_at=None).update(next_on=None)
        wanted = [clocks.Wanted("plan", f"{count}:{n}", fonds=world.fonds) for n in range(count)]
        clocks.begin(clocks=wanted, by="test", at=NOW, today=timezone.localdate())
        with CaptureQueriesContext(connection) as context:
            done = ticked(after(8))
        assert done.fired == count
        return len(context)

    assert counted(2) == counted(50)
