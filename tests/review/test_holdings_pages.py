"""The holdings pages: who may look, what is said of an entry and where it comes from, at what price in queries."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from lxml import html

from review.models import DigitalObject, EntryChange, Proposal
from review.queries.descriptions import Tree, elements_of
from tests.shelf import make_entries, make_entry, make_intake, make_series
from tests.world import NOW

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])


@pytest.fixture
def shelf(world):
    """A tree of two series with a file and its item, which has most of what it says from above."""
    intake = make_intake(world.fonds, world["planner"])
    top = make_series(intake, "S1", "救济", responsible_body="示例省民政厅", location="3-2-1")
    below = make_series(intake, "S1-1", "城镇救济", top)
    file = make_entry(
        intake, "S1-1-1", "城镇救济案卷", date(1965, 5, 5), level="file", series=below, retention="永久"
    )
    item = make_entry(
        intake, "S1-1-1-1", "关于发放救济款的通知", date(1965, 5, 5), series=below, parent=file, retention="永久",
        responsible_body="示例省民政厅", location="3-2-1", access_condition="不宜公开 | within: 控制",
        own={"retention": "", "responsible_body": "", "location": "", "access_condition": "不宜公开"},
    )  # fmt: skip
    return intake, top, below, file, item


def text_of(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return html.fromstring(answer.content.decode()).text_content()


PEOPLE = {"planner": 200, "first": 200, "second": 200, "confirmer": 200, "auditor": 200, "unit-mzt": 0}


@pytest.mark.parametrize("who", PEOPLE)
def test_any_right_on_the_fonds_opens_its_pages_and_a_unit_has_none(client, world, who):
    entry = world.fonds.entries.first()
    pages = {
        reverse("holdings"): PEOPLE[who] or 403,
        reverse("holdings-fonds", args=["Z001"]): PEOPLE[who] or 404,
        reverse("holdings-entry", args=["Z001", entry.pk]): PEOPLE[who] or 404,
    }
    client.force_login(world[who])
    assert {address: client.get(address).status_code for address in pages} == pages


def test_an_entry_of_another_fonds_is_not_found_under_this_one(client, world):
    client.force_login(world["planner"])
    assert client.get(reverse("holdings-entry", args=["Z001", 10**9])).status_code == 404
    assert client.get(reverse("holdings-fonds", args=["Z001"]) + "?series=77777").status_code == 404


def test_a_value_from_above_is_marked_with_the_unit_it_comes_from(world, shelf):
    *_, top, _below, file, item = shelf
    found = {element.name: element for element in elements_of(item)}
    assert (found["retention"].came, found["retention"].source) == ("above", file)
    assert (found["responsible_body"].came, found["responsible_body"].source) == ("above", top)
    assert found["access_condition"].came == "joined"
    assert found["date"].came == ""


def test_the_page_of_an_entry_says_its_elements_objects_and_history(client, world, shelf):
    intake, _top, _below, file, item = shelf
    DigitalObject.objects.create(
        entry=item, place=1, file_name="1.jpg", media_type="image/jpeg", size=1234, digest="a" * 64, attached_at=NOW,
        attached_by=world["planner"],
    )  # fmt: skip
    EntryChange.objects.create(intake=intake, entry=item, before={"title": "旧"})
    Proposal.objects.create(intake=intake, entry=item, changes={"retention": ["永久", "30年"]})
    client.force_login(world["first"])
    text = text_of(client, reverse("holdings-entry", args=["Z001", item.pk]))
    for word in ("关于发放救济款的通知", "S1-1-1", "城镇救济案卷", "3-2-1", "1.jpg", "目录.csv", "永久"):
        assert word in text
    assert "关于发放救济款的通知" in text_of(client, reverse("holdings-entry", args=["Z001", file.pk]))


def test_a_stub_says_its_code_and_mark_and_nothing_else(client, world):
    intake = make_intake(world.fonds, world["planner"])
    stub = make_entry(intake, "S-1", "", date(1990, 1, 1), stub=True, classification="绝密★长期")
    client.force_login(world["planner"])
    text = text_of(client, reverse("holdings-entry", args=["Z001", stub.pk]))
    assert "S-1" in text
    assert "绝密★长期" in text


def test_a_series_counts_what_lies_below_it(world, shelf):
    _intake, top, below, _file, _item = shelf
    tree = Tree(world.fonds)
    assert [tree.branches[pk].entries for pk in (top.pk, below.pk)] == [2, 2]
    assert [branch.pk for branch in tree.around(below.pk)] == [top.pk, below.pk]
    assert tree.entries == world.fonds.entries.count()


def test_the_pages_ask_as_many_questions_of_20_rows_as_of_2(client, world):
    intake = make_intake(world.fonds, world["planner"])
    client.force_login(world["planner"])
    addresses = [reverse("holdings"), reverse("holdings-fonds", args=["Z001"])]
    counts = []
    for more in (2, 18):
        for number in range(more):
            series = make_series(intake, f"T{more}-{number}", "类")
            make_entries(intake, 1, date(1970, 1, 1), series=series)
        seen = []
        for address in [*addresses, f"{addresses[1]}?series={series.pk}"]:
            client.get(address)
            with CaptureQueriesContext(connection) as asked:
                assert client.get(address).status_code == 200
            seen.append(len(asked))
        counts.append(seen)
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 20


def test_a_long_list_has_pages(client, world):
    make_entries(make_intake(world.fonds, world["planner"]), 120, date(1970, 1, 1))
    client.force_login(world["planner"])
    address = reverse("holdings-fonds", args=["Z001"])
    pages = [html.fromstring(client.get(f"{address}?page={n}").content.decode()) for n in (1, 2)]
    codes = [code for page in pages for code in page.xpath("//li[@class='entry']/a/text()")]
    assert len(codes) == len(set(codes)) == 132
