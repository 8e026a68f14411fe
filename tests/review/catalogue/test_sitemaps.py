"""Sitemaps: every open page once, in pages of bounded size, without counting what there is."""

import pytest
from django.urls import reverse
from lxml import etree

from review.catalogue import sitemaps
from review.catalogue.loading import load_bundle
from tests.review.catalogue.withdrawing import tell

pytestmark = pytest.mark.django_db(databases=["catalogue"])

ODD = 'MS#1 Box 2/3 & "四" ~'


def locations(client, address: str) -> list[str]:
    response = client.get(address)
    assert response.status_code == 200, address
    return [each.text for each in etree.fromstring(response.content).iter("{*}loc")]


def every_page(client) -> list[str]:
    return [page for part in locations(client, reverse("catalogue:sitemaps")) for page in locations(client, part)]


@pytest.fixture
def loaded(make_bundle, entry_row, monkeypatch):
    monkeypatch.setattr(sitemaps, "SPAN", 10)
    rows = [entry_row(f"A-{n}") for n in range(25)] + [entry_row(ODD, fonds_code="全宗 1/2", fonds_title="外文")]
    return load_bundle(make_bundle(rows))


def test_every_open_entry_stands_in_it_once_at_its_permanent_address(client, loaded):
    pages = every_page(client)
    assert len(pages) == len(set(pages))
    address = f"http://testserver{reverse('catalogue:entry', args=['全宗 1/2', ODD])}"
    assert address in pages
    assert sum("/A-" in page for page in pages) == 25
    assert all(client.get(page).status_code == 200 for page in pages)


def test_a_withdrawn_entry_is_gone_from_it(client, loaded):
    tell(loaded, "A-3")
    assert not [page for page in every_page(client) if page.endswith("/A-3/")]


def test_spans_without_an_open_entry_are_not_named(client, loaded, make_bundle, entry_row):
    before = locations(client, reverse("catalogue:sitemaps"))[1]
    load_bundle(make_bundle([entry_row("A-24")], number="2026-2", corrects="2026-1"))
    assert len(locations(client, reverse("catalogue:sitemaps"))) == 2
    assert client.get(before).status_code == 404
    assert client.get(reverse("catalogue:sitemap", args=[10**12])).status_code == 404


def test_the_index_looks_once_for_each_span_and_counts_nothing(client, loaded, django_assert_max_num_queries):
    spans = locations(client, reverse("catalogue:sitemaps"))[1:]
    with django_assert_max_num_queries(len(spans) + 1, using="catalogue") as queries:
        client.get(reverse("catalogue:sitemaps"))
    assert not [query for query in queries if "COUNT" in query["sql"]]
    with django_assert_max_num_queries(1, using="catalogue"):
        client.get(spans[0])


def test_what_was_changed_is_dated(client, loaded):
    first = locations(client, reverse("catalogue:sitemaps"))[1]
    tree = etree.fromstring(client.get(first).content)
    assert len(list(tree.iter("{*}lastmod"))) == len(list(tree.iter("{*}loc"))) > 0
