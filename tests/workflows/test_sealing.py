"""The password typed again at an act of the seal: without it nothing is signed, and guessing it has an end."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from lxml import html

from policies.reauthenticating import MOST, WITHIN, check_tries
from policies.sentences import Refusal
from review import ledger
from review.models import LedgerLine
from review.operations import reauthenticating
from tests.procedures import adopted
from tests.world import NOW
from workflows import rehearsal

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])


def sign(client, world, task, who="confirmer", **data):
    client.force_login(world[who])
    return client.post(reverse("task", args=[task.pk]), {"verb": "sign", **data}, follow=True).content.decode()


def at_sign_off(world):
    batch = world.walked("sign_off")
    return batch, rehearsal.open_tasks(batch, "sign_off")[0]


@pytest.mark.parametrize("data", [{}, {"password": ""}, {"password": "wrong"}])
def test_without_the_right_password_nothing_is_signed(client, world, data):
    batch, task = at_sign_off(world)
    assert "密码不对" in sign(client, world, task, **data)
    assert not batch.sign_offs.exists()
    assert rehearsal.open_tasks(batch, "sign_off") == [task]


def test_with_it_the_ledger_says_that_it_was_typed(client, world):
    batch, task = at_sign_off(world)
    sign(client, world, task, password=world.people.password)
    assert batch.sign_offs.count() == 1
    line = LedgerLine.objects.get(act="sign_off")
    assert json.loads(line.facts)["reauthenticated"] is True
    assert world.people.password not in "".join(LedgerLine.objects.values_list("facts", flat=True))


def test_a_signature_that_no_page_asked_for_says_so(world):
    batch = world.walked("consent")
    assert batch.sign_offs.exists()
    assert json.loads(LedgerLine.objects.get(act="sign_off").facts)["reauthenticated"] is False


def test_another_persons_password_is_none(client, world):
    batch, task = at_sign_off(world)
    world["second"].set_password("another one 1")
    world["second"].save()
    assert "密码不对" in sign(client, world, task, password="another one 1")
    assert not batch.sign_offs.exists()


def test_after_too_many_wrong_ones_even_the_right_one_waits(client, world):
    batch, task = at_sign_off(world)
    for _ in range(MOST):
        sign(client, world, task, password="guessed")
    assert "15 分钟" in sign(client, world, task, password=world.people.password)
    assert not batch.sign_offs.exists()
    wrong = LedgerLine.objects.filter(act="wrong_password", actor="confirmer")
    assert wrong.count() == MOST
    assert not any("guessed" in line.facts for line in wrong)
    assert ledger.verify().bad_line is None


def test_others_are_not_kept_out_by_it(client, world):
    batch, task = at_sign_off(world)
    for _ in range(MOST):
        sign(client, world, task, password="guessed")
    client.post(reverse("task", args=[task.pk]), {"verb": "put_back"})
    sign(client, world, task, who="confirmer2", password=world.people.password)
    assert batch.sign_offs.count() == 1


def test_a_quarter_of_an_hour_later_it_can_be_tried_again(world):
    for _ in range(MOST):
        assert reauthenticating.prove(by=world["confirmer"], right=lambda: False, at=NOW) is False
    with pytest.raises(Refusal, match="15 分钟"):
        reauthenticating.prove(by=world["confirmer"], right=lambda: True, at=NOW + WITHIN - timedelta(seconds=1))
    assert reauthenticating.prove(by=world["confirmer"], right=lambda: True, at=NOW + WITHIN)


def test_the_rule_itself():
    check_tries(MOST - 1)
    with pytest.raises(Refusal):
        check_tries(MOST)


def test_the_answer_to_a_deferral_list_asks_for_it_too(client, world):
    batch = world.walked("consent")
    (task,) = rehearsal.open_tasks(batch, "consent")
    client.force_login(world["authority"])
    address = reverse("task", args=[task.pk])
    page = html.fromstring(client.get(address).content.decode())
    client.post(address, {"verb": "agree_shown", "shown": page.xpath("//input[@name='shown']/@value")[0]})
    refused = client.post(address, {"verb": "hand_on"}, follow=True).content.decode()
    assert "密码不对" in refused
    assert batch.deferral_lists.get().answered_at is None
    client.post(address, {"verb": "hand_on", "password": world.people.password})
    assert batch.deferral_lists.get().answered_at is not None
    assert json.loads(LedgerLine.objects.get(act="answer_list").facts)["reauthenticated"] is True


def test_the_seal_is_drawn_only_where_a_signature_stands(client, world):
    adopted(world, signatures=[{"role": "confirmer", "needed": 2}])
    batch, task = at_sign_off(world)
    client.force_login(world["confirmer"])
    address = reverse("task", args=[task.pk])
    page = html.fromstring(client.get(address).content.decode())
    assert (len(page.xpath("//*[@class='seal']")), len(page.xpath("//*[@class='slot__empty']"))) == (0, 2)
    sign(client, world, task, password=world.people.password)
    client.force_login(world["confirmer2"])
    page = html.fromstring(client.get(address).content.decode())
    assert (len(page.xpath("//*[@class='seal']")), len(page.xpath("//*[@class='slot__empty']"))) == (1, 1)
    assert batch.sign_offs.count() == 1
    assert timezone.localdate().isoformat() in page.text_content()
