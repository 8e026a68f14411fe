"""The review desk: decisions by key and by group, what they saw, and what is taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from lxml import html

from policies.outcomes import Stage
from review.models import Batch, Entry, LedgerLine, Opinion
from review.queries.advice import suggestions_of
from review.queries.decisions import standing, undecided
from tests.world import CATALOGUE, World, make_world
from workflows import rehearsal

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])


class Desk:
    """One batch at first (or second) review, as one person's browser sees it."""

    def __init__(
        self, client, world: World, who: str = "first", desk: str = "first_review", batch: Batch | None = None
    ):
        self.client, self.world, self.batch = client, world, batch or world.walked(desk)
        (self.task,) = rehearsal.open_tasks(self.batch, desk)
        self.address = reverse("task", args=[self.task.pk])
        self.sign_in(who)

    def sign_in(self, who: str) -> None:
        self.client.force_login(self.world[who])

    def page(self, **query) -> html.HtmlElement:
        answer = self.client.get(self.address, query)
        assert answer.status_code == 200, answer.status_code
        return html.fromstring(answer.content.decode())

    def post(self, **fields):
        return self.client.post(self.address, fields, headers={"Accept": "application/json"})

    def row(self, place: int = 0):
        return self.batch.batch_entries.order_by("position")[place]

    def shown(self, group: str) -> dict:
        """The form of the page that decides a group: its signed look, and the entries it drew."""
        page = self.page(group=group, decide=1)
        drawn = [int(box.get("value")) for box in page.xpath("//input[@name='leave_out']")]
        return {"shown": page.xpath("//input[@name='shown']/@value")[0], "drawn": drawn}


@pytest.fixture
def desk(client, world) -> Desk:
    return Desk(client, world)


REFER = {"verb": "decide", "outcome": "refer", "reason": "待查"}


def test_a_decision_is_answered_with_what_stands_now(desk):
    row = desk.row()
    answer = desk.post(**REFER, entry=row.pk, saw=0).json()
    opinion = standing(desk.batch, Stage.FIRST_REVIEW).get(batch_entry=row)
    assert answer["entries"][str(row.pk)]["saw"] == opinion.pk
    assert "移送" in answer["entries"][str(row.pk)]["html"]
    assert answer["left"] == desk.batch.batch_entries.count() - 1
    assert answer["today"] == 1


def test_a_decision_sent_twice_is_recorded_once(desk):
    row = desk.row()
    for _ in range(2):
        assert "said" in desk.post(**REFER, entry=row.pk, saw=0).json()
    assert Opinion.objects.count() == 1
    assert LedgerLine.objects.filter(act="record_opinions").count() == 1


def test_a_decision_on_what_another_decided_meanwhile_is_refused_and_says_who_and_when(client, desk):
    row = desk.row()
    desk.post(**REFER, entry=row.pk, saw=0)
    client.post(desk.address, {"verb": "put_back"})
    desk.sign_in("first2")
    refused = desk.post(verb="decide", outcome="refer", reason="另有去处", entry=row.pk, saw=0)
    assert "周若川" in refused.json()["refused"] and "移送" in refused.json()["refused"]
    assert Opinion.objects.get().reason == "待查"
    seen = Opinion.objects.get().pk
    assert "said" in desk.post(verb="decide", outcome="refer", reason="另有去处", entry=row.pk, saw=seen).json()


def test_a_second_tab_or_the_back_button_overwrites_nothing_unseen(desk):
    row = desk.row()
    desk.post(**REFER, entry=row.pk, saw=0)
    assert "refused" in desk.post(verb="decide", outcome="refer", reason="旧页面", entry=row.pk, saw=0).json()
    assert Opinion.objects.get().reason == "待查"


def test_a_refused_decision_is_told_in_a_sentence_and_changes_nothing(desk):
    answer = desk.post(verb="decide", entry=desk.row().pk, saw=0, outcome="defer", ground="", opens_on="")
    assert "依据" in answer.json()["refused"]
    assert not Opinion.objects.exists()


def test_a_session_that_ended_is_told_from_a_refusal(client, desk):
    client.logout()
    answer = desk.post(**REFER, entry=desk.row().pk, saw=0)
    assert answer.status_code == 302 and "next=" in answer["Location"]


