"""Withdrawal documents on the public site: gone from every page, and back only by a document that says so."""

import hashlib
import json
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from review.catalogue.bundles import BundleError
from review.catalogue.headings import HIDDEN
from review.catalogue.loading import load_bundle
from review.catalogue.models import ReleasedEntry, Withdrawal
from review.catalogue.withdrawals import load_document, load_withdrawal, read_document
from review.documents.withdrawal import WithdrawalFacts, withdrawal_document

pytestmark = pytest.mark.django_db(databases=["catalogue"])

CODE, OTHER, PART = "J047-002-0113-008", "J047-002-0113-009", "J047-002-0113-010"
CANARY = "关于金丝雀安置问题的请示"


@pytest.fixture
def rows(entry_row):
    return [
        entry_row(CODE, CANARY, series_title="案卷甲"),
        entry_row(OTHER, "关于防汛工作的通知", series_title="案卷甲"),
        entry_row(PART, "附件一", series_title=f"案卷甲 / {CANARY}"),
    ]


@pytest.fixture
def edition(make_bundle, rows):
    return load_bundle(make_bundle(rows))


def document(edition, number="2026-1-E1", kind="withdrawn", case="S2026-1", code=CODE, **changes) -> bytes:
    facts = {
        "number": number,
        "case": case,
        "kind": kind,
        "release": edition.number,
        "manifest": edition.manifest_digest,
        "fonds": "J047",
        "reference_code": code,
        "issued_on": date(2026, 11, 22),
    }
    return withdrawal_document(WithdrawalFacts(**facts | changes))


def pages() -> list[str]:
    words = ("", "?q=金丝雀", f"?q={CANARY}", f"?q={CODE}", "?fonds=J047", "?first=1900&last=2000")
    return [
        reverse("catalogue:home"),
        *(reverse("catalogue:search") + each for each in words),
        reverse("catalogue:fonds", args=["J047"]),
        reverse("catalogue:fonds", args=["J047"]) + "?series=案卷甲",
        reverse("catalogue:fonds", args=["J047"]) + f"?series=案卷甲 / {CANARY}",
        reverse("catalogue:entry", args=["J047", CODE]),
        reverse("catalogue:entry", args=["J047", PART]),
        reverse("catalogue:releases"),
        reverse("catalogue:errata"),
        reverse("catalogue:release", args=["2026-1"]),
        *(
            reverse("catalogue:release-file", args=["2026-1", name])
            for name in ("open-catalogue.pdf", "entries.csv", "manifest.json")
        ),
    ]


def body(response) -> str:
    raw = b"".join(response.streaming_content) if response.streaming else response.content
    return raw.decode("utf-8", "replace")


def said_on(client, language="zh-hans") -> dict[str, bool]:
    """On which pages the canary's title is shown. What the reader typed into the search field does not count."""
    found = {}
    for page in pages():
        text = body(client.get(page, headers={"Accept-Language": language}))
        found[page] = CANARY in text.replace(f'value="{CANARY}"', "").replace(f"{CANARY} · ", "")
    return found


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_withdrawn_title_is_gone_from_every_public_page_and_file(client, edition, language):
    shown = said_on(client, language)
    assert sum(shown.values()) >= 9, "the canary sings before"
    load_document(document(edition))
    assert not any(said_on(client, language).values())


def test_its_address_says_code_and_day_and_is_gone(client, edition):
    load_document(document(edition))
    response = client.get(reverse("catalogue:entry", args=["J047", CODE]), headers={"Accept-Language": "en"})
    assert response.status_code == 410
    text = body(response)
    assert CODE in text
    assert "2026-1-E1" in text
    assert "max-age=60" in response["Cache-Control"]


def test_the_other_entries_stay_and_the_counts_follow(client, edition):
    load_document(document(edition))
    assert client.get(reverse("catalogue:entry", args=["J047", OTHER])).status_code == 200
    assert set(ReleasedEntry.objects.values_list("reference_code", flat=True)) == {OTHER, PART}
    row = ReleasedEntry.objects.get(reference_code=PART)
    assert row.series_title == f"案卷甲 / {HIDDEN}"
    assert "金丝雀" not in row.search_text


def test_the_files_that_say_it_are_not_served_and_the_manifest_is(client, edition):
    load_document(document(edition))
    for name, status in (("open-catalogue.pdf", 410), ("entries.csv", 410), ("manifest.json", 200)):
        response = client.get(reverse("catalogue:release-file", args=["2026-1", name]))
        assert response.status_code == status, name
        body(response)
    page = body(client.get(reverse("catalogue:release", args=["2026-1"]), headers={"Accept-Language": "en"}))
    assert "2026-1-E1" in page
    assert 'open-catalogue.pdf"' not in page


