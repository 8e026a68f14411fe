"""The year's plan: proposed from the due list, approved by another person, and carried out line by line."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from policies.sentences import Refusal
from review.models import AccessRequest, Batch, Entry, Fonds, LedgerLine, Plan, PlanLine
from review.operations import appointing, planning, plans
from review.queries.plan_progress import progress_of
from review.queries.plans import counted, entries_of, lines_of
from tests.cases import act, post, seen, status, tasks_of
from tests.review.scenes_hrefer import approved, choice, make_plan, submitted
from tests.shelf import another_agency, make_entries, make_entry, make_intake, make_series
from tests.world import NOW, TODAY
from workflows import planning as pages
from workflows import rehearsal
from workflows.flows import PlanFlow
from workflows.flows import plan as plan_flow

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])

DUE = {f"Z001-001-00{n:02}" for n in (1, 2, 3, 4, 5, 6, 7, 8, 11, 12)}
YEAR_END = date(TODAY.year, 12, 31)


def begun(world, year=TODAY.year) -> Plan:
    plan = make_plan(world, year)
    plan_flow.begin(plan=plan, by=world["planner"])
    return plan


def codes(batch) -> set[str]:
    return set(batch.batch_entries.values_list("entry__reference_code", flat=True))


def taken(plan) -> dict[int, set[str]]:
    """The codes that each line would take, by its position."""
    return {line.position: set(entries_of(line).values_list("reference_code", flat=True)) for line in lines_of(plan)}


# -- proposing


def test_the_due_list_proposes_every_due_entry_in_exactly_one_line(world):
    plan = make_plan(world)
    lines = lines_of(plan)
    found = [code for line in lines if line.state == "due" for code in taken(plan)[line.position]]
    assert sorted(found) == sorted(DUE)
    assert sum(line.entries for line in lines if line.state == "due") == len(DUE)
    assert {line.agency for line in lines if line.state == "due"} == set(world.agencies), "by responsible agency"


def test_what_falls_due_later_in_the_year_is_in_the_plan_and_what_falls_due_after_it_is_not(world):
    intake = make_intake(world.fonds, world["planner"])
    make_entry(intake, "N-1", "关于会议的通知", date(2001, 12, 20))
    make_entry(intake, "N-2", "关于会议的通知", date(2002, 1, 20), classification="内部")
    found = {code for some in taken(make_plan(world)).values() for code in some}
    assert "N-1" in found
    assert "N-2" not in found


def test_series_units_and_due_years_are_told_apart_and_no_entry_is_counted_twice(world):
    intake = make_intake(world.fonds, world["planner"])
    top = make_series(intake, "S1", "文书")
    below = make_series(intake, "S1.1", "会议", parent=top)
    other = another_agency("JTT", "示例省交通厅")
    make_entry(intake, "A-1", "关于会议的通知", date(1960, 1, 1), series=top)
    make_entry(intake, "A-2", "关于会议的通知", date(1960, 1, 1), series=below)
    make_entry(intake, "A-3", "关于会议的通知", date(2000, 5, 1), series=below)
    make_entry(intake, "A-4", "关于会议的通知", date(2000, 5, 1), series=below, agency=other)
    make_entry(intake, "A-5", "关于会议的通知", date(1960, 1, 1), agency=None)
    plan = make_plan(world)
    mine = [some & {"A-1", "A-2", "A-3", "A-4", "A-5"} for some in taken(plan).values()]
    assert sorted(map(sorted, filter(None, mine))) == [["A-1"], ["A-2"], ["A-3"], ["A-4"], ["A-5"]]
    assert {line.pk: line.entries for line in lines_of(plan) if line.state != "early"}.items() <= counted(
        lines_of(plan)
    ).items()


def test_early_candidates_have_a_line_of_their_own(world):
    (early,) = [line for line in lines_of(make_plan(world)) if line.state == "early"]
    assert set(entries_of(early).values_list("reference_code", flat=True)) == {"Z001-001-0009"}


def test_what_a_request_asks_for_comes_first(world):
    entry = Entry.objects.get(reference_code="Z001-001-0009")
    AccessRequest.objects.create(
        number="SQ-1",
        kind="request",
        asker="某人",
        contact="—",
        text="请求利用",
        fonds=world.fonds,
        entry=entry,
        received_at=NOW,
    )
    plan = make_plan(world)
    first = lines_of(plan)[0]
    assert (first.asked_for.number, first.entries) == ("SQ-1", 1)
    assert taken(plan)[first.position] == {"Z001-001-0009"}
    assert not any("Z001-001-0009" in some for position, some in taken(plan).items() if position != first.position)


def test_a_plan_of_nothing_is_not_made(world):
    world.batch()
    Entry.objects.filter(reference_code__in=["Z001-001-0009"]).update(access_condition="控制使用")
    with pytest.raises(Refusal, match="无须编制计划"):
        make_plan(world)


def test_a_plan_with_too_many_lines_does_not_tell_series_apart(world, monkeypatch):
    intake = make_intake(world.fonds, world["planner"])
    for place in range(6):
        make_entry(intake, f"S-{place}", "通知", date(1960, 1, 1), series=make_series(intake, f"S{place}", "类"))
    monkeypatch.setattr("review.queries.plans.MOST_LINES", 5)
    assert all(line.series is None for line in lines_of(make_plan(world)))


# -- changing


def test_an_added_line_takes_its_entries_from_the_lines_of_all_others(world):
    plan = make_plan(world)
    line = plans.add_line(
        plan=plan, fonds=world.fonds, choice=choice(world, due_to=YEAR_END), by=world["planner"], at=NOW
    )
    assert line.entries == 3, "all of the second agency"
    assert sum(line.entries for line in lines_of(plan) if line.state == "due") == len(DUE)
    assert [line.position for line in lines_of(plan)] == sorted({line.position for line in lines_of(plan)})


def test_a_changed_line_is_counted_anew(world):
    plan = make_plan(world)
    first = lines_of(plan)[0]
    plans.change_line(line=first, size=2, begin_by=YEAR_END, due_to=date(1988, 1, 1), by=world["planner"], at=NOW)
    changed = PlanLine.objects.get(pk=first.pk)
    assert (changed.size, changed.entries) == (2, 1)


def test_a_dropped_line_leaves_its_entries_to_wait_and_the_last_line_stays(world):
    plan = make_plan(world)
    first, *rest = lines_of(plan)
    plans.drop_line(line=first, by=world["planner"], at=NOW)
    assert [line.pk for line in lines_of(plan)] == [line.pk for line in rest]
    for line in rest[1:]:
        plans.drop_line(line=line, by=world["planner"], at=NOW)
    with pytest.raises(Refusal, match="至少须有一行"):
        plans.drop_line(line=rest[0], by=world["planner"], at=NOW)


def test_a_planner_of_another_fonds_changes_nothing(world):
    plan = make_plan(world)
    stranger = appointing.enrol(username="x", full_name="某人", post="", password="long enough 1", by="t", at=NOW)
    with pytest.raises(PermissionDenied):
        plans.submit_plan(plan=plan, by=stranger, at=NOW)
    other = Fonds.objects.create(code="Z9", title="他全宗")
    with pytest.raises(PermissionDenied):
        plans.add_line(plan=plan, fonds=other, choice=choice(world), by=world["planner"], at=NOW)


# -- the road


def test_a_plan_goes_from_its_draft_to_its_approval_and_back_with_reasons(world):
    plan = begun(world)
    (draft,) = tasks_of(PlanFlow, plan)
    act(world["planner"], draft, "submit")
    (approve,) = tasks_of(PlanFlow, plan)
    assert approve.flow_task.name == "approve"
    assert "须写明理由" in act(world["confirmer"], approve, "return", reason=" ")
    act(world["confirmer"], approve, "return", reason="分批过大")
    plan.refresh_from_db()
    assert (plan.submitted_at, plan.returned_because) == (None, "分批过大")
    (draft,) = tasks_of(PlanFlow, plan)
    assert draft.flow_task.name == "draft"
    assert "分批过大" in seen(world["planner"], reverse("task", args=[draft.pk]))
    act(world["planner"], draft, "submit")
    (approve,) = tasks_of(PlanFlow, plan)
    act(world["confirmer"], approve, "approve")
    plan.refresh_from_db()
    assert plan.approved_by == world["confirmer"]
    assert tasks_of(PlanFlow, plan) == []


def test_a_draft_that_is_given_up_ends_its_road(world):
    plan = begun(world)
    act(world["planner"], *tasks_of(PlanFlow, plan), "give_up")
    plan.refresh_from_db()
    assert plan.given_up_at is not None
    assert tasks_of(PlanFlow, plan) == []


def test_whoever_had_a_hand_in_the_plan_does_not_approve_it(world):
    appointing.appoint(person=world["confirmer"], role="planner", over=world.fonds, by="test", at=NOW)
    plan = begun(world)
    line = lines_of(plan)[0]
    plans.change_line(line=line, size=7, begin_by=line.begin_by, due_to=line.due_to, by=world["confirmer"], at=NOW)
    act(world["planner"], *tasks_of(PlanFlow, plan), "submit")
    (task,) = tasks_of(PlanFlow, plan)
    assert status(world["confirmer"], reverse("task", args=[task.pk])) == 403
    with pytest.raises(Refusal, match="另一人审批"):
        plans.approve_plan(plan=plan, by=world["confirmer"], at=NOW)


def test_the_lines_are_changed_dropped_and_added_at_the_desk(world):
    plan = begun(world)
    (task,) = tasks_of(PlanFlow, plan)
    first, second = lines_of(plan)[:2]
    act(world["planner"], task, "change", line=first.pk, size=3, begin_by=YEAR_END, due_to="1990-01-01")
    assert PlanLine.objects.get(pk=first.pk).size == 3
    act(world["planner"], task, "drop", line=second.pk)
    assert not PlanLine.objects.filter(pk=second.pk).exists()
    act(
        world["planner"],
        task,
        "add",
        fonds="Z001",
        state="due",
        agency=world.agencies[1].pk,
        size=9,
        begin_by=YEAR_END,
    )
    assert plan.lines.filter(size=9, agency=world.agencies[1]).exists()
    for data in (
        {"line": first.pk, "size": 0, "begin_by": YEAR_END},
        {"line": 10**9, "size": 1, "begin_by": YEAR_END},
    ):
        assert "未办理" in act(world["planner"], task, "change", **data)
    assert "未办理" in act(world["planner"], task, "add", fonds="none", state="due", size=9, begin_by=YEAR_END)


def test_a_submitted_plan_is_not_changed(world):
    plan = submitted(world)
    with pytest.raises(Refusal, match="不能再改"):
        plans.drop_line(line=lines_of(plan)[0], by=world["planner"], at=NOW)


# -- cutting


def cut_all(world, plan) -> list[Batch]:
    return [
        batch for line in lines_of(plan) if line.state == "due" for batch in pages.batches_of(line, world["planner"])
    ]


def test_a_line_gives_as_many_batches_as_its_size_demands(world):
    plan = make_plan(world)
    for line in lines_of(plan):
        plans.change_line(line=line, size=2, begin_by=line.begin_by, due_to=line.due_to, by=world["planner"], at=NOW)
    plans.submit_plan(plan=plan, by=world["planner"], at=NOW)
    plans.approve_plan(plan=plan, by=world["confirmer"], at=NOW)
    batches = cut_all(world, plan)
    assert max(batch.batch_entries.count() for batch in batches) == 2
    assert sorted(code for batch in batches for code in codes(batch)) == sorted(DUE)
    for batch in batches:
        assert batch.plan_line.plan == plan
        assert rehearsal.open_tasks(batch, "first_review")
    facts = LedgerLine.objects.filter(act="cut_batch").values_list("facts", flat=True)
    assert all(f'"plan": "{plan.number}"' in fact and "outside_plan" not in fact for fact in facts)


@pytest.mark.parametrize("state", ["a draft", "submitted", "given up"])
def test_no_batch_is_cut_of_a_plan_that_is_not_approved(world, state):
    plan = make_plan(world)
    if state == "submitted":
        plans.submit_plan(plan=plan, by=world["planner"], at=NOW)
    if state == "given up":
        plans.give_up_plan(plan=plan, by=world["planner"], at=NOW)
    with pytest.raises(Refusal, match="尚未批准"):
        planning.cut_planned(line=lines_of(plan)[0], by=world["planner"], at=NOW, today=TODAY)


def test_a_batch_that_is_started_the_old_way_is_outside_the_plan_and_the_ledger_says_so(client, world):
    client.force_login(world["planner"])
    client.post(reverse("start-batch", args=["Z001"]))
    assert Batch.objects.get().plan_line is None
    assert '"outside_plan": true' in LedgerLine.objects.get(act="cut_batch").facts


def test_a_batch_keeps_the_procedure_it_was_cut_under(world):
    batch = planning.cut_batch(fonds=world.fonds, by=world["planner"], at=NOW, today=TODAY)
    assert batch.procedure is None, "none is adopted: the one that ships"


def test_an_early_line_takes_what_the_rules_open_early_alone(world):
    intake = make_intake(world.fonds, world["planner"])
    make_entry(intake, "E-1", "关于普及义务教育工作情况的报告", date(2004, 5, 6))
    plan = approved(world)
    (early,) = [line for line in lines_of(plan) if line.state == "early"]
    (batch,) = pages.batches_of(early, world["planner"])
    assert codes(batch) == {"E-1"}
    with pytest.raises(Refusal, match="无须组批"):
        pages.batches_of(early, world["planner"])


def test_what_was_asked_for_is_cut_as_a_review_on_demand(world):
    entry = Entry.objects.get(reference_code="Z001-001-0009")
    AccessRequest.objects.create(
        number="SQ-1",
        kind="request",
        asker="某人",
        contact="—",
        text="请求利用",
        fonds=world.fonds,
        entry=entry,
        received_at=NOW,
    )
    line = lines_of(approved(world))[0]
    (batch,) = pages.batches_of(line, world["planner"])
    assert (batch.kind, codes(batch)) == ("on_demand", {"Z001-001-0009"})
    assert AccessRequest.objects.get().batch == batch


def test_a_review_on_demand_takes_what_is_named_whether_due_or_not_and_never_what_is_open(world):
    Entry.objects.filter(reference_code="Z001-001-0001").update(access_status="open")
    names = ["Z001-001-0001", "Z001-001-0009", "Z001-001-0010"]
    batch = planning.cut_batch(
        fonds=world.fonds, by=world["requests"], at=NOW, today=TODAY, codes=names, kind="on_demand"
    )
    assert (batch.kind, codes(batch)) == ("on_demand", {"Z001-001-0009", "Z001-001-0010"})


def test_only_planners_and_request_officers_start_a_review_on_demand_and_the_latter_nothing_else(world):
    names = {"codes": ["Z001-001-0009"], "kind": "on_demand"}
    with pytest.raises(PermissionDenied):
        planning.cut_batch(fonds=world.fonds, by=world["first"], at=NOW, today=TODAY, **names)
    with pytest.raises(PermissionDenied):
        planning.cut_batch(fonds=world.fonds, by=world["requests"], at=NOW, today=TODAY)


# -- progress


def test_progress_counts_what_is_planned_in_batches_decided_released_and_late(world):
    plan = approved(world)
    late_day = date(TODAY.year + 1, 1, 1)
    before = progress_of(lines_of(plan), late_day)
    assert all(one.late for one in before)
    assert sum(one.in_batches for one in before) == 0
    for batch in cut_all(world, plan):
        rehearsal_through(world, batch)
    after = [one for one in progress_of(lines_of(plan), late_day) if one.line.state == "due"]
    assert sum(one.in_batches for one in after) == sum(one.decided for one in after) == len(DUE)
    released = Entry.objects.filter(access_status="open").count()
    assert sum(one.released for one in after) == released > 0
    assert not any(one.late for one in after)
    text = seen(world["planner"], reverse("plan-progress", args=[plan.number]))
    assert plan.number in text


def rehearsal_through(world, batch) -> None:
    """Walk a batch that is already at first review to its end, by the hands of the cast."""
    people = {
        "first_review": "first", "second_review": "second", "sample": "sampler", "reconcile": "reconciler",
        "coordinate": "authority", "sign_off": "confirmer", "consent": "authority", "release": "publisher",
    }  # fmt: skip
    for _ in range(12):
        open_ = rehearsal.open_tasks(batch)
        if not open_:
            return
        name = open_[0].flow_task.name
        if name == "countersign":
            world.countersign(batch, 0)
        else:
            getattr(rehearsal, name)(batch, world[people[name]])
    raise AssertionError(f"still at {rehearsal.open_tasks(batch)}")


def test_the_pages_of_plans_ask_as_many_questions_of_many_lines_as_of_few(world):
    intake = make_intake(world.fonds, world["planner"])
    counts = []
    for more in (2, 20):
        for place in range(more):
            series = make_series(intake, f"T{more}-{place}", "类")
            make_entries(intake, 1, date(1970, 1, 1), series=series)
        plan = approved(world, TODAY.year)
        cut = lines_of(plan)[0]
        pages.batches_of(cut, world["planner"])
        client = Client()
        client.force_login(world["planner"])
        found = []
        for address in (reverse("plan"), reverse("plan-progress", args=[plan.number])):
            client.get(address)
            with CaptureQueriesContext(connection) as asked:
                assert client.get(address).status_code == 200
            found.append(len(asked))
        counts.append(found)
    assert counts[0] == counts[1]


def test_the_draft_and_the_approval_ask_as_many_questions_of_many_lines_as_of_few(world):
    intake = make_intake(world.fonds, world["planner"])
    counts = []
    for more in (2, 20):
        for place in range(more):
            make_entries(intake, 1, date(1970, 1, 1), series=make_series(intake, f"T{more}-{place}", "类"))
        plan = begun(world)
        found = []
        for person, verb in (("planner", "submit"), ("confirmer", "approve")):
            (task,) = tasks_of(PlanFlow, plan)
            client = Client()
            client.force_login(world[person])
            address = reverse("task", args=[task.pk])
            client.get(address)
            with CaptureQueriesContext(connection) as asked:
                assert client.get(address).status_code == 200
            found.append(len(asked))
            act(world[person], task, verb)
        counts.append(found)
    assert counts[0] == counts[1]


def test_a_plan_is_read_by_its_planners_approvers_and_auditors(world):
    address = reverse("plan-progress", args=[approved(world).number])
    answers = {who: status(world[who], address) for who in ("planner", "confirmer", "auditor", "first", "unit-mzt")}
    assert answers == {"planner": 200, "confirmer": 200, "auditor": 200, "first": 404, "unit-mzt": 404}


def test_a_plan_is_drafted_and_its_batches_are_cut_from_the_pages(world):
    year = timezone.localdate().year
    post(world["planner"], reverse("begin-plan"), year=year, fonds="Z001")
    plan = Plan.objects.get()
    act(world["planner"], *tasks_of(PlanFlow, plan), "submit")
    act(world["confirmer"], *tasks_of(PlanFlow, plan), "approve")
    first = next(line for line in lines_of(plan) if line.state == "due")
    post(world["planner"], reverse("cut-line", args=[plan.number, first.position]))
    assert first.batches.count() == 1
    assert "未办理" in post(world["planner"], reverse("begin-plan"), year=year + 7, fonds="")


def test_a_batch_is_under_the_procedure_that_was_in_force_when_it_was_cut(world):
    from review.operations import procedures
    from review.queries.procedures import procedure_in_force

    text = shipped_text().replace("look_ahead_days: 90", "look_ahead_days: 30")
    row = procedures.propose(text=text, why="试行", by=world["keeper"], at=NOW)
    procedures.adopt(procedure=row, by=world["keeper2"], at=NOW)
    assert procedure_in_force().look_ahead_days == 30
    first = lines_of(approved(world))[0]
    batch = planning.cut_planned(line=first, by=world["planner"], at=NOW, today=TODAY)
    assert batch.procedure == row
    assert f'"procedure": "{row}"' in LedgerLine.objects.get(act="cut_batch").facts


def shipped_text() -> str:
    from policies.procedure import FOLDER

    return (FOLDER / "cn.yaml").read_text(encoding="utf-8")
