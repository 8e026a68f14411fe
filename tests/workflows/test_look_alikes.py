"""Entries alike are shown beside one another wherever one of them is decided: as a warning that stops nobody."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from lxml import html

from policies.likeness import likeness_of
from policies.outcomes import Outcome, Stage
from policies.reviewing import Decision
from review.jobs.intakes import take_in
from review.models import Batch, BatchEntry
from review.operations import reviewing
from review.queries.decisions import settled
from review.queries.likeness import earlier_decisions, uneven_among, uneven_of
from tests.world import NOW, TODAY, World, make_world
from workflows import rehearsal

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])

HEADING = "档号,题名,责任者,形成日期,类别,密级,形成单位\n"
ENTRIES = """Z001-001-0001,关于调整一九六二年救济标准的通知,示例省民政厅,1962-03-01,救济,,示例省民政厅
Z001-001-0002,关于调整1963年救济标准的通知,示例省民政厅,1963-03-01,救济,,示例省民政厅
Z001-001-0003,关于下达救灾款物分配方案的批复,示例省民政厅,1964-03-01,救济,,示例省民政厅
Z001-001-0004,关于下达救灾款物分配方案的批示,示例省民政厅,1965-03-01,救济,,示例省民政厅
Z001-001-0005,关于加强防汛工作的通知,示例省民政厅,1966-03-01,防汛,,示例省民政厅
"""
LATER = "Z001-002-0001,关于调整1974年救济标准的通知,示例省民政厅,1974-03-01,救济,,示例省民政厅\n"
LATE = Decision(Outcome.DEFER, "CN-8-2", date(2040, 1, 1), "内容涉及尚未了结的事项")


@pytest.fixture
def alike(db, tmp_path) -> World:
    return make_world(tmp_path, HEADING + ENTRIES)


def decide(world: World, batch: Batch, code: str, decision: Decision = LATE) -> None:
    row = batch.batch_entries.get(entry__reference_code=code)
    reviewing.record_opinions(
        batch=batch, stage=Stage.FIRST_REVIEW, decisions={row.pk: decision}, by=world["first"], at=NOW, today=TODAY
    )


def desk(client, world: World, batch: Batch, name: str, who: str, language: str = "zh-hans") -> html.HtmlElement:
    client.force_login(world[who])
    client.cookies.load({"django_language": language})
    (task,) = rehearsal.open_tasks(batch, name)
    answer = client.get(reverse("task", args=[task.pk]))
    assert answer.status_code == 200
    return html.fromstring(answer.content.decode())


def warned(page: html.HtmlElement) -> str:
    return " ".join(" ".join(node.text_content() for node in page.xpath("//section[@id='uneven']")).split())


def second_batch(world: World) -> Batch:
    """A batch of an entry that came later, after the first batch was released."""
    world.walked("")
    path = world.folder / "later.csv"
    path.write_text(HEADING + LATER, encoding="utf-8")
    take_in(fonds=world.fonds, path=path, by=world["planner"], at=NOW, today=TODAY)
    return world.batch()


def test_every_entry_of_a_batch_has_its_key(alike):
    for row in alike.batch().batch_entries.select_related("entry"):
        assert row.likeness == likeness_of(row.entry.title) != ""


def test_what_is_decided_alike_is_not_warned_of(client, alike):
    batch = alike.batch()
    assert warned(desk(client, alike, batch, "first_review", "first")) == ""


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "延期开放"), ("en", "Defer")])
def test_the_desk_warns_where_alike_entries_are_about_to_be_decided_differently(client, alike, language, words):
    batch = alike.batch()
    decide(alike, batch, "Z001-001-0001")
    page = desk(client, alike, batch, "first_review", "first", language)
    said = warned(page)
    assert words in said
    assert "Z001-001-0001" in said and "Z001-001-0002" in said and "Z001-001-0005" not in said
    marked = page.xpath("//li[.//a[@href='#uneven']]//span[@class='code'][1]/text()")
    assert set(marked) == {"Z001-001-0001", "Z001-001-0002"}


def test_it_is_a_warning_and_no_bar(alike):
    batch = alike.batch()
    decide(alike, batch, "Z001-001-0001")
    rehearsal.first_review(batch, alike["first"])
    assert rehearsal.open_tasks(batch, "second_review")


def test_second_review_is_warned_by_what_first_review_said(client, alike):
    batch = alike.batch()
    decide(alike, batch, "Z001-001-0001")
    rehearsal.first_review(batch, alike["first"])
    assert "Z001-001-0002" in warned(desk(client, alike, batch, "second_review", "second"))


def test_the_sign_off_page_names_the_number_and_finds_small_edits_too(client, alike):
    batch = alike.batch()
    for code in ("Z001-001-0001", "Z001-001-0003"):
        decide(alike, batch, code)
    rehearsal.first_review(batch, alike["first"])
    alike.walk(batch, "sign_off", objections=0)
    said = warned(desk(client, alike, batch, "sign_off", "confirmer", "en"))
    assert "2 groups" in said and "4 entries" in said
    rehearsal.sign_off(batch, alike["confirmer"])
    found = uneven_among(settled(batch))
    assert [sorted(entry.reference_code[-1] for entry, _ in group.rows) for group in found.listed] == [
        ["1", "2"], ["3", "4"],
    ]  # fmt: skip


def test_earlier_decisions_on_alike_entries_stand_beside_an_entry(client, alike):
    batch = second_batch(alike)
    page = desk(client, alike, batch, "first_review", "first", "en")
    (said,) = page.xpath("//details[@class='alike']")
    assert "2 alike were decided before: Defer 1 · Open 1" in said.text_content()
    links = said.xpath(".//a/@href")
    assert len(links) == 2 and all(client.get(link).status_code == 200 for link in links)


def test_decisions_of_a_fonds_one_may_not_read_are_not_shown(alike):
    rows = list(second_batch(alike).batch_entries.all())
    assert earlier_decisions(rows, by=alike["first"])
    assert earlier_decisions(rows, by=alike["unit-mzt"]) == {}


def test_an_entry_without_a_key_is_alike_to_nothing(alike):
    batch = second_batch(alike)
    BatchEntry.objects.update(likeness="")
    assert earlier_decisions(list(batch.batch_entries.all()), by=alike["first"]) == {}
    assert uneven_of(batch, Stage.FIRST_REVIEW).groups == 0


def test_the_price_in_queries_does_not_grow(alike):
    batch = alike.batch()
    decide(alike, batch, "Z001-001-0001")
    rows = list(batch.batch_entries.all())
    counts = set()
    for some in (rows[:1], rows):
        with CaptureQueriesContext(connection) as captured:
            earlier_decisions(some, by=alike["first"])
            uneven_of(batch, Stage.FIRST_REVIEW)
        counts.add(len(captured))
    assert len(counts) == 1