def test_a_restored_entry_is_back_as_it_was_on_every_page(client, edition):
    before = list(ReleasedEntry.objects.order_by("leaf").values("reference_code", "search_text", "leaf", "year"))
    shown = said_on(client)
    load_document(document(edition))
    load_document(document(edition, "2026-1-E2", "restored"))
    after = list(ReleasedEntry.objects.order_by("leaf").values("reference_code", "search_text", "leaf", "year"))
    assert after == before
    assert said_on(client) == shown


def test_an_entry_closed_again_stays_gone_and_so_do_the_files(client, edition):
    load_document(document(edition))
    load_document(document(edition, "2026-1-E2", "reclosed"))
    assert not any(said_on(client).values())
    assert client.get(reverse("catalogue:entry", args=["J047", CODE])).status_code == 410
    with pytest.raises(BundleError, match="没有装载"):
        load_document(document(edition, "2026-1-E3", "restored"))


def test_the_same_document_again_changes_nothing_even_after_the_end(edition):
    first = document(edition)
    load_document(first)
    load_document(first)
    load_document(document(edition, "2026-1-E2", "restored"))
    load_document(first)
    assert ReleasedEntry.objects.filter(reference_code=CODE).exists()
    assert Withdrawal.objects.count() == 2


def test_an_end_without_its_beginning_is_refused(edition):
    with pytest.raises(BundleError, match="先装载撤下"):
        load_document(document(edition, kind="restored"))
    load_document(document(edition))
    with pytest.raises(BundleError, match="先装载撤下"):
        load_document(document(edition, "2026-1-E2", "restored", case="S2026-9"))
    assert not ReleasedEntry.objects.filter(reference_code=CODE).exists()


def test_a_number_stands_for_one_content(edition):
    load_document(document(edition))
    with pytest.raises(BundleError, match="内容不同"):
        load_document(document(edition, code=OTHER))
    assert ReleasedEntry.objects.filter(reference_code=OTHER).exists()


def test_a_document_of_another_content_of_the_release_is_refused(edition):
    with pytest.raises(BundleError, match="不是同一份"):
        load_document(document(edition, manifest="f" * 64))
    assert ReleasedEntry.objects.filter(reference_code=CODE).exists()


def test_every_changed_sign_of_a_document_is_refused(edition):
    good = document(edition)
    read_document(good)
    content = json.loads(good)
    for key, value in content.items():
        bad = dict(content) | {key: value[:-1] + ("0" if value[-1] != "0" else "1")}
        with pytest.raises(BundleError):
            load_document(json.dumps(bad).encode())
    for raw in (b"", b"[]", b"\xff", b"{" * 5000, b'{"format": "qifeng-withdrawal/1"}', b" " * 70000):
        with pytest.raises(BundleError):
            load_document(raw)
    assert not Withdrawal.objects.exists()


def test_a_withdrawal_may_arrive_before_its_release(client, make_bundle, rows):
    bundle = make_bundle(rows)
    digest = hashlib.sha256((bundle / "manifest.json").read_bytes()).hexdigest()

    class Coming:
        number, manifest_digest = "2026-1", digest

    load_document(document(Coming))
    edition = load_bundle(bundle)
    assert edition.entries.count() == 2
    assert not any(said_on(client).values())
    load_document(document(edition, "2026-1-E2", "restored"))
    assert said_on(client)[reverse("catalogue:entry", args=["J047", CODE])]


def test_a_suspended_entry_is_not_opened_by_a_later_release_and_one_closed_again_is(make_bundle, rows, edition):
    load_document(document(edition))
    later = make_bundle(rows[:1], "2031-1")
    with pytest.raises(BundleError, match="暂停利用"):
        load_bundle(later)
    load_document(document(edition, "2026-1-E2", "reclosed"))
    load_bundle(later)
    assert ReleasedEntry.objects.get(reference_code=CODE).edition.number == "2031-1"
    assert ReleasedEntry.objects.get(reference_code=PART).series_title == f"案卷甲 / {CANARY}"


def test_a_file_that_was_changed_restores_nothing(edition, kept: Path):
    load_document(document(edition))
    (kept / "2026-1" / "entries.jsonl").write_bytes(b"changed")
    with pytest.raises(BundleError, match="重新装载"):
        load_document(document(edition, "2026-1-E2", "restored"))
    assert Withdrawal.objects.get().in_force


def test_a_withdrawal_works_although_the_files_are_gone(client, edition, kept: Path):
    (kept / "2026-1" / "entries.jsonl").unlink()
    load_document(document(edition))
    assert not any(said_on(client).values())


def test_the_command_loads_documents_and_names_a_bad_one(edition, tmp_path: Path, capsys):
    good, bad = tmp_path / "1.json", tmp_path / "2.json"
    good.write_bytes(document(edition))
    bad.write_text("{}")
    call_command("load_withdrawal", str(good))
    assert not ReleasedEntry.objects.filter(reference_code=CODE).exists()
    assert load_withdrawal(good).number == "2026-1-E1"
    with pytest.raises(CommandError, match=r"2\.json"):
        call_command("load_withdrawal", str(bad))
