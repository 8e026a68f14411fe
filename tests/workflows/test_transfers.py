"""Opinions of forming units at transfer: stored, dated, shown, and never in the place of a review."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from policies.outcomes import Outcome, Stage
from policies.sentences import Refusal
from policies.transferring import TransferAdvice
from review.models import Clock, Entry, Opinion, TransferOpinion, TransferRequest
from review.operations import agencies, planning, reviewing, transferring
from review.queries.decisions import settled
from review.queries.transfers import asked_about, standing_opinions, units_to_ask, without_opinion
from tests.cases import act, post, seen, status, tasks_of
from tests.review.scenes_hrefer import advise, asked
from tests.shelf import make_entries, make_entry, make_intake
from tests.world import NOW, TODAY
from workflows import rehearsal
from workflows.flows import TransferFlow, opening
from workflows.flows import transfer as road

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])

YOUNG = "Z001-001-0009"


def begun(world) -> TransferRequest:
    request = asked(world)
    road.begin(request=request)
    return request


def young() -> Entry:
    return Entry.objects.get(reference_code=YOUNG)


# -- asking


def test_a_unit_is_asked_about_what_is_not_yet_due_and_was_never_reviewed(world):
    intake = make_intake(world.fonds, world["planner"])
    make_entry(intake, "A-1", "关于会议的通知", date(2015, 1, 1))
    make_entry(intake, "A-2", "关于会议的通知", date(2015, 1, 1), agency=world.agencies[1])
    make_entry(intake, "A-3", "关于会议的通知", date(1990, 1, 1))
    make_entry(intake, "A-4", "关于会议的通知", None)
    reviewed = make_entry(intake, "A-5", "关于普及义务教育工作情况的报告", date(2004, 5, 6))
    planning.cut_batch(fonds=world.fonds, by=world["planner"], at=NOW, today=TODAY, codes=["A-5"])
    assert {entry.reference_code for entry in asked_about(asked(world))} == {YOUNG, "A-1"}
    assert reviewed not in asked_about(TransferRequest.objects.get())


def test_who_continues_a_unit_is_asked_in_its_place(world):
    agencies.register_change(
        agency=world.agencies[0], kind="merged", day=date(2020, 1, 1), successors=[(world.agencies[1], "")],
        evidence="编〔2020〕1号", by="test", at=NOW,
    )  # fmt: skip
    assert units_to_ask(world.fonds, TODAY) == [world.agencies[1]]
    with pytest.raises(Refusal, match="无须征询"):
        asked(world)
    request = transferring.ask_opinion(fonds=world.fonds, agency=world.agencies[1], by=world["planner"], at=NOW)
    assert [entry.reference_code for entry in asked_about(request)] == [YOUNG]


def test_a_unit_is_asked_about_one_fonds_once_at_a_time(world):
    asked(world)
    with pytest.raises(Refusal, match="尚未答复"):
        asked(world)


def test_only_the_planner_asks_and_only_the_unit_answers(world):
    with pytest.raises(PermissionDenied):
        transferring.ask_opinion(fonds=world.fonds, agency=world.agencies[0], by=world["first"], at=NOW)
    request = begun(world)
    (task,) = tasks_of(TransferFlow, request)
    for who in ("unit-czt", "planner", "first"):
        assert status(world[who], reverse("task", args=[task.pk])) == 403
        with pytest.raises(PermissionDenied):
            transferring.record_opinions(
                request=request, opinions={young().pk: TransferAdvice(Outcome.OPEN)}, by=world[who], at=NOW
            )


def test_a_planner_asks_from_the_page(world):
    page = reverse("transfers")
    assert "示例省民政厅" in seen(world["planner"], f"{page}?fonds=Z001")
    post(world["planner"], page, fonds="Z001", agency="MZT")
    request = TransferRequest.objects.get()
    assert len(tasks_of(TransferFlow, request)) == 1
    assert Clock.objects.filter(kind="transfer", agency=world.agencies[0], ended_at=None).exists()
    assert request.number in seen(world["planner"], page)
    assert "未办理" in post(world["planner"], page, fonds="Z001", agency="MZT")


# -- answering


def test_a_unit_gives_its_opinions_one_by_one_or_together_and_hands_in_when_all_are_given(world):
    intake = make_intake(world.fonds, world["planner"])
    first, second = make_entries(intake, 2, date(2015, 1, 1))
    request = begun(world)
    (task,) = tasks_of(TransferFlow, request)
    unit = world["unit-mzt"]
    act(unit, task, "say", entry=[first.pk], outcome="defer", ground="CN-8-3-PI", opens_on="2070-01-01",
        disclosure="on_request", classification_change="2020年降密")  # fmt: skip
    assert "不能提交" in act(unit, task, "hand_on")
    act(unit, task, "say", entry=[second.pk, young().pk], outcome="open")
    said = standing_opinions([first.pk, second.pk, young().pk])
    assert [said[pk].outcome for pk in (first.pk, second.pk, young().pk)] == ["defer", "open", "open"]
    assert (said[first.pk].disclosure, said[first.pk].classification_change) == ("on_request", "2020年降密")
    act(unit, task, "hand_on")
    request.refresh_from_db()
    assert request.done_by == unit
    assert tasks_of(TransferFlow, request) == []


@pytest.mark.parametrize(
    "data",
    [
        {"outcome": "open"},
        {"entry": "x", "outcome": "open"},
        {"entry": "999999", "outcome": "open"},
        {"entry": "young"},
        {"entry": "young", "outcome": "defer"},
        {"entry": "young", "outcome": "refer"},
        {"entry": "young", "outcome": "open", "disclosure": "maybe"},
        {"entry": "due", "outcome": "open"},
    ],
)
def test_an_opinion_without_what_belongs_to_it_or_on_another_entry_is_refused(world, data):
    due = Entry.objects.get(reference_code="Z001-001-0001")
    known = {"young": young().pk, "due": due.pk}
    data = {name: known.get(value, value) for name, value in data.items()}
    (task,) = tasks_of(TransferFlow, begun(world))
    assert "未办理" in act(world["unit-mzt"], task, "say", **data)
    assert not TransferOpinion.objects.exists()


def test_a_newer_opinion_takes_the_place_of_an_older_one_which_stays_on_record(world):
    request = begun(world)
    advise(world, request)
    advise(world, request, outcome=Outcome.DEFER, ground="CN-8-2", opens_on=date(2060, 1, 1))
    assert list(TransferOpinion.objects.values_list("outcome", "standing")) == [("open", False), ("defer", True)]
    transferring.hand_in(request=request, by=world["unit-mzt"], at=NOW)
    with pytest.raises(Refusal, match="已经办结"):
        advise(world, request)
    again = asked(world)
    assert without_opinion(again).count() == 1, "asked again: to be said again"
    advise(world, again)
    assert TransferOpinion.objects.get(standing=True).request == again


def test_of_a_stub_nobody_advises_to_open_it(world):
    intake = make_intake(world.fonds, world["planner"])
    make_entry(intake, "S-1", "", date(2015, 1, 1), stub=True, classification="绝密★长期")
    with pytest.raises(Refusal, match="S-1"):
        advise(world, begun(world))


# -- what it is worth


def test_an_entry_with_a_transfer_opinion_to_open_still_needs_both_reviews(world):
    advise(world, begun(world))
    later = date(2035, 3, 5)
    batch = planning.cut_batch(fonds=world.fonds, by=world["planner"], at=NOW, today=later, codes=[YOUNG])
    opening.begin(batch=batch, by=world["planner"])
    assert young().access_status == "not_reviewed"
    assert not Opinion.objects.exists(), "an opinion at transfer is no review"
    (row,) = settled(batch)
    assert row.decision is None
    with pytest.raises(Refusal):
        reviewing.hand_on(batch=batch, stage=Stage.FIRST_REVIEW, by=world["first"], at=NOW)
    (task,) = rehearsal.open_tasks(batch)
    assert task.flow_task.name == "first_review"
    rehearsal.first_review(batch, world["first"])
    (task,) = rehearsal.open_tasks(batch)
    assert task.flow_task.name == "second_review"
    assert settled(batch)[0].decision is None
    with pytest.raises(Refusal):
        reviewing.hand_on(batch=batch, stage=Stage.SECOND_REVIEW, by=world["second"], at=NOW)


def test_an_opinion_changes_nothing_of_its_entry(world):
    before = Entry.objects.filter(pk=young().pk).values().get()
    advise(world, begun(world))
    assert Entry.objects.filter(pk=young().pk).values().get() == before


# -- what is seen


def test_the_page_of_the_entry_and_the_review_desk_show_it(world):
    advise(world, begun(world), reason="单位意见甲")
    text = seen(world["auditor"], reverse("holdings-entry", args=["Z001", young().pk]))
    assert "单位意见甲" in text
    batch = planning.cut_batch(
        fonds=world.fonds, by=world["planner"], at=NOW, today=TODAY, codes=[YOUNG], kind="on_demand"
    )
    opening.begin(batch=batch, by=world["planner"])
    (task,) = rehearsal.open_tasks(batch)
    assert "单位意见甲" in seen(world["first"], reverse("task", args=[task.pk]))


def test_the_units_desk_asks_as_many_questions_of_forty_entries_as_of_two(world):
    intake = make_intake(world.fonds, world["planner"])
    request = begun(world)
    (task,) = tasks_of(TransferFlow, request)
    client = Client()
    client.force_login(world["unit-mzt"])
    counts = []
    for more in (1, 38):
        make_entries(intake, more, date(2015, 1, 1))
        advise(world, request)
        client.get(reverse("task", args=[task.pk]))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("task", args=[task.pk])).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