def test_what_was_decided_last_is_taken_back(desk):
    row = desk.row()
    at = desk.post(**REFER, entry=row.pk, saw=0).json()["at"]
    answer = desk.post(verb="undo", given_at=at).json()
    assert answer["entries"][str(row.pk)]["saw"] == 0
    assert answer["left"] == desk.batch.batch_entries.count()
    assert not standing(desk.batch, Stage.FIRST_REVIEW).exists()
    assert LedgerLine.objects.filter(act="take_back").count() == 1
    assert "refused" in desk.post(verb="undo", given_at=at).json()
    assert "refused" in desk.post(verb="undo", given_at="gestern").json()


def test_without_a_script_the_page_offers_to_undo_what_was_just_decided(client, desk):
    client.post(desk.address, {**REFER, "entry": desk.row().pk, "saw": 0})
    page = desk.page()
    (given,) = page.xpath("//form[@data-undo-offer]/input[@name='given_at']/@value")
    assert "1 条" in page.xpath("string(//form[@data-undo-offer])") or "1" in page.xpath(
        "string(//form[@data-undo-offer])"
    )
    client.post(desk.address, {"verb": "undo", "given_at": given})
    assert not standing(desk.batch, Stage.FIRST_REVIEW).exists()
    assert not desk.page().xpath("//form[@data-undo-offer]")


def test_a_group_is_decided_as_advised_after_a_look_at_some_of_it(desk):
    count = suggestions_of(desk.batch).filter(suggestion="open").count()
    form = desk.shown("suggestion:open")
    assert len(form["drawn"]) == min(10, count)
    answer = desk.post(verb="decide_group", shown=form["shown"], looked="yes")
    assert "said" in answer.json()
    assert standing(desk.batch, Stage.FIRST_REVIEW).filter(outcome="open").count() == count


def test_a_whole_group_is_taken_back_at_once(desk):
    form = desk.shown("suggestion:open")
    at = desk.post(verb="decide_group", shown=form["shown"], looked="yes").json()["at"]
    assert "said" in desk.post(verb="undo", given_at=at).json()
    assert undecided(desk.batch, Stage.FIRST_REVIEW).count() == desk.batch.batch_entries.count()


def test_what_is_left_out_of_a_group_stays_undecided(desk):
    form = desk.shown("suggestion:open")
    desk.post(verb="decide_group", shown=form["shown"], looked="yes", leave_out=form["drawn"][:2])
    left = set(undecided(desk.batch, Stage.FIRST_REVIEW).values_list("pk", flat=True))
    assert set(form["drawn"][:2]) <= left
    assert not set(form["drawn"][2:]) & left


def test_a_group_gets_one_decision_of_ones_own(desk):
    form = desk.shown("suggestion:open")
    fields = {"how": "same", "outcome": "refer", "reason": "整组移送复核"}
    desk.post(verb="decide_group", shown=form["shown"], looked="yes", **fields)
    said = set(standing(desk.batch, Stage.FIRST_REVIEW).values_list("outcome", "reason"))
    assert said == {("refer", "整组移送复核")}


@pytest.mark.parametrize("broken", ["unlooked", "unsigned", "forged", "another", "changed", "old"])
def test_no_group_is_decided_without_the_very_look_that_was_shown(client, desk, broken, monkeypatch):
    form = {"verb": "decide_group", "shown": desk.shown("suggestion:open")["shown"], "looked": "yes"}
    if broken == "unlooked":
        form["looked"] = ""
    elif broken == "unsigned":
        del form["shown"]
    elif broken == "forged":
        form["shown"] = form["shown"][:-2] + "xx"
    elif broken == "another":
        client.post(desk.address, {"verb": "put_back"})
        desk.sign_in("first2")
    elif broken == "changed":
        desk.post(verb="follow", entry=suggestions_of(desk.batch).filter(suggestion="open").first().batch_entry_id)
    else:
        monkeypatch.setattr("workflows.views.review_groups.GOOD_FOR", -1)
    before = Opinion.objects.count()
    answer = desk.post(**form)
    assert answer.json()["refused"]
    assert Opinion.objects.count() == before


@pytest.mark.parametrize("group", ["all", "left", "", "nonsense:open", "suggestion:nothing"])
def test_nobody_takes_the_machines_advice_on_everything_at_once(client, desk, group):
    assert client.get(desk.address, {"group": group, "decide": 1}).status_code == 302


def test_a_title_is_screened_while_it_is_written_and_nothing_is_kept(desk):
    row = desk.batch.batch_entries.get(entry__reference_code="Z001-001-0004")
    told = desk.post(verb="try_title", entry=row.pk, public_title="关于给予王建业同志处分的决定").json()
    assert "王建业" in " ".join(told["hits"])
    assert desk.post(verb="try_title", entry=row.pk, public_title="关于给予[隐去]处分的决定").json() == {"hits": []}
    row.entry.refresh_from_db()
    assert row.entry.public_title == ""


