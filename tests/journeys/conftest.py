"""A house to walk through: the world of the tests, served, and a real browser before it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from django.db import connections

from tests.journeys.browser import House

CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture
def asked_beside_the_browser(monkeypatch):
    """Playwright's loop runs in this thread; Django's ORM must be told that this is meant."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture
def pictures(tmp_path) -> Path:
    folder = Path(os.environ.get("QIFENG_SCREENSHOTS") or tmp_path / "screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def house(committed_world, live_server, pictures, asked_beside_the_browser):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
        browser_house = House(browser, live_server.url, committed_world.people.password, pictures)
        yield browser_house
        connections.close_all()  # beside Playwright's loop Django opens connections that nobody else closes
        browser.close()
