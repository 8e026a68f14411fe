"""A reviewer who never takes the hands off the keys: five hundred mixed entries, counted key by key."""

from __future__ import annotations

import json
import statistics
from datetime import timedelta

import pytest
from django.urls import reverse

from policies.outcomes import Stage
from review.jobs.intakes import take_in
from review.models import Batch, Opinion
from review.operations import appointing, planning
from review.queries.decisions import standing, undecided
from review.sample import make_titles
from tests.journeys.browser import House
from tests.world import CATALOGUE, NOW, TODAY, World
from workflows import cast, rehearsal
from workflows.flows import opening

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "catalogue"]),
]
DECISIONS = 500
KEYS_A_DECISION = 1.3


def mixed_batch(world: World, count: int) -> Batch:
    """A batch of so many entries with titles of every kind, of a fonds of its own."""
    fonds = appointing.register_fonds(
        code="Z005", title="示例省教育厅", creating_agency=world.agencies[0], by="test", at=NOW
    )
    people = cast.gather(at=NOW)
    lines = [
        f"Z005-001-{n:04},{title.replace(',', '，')},示例省民政厅,19{60 + n % 30}-03-01,类目{n % 7},,示例省民政厅"
        for n, title in enumerate(make_titles(count), 1)
    ]
    path = world.folder / "mixed.csv"
    path.write_text("\n".join([CATALOGUE.splitlines()[0], *lines]), encoding="utf-8")
    take_in(fonds=fonds, path=path, by=people["planner"], at=NOW, today=TODAY)
    batch = planning.cut_batch(fonds=fonds, by=people["planner"], at=NOW + timedelta(minutes=1), today=TODAY)
    opening.begin(batch=batch, by=people["planner"])
    return batch


def open_desk(house: House, batch: Batch, query: str = ""):
    (task,) = rehearsal.open_tasks(batch, "first_review")
    page = house.person("first")
    page.goto(house.address + reverse("task", args=[task.pk]) + query)
    page.wait_for_selector(".desk--keys .is-here")
    return page


def saved(page) -> None:
    page.wait_for_function("() => document.querySelector('[data-state]').dataset.is !== 'waiting'", timeout=60_000)


@pytest.mark.timeout(1800)
def test_five_hundred_mixed_entries_are_decided_by_little_more_than_one_key_each(house, committed_world):
    batch = mixed_batch(committed_world, DECISIONS + 60)
    page = open_desk(house, batch)
    times: list[float] = []
    page.on("requestfinished", lambda asked: times.append(_taken(asked)) if asked.method == "POST" else None)
    pressed = decided = 0
    while decided < DECISIONS:
        here = page.evaluate(
            "(() => { const row = document.querySelector('.is-here:not(.is-done)');"
            " window.seen = true;"
            " return row && {advice: row.dataset.advice, pk: row.dataset.entry} })()"
        )
        if here is None:
            page.wait_for_timeout(50)  # on the way to the next page
            continue
        if here["advice"] in ("open", "defer", "open_early", "refer"):
            keys = [{"open": "o", "defer": "d", "open_early": "e", "refer": "r"}[here["advice"]]]
        else:  # looked at, and put off: ground and period by digits
            keys = ["d", "2", "3"] if decided % 10 == 0 else ["."] if decided else ["o"]
        for key in keys:
            page.keyboard.press(key)
        pressed += len(keys)
        decided += 1
        page.wait_for_function(
            "pk => !window.seen || document.querySelector('.is-here')?.dataset.entry !== pk",
            arg=here["pk"],
            timeout=30_000,
        )
    saved(page)
    refused = page.locator("[data-refused]:visible").count()
    recorded = standing(batch, Stage.FIRST_REVIEW).count()
    figure = {"decisions": recorded, "keys a decision": round(pressed / decided, 2), "refused": refused}
    figure["server ms, median and 95 %"] = [
        round(t) for t in (statistics.median(times), statistics.quantiles(times, n=20)[-1])
    ]
    house.pictures.joinpath("keys.json").write_text(json.dumps(figure, ensure_ascii=False), encoding="utf-8")
    assert pressed / decided <= KEYS_A_DECISION
    assert recorded >= DECISIONS * 0.9  # the rest was refused: their public title must be worded first
    assert house.faults == []


