"""The JSON API: what it says, what it never says, and that nothing sent to it breaks it."""

import json

import pytest
import schemathesis
from django.urls import reverse
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema

from review.catalogue.loading import load_bundle
from review.catalogue.models import Edition
from tests.review.catalogue.made_bundles import COPY_DIGEST
from tests.review.catalogue.withdrawing import tell

pytestmark = pytest.mark.django_db(databases=["catalogue"])

EXAMPLES = 20  # of each operation
CODE = "J047-002-0113-008"
ODD = 'MS#1 Box 2/3 & "四" ~'


@pytest.fixture
def loaded(make_bundle, entry_row) -> Edition:
    rows = [entry_row(CODE), *(entry_row(f"A-{n}", f"关于第{n}号事项的通知", date=f"{1950 + n}") for n in range(25))]
    rows.append(entry_row(ODD, "Letters 往来", fonds_code="全宗 1/2", fonds_title="外文", redacted_copy=COPY_DIGEST))
    return load_bundle(make_bundle(rows))


@pytest.fixture
def ask(client):
    """ask("search", q=...): status and content."""

    def answer(name: str, **told):
        response = client.get(f"{reverse('catalogue:machines')}{name}", told)
        assert response["Content-Type"].startswith("application/json"), response.content[:200]
        return response.status_code, response.json()

    return answer


def test_a_search_finds_what_the_page_finds(ask, loaded):
    status, found = ask("search", q="防汛")
    assert status == 200
    assert (found["total"], found["more"], found["page"]) == (1, False, 1)
    (entry,) = found["entries"]
    assert entry["reference_code"] == CODE
    assert entry["release"] == "2026-1"
    assert entry["url"].endswith(f"/J047/{CODE}/")


