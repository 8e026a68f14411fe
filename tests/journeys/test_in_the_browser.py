"""One batch from the plan to the public catalogue in a real browser, by clicking and typing only."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.journeys.browser import LANGUAGES, WIDTHS, House, by_the_menu

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "catalogue"]),
]

CLOSED = "关于召开年度工作会议的通知"  # deferred by hand at first review
OBJECTED = "关于加强防汛工作的通知"  # its unit wants it closed; settled so
MASKED = "关于给予王建业同志行政记过处分的决定"
OPENED = "关于调整救济标准的通知"


def open_the_work(page, title: str) -> None:
    page.locator("main").get_by_role("link", name=title, exact=False).first.click()
    page.wait_for_url("**/work/*/")


def press(page, name: str, *, within=None) -> None:
    """Click a button and see that the act was done."""
    (within or page).get_by_role("button", name=name).first.click()
    page.wait_for_load_state()
    said = page.locator(".messages").inner_text()
    assert page.locator(".messages .notice--done").count(), said


def entry(page, title: str):
    return page.locator("li.entry", has_text=title)


def decide(page, title: str, summary: str, **fields: str) -> None:
    """Open one entry's form, fill it in, and record it."""
    row = entry(page, title)
    row.get_by_text(summary, exact=True).click()
    for label, value in fields.items():
        field = row.get_by_label(label, exact=True)
        if field.evaluate("it => it.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    press(page, "记录", within=row)


def choose(page, group: str) -> None:
    page.get_by_role("navigation", name="分组").get_by_role("link", name=group).first.click()


def decide_group(page, name: str) -> None:
    """Decide the group that is shown, after a look at what was drawn of it."""
    page.get_by_role("link", name="整组决定").first.click()
    page.wait_for_url("**decide=1**")
    page.wait_for_load_state("load")  # with it the script that waits until everything was in sight
    looked = page.locator("[data-looked]")
    while looked.is_disabled():
        page.keyboard.press("PageDown")
        page.wait_for_timeout(100)
    looked.check()
    press(page, name)


def test_a_batch_goes_from_the_plan_to_the_public_by_clicking_and_typing(house):
    plan(house)
    first_review(house)
    second_review(house)
    sample(house)
    countersign(house)
    reconcile(house)
    sign_off(house)
    consent(house)
    publish(house)
    public(house)
    audit(house)
    assert house.faults == []
    assert len(list(house.pictures.glob("*.png"))) >= len(house.sights) * len(LANGUAGES) * len(WIDTHS) * 2


def plan(house: House) -> None:
    page = house.person("planner")
    house.look(page, "my-work-empty")
    by_the_menu(page, "审核计划")
    house.look(page, "plan")
    press(page, "建批送审")
    house.look(page, "batch")


def first_review(house: House) -> None:
    page = house.person("first")
    house.look(page, "my-work")
    open_the_work(page, "初审")
    house.look(page, "first-review")
    decide(page, CLOSED, "另作决定", 意见="defer", 依据="CN-8-2", 延期至="2036-12-31", 理由="内容涉及尚未了结的事项")
    row = entry(page, MASKED)
    row.get_by_text("另作决定", exact=True).click()
    house.pictures.joinpath("first-review-deciding.png").write_bytes(page.screenshot())
    row.get_by_label("公开题名").fill("关于给予[隐去]行政记过处分的决定")
    press(page, "拟定公开题名", within=row)
    decide(page, MASKED, "另作决定", 意见="open", 理由="隐去个人信息后可以开放")
    choose(page, "移送")
    house.look(page, "first-review-group")
    decide_group(page, "按建议决定")
    choose(page, "开放")
    decide_group(page, "按建议决定")
    choose(page, "未定")
    assert "全部条目均有意见" in page.inner_text("main")
    press(page, "送复审")


def second_review(house: House) -> None:
    page = house.person("second")
    open_the_work(page, "复审")
    house.look(page, "second-review")
    for group in ("开放", "延期开放", "移送"):
        choose(page, group)
        decide_group(page, "同意初审")
    press(page, "移交抽检")


def sample(house: House) -> None:
    page = house.person("sampler")
    open_the_work(page, "抽检")
    press(page, "抽样")
    house.look(page, "sample")
    press(page, "本页其余各条均正确")
    press(page, "出具合格证并移交")
    by_the_menu(page, "质量")
    house.look(page, "quality")


def countersign(house: House) -> None:
    page = house.person("unit-mzt")
    house.look(page, "my-work-unit")
    open_the_work(page, "会签")
    house.look(page, "countersign")
    row = entry(page, OBJECTED)
    row.get_by_text("答复此条").click()
    row.get_by_role("radio", name="不同意").check()
    house.pictures.joinpath("countersign-objecting.png").write_bytes(page.screenshot())
    row.get_by_label("我单位意见").select_option("defer")
    row.get_by_label("依据").select_option("CN-8-2")
    row.get_by_label("延期至").fill("2036-12-31")
    row.get_by_label("理由").fill("工程仍在使用")
    press(page, "记录", within=row)
    press(page, "同意这")
    press(page, "提交我单位答复")
    page = house.person("unit-czt")
    open_the_work(page, "会签")
    press(page, "同意这")
    press(page, "提交我单位答复")


def reconcile(house: House) -> None:
    page = house.person("reconciler")
    open_the_work(page, "协商")
    house.look(page, "reconcile")
    row = entry(page, OBJECTED)
    row.get_by_label("意见", exact=True).select_option("defer")
    row.get_by_label("依据").select_option("CN-8-2")
    row.get_by_label("延期至").fill("2036-12-31")
    row.get_by_label("理由").fill("双方当面协商一致，形成单位书面确认")
    press(page, "记录", within=row)
    press(page, "送审定")


def sign_off(house: House) -> None:
    page = house.person("confirmer")
    open_the_work(page, "审定")
    house.look(page, "sign-off")
    page.get_by_label("输入密码签发").fill(house.password)
    press(page, "签发")


def consent(house: House) -> None:
    page = house.person("authority")
    open_the_work(page, "延期审批")
    house.look(page, "consent")
    press(page, "同意这")
    page.get_by_label("输入密码答复").fill(house.password)
    press(page, "提交对本目录的答复")


def publish(house: House) -> None:
    page = house.person("publisher")
    open_the_work(page, "公布")
    house.look(page, "release")
    text = page.inner_text("main")
    assert OPENED in text
    assert not [title for title in (CLOSED, OBJECTED, "王建业") if title in text]
    page.get_by_label("再次输入密码").fill(house.password)
    press(page, "公布这")
    by_the_menu(page, "批次")
    house.look(page, "batches")


def public(house: House) -> None:
    page = house.person()
    page.goto(house.address + reverse("catalogue:home"))
    house.look(page, "open-home")
    for title, there in (
        (OPENED, True),
        ("关于给予[隐去]", True),
        (CLOSED, False),
        (OBJECTED, False),
        ("王建业", False),
    ):
        page.goto(house.address + reverse("catalogue:home"))
        page.get_by_role("searchbox").fill(title)
        page.get_by_role("button", name="检索").click()
        page.wait_for_url("**/search/?q=*")
        found = page.locator("main article.entry")
        assert (found.count() > 0) is there, title
        if title == OPENED:
            found.get_by_role("link").first.click()
            page.wait_for_url("**/Z001/*/")
            assert OPENED in page.inner_text("h1")
            house.look(page, "open-entry")


def audit(house: House) -> None:
    page = house.person("auditor")
    by_the_menu(page, "审计台")
    page.get_by_role("button", name="立即核验全部台账").click()
    page.locator(".notice--done").wait_for()
    assert "核验无误" in page.inner_text("main")
    house.look(page, "audit")
    for name, sight in (
        ("台账", "ledger"),
        ("概览", "overview"),
        ("已公布目录", "releases"),
        ("部分开放", "redactions"),
    ):
        by_the_menu(page, name)
        house.look(page, sight)


def test_pages_without_a_desk_are_looked_at_too(house):
    page = house.person()
    page.goto(house.address + reverse("sign-in"))
    house.look(page, "sign-in")
    page = house.person("first")
    assert house.faults == []
    for name, address in (("not-yours", reverse("plan")), ("nothing-here", "/nothing/")):
        page.goto(house.address + address)
        house.look(page, name)
    # The browser itself logs the answers 403 and 404.
    assert [fault for fault in house.faults if "the server responded with a status of 40" not in fault] == []
