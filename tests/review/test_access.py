"""The one door from a person to a record: rights are held over a fonds or an agency, by active people who joined a group."""

import pytest
from django.core.exceptions import PermissionDenied

from policies.roles import ROLES
from policies.sentences import Refusal
from review import access
from review.models import Agency, Batch, Fonds, Person
from review.operations import appointing
from tests.world import NOW

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])


@pytest.fixture
def other(world) -> Fonds:
    """A second fonds over which nobody of the cast is appointed."""
    return appointing.register_fonds(code="Z002", title="另一全宗", creating_agency=None, by="test", at=NOW)


HOLDERS = {
    "planner": {"planner"},
    "first_reviewer": {"first", "first2"},
    "second_reviewer": {"first2", "second"},
    "reconciler": {"reconciler"},
    "sampler": {"sampler"},
    "plan_approver": {"confirmer"},
    "authority_officer": {"authority"},
    "secrecy_officer": {"secrecy"},
    "panel_member": {"panel", "panel2", "panel3"},
    "request_officer": {"requests"},
    "manager": {"manager"},
    "confirmer": {"confirmer", "confirmer2"},
    "publisher": {"publisher"},
    "auditor": {"auditor"},
}


@pytest.mark.parametrize(
    "role", [role for role in ROLES.values() if role.over == "fonds"], ids=lambda role: role.code
)
def test_a_right_over_a_fonds_is_held_by_its_role_alone_and_over_no_other_fonds(world, other, role):
    permission = f"review.{role.permission}"
    held = {name for name, person in world.people.people.items() if access.holds(person, permission, world.fonds)}
    assert held == HOLDERS[role.code]
    assert not any(access.holds(person, permission, other) for person in world.people.people.values())


def test_a_unit_holds_its_own_agency_alone(world):
    for agency in Agency.objects.all():
        held = {p for p in world.people.people.values() if access.holds(p, "review.countersign_agency", agency)}
        assert held == {world.people.units[agency.pk]}


def test_the_rules_are_kept_by_policy_keepers_alone_over_the_whole_archives(world):
    people = world.people.people
    assert {name for name, person in people.items() if access.keeps_policies(person)} == {"keeper", "keeper2"}
    assert access.roles_of(world["keeper"]) == [(ROLES["policy_keeper"], "")]
    for person in people.values():
        if access.keeps_policies(person):
            access.demand_keeper(person)
        else:
            with pytest.raises(PermissionDenied):
                access.demand_keeper(person)


def test_auditors_read_the_rules_that_they_may_not_keep(world):
    reads = {name for name, person in world.people.people.items() if access.reads_policies(person)}
    assert reads == {"keeper", "keeper2", "auditor"}


def test_a_policy_keeper_reaches_no_record(world):
    batch = world.batch()
    for role in ROLES.values():
        if role.over == "fonds":
            assert not access.holds(world["keeper"], f"review.{role.permission}", world.fonds)
    assert not access.batches_of(world["keeper"]).filter(pk=batch.pk).exists()
    assert not access.agencies_of(world["keeper"]).exists()


@pytest.mark.parametrize(
    ("role", "over"), [("policy_keeper", "fonds"), ("planner", "archives"), ("nobody", "archives")]
)
def test_a_role_is_held_over_what_it_is_made_for(world, role, over):
    with pytest.raises(Refusal, match="no such role"):
        appointing.appoint(
            person=world["first"],
            role=role,
            over=world.fonds if over == "fonds" else access.ARCHIVES,
            by="test",
            at=NOW,
        )


def test_a_superuser_holds_nothing(world):
    root = Person.objects.create_superuser("root", full_name="管理员", password="long enough 1")
    appointing.appoint(person=root, role="policy_keeper", over=access.ARCHIVES, by="test", at=NOW)
    assert not access.keeps_policies(root)
    assert not access.reads_policies(root)
    assert not access.holds(root, "review.sign_off_fonds", world.fonds)
    assert not access.fonds_of(root).exists()
    assert not access.agencies_of(root).exists()
    assert not access.batches_of(root).exists()


def test_whoever_was_deactivated_holds_nothing(world):
    world.batch()
    person = world["first"]
    assert access.batches_of(person).count() == Batch.objects.count() == 1
    world["keeper"].is_active = False
    assert not access.keeps_policies(world["keeper"])
    person.is_active = False
    assert not access.holds(person, "review.first_review_fonds", world.fonds)
    assert not access.batches_of(person).exists()


def test_a_forming_unit_reaches_no_batch_page(world):
    world.batch()
    assert not access.batches_of(world["unit-mzt"]).exists()