def test_a_search_is_narrowed_and_paged(ask, loaded):
    assert ask("search", q="事项", first=1960, last=1962)[1]["total"] == 3
    assert ask("search", q="事项", fonds="J047")[1]["total"] == 25
    assert ask("search", q="事项", fonds="J999")[1]["total"] == 0
    assert ask("search", body="省民政局")[1]["total"] == 27
    assert ask("search", q="……")[1]["total"] == 0
    pages = [ask("search", q="事项", page=page, limit=10)[1]["entries"] for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [10, 10, 5, 0]


def test_an_entry_says_its_public_fields_and_no_others(ask, loaded):
    status, entry = ask("entry", fonds="全宗 1/2", reference_code=ODD)
    assert status == 200
    assert entry == {
        "fonds_code": "全宗 1/2", "fonds_title": "外文", "series_title": "救灾救济", "reference_code": ODD,
        "public_title": "Letters 往来", "responsible_body": "省民政局", "date": "1962-03", "extent": "3 页",
        "early_opening": False, "redacted_copy": COPY_DIGEST, "release": "2026-1", "url": entry["url"],
    }  # fmt: skip


def test_what_is_closed_is_answered_like_what_never_was(client, loaded):
    url = f"{reverse('catalogue:machines')}entry"
    closed = client.get(url, {"fonds": "J047", "reference_code": "J047-002-0113-100"})
    never = client.get(url, {"fonds": "X", "reference_code": "Y"})
    assert closed.status_code == never.status_code == 404
    assert closed.content == never.content


def test_what_is_withdrawn_answers_with_its_code_and_the_day(ask, loaded):
    tell(loaded, CODE)
    status, gone = ask("entry", fonds="J047", reference_code=CODE)
    assert status == 410
    assert (gone["error"], gone["reference_code"], gone["state"]) == ("gone", CODE, "withdrawn")
    assert gone["since"]
    assert ask("search", q="防汛")[1]["total"] == 0
    every = json.dumps(ask("entries", limit=100)[1], ensure_ascii=False)
    assert CODE not in every


def test_a_list_is_gone_through_to_its_end_without_gap_or_double(ask, loaded):
    seen, after = [], 0
    while after is not None:
        status, page = ask("entries", after=after, limit=10)
        assert status == 200
        seen += [entry["reference_code"] for entry in page["entries"]]
        after = page["next"]
    assert len(seen) == len(set(seen)) == 27
    assert len(ask("entries", fonds="全宗 1/2")[1]["entries"]) == 1
    assert ask("entries", fonds="J999")[0] == 404


def test_fonds_releases_and_listed_closed_entries(ask, loaded):
    assert [each["code"] for each in ask("fonds")[1]["fonds"]] == ["J047", "全宗 1/2"]
    (release,) = ask("releases")[1]["releases"]
    assert ask("release", number="2026-1") == (200, release)
    assert (release["entries"], release["opened_in_part"], release["deferred"]["CN-8-1"]) == (27, 1, 2)
    assert release["manifest_digest"] == loaded.manifest_digest
    assert ask("release", number="2020-1")[0] == 404
    closed = ask("closed", fonds="J047")[1]["closed"]
    assert [each["ground"] for each in closed] == ["CN-8-3-PI", "CN-8-1"]
    assert set(closed[0]) == {"fonds_code", "reference_code", "ground", "opens_on", "release"}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("search", {"first": "abc"}), ("search", {"limit": 101}), ("search", {"limit": 0}), ("search", {"page": 0}),
        ("search", {"q": "长" * 101}), ("entry", {}), ("entry", {"fonds": "J047"}), ("entries", {"after": -1}),
        ("entries", {"after": 2**63}), ("release", {"number": "x" * 201}),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_refused_and_not_told_back(ask, loaded, name, told):
    status, problem = ask(name, **told)
    assert status == 422
    assert set(problem) == {"error", "zh", "en"}


def test_any_page_may_read_it_and_nobody_may_write(client, loaded):
    url = f"{reverse('catalogue:machines')}fonds"
    answer = client.get(url)
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "max-age=60" in answer["Cache-Control"]
    assert not answer.cookies
    assert client.post(url).status_code == 405


def test_two_entries_cost_as_many_queries_as_forty(ask, make_bundle, entry_row, django_assert_max_num_queries):
    def cost() -> list[int]:
        numbers = []
        for name, told in (
            ("search", {"q": "通知"}),
            ("entries", {}),
            ("fonds", {}),
            ("releases", {}),
            ("closed", {}),
        ):
            with django_assert_max_num_queries(6, using="catalogue") as queries:
                ask(name, **told)
            numbers.append(len(queries))
        return numbers

    load_bundle(make_bundle([entry_row("A-1"), entry_row("A-2")]))
    few = cost()
    rows = [entry_row(f"C-{n}", fonds_code=f"F{n % 7}", fonds_title=f"全宗{n % 7}") for n in range(40)]
    load_bundle(make_bundle(rows, number="2026-2", closed=()))
    assert cost() == few


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_for_machines_names_every_operation_and_loads_nothing_from_elsewhere(client, loaded, language):
    content = client.get(reverse("catalogue:machines"), headers={"Accept-Language": language}).content.decode()
    for path in client.get(reverse("catalogue:openapi")).json()["paths"]:
        assert path in content
    assert "<script" not in content
    for name in ("oai", "dumps", "sitemaps", "feed-releases", "feed-errata"):
        assert f'href="{reverse(f"catalogue:{name}")}' in content


@pytest.mark.django_db(databases=["catalogue"], transaction=True)
def test_nothing_that_its_description_allows_or_forbids_breaks_it(live_server, loaded):
    tell(loaded, CODE)
    config = SchemathesisConfig.from_dict({"generation": {"max-examples": EXAMPLES, "database": "none"}, "seed": 7})
    schema = schemathesis.openapi.from_url(f"{live_server.url}{reverse('catalogue:openapi')}", config=config)
    asked, faults = 0, []
    for event in from_schema(schema).execute():
        assert not isinstance(event, events.NonFatalError | events.FatalError), event
        if isinstance(event, events.ScenarioFinished):
            asked += len(event.recorder.interactions)
            faults += [
                f"{check.name}: {check.failure_info.failure} {check.failure_info.code_sample}"
                for checks in event.recorder.checks.values()
                for check in checks
                if check.status is not Status.SUCCESS
            ]
    assert not faults, "\n".join(dict.fromkeys(faults))
    assert asked > 7 * EXAMPLES, "every operation was asked"