def test_filter_and_order_are_in_the_address(desk):
    codes = "//li[@data-entry]/span[@class='code']/text()"
    assert desk.page(q="防汛").xpath(codes) == ["Z001-001-0002"]
    assert desk.page(q="防汛", group="suggestion:refer").xpath(codes) == []
    by_day = desk.page(order="day").xpath(codes)
    assert by_day.index("Z001-001-0001") < by_day.index("Z001-001-0005") < by_day.index("Z001-001-0012")
    desk.post(**REFER, entry=desk.row().pk, saw=0)
    assert desk.row().entry.reference_code not in desk.page(left=1).xpath(codes)


@pytest.mark.parametrize(
    "query",
    [
        {"page": "x"},
        {"page": "999999999999"},
        {"group": "agency:x"},
        {"order": "nonsense"},
        {"after": "-1"},
        {"q": "%_'\""},
    ],
)
def test_an_odd_address_shows_a_page(desk, query):
    desk.page(**query)


def test_script_and_other_scripts_in_titles_are_only_words(desk):
    row = desk.row()
    hostile = "<script>alert(1)</script> \u202eמכתב\u202c العربية " + "长" * 10_000
    Entry.objects.filter(pk=row.entry_id).update(title=hostile, public_title="<b>x</b>")
    text = desk.client.get(desk.address).content.decode()
    assert "<script>alert(1)" not in text and "<b>x</b>" not in text
    page = html.fromstring(text)
    assert page.xpath(f"//li[@id='e{row.pk}']//div[contains(@class,'entry__title')]/@dir") == ["auto"]
    assert "长" * 10_000 in page.xpath(f"string(//li[@id='e{row.pk}']//div[contains(@class,'entry__title')])")


def test_second_review_agrees_with_first_and_sees_the_agreement_afterwards(client, world):
    desk = Desk(client, world, "second", "second_review")
    for group in {f"opinion:{o}" for o in standing(desk.batch, Stage.FIRST_REVIEW).values_list("outcome", flat=True)}:
        assert "said" in desk.post(verb="decide_group", shown=desk.shown(group)["shown"], looked="yes").json()
    assert undecided(desk.batch, Stage.SECOND_REVIEW).count() == 0
    assert "复审" in desk.page().text_content()
    assert desk.page().xpath("//a[contains(@href,'quality')]/ancestor::p[contains(@class,'notice')]")


def test_pace_counts_todays_decisions(desk):
    for place in range(3):
        desk.post(**REFER, entry=desk.row(place).pk, saw=0)
    Opinion.objects.filter(batch_entry=desk.row(0)).exists()
    assert desk.page().xpath("string(//*[@data-today])") == "3"


def test_a_page_asks_as_many_questions_of_a_large_batch_as_of_a_small_one(client, tmp_path):
    def questions(world: World) -> int:
        desk = Desk(client, world)
        desk.page()
        with CaptureQueriesContext(connection) as asked:
            desk.page(group="suggestion:open")
        return len(asked)

    small = questions(make_world(tmp_path))
    lines = "".join(
        f"Z002-001-{n:04},关于调整第{n}号救济标准的通知,示例省民政厅,1962-03-01,救济,,示例省民政厅\n"
        for n in range(1, 40)
    )
    from review.jobs.intakes import take_in
    from review.models import Fonds
    from review.operations import appointing, planning
    from tests.world import NOW, TODAY
    from workflows import cast
    from workflows.flows import opening

    agency = Fonds.objects.get().creating_agency
    fonds = appointing.register_fonds(code="Z002", title="另一全宗", creating_agency=agency, by="test", at=NOW)
    people = cast.gather(at=NOW)
    path = tmp_path / "more.csv"
    path.write_text(CATALOGUE.splitlines()[0] + "\n" + lines, encoding="utf-8")
    take_in(fonds=fonds, path=path, by=people["planner"], at=NOW, today=TODAY)
    batch = planning.cut_batch(fonds=fonds, by=people["planner"], at=NOW + timedelta(minutes=1), today=TODAY)
    opening.begin(batch=batch, by=people["planner"])
    desk = Desk(client, World(fonds, [], people, tmp_path), batch=batch)
    desk.page()
    with CaptureQueriesContext(connection) as asked:
        desk.page(group="suggestion:open")
    assert len(asked) == small
