"""Atom feeds: valid, bounded, in a stable order, and without a title."""

import pytest
from django.urls import reverse
from lxml import etree

from review.catalogue.loading import load_bundle
from tests.review.catalogue.withdrawing import tell

pytestmark = pytest.mark.django_db(databases=["catalogue"])

ATOM = "{http://www.w3.org/2005/Atom}"
TITLE = "关于金丝雀安置问题的请示"


def feed(client, name: str):
    response = client.get(reverse(f"catalogue:{name}"))
    assert response.status_code == 200
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert TITLE not in response.content.decode()
    return etree.fromstring(response.content)


def titles(tree) -> list[str]:
    return [each.findtext(f"{ATOM}title") for each in tree.iter(f"{ATOM}entry")]


@pytest.fixture
def loaded(make_bundle, entry_row):
    first = load_bundle(make_bundle([entry_row("A-1", TITLE), entry_row("A-2")]))
    load_bundle(make_bundle([entry_row("B-1")], number="2026-2", issued_on="2026-11-22"))
    return first


def test_releases_come_newest_first_with_what_atom_asks_for(client, loaded):
    tree = feed(client, "feed-releases")
    assert titles(tree) == ["发布 2026-2 Release 2026-2", "发布 2026-1 Release 2026-1"]
    assert "开放 2 条" in tree.findall(f"{ATOM}entry")[1].findtext(f"{ATOM}summary")
    for each in (tree, *tree.iter(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert each.findtext(f"{ATOM}{name}"), name
    assert tree.find(f"{ATOM}author") is not None
    assert tree.find(f"{ATOM}link[@rel='self']").get("href").endswith(reverse("catalogue:feed-releases"))
    links = [each.find(f"{ATOM}link").get("href") for each in tree.iter(f"{ATOM}entry")]
    assert all(client.get(link).status_code == 200 for link in links)


def test_a_corrected_edition_says_what_it_corrects(client, loaded, make_bundle, entry_row):
    load_bundle(make_bundle([entry_row("A-2")], number="2026-3", corrects="2026-1", issued_on="2026-11-23"))
    assert titles(feed(client, "feed-releases"))[0] == "发布 2026-3，更正 2026-1 Release 2026-3, corrects 2026-1"


def test_errata_say_codes_and_no_title_and_each_has_its_own_name(client, loaded):
    assert titles(feed(client, "feed-errata")) == []
    tell(loaded, "A-1")
    tell(loaded, "A-1", "restored", number="E2026-2")
    tree = feed(client, "feed-errata")
    assert titles(tree) == ["恢复开放 Restored: A-1", "暂停利用 Withdrawn: A-1"]
    names = [each.findtext(f"{ATOM}id") for each in tree.iter(f"{ATOM}entry")]
    assert len(set(names)) == 2


def test_a_feed_is_bounded_and_costs_the_same_however_many_there_are(
    client, make_bundle, entry_row, django_assert_num_queries, monkeypatch
):
    monkeypatch.setattr("review.catalogue.feeds.NEWEST", 3)
    for n in range(1, 6):
        load_bundle(make_bundle([entry_row(f"A-{n}")], number=f"2026-{n}", closed=()))
    with django_assert_num_queries(1, using="catalogue"):
        assert len(titles(feed(client, "feed-releases"))) == 3
