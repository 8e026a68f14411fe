"""The shell in a real browser: menus by key, the dark, words that explain themselves, and nothing typed is lost."""

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse

from review.models import Batch
from tests.journeys.browser import House
from workflows import rehearsal

pytestmark = [pytest.mark.browser, pytest.mark.django_db(databases=["default", "catalogue"], transaction=True)]

TYPED = "档案中涉及健在的当事人，须先征求意见。"


@pytest.fixture
def desk(house, committed_world) -> str:
    """The address of a second review, which can be returned with a reason."""
    batch: Batch = committed_world.walked("second_review")
    (task,) = rehearsal.open_tasks(batch, "second_review")
    return house.address + reverse("task", args=[task.pk])


def form(house: House) -> str:
    """The address of a form with a long text in it."""
    return house.address + reverse("register-request")


def test_the_pages_of_the_shell_are_sound_in_every_language_width_and_light(house: House, committed_world):
    committed_world.walked("second_review")
    page = house.person("first2")
    for name, address in (
        ("my-work", reverse("my-work")),
        ("search", reverse("search") + "?q=Z001"),
        ("help", reverse("help")),
        ("help-role", reverse("help-role", args=["first_reviewer"])),
        ("glossary", reverse("glossary")),
        ("parts", reverse("parts")),
        ("nothing-here", "/no-such-page/"),
    ):
        page.goto(house.address + address)
        house.look(page, name)
    assert not [fault for fault in house.faults if "404" not in fault]


def test_a_menu_opens_by_key_closes_by_escape_and_gives_the_focus_back(house: House):
    page = house.person("planner")
    summary = page.locator(".site-nav summary").first
    summary.focus()
    page.keyboard.press("Enter")
    link = page.locator(".site-nav .menu a").first
    assert link.is_visible()
    page.keyboard.press("Tab")
    assert link.evaluate("link => link === document.activeElement")
    page.keyboard.press("Escape")
    assert not link.is_visible()
    assert summary.evaluate("summary => summary === document.activeElement")
    summary.click()
    page.locator("h1").click()
    assert not link.is_visible(), "a click beside it closes it"


def test_on_a_phone_one_button_opens_the_way_about_the_house(house: House):
    page = house.person("planner")
    page.set_viewport_size({"width": 390, "height": 844})
    nav = page.locator("#site-nav")
    assert not nav.is_visible()
    page.get_by_role("button", name="菜单", exact=True).click()
    assert nav.is_visible()
    house._axe(page, "phone menu")
    nav.locator("summary").first.click()
    nav.locator(".menu a").first.click()
    page.wait_for_url("**/plan/")
    assert not house.faults


def test_the_dark_and_dense_lines_are_chosen_and_stay(house: House):
    page = house.person("first")
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    light = page.evaluate(ground)
    page.locator(".menu--own summary").click()
    page.locator("button[name=scheme][value=dark]").click()
    page.wait_for_load_state()
    dark = page.evaluate(ground)
    assert dark != light
    house._axe(page, "chosen dark")
    page.goto(house.address + reverse("batches"))
    assert page.evaluate(ground) == dark
    page.locator(".menu--own summary").click()
    page.locator("button[name=density][value=dense]").click()
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.dataset.density") == "dense"
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).getPropertyValue('--paper')") == "#fff", "paper is white"
    assert not house.faults


def test_without_script_menus_and_choices_still_work(house: House, committed_world):
    signed_in = house.person("planner")
    context = house.browser.new_context(java_script_enabled=False, storage_state=signed_in.context.storage_state())
    page = context.new_page()
    page.goto(house.address + reverse("my-work"))
    page.locator(".site-nav summary").first.click()
    page.locator(".site-nav .menu a").first.click()
    assert page.url.endswith(reverse("plan"))
    page.locator(".menu--own summary").click()
    page.locator("button[name=scheme][value=dark]").click()
    assert page.locator("link[href*='dark.css']").get_attribute("media") == "screen"


# -- words


