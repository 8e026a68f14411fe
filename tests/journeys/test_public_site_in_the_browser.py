"""The public site in a real browser: search, an entry, a release, verification, in both languages, on a phone, by the axe."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest
from django.db import connections
from django.urls import reverse

from review.catalogue.loading import load_bundle
from review.documents.demonstration_seal import AUTHORITY, demonstration_seal
from review.documents.seal import load_seal
from tests.journeys.browser import House
from tests.journeys.conftest import CHROMIUM
from tests.review.catalogue.made_bundles import COPY_DIGEST, row, write_bundle

pytestmark = [pytest.mark.browser, pytest.mark.django_db(databases=["default", "catalogue"], transaction=True)]

CODE = "J047-002-0113-008"


@pytest.fixture
def bundles(tmp_path, settings) -> list[Path]:
    """A release of two dozen entries, and the one that corrects it."""
    folder = tmp_path / "seal"
    seal = load_seal(demonstration_seal(folder))
    settings.TRUST = folder / AUTHORITY
    rows = [
        row(CODE, "关于防汛工作的通知"),
        row("J047-002-0113-009", "關於《防汛》經費的請示", date="1958", responsible_body="省水利厅"),
        row("J047-002-0113-010", "部分开放的条目", redacted_copy=COPY_DIGEST),
        row("J047-002-0113-011", "提前开放的防汛条目", early_opening="1", series_title="提前开放"),
        row("J048-001-0001", "防汛地图", fonds_code="J048", fonds_title="示例省水利厅", date="1971", series_title=""),
        *(row(f"J047-002-0114-{n:03d}", f"关于第{n}次防汛会议的报告", date=f"{1950 + n}") for n in range(24)),
    ]
    made = [
        write_bundle(tmp_path / "one" / "2026-1", rows, seal=seal),
        write_bundle(tmp_path / "two" / "2026-2", rows[1:], seal=seal, corrects="2026-1", closed=()),
    ]
    load_bundle(made[0])
    return made


@pytest.fixture
def public(bundles, live_server, pictures, monkeypatch):
    from playwright.sync_api import sync_playwright

    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
        yield House(browser, live_server.url, "", pictures)
        connections.close_all()
        browser.close()


def test_a_visitor_searches_reads_and_verifies(public, bundles, tmp_path):
    page = public.person()
    page.goto(public.address + reverse("catalogue:home"))
    public.look(page, "open-home")

    page.get_by_role("searchbox").fill("防汛經費")
    page.get_by_role("button", name="检索").click()
    assert page.locator("mark").first.inner_text() == "防汛》經費"
    assert page.get_by_role("link", name="關於《防汛》經費的請示").is_visible()

    page.goto(public.address + reverse("catalogue:search") + "?q=防汛")
    public.look(page, "open-search")
    page.locator(".results nav a", has_text="示例省水利厅").first.click()
    page.wait_for_url("**fonds=J048**")
    assert page.locator(".results ol > li").count() == 1
    page.goto(public.address + reverse("catalogue:search") + "?q=J47-2-113-100")
    public.look(page, "open-search-closed")
    page.goto(public.address + reverse("catalogue:search") + "?q=没有的词")
    public.look(page, "open-search-nothing")

    for name, path in (
        ("open-fonds", reverse("catalogue:fonds", args=["J047"])),
        ("open-entry", reverse("catalogue:entry", args=["J047", CODE])),
        ("open-entry-in-part", reverse("catalogue:entry", args=["J047", "J047-002-0113-010"])),
        ("open-entry-closed", reverse("catalogue:entry", args=["J047", "J047-002-0113-100"])),
        ("open-release", reverse("catalogue:release", args=["2026-1"])),
        ("open-release-closed", reverse("catalogue:release-closed", args=["2026-1"])),
        ("open-verify-release", reverse("catalogue:verify-release", args=["2026-1"])),
    ):
        page.goto(public.address + path)
        public.look(page, name)

    page.goto(public.address + reverse("catalogue:verify"))
    public.look(page, "open-verify")
    pdf = bundles[0] / "open-catalogue.pdf"
    sent: list[str] = []
    page.on("request", lambda asked: sent.append(asked.method))
    page.locator("input[type=file]").set_input_files(pdf)
    page.locator("form[data-verify] button").click()
    page.wait_for_url(f"**q={hashlib.sha256(pdf.read_bytes()).hexdigest()}**")
    assert "POST" not in sent, "the file stays in the browser"
    assert page.locator(".verdict .notice--done").is_visible()
    public.look(page, "open-verify-yes")
    changed = tmp_path / "changed.pdf"
    changed.write_bytes(pdf.read_bytes()[:-1] + b"?")
    page.locator("input[type=file]").set_input_files(changed)
    page.locator("form[data-verify] button").click()
    page.locator(".verdict .refusal").wait_for()
    public.look(page, "open-verify-no")

    load_bundle(bundles[1])
    for name, path in (
        ("open-releases", reverse("catalogue:releases")),
        ("open-release-replaced", reverse("catalogue:release", args=["2026-1"])),
    ):
        page.goto(public.address + path)
        public.look(page, name)
    assert not [cookie for cookie in page.context.cookies() if cookie["name"] != "django_language"]
    assert not public.faults


def test_without_scripts_a_file_is_sent_and_answered(public, bundles):
    context = public.browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(public.address + reverse("catalogue:verify"))
    page.locator("input[type=file]").set_input_files(bundles[0] / "entries.csv")
    page.locator("form[data-verify] button").click()
    assert "Yes: this is entries.csv of release 2026-1, unchanged" in page.content()
