"""The progress of a job moves by itself in a real browser, under the strict content security policy."""

import shutil

import pytest
from django.contrib.auth import SESSION_KEY
from django.db import connections
from django.test import Client
from django.urls import reverse

from review.jobs.running import deliver

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "catalogue"])]


@pytest.fixture(autouse=True)
def asked_beside_the_browser(monkeypatch):
    """Playwright's loop runs in this thread; Django's ORM must be told that this is meant."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        connections.close_all()  # beside Playwright's loop Django opens connections that nobody else closes
        browser.close()


def test_the_bar_moves_and_the_page_shows_the_end(browser, live_server, begin, lin):
    from axe_playwright_python.sync_playwright import Axe

    job = begin(count=2, by=lin)
    signed_in = Client()
    signed_in.force_login(lin)
    assert SESSION_KEY in signed_in.session
    context = browser.new_context(locale="en")
    context.add_cookies(
        [{"name": "sessionid", "value": signed_in.cookies["sessionid"].value, "url": live_server.url}]
    )
    page, faults = context.new_page(), []
    page.on("console", lambda said: faults.append(said.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(live_server.url + reverse("job", args=[job.pk]))
    bar = page.locator("progress")
    assert bar.get_attribute("value") == "0"
    assert Axe().run(page).violations_count == 0
    first, second = job.shards.values_list("pk", flat=True)
    deliver(first)
    page.locator('progress[value="50"]').wait_for(state="attached", timeout=10_000)
    assert page.locator('[value="cancel"]').count() == 1
    deliver(second)
    page.locator('progress[value="100"]').wait_for(state="attached", timeout=10_000)
    assert page.locator('[value="cancel"]').count() == 0, "the page was loaded anew"
    assert not faults