def test_a_word_explains_itself_to_mouse_key_and_finger(house: House, desk):
    page = house.person("second")
    page.goto(desk)
    told = page.locator(".term__told").first
    assert not told.is_visible()
    page.locator(".term > a").first.hover()
    assert told.is_visible()
    page.keyboard.press("Escape")
    assert not told.is_visible(), "it can be sent away without moving the pointer"
    page.mouse.move(0, 0)
    page.locator(".term > a").first.focus()
    assert told.is_visible()
    phone = house.browser.new_context(
        has_touch=True,
        is_mobile=True,
        viewport={"width": 390, "height": 844},
        storage_state=page.context.storage_state(),
    ).new_page()
    phone.goto(page.url)
    phone.locator(".term > a").first.tap()
    assert phone.locator(".term__told").first.is_visible()
    assert phone.url == page.url, "the first touch explains, the second leads to the glossary"
    phone.locator(".term > a").first.tap()
    phone.wait_for_url("**/help/glossary/#*")


# -- nothing typed is lost


def text_of(page):
    return page.locator("form[data-keep] textarea").first


def test_what_was_typed_is_offered_after_a_closed_tab(house: House):
    page = house.person("requests")
    page.goto(form(house))
    text_of(page).fill(TYPED)
    page.close()
    again = page.context.new_page()
    again.goto(form(house))
    assert text_of(again).input_value() == ""
    again.get_by_role("button", name="恢复填写").click()
    assert text_of(again).input_value() == TYPED
    again.reload()
    again.get_by_role("button", name="不再保留").click()
    again.reload()
    assert not again.locator(".kept").count()


def test_an_expired_session_in_the_middle_of_a_form_loses_nothing(house: House, desk):
    page = house.person("second")
    page.goto(desk)
    reason = page.locator("textarea#return-reason")
    page.locator("details:has(#return-reason) > summary").click()
    reason.fill(TYPED)
    Session.objects.all().delete()
    page.locator("form:has(#return-reason) button[value=return]").click()
    page.wait_for_url("**/sign-in/?next=*")
    page.get_by_label("用户名").fill("second")
    page.get_by_label("密码").fill(house.password)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(desk)
    assert reason.input_value() == TYPED
    assert reason.is_visible()
    page.locator("form:has(#return-reason) button[value=return]").click()
    page.wait_for_url(house.address + reverse("my-work"))
    assert not page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('qifeng:kept:'))"), (
        "it was taken"
    )


def test_a_refused_form_stands_as_it_was_typed(house: House):
    page = house.person("requests")
    page.goto(form(house))
    page.locator("form[data-keep]").evaluate("form => { form.noValidate = true }")
    text_of(page).fill(TYPED)
    page.locator("form[data-keep] button[type=submit], form[data-keep] button:not([type])").last.click()
    page.wait_for_load_state()
    assert page.locator("main [role=alert], main .errorlist").count()
    assert text_of(page).input_value() == TYPED


def test_what_one_typed_no_other_person_on_the_machine_is_shown(house: House):
    page = house.person("requests")
    page.goto(form(house))
    text_of(page).fill(TYPED)
    page.locator(".menu--own summary").click()
    page.get_by_role("button", name="退出").click()
    page.wait_for_url("**/sign-in/")
    assert TYPED not in page.evaluate("JSON.stringify(localStorage)"), "signing out forgets it"


def test_nor_where_the_first_one_never_signed_out(house: House):
    page = house.person("requests")
    page.goto(form(house))
    text_of(page).fill(TYPED)
    page.context.clear_cookies()
    page.goto(house.address + reverse("sign-in"))
    page.get_by_label("用户名").fill("second")
    page.get_by_label("密码").fill(house.password)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(house.address + reverse("my-work"))
    assert TYPED not in page.evaluate("JSON.stringify(localStorage)")


def test_no_password_is_ever_kept(house: House):
    page = house.person("requests")
    page.goto(form(house))
    page.locator("form[data-keep]").first.evaluate(
        "form => { const f = document.createElement('input'); f.type = 'password'; f.name = 'password'; form.append(f) }"
    )
    page.locator("input[name=password]").fill("very-secret-indeed")
    text_of(page).fill(TYPED)
    kept = page.evaluate("JSON.stringify(localStorage)")
    assert TYPED in kept
    assert "very-secret" not in kept
