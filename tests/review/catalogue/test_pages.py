"""The public pages: what they show, what they never show, and what they cost."""

import pytest
from django.urls import reverse

from review.catalogue.loading import load_bundle

pytestmark = pytest.mark.django_db(databases=["catalogue"])

CODE = "J047-002-0113-008"
SCRIPT = "/static/verify.js"
RELEASE = ["2026-1"]


@pytest.fixture
def loaded(make_bundle, entry_row):
    rows = [entry_row(CODE), entry_row("MS#1 Box 2/3", "Letters 关于防汛", series_title="", early_opening="1")]
    return load_bundle(make_bundle(rows))


def pages() -> list[str]:
    return [
        reverse("catalogue:home"),
        reverse("catalogue:search") + "?q=防汛&first=1950&last=1970&fonds=J047",
        reverse("catalogue:search") + "?q=没有的词",
        reverse("catalogue:fonds", args=["J047"]),
        reverse("catalogue:fonds", args=["J047"]) + "?series=",
        reverse("catalogue:fonds", args=["J047"]) + "?series=救灾救济&page=9",
        reverse("catalogue:entry", args=["J047", CODE]),
        reverse("catalogue:entry", args=["J047", "MS#1 Box 2/3"]),
        reverse("catalogue:releases"),
        reverse("catalogue:release", args=RELEASE),
        reverse("catalogue:release-closed", args=RELEASE),
        reverse("catalogue:entry", args=["J047", "J047-002-0113-100"]),
        reverse("catalogue:verify"),
        reverse("catalogue:verify") + "?q=J47-2-113-8",
        reverse("catalogue:verify-release", args=RELEASE),
    ]


@pytest.mark.parametrize(("language", "tag"), [("zh-hans", "zh-Hans"), ("en", "en")])
def test_every_page_is_shown_in_both_languages_without_a_session(client, loaded, language, tag):
    for page in pages():
        response = client.get(page, headers={"Accept-Language": language})
        assert response.status_code == 200, page
        assert f'<html lang="{tag}">' in response.content.decode()
        assert not response.cookies
        assert "max-age=60" in response["Cache-Control"]
        assert "public" in response["Cache-Control"]
        assert {"Accept-Language", "Cookie"} <= set(response["Vary"].replace(" ", "").split(","))


def test_pages_ask_for_no_inline_style_or_script_and_no_other_host(client, loaded):
    for page in pages():
        content = client.get(page).content.decode()
        assert " style=" not in content
        assert "<style" not in content
        # Data for machines is no script: no browser runs it. The one script is a file of this site.
        scripts = content.replace('<script type="application/ld+json">', "").replace(f'<script src="{SCRIPT}"', "")
        assert "<script" not in scripts
        assert "//fonts." not in content


def test_a_language_asked_for_is_given_and_kept_and_not_cached_for_others(client, loaded):
    home = reverse("catalogue:home")
    response = client.get(home, {"lang": "en"}, headers={"Accept-Language": "zh-hans"})
    assert '<html lang="en">' in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert "public" not in response["Cache-Control"]
    assert '<html lang="en">' in client.get(home, headers={"Accept-Language": "zh-hans"}).content.decode()


def test_a_language_nobody_offers_changes_nothing(client, loaded):
    response = client.get(reverse("catalogue:home"), {"lang": "xx\r\nSet-Cookie: a=b"})
    assert response.status_code == 200
    assert not response.cookies


def test_an_entry_shows_its_citation_its_release_and_its_permanent_address(client, loaded):
    address = reverse("catalogue:entry", args=["J047", CODE])
    assert address.endswith(f"/J047/{CODE}/")
    content = client.get(address, headers={"Accept-Language": "en"}).content.decode()
    for part in (
        "关于防汛工作的通知",
        "省民政局",
        "1962-03",
        "3 页",
        "2026-1",
        "周明德",
        f"http://testserver{address}",
    ):
        assert part in content


def test_the_address_in_a_citation_leads_back_to_its_entry(client, loaded):
    address = reverse("catalogue:entry", args=["J047", "MS#1 Box 2/3"])
    content = client.get(address).content.decode()
    assert f'href="http://testserver{address}"' in content
    assert "#" not in address


def test_found_words_are_marked(client, loaded):
    content = client.get(reverse("catalogue:search"), {"q": "防汛"}).content.decode()
    assert content.count("<mark>防汛</mark>") == 2