def _taken(asked) -> float:
    timing = asked.timing
    return timing["responseEnd"] - timing["requestStart"]


def test_a_group_is_decided_by_six_acts_at_most_and_taken_back_by_one(house, committed_world):
    batch = committed_world.batch()
    page = open_desk(house, batch)
    acts = 0
    page.locator("nav.desk__groups a[href*='suggestion%3Aopen']").first.click()
    page.wait_for_selector(".desk--keys")
    page.keyboard.press("g")
    page.wait_for_url("**decide=1**")
    page.wait_for_load_state("load")
    acts += 2
    while page.locator("[data-looked]").is_disabled():
        page.keyboard.press("End")
        page.wait_for_timeout(300)
        acts += 1
        assert acts < 6
    page.locator("[data-looked]").check()
    page.locator("[data-needs-look]").click()
    acts += 2
    page.wait_for_selector("[data-undo-offer]")
    assert acts <= 6
    assert standing(batch, Stage.FIRST_REVIEW).exists()
    page.keyboard.press("u")
    page.get_by_text("已撤销").wait_for()
    assert not standing(batch, Stage.FIRST_REVIEW).exists()
    assert house.faults == []


def test_what_was_decided_without_a_network_is_sent_when_it_is_back(house, committed_world):
    batch = committed_world.batch()
    page = open_desk(house, batch, "?group=suggestion:open")
    page.context.set_offline(True)
    page.keyboard.press("o")
    page.keyboard.press("o")
    page.wait_for_function("() => document.querySelector('[data-state]').dataset.is === 'offline'")
    assert "2" in page.locator("[data-state]").inner_text()
    assert not Opinion.objects.exists()
    page.context.set_offline(False)
    saved(page)
    page.wait_for_function("() => document.querySelector('[data-state]').dataset.is === 'saved'", timeout=60_000)
    assert standing(batch, Stage.FIRST_REVIEW).count() == 2


def test_what_waits_when_the_session_ends_is_sent_after_signing_in_again(house, committed_world):
    batch = committed_world.batch()
    page = open_desk(house, batch, "?group=suggestion:open")
    page.context.clear_cookies(name="sessionid")
    page.keyboard.press("o")
    page.wait_for_function("() => document.querySelector('[data-state]').dataset.is === 'away'")
    page.locator("[data-reload]").click()
    page.get_by_label("用户名").fill("first")
    page.get_by_label("密码").fill(house.password)
    page.get_by_role("button", name="登录").click()
    page.wait_for_selector(".desk--keys")
    page.wait_for_function(
        "() => !Object.keys(localStorage).some((name) => name.startsWith('qifeng-desk'))", timeout=20_000
    )
    assert undecided(batch, Stage.FIRST_REVIEW).count() == batch.batch_entries.count() - 1


def test_no_key_decides_while_one_types_or_once_they_are_switched_off(house, committed_world):
    batch = committed_world.batch()
    page = open_desk(house, batch)
    page.keyboard.press("/")
    page.keyboard.type("oder")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+o")
    page.keyboard.press("?")
    page.locator("[data-keys-on]").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("o")
    page.reload()
    page.wait_for_selector(".desk--keys")
    page.keyboard.press("o")
    page.wait_for_timeout(300)
    assert not Opinion.objects.exists()
    page.locator("[data-act=open]").click()  # the same act by the pointer
    page.wait_for_selector(".is-done")
    saved(page)
    assert Opinion.objects.count() == 1


def test_the_desk_of_keys_is_readable_everywhere(house, committed_world):
    batch = committed_world.batch()
    page = open_desk(house, batch)
    house.look(page, "review-desk")
    page.goto(page.url + "?group=suggestion:open&decide=1")
    house.look(page, "review-group")
    assert house.faults == []
