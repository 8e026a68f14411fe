"""Light or dark, roomy or dense: chosen with a button, remembered in a cookie, and nothing else."""

import pytest
from django.urls import reverse
from lxml import html

from config.headers import POLICY

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])


@pytest.fixture
def page(client, world):
    """My work of the first reviewer, as its tree."""
    client.force_login(world["first"])
    return lambda: html.fromstring(client.get(reverse("my-work")).content.decode())


def sheets(tree) -> dict[str, str]:
    return {
        link.get("href").rpartition("/")[2]: link.get("media", "") for link in tree.xpath("//link[@rel='stylesheet']")
    }


def test_without_a_choice_the_device_decides_and_lines_are_roomy(page):
    tree = page()
    assert sheets(tree)["dark.css"] == "screen and (prefers-color-scheme: dark)"
    assert tree.get("data-density") is None


@pytest.mark.parametrize(
    ("scheme", "media"), [("dark", "screen"), ("light", None), ("auto", "screen and (prefers-color-scheme: dark)")]
)
def test_a_choice_of_colours_is_remembered(client, page, scheme, media):
    client.post(reverse("appearance"), {"scheme": scheme})
    tree = page()
    assert sheets(tree).get("dark.css") == media
    (pressed,) = tree.xpath("//button[@name='scheme'][@aria-pressed='true']/@value")
    assert pressed == scheme


def test_dense_lines_are_remembered_beside_the_colours(client, page):
    client.post(reverse("appearance"), {"scheme": "dark"})
    client.post(reverse("appearance"), {"density": "dense"})
    tree = page()
    assert tree.get("data-density") == "dense"
    assert sheets(tree)["dark.css"] == "screen"


def test_nothing_unknown_is_kept_and_nothing_unknown_in_a_cookie_counts(client, page):
    answer = client.post(reverse("appearance"), {"scheme": '"><script>', "density": "x"})
    assert not answer.cookies
    client.cookies.load({"qifeng_scheme": "purple", "qifeng_density": "x"})
    assert sheets(page())["dark.css"] == "screen and (prefers-color-scheme: dark)"


def test_one_comes_back_to_the_page_and_never_to_another_host(client, page):
    back = client.post(reverse("appearance"), {"scheme": "dark", "next": "/batches/?page=2"})
    assert back.url == "/batches/?page=2"
    for outside in ("https://example.org/", "//example.org/", "javascript:alert(1)"):
        assert client.post(reverse("appearance"), {"scheme": "dark", "next": outside}).url == reverse("my-work")


def test_a_link_cannot_change_how_pages_look(client, page):
    assert client.get(reverse("appearance"), {"scheme": "dark"}).status_code == 405


def test_the_pages_need_no_inline_style_for_it(client, page):
    assert "'unsafe-inline'" not in POLICY
    assert not page().xpath("//*[@style]")


# -- signing in anew in the middle of a form


def test_whoever_sends_a_form_after_the_session_was_over_comes_back_to_its_page(client, world):
    page = "http://testserver/batches/?page=2"
    answer = client.post(reverse("read-notices"), HTTP_REFERER=page)
    assert answer.status_code == 302
    assert answer.url == f"{reverse('sign-in')}?next=%2Fbatches%2F%3Fpage%3D2"


@pytest.mark.parametrize("page", ["", "https://example.org/batches/", "//example.org/x", "javascript:alert(1)"])
def test_but_never_to_a_page_of_another_host(client, world, page):
    answer = client.post(reverse("read-notices"), HTTP_REFERER=page)
    assert answer.url == f"{reverse('sign-in')}?next={reverse('read-notices')}"


def test_a_page_that_was_asked_for_is_come_back_to_as_before(client, world):
    answer = client.get(reverse("batches"), HTTP_REFERER="http://testserver/")
    assert answer.url == f"{reverse('sign-in')}?next={reverse('batches')}"
