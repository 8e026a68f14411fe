"""The policy desk in a real browser: a term is drafted, tried, counted, submitted and adopted, and a running batch finds it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from review.models import RulesChange, RulesetDraft
from review.queries.rules import in_force
from tests.journeys.browser import House, by_the_menu
from tests.journeys.test_in_the_browser import entry, open_the_work, press

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(900),
    pytest.mark.django_db(transaction=True, databases=["default", "catalogue"]),
]

RULE = "CN-305"
TERM = "防汛"
FOUND = "关于加强防汛工作的通知"


def test_a_term_is_drafted_tried_counted_submitted_and_adopted_and_a_running_batch_finds_it(
    house, committed_world, settings
):
    settings.RULESET = "cn-1"
    batch = committed_world.batch()
    keeper = house.person("keeper")
    draft(house, keeper)
    count_and_submit(house, keeper)
    adopt(house, batch.number)
    assert in_force() == RulesetDraft.objects.get().number
    change = RulesChange.objects.get()
    assert (change.batch_id, change.choice) == (batch.pk, "rebase_undecided")
    assert change.done_at is not None
    review(house)
    assert house.faults == []


def draft(house: House, page) -> None:
    by_the_menu(page, "现行规则")
    house.look(page, "policies")
    page.get_by_role("link", name="国家档案馆档案开放审核通用规则").first.click()
    page.get_by_label("规则中的字词").fill("疫情")
    page.get_by_role("button", name="显示").click()
    page.locator("main").get_by_role("link", name=RULE).click()
    page.get_by_label("题名", exact=True).fill(FOUND)
    page.get_by_role("button", name="试运行").click()
    page.get_by_text(f"{RULE} 未命中").wait_for()
    house.look(page, "policy-rule")
    page.go_back()
    page.goto(house.address + reverse("policies"))
    page.get_by_role("button", name="为底本起草").first.click()
    page.wait_for_url("**/policies/drafts/*/")
    page.get_by_label("改什么，为什么改").fill("防汛题名多涉及灾情，补入词表。")
    press(page, "保存说明")
    page.locator("main").get_by_role("link", name=RULE).click()
    terms, titles = page.get_by_label("查找的词", exact=True), page.get_by_label("应命中的题名", exact=True)
    titles.fill(f"{titles.input_value()}\n{FOUND}")
    page.get_by_role("button", name="试运行").first.click()
    wrong = page.locator("tr.is-wrong")
    wrong.wait_for()
    assert FOUND in wrong.inner_text(), "the new example is not found yet"
    terms.fill(f"{terms.input_value()}\n{TERM}")
    page.get_by_role("button", name="试运行").first.click()
    wrong.wait_for(state="detached")
    assert page.locator("tr u", has_text=TERM).count()
    press(page, "保存")
    house.look(page, "policy-file")


def count_and_submit(house: House, page) -> None:
    page.get_by_role("link", name="草案").click()
    house.look(page, "policy-draft")
    assert page.get_by_role("button", name="提交采用").is_disabled()
    page.get_by_role("link", name="影响").first.click()
    page.get_by_role("button", name="计算影响").click()
    page.get_by_text("新旧建议对照").wait_for()
    assert FOUND not in page.inner_text("main"), "who has no right on the fonds sees numbers"
    house.look(page, "policy-impact")
    page.get_by_role("link", name="草案").click()
    press(page, "提交采用")
    assert page.get_by_role("link", name="采用……").count() == 0, "nobody adopts what they submitted"


def adopt(house: House, batch: str) -> None:
    page = house.person("keeper2")
    page.goto(house.address + reverse("policies"))
    page.get_by_role("link", name="防汛题名多涉及灾情").click()
    page.get_by_role("link", name="采用……").click()
    house.look(page, "policy-adopt")
    page.get_by_role("group", name=batch).get_by_role("radio", name="未定的重新筛查").check()
    page.get_by_label("采用理由").fill("馆务会议通过")
    press(page, "采用")
    assert batch in page.inner_text("main")


def review(house: House) -> None:
    page = house.person("first")
    open_the_work(page, "初审")
    row = entry(page, FOUND)
    assert row.locator("u.hit", has_text=TERM).count()
    row.locator(".entry__title").click()
    told = page.locator(".desk__why").inner_text()
    assert RULE in told
    assert "cn-101" in told
    house.look(page, "policy-finding")
