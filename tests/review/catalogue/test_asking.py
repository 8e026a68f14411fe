"""The form for visitors' requests: without an account, a session or a trace of whoever sends it."""

import re
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
import time_machine
from django.db import connections
from django.urls import reverse
from django.utils import timezone

from review.catalogue import asking
from review.catalogue.models_asking import AskingTally, VisitorRequest

pytestmark = pytest.mark.django_db(databases=["catalogue"])

TOLD = {
    "kind": "request",
    "fonds": "Z001",
    "reference_code": "Z001-001-0004",
    "text": "想查阅这份文件，用于编写县志。",
    "asker": "某读者",
    "contact": "某街1号",
    "website": "",
}


@pytest.fixture
def ask_url() -> str:
    return reverse("catalogue:ask")


def given(seconds: float = 60) -> str:
    return asking.form_given_out(timezone.now() - timedelta(seconds=seconds))


def send(client, **changes):
    address = changes.pop("REMOTE_ADDR", "192.0.2.7")
    return client.post(reverse("catalogue:ask"), {**TOLD, "given": given(), **changes}, REMOTE_ADDR=address)


def sent(client, **changes) -> VisitorRequest:
    assert send(client, **changes).status_code == 302
    return VisitorRequest.objects.latest("pk")


# ---- the form ----------------------------------------------------------------------------------------------------------


def test_a_visitor_is_given_a_receipt_and_an_address_for_the_answer_and_no_cookie(client, ask_url):
    form = client.get(ask_url, {"lang": "en"})
    assert form.status_code == 200
    token = re.search(r'name="given" value="([^"]+)"', form.content.decode())[1]
    with time_machine.travel(timezone.now() + timedelta(seconds=30), tick=False):
        response = client.post(ask_url, {**TOLD, "given": token})
    assert response.status_code == 302
    page = client.get(response["Location"], {"lang": "en"})
    made = VisitorRequest.objects.get()
    assert re.fullmatch(r"R\d{8}-[0-9A-Z]{6}", made.receipt)
    assert made.receipt in page.content.decode()
    for answer in (form, response, page):
        assert not answer.cookies
        assert "no-store" in answer["Cache-Control"]
    assert page["Referrer-Policy"] == "no-referrer"


def test_the_page_of_a_receipt_says_nothing_of_what_was_written(client):
    response = send(client, text="机密的说法 <b>粗</b>")
    content = client.get(response["Location"]).content.decode()
    for part in ("机密的说法", "某读者", "某街1号"):
        assert part not in content


def test_a_key_that_was_given_to_nobody_is_not_found(client):
    sent(client)
    assert client.get(reverse("catalogue:asked", args=["0" * 32])).status_code == 404


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"given": "made-up"}, "signed by somebody else"),
        ({"given": ""}, "no time at all"),
        ({"website": "http://buy.example"}, "the field that people do not see"),
        ({"kind": "withdraw"}, "a kind that there is not"),
        ({"text": "长" * 4001}, "longer than the bound"),
        ({"asker": " "}, "nobody asks"),
        ({"contact": "长" * 201}, "longer than the bound"),
        ({"reference_code": "x" * 201}, "longer than the bound"),
        ({"text": "a\x00bcdef"}, "a sign that no text holds"),
    ],
)
def test_a_form_that_is_not_in_order_is_refused_and_nothing_is_kept(client, changes, why):
    response = send(client, **changes)
    assert response.status_code == 400, why
    assert not VisitorRequest.objects.exists()


def test_a_form_that_comes_back_at_once_or_after_a_day_is_refused(client):
    assert send(client, given=given(seconds=1)).status_code == 400
    assert send(client, given=given(seconds=90_000)).status_code == 400
    assert send(client, given=given(seconds=10)).status_code == 302


def test_what_was_typed_is_still_there_after_a_refusal_and_is_not_waited_for_again(client, ask_url):
    response = send(client, asker="")
    content = response.content.decode()
    assert TOLD["text"] in content
    token = re.search(r'name="given" value="([^"]+)"', content)[1]
    assert client.post(ask_url, {**TOLD, "given": token}).status_code == 302


def test_markup_in_a_refused_form_is_shown_as_text(client):
    content = send(client, asker="", text="<script>alert(1)</script>").content.decode()
    assert "<script" not in content


def test_one_address_asks_a_few_times_a_day_and_another_is_not_held_up(client):
    answers = [send(client).status_code for _time in range(asking.MOST_OF_AN_ADDRESS + 1)]
    assert answers == [302] * asking.MOST_OF_AN_ADDRESS + [429]
    assert send(client, REMOTE_ADDR="192.0.2.8").status_code == 302
    assert VisitorRequest.objects.count() == asking.MOST_OF_AN_ADDRESS + 1


def test_no_address_is_kept_and_what_was_counted_goes_the_next_day(client):
    sent(client)
    before = set(AskingTally.objects.values_list("pk", flat=True))
    assert "192.0.2.7" not in str(list(AskingTally.objects.values()) + list(VisitorRequest.objects.values()))
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1), tick=False):
        sent(client)
    assert not before & set(AskingTally.objects.values_list("pk", flat=True))


def test_what_is_kept_in_a_day_is_bounded_whoever_sends_it(client, monkeypatch):
    monkeypatch.setattr(asking, "MOST_OF_ALL", 3)
    answers = [send(client, REMOTE_ADDR=f"192.0.2.{n}").status_code for n in range(5)]
    assert answers == [302, 302, 302, 429, 429]


@pytest.mark.parametrize(
    ("near", "told", "counted"),
    [
        ("192.0.2.7", "198.51.100.1", "192.0.2.7"),  # whoever writes the header himself changes nothing
        ("127.0.0.1", "203.0.113.9, 198.51.100.1", "198.51.100.1"),
        ("", "198.51.100.1", "198.51.100.1"),
        ("2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::/64"),
    ],
)
def test_an_address_is_that_of_the_caller_or_what_the_near_proxy_says(rf, near, told, counted):
    request = rf.get("/", REMOTE_ADDR=near, HTTP_X_FORWARDED_FOR=told)
    assert asking.address_of(request) == counted


def test_the_form_needs_neither_a_session_nor_a_token_of_one(client, ask_url):
    client.handler.enforce_csrf_checks = True
    assert send(client).status_code == 302


@pytest.mark.django_db(databases=["catalogue"], transaction=True)
def test_while_a_release_is_written_a_visitor_is_told_to_come_back_and_loses_nothing(
    client, monkeypatch, no_error_is_logged
):
    if connections["catalogue"].vendor != "sqlite":
        pytest.skip("only SQLite has one writer at a time")
    monkeypatch.setattr(asking, "MOST_WAIT", 0)
    with closing(sqlite3.connect(connections["catalogue"].settings_dict["NAME"])) as loading:
        loading.execute("BEGIN IMMEDIATE")
        response = send(client)
        loading.rollback()
    assert response.status_code == 503
    assert [record.getMessage() for record in no_error_is_logged] == ["Service Unavailable: /open/ask/"]
    no_error_is_logged.clear()
    assert TOLD["text"] in response.content.decode()
    assert send(client).status_code == 302


def test_the_receipt_is_in_the_language_that_was_asked_for(client, ask_url):
    response = client.post(f"{ask_url}?lang=en", {**TOLD, "given": given()})
    page = client.get(response["Location"], headers={"Accept-Language": "zh-hans"})
    assert '<html lang="en">' in page.content.decode()
