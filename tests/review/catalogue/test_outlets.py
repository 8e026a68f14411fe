"""No outlet says what was withdrawn: each is asked, in every form it has, before and after."""

import pytest
from django.urls import reverse

from review.catalogue.loading import load_bundle
from review.catalogue.oai_names import identifier_of
from tests.review.catalogue.withdrawing import tell

pytestmark = pytest.mark.django_db(databases=["catalogue"])

CANARY, CODE = "金丝雀安置问题", "A-1"
OAI = [
    f"verb={verb}&metadataPrefix={prefix}"
    for verb in ("ListRecords", "ListIdentifiers", f"GetRecord&identifier={identifier_of('J047', CODE)}")
    for prefix in ("oai_dc", "ead")
]
API = [
    f"search?q={CANARY}", "search", f"entry?fonds=J047&reference_code={CODE}", "entries", "entries?fonds=J047", "fonds",
    "releases", "release?number=2026-1", "closed",
]  # fmt: skip
OTHERS = (
    "dumps", "dump-changes", "feed-releases", "feed-errata", "sitemaps", "sitemap-fixed", "machines", "openapi", "ask",
)  # fmt: skip


def addresses() -> list[str]:
    found = [f"{reverse('catalogue:oai')}?{query}" for query in (*OAI, "verb=ListSets", "verb=Identify")]
    found += [f"{reverse('catalogue:machines')}{query}" for query in API]
    return found + [reverse(f"catalogue:{name}") for name in OTHERS]


def saying(client) -> set[str]:
    """The addresses whose answer says the title."""
    said = set()
    for address in addresses():
        response = client.get(address)
        assert response.status_code in {200, 410}, address
        content = b"".join(response.streaming_content) if response.streaming else response.content
        if CANARY in content.decode():
            said.add(address)
    return said


def test_a_withdrawn_title_is_gone_from_every_outlet_at_once(client, make_bundle, entry_row):
    rows = [entry_row(CODE, f"关于{CANARY}的请示", series_title="案卷"), entry_row("A-2", series_title="案卷")]
    edition = load_bundle(make_bundle(rows))
    assert len(saying(client)) >= 8, "it is looked for where it stands"
    tell(edition, CODE)
    assert not saying(client)


def test_no_outlet_sets_a_cookie_or_forbids_a_cache_but_the_form(client, make_bundle, entry_row):
    load_bundle(make_bundle([entry_row(CODE)]))
    for address in addresses():
        response = client.get(address)
        assert not response.cookies, address
        assert ("max-age=60" in response["Cache-Control"]) == (address != reverse("catalogue:ask")), address
        if response.streaming:
            list(response.streaming_content)