def test_a_title_with_markup_is_shown_as_text_everywhere(client, make_bundle, entry_row):
    evil = '<script>alert(1)</script>"><img src=x>'
    fields = dict.fromkeys(("series_title", "responsible_body", "date", "extent", "fonds_title"), evil)
    load_bundle(make_bundle([entry_row(evil, evil, **fields)]))
    for page in (
        reverse("catalogue:home"),
        reverse("catalogue:search") + "?q=script",
        reverse("catalogue:search") + "?q=" + "%3Cscript%3Ealert(2)%3C/script%3E",
        reverse("catalogue:fonds", args=["J047"]),
        reverse("catalogue:entry", args=["J047", evil]),
        reverse("catalogue:release", args=RELEASE),
    ):
        response = client.get(page)
        assert response.status_code == 200
        assert "<script>" not in response.content.decode()
        assert "<img" not in response.content.decode()


def test_a_search_without_a_hit_says_that_unopened_records_do_not_appear(client, loaded):
    content = client.get(reverse("catalogue:search"), {"q": "处分", "lang": "en"}).content.decode()
    assert "Records that have not been opened do not appear here" in content


def test_a_record_that_is_not_open_is_answered_like_one_that_never_was(client, loaded):
    closed = client.get(reverse("catalogue:entry", args=["J047", "J047-002-0113-010"]))
    never = client.get(reverse("catalogue:entry", args=["J999", "X"]))
    assert closed.status_code == never.status_code == 404
    assert closed.content == never.content


@pytest.mark.parametrize("query", ["?first=abc", "?last=99999", "?decade=1965", "?sort=x", "?q=" + "长" * 101])
def test_a_search_that_cannot_be_understood_says_so_and_lists_nothing(client, loaded, query):
    response = client.get(reverse("catalogue:search") + query)
    assert response.status_code == 400
    assert CODE not in response.content.decode()


def test_years_and_fonds_narrow_the_search(client, loaded):
    def found(**asked: str) -> bool:
        return CODE in client.get(reverse("catalogue:search"), asked).content.decode()

    assert found(first="1962", last="1962")
    assert found(fonds="J047")
    assert not found(first="1963")
    assert not found(last="1961")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("open-catalogue.pdf", "application/pdf"), ("entries.csv", "text/csv; charset=utf-8"), ("manifest.json", "application/json"),
        ("seal.json", "application/json"), ("ead3/J047.xml", "application/xml"), ("entries.jsonl", "application/jsonl; charset=utf-8"),
    ],
)  # fmt: skip
def test_the_files_of_a_release_are_served_whole(client, loaded, kept, name, kind):
    response = client.get(reverse("catalogue:release-file", args=["2026-1", name]))
    assert response["Content-Type"] == kind
    assert b"".join(response.streaming_content) == (kept / "2026-1" / name).read_bytes()
    response.close()


@pytest.mark.parametrize(
    "path",
    [
        "releases/2026-1/secret.txt",
        "releases/2026-1/..%2f..%2fsecret.txt",
        "releases/2026-1/../../secret.txt",
        "releases/..%2f2026-1/entries.csv",
        "releases/2026-1/%2e%2e/%2e%2e/secret.txt",
        "releases/2026-1/entries.csv%00",
        "releases/2026-9/entries.csv",
        "releases/./entries.csv",
    ],
)
def test_no_path_leads_to_another_file(client, loaded, kept, path):
    (kept / "secret.txt").write_text("closed")
    (kept / "2026-1" / "secret.txt").write_text("closed")
    response = client.get(reverse("catalogue:home") + path)
    assert response.status_code == 404
    assert b"closed" not in response.content


def test_a_release_whose_files_are_lost_is_not_found_and_does_not_break(client, loaded, kept):
    (kept / "2026-1" / "open-catalogue.pdf").unlink()
    assert client.get(reverse("catalogue:release-file", args=["2026-1", "open-catalogue.pdf"])).status_code == 404


def test_the_pages_only_read(client, loaded):
    for page in pages():
        assert client.post(page).status_code == (200 if "verify" in page else 405)


def test_the_release_page_counts_what_stayed_closed_by_ground(client, loaded):
    content = client.get(reverse("catalogue:release", args=RELEASE), {"lang": "en"}).content.decode()
    for part in ("CN-8-1", "CN-8-3-PI", "Personal information", "entries.csv"):
        assert part in content


def test_two_entries_cost_as_many_queries_as_forty(client, make_bundle, entry_row, django_assert_max_num_queries):
    def cost() -> list[int]:
        numbers = []
        for page in pages()[:6]:
            with django_assert_max_num_queries(5, using="catalogue") as queries:
                client.get(page)
            numbers.append(len(queries))
        return numbers

    load_bundle(make_bundle([entry_row(CODE), entry_row("B-1", series_title="")]))
    few = cost()
    rows = [
        entry_row(f"C-{n}", fonds_code=f"F{n % 7}", fonds_title=f"全宗{n % 7}", series_title="") for n in range(20)
    ]
    more = [entry_row(f"D-{n}", early_opening="1") for n in range(20)]
    load_bundle(make_bundle(rows + more, number="2026-2"))
    assert cost() == few
