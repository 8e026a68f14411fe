"""Standing in: a lent right counts for its days, ends with the giver's own, is not lent on, and brings its conflicts."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from policies.sentences import Refusal
from review import access
from review.models import Absence, Delegation, LedgerLine
from review.operations import standing_in
from tests.review.scenes_hwork import lend
from tests.world import NOW

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])
SIGN = "review.sign_off_fonds"


def test_a_lent_right_counts_and_says_on_whose_behalf(world):
    receiver, giver, fonds = world["second"], world["confirmer"], world.fonds
    assert not access.holds(receiver, SIGN, fonds)
    lend(world, "confirmer", "second", SIGN)
    assert access.holds(receiver, SIGN, fonds)
    assert not access.holds_own(receiver, SIGN, fonds)
    assert access.on_behalf(receiver, SIGN, fonds) == giver
    assert access.hands_of(receiver, SIGN, fonds) == {receiver.pk, giver.pk}
    assert access.on_behalf(giver, SIGN, fonds) is None
    assert access.hands_of(giver, SIGN, fonds) == {giver.pk}
    assert fonds in access.fonds_of(receiver, SIGN)
    assert receiver in access.who_hold(SIGN, fonds)


def test_own_right_comes_before_a_lent_one(world):
    lend(world, "confirmer", "confirmer2", SIGN)
    assert access.on_behalf(world["confirmer2"], SIGN, world.fonds) is None
    assert access.hands_of(world["confirmer2"], SIGN, world.fonds) == {world["confirmer2"].pk}


def _over(world):
    today = timezone.localdate()
    Delegation.objects.update(from_day=today - timedelta(days=9), to_day=today - timedelta(days=1))


def _not_yet(world):
    today = timezone.localdate()
    Delegation.objects.update(from_day=today + timedelta(days=1), to_day=today + timedelta(days=2))


def _revoked(world):
    standing_in.revoke(delegation=Delegation.objects.get(), by=world["confirmer"], at=NOW)


def _giver_lost_it(world):
    world["confirmer"].groups.clear()


def _giver_left(world):
    world["confirmer"].is_active = False
    world["confirmer"].save()


def _receiver_left(world):
    world["second"].is_active = False
    world["second"].save()


@pytest.mark.parametrize("ended", [_over, _not_yet, _revoked, _giver_lost_it, _giver_left, _receiver_left])
def test_a_lent_right_that_ended_counts_no_more(world, ended):
    lend(world, "confirmer", "second", SIGN)
    ended(world)
    receiver = type(world["second"]).objects.get(pk=world["second"].pk)
    assert not access.holds(receiver, SIGN, world.fonds)
    assert access.on_behalf(receiver, SIGN, world.fonds) is None
    assert world.fonds not in access.fonds_of(receiver, SIGN)
    assert world.fonds.pk not in access.rights_of(receiver).held.get(SIGN, set())
    assert receiver not in access.who_hold(SIGN, world.fonds)


def test_what_was_lent_is_not_lent_on(world):
    lend(world, "confirmer", "second", SIGN)
    with pytest.raises(Refusal):
        lend(world, "second", "first2", SIGN)
    assert Delegation.objects.count() == 1


def test_a_right_that_the_giver_does_not_hold_is_not_lent(world):
    with pytest.raises(Refusal):
        lend(world, "first", "second", SIGN)


def test_a_manager_lends_for_somebody_who_is_away_but_not_to_himself_and_nobody_else_does(world):
    lend(world, "confirmer", "second", SIGN, by=world["manager"])
    with pytest.raises(Refusal):
        lend(world, "confirmer", "manager", SIGN, by=world["manager"])
    with pytest.raises(PermissionDenied):
        lend(world, "confirmer", "first2", SIGN, by=world["planner"])
    assert Delegation.objects.count() == 1


def test_a_units_right_is_lent_by_the_unit_and_not_by_the_archives(world):
    agency = world.agencies[0]
    unit, other = world.people.units[agency.pk], world.people.units[world.agencies[1].pk]
    terms = {"giver": unit, "receiver": other, "over": agency}
    with pytest.raises(PermissionDenied):
        lend(world, "first", "first2", "review.countersign_agency", **terms, by=world["manager"])
    lend(world, "first", "first2", "review.countersign_agency", **terms, by=unit)
    assert set(access.agencies_of(other)) == set(world.agencies)


def test_two_who_lent_the_same_right_bring_both_their_conflicts(world):
    lend(world, "confirmer", "second", SIGN)
    lend(world, "confirmer2", "second", SIGN)
    hands = access.hands_of(world["second"], SIGN, world.fonds)
    assert hands == {world["second"].pk, world["confirmer"].pk, world["confirmer2"].pk}
    assert access.rights_of(world["second"]).hands(SIGN, world.fonds.pk) == hands


def test_rights_of_says_the_same_as_the_single_questions(world):
    lend(world, "confirmer", "second", SIGN)
    lend(world, "planner", "second", "review.plan_fonds")
    for name in ("second", "confirmer", "first2", "auditor", "keeper"):
        rights = access.rights_of(world[name])
        for permission in access.FONDS_PERMISSIONS:
            held = world.fonds.pk in rights.held.get(permission, set())
            assert held == access.holds(world[name], permission, world.fonds)
            if held:
                assert rights.hands(permission, world.fonds.pk) == access.hands_of(
                    world[name], permission, world.fonds
                )


def test_rights_are_read_in_as_many_queries_whatever_their_number(world):
    lend(world, "confirmer", "second", SIGN)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as counted:
            access.rights_of(world["second"])
        return len(counted)

    before = queries()
    for permission in ("review.release_fonds",):
        lend(world, "publisher", "second", permission)
    lend(world, "confirmer2", "second", SIGN)
    assert queries() == before <= 5


def test_lending_leaves_its_line_without_the_reason(world):
    lend(world, "confirmer", "second", SIGN, reason="私人原因不入台账")
    line = LedgerLine.objects.latest("line")
    assert (line.act, line.actor, line.subject) == ("delegate", "confirmer", "person confirmer")
    assert "sign_off_fonds" in line.facts and "私人原因" not in line.facts


def test_the_page_lends_takes_back_and_records_an_absence(client, world):
    client.force_login(world["confirmer"])
    today = timezone.localdate()
    days = {"from_day": today.isoformat(), "to_day": (today + timedelta(days=5)).isoformat()}
    page = reverse("standing-in")
    assert world.fonds.code in client.get(page).content.decode()
    sent = {
        "verb": "lend",
        "right": f"{SIGN} fonds Z001",
        "receiver": "second",
        "reason": "出差",
        "proof": "〔2026〕7号",
    }
    client.post(page, sent | days)
    row = Delegation.objects.get()
    assert (row.giver, row.receiver) == (world["confirmer"], world["second"])
    assert "〔2026〕7号" in client.get(page).content.decode()
    client.post(page, {"verb": "revoke", "pk": row.pk})
    assert not access.holds(world["second"], SIGN, world.fonds)
    client.post(page, {"verb": "absent", "stand_in": "second"} | days)
    absence = Absence.objects.get()
    assert (absence.person, absence.stand_in) == (world["confirmer"], world["second"])
    client.post(page, {"verb": "back", "pk": absence.pk})
    assert Absence.objects.get().withdrawn_at is not None


@pytest.mark.parametrize(
    "sent",
    [
        {"verb": "lend", "right": f"{SIGN} fonds Z001", "receiver": "nobody"},
        {"verb": "lend", "right": f"{SIGN} agency MZT", "receiver": "second"},
        {"verb": "lend", "right": "review.keep_policies archives x", "receiver": "second"},
        {"verb": "lend", "right": "", "receiver": "second"},
        {"verb": "lend", "right": f"{SIGN} fonds Z001", "receiver": "second", "from_day": "tomorrow"},
    ],
)
def test_what_the_form_cannot_mean_is_refused_in_a_sentence(client, world, sent):
    client.force_login(world["confirmer"])
    today = timezone.localdate().isoformat()
    shown = client.post(
        reverse("standing-in"), {"from_day": today, "to_day": today, "reason": "x", "proof": "y"} | sent, follow=True
    )
    assert shown.status_code == 200
    assert 'class="refusal"' in shown.content.decode()
    assert not Delegation.objects.exists()


def test_nobody_withdraws_or_revokes_for_strangers(client, world):
    row = lend(world, "confirmer", "second", SIGN)
    client.force_login(world["planner"])
    assert client.post(reverse("standing-in"), {"verb": "revoke", "pk": row.pk}).status_code == 403
    assert client.post(reverse("standing-in"), {"verb": "revoke", "pk": "9" * 30}).status_code == 404
    assert client.post(reverse("standing-in"), {"verb": "burn"}).status_code == 404
    assert Delegation.objects.get().revoked_at is None


def test_the_page_is_as_many_queries_for_one_lent_right_as_for_many(client, world):
    client.force_login(world["second"])

    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            assert client.get(reverse("standing-in")).status_code == 200
        return len(counted)

    lend(world, "confirmer", "second", SIGN)
    queries()  # the first page of a process also reads content types
    before = queries()
    for giver, permission in (("publisher", "release"), ("planner", "plan"), ("sampler", "sample")):
        lend(world, giver, "second", f"review.{permission}_fonds")
    assert queries() == before
