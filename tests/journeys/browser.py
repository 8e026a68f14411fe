"""The browser of the journeys: who has signed in, what is looked at, and what went wrong on the way."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from django.urls import reverse

WIDTHS = {"wide": (1280, 900), "phone": (390, 844)}
LANGUAGES = {"zh": "zh-hans", "en": "en"}


def by_the_menu(page, name: str) -> None:
    """To a page of the navigation, through the menu of its group where it has one."""
    wanted = page.get_by_role("link", name=name, exact=True, include_hidden=True)
    link = page.locator("#site-nav").locator(wanted)
    if not link.is_visible():
        page.locator("#site-nav details").filter(has=wanted).locator("summary").click()
    link.click()


class House:
    """The browser, who has signed in, and what went wrong on the way."""

    def __init__(self, browser, address: str, password: str, pictures: Path) -> None:
        from axe_playwright_python.sync_playwright import Axe

        self.browser, self.address, self.password, self.pictures = browser, address, password, pictures
        self.axe = Axe()
        self.faults: list[str] = []
        self.sights: set[str] = set()

    def person(self, username: str = ""):
        """A page of a browser of one's own, signed in as `username` through the form; without one, the public's."""
        context = self.browser.new_context(
            viewport={"width": 1280, "height": 900}, locale="zh-CN", reduced_motion="reduce"
        )
        page = context.new_page()
        page.on("console", lambda said: self.faults.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("request", lambda asked: self._same_host(asked.url))
        if username:
            page.goto(self.address + reverse("sign-in"))
            page.get_by_label("用户名").fill(username)
            page.get_by_label("密码").fill(self.password)
            page.get_by_role("button", name="登录").click()
            page.wait_for_url(self.address + reverse("my-work"))
        return page

    def _same_host(self, url: str) -> None:
        if url.startswith(("http", "ws")) and urlsplit(url).netloc != urlsplit(self.address).netloc:
            self.faults.append(f"another host was asked: {url}")

    def look(self, page, name: str) -> None:
        """Pictures in both languages at both widths, light and dark; the light ones looked through by axe, and one dark one."""
        self.sights.add(name)
        here = page.url
        for language, code in LANGUAGES.items():
            page.context.add_cookies([{"name": "django_language", "value": code, "url": self.address}])
            for width, (across, down) in WIDTHS.items():
                page.set_viewport_size({"width": across, "height": down})
                page.goto(here)
                page.screenshot(path=self.pictures / f"{name}-{language}-{width}.png", full_page=True)
                over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                assert over <= 0, f"{name} {language} {width}: {over} px too wide"
                self._axe(page, f"{name} {language} {width}")
                page.emulate_media(color_scheme="dark")
                page.screenshot(path=self.pictures / f"{name}-{language}-{width}-dark.png", full_page=True)
                page.emulate_media(color_scheme="light")
        page.emulate_media(color_scheme="dark")
        self._axe(page, f"{name} dark")
        page.emulate_media(color_scheme="light")
        page.context.clear_cookies(name="django_language")
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(here)

    def _axe(self, page, where: str) -> None:
        found = [v for v in self.axe.run(page).response["violations"] if v["impact"] in ("serious", "critical")]
        self.faults += [f"{where}: {v['id']} at {[node['target'] for node in v['nodes'][:3]]}" for v in found]
