"""What stays closed is listed in the open catalogue only where the procedure says so, by code, ground and day, never a title."""

import pytest

from policies.outcomes import Outcome, Stage
from policies.reviewing import Decision
from review.models import Entry
from review.operations import reviewing
from review.queries.editions import edition_of, standing_sign_off
from tests.procedures import adopted
from tests.redactions import CODE, UNTIL
from tests.world import NOW, TODAY

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])


def edition(world, code: str = CODE, ground: str = "CN-8-3-PI"):
    """The edition of a batch in which one entry is deferred on a ground."""
    batch = world.batch()
    (row,) = batch.batch_entries.filter(entry__reference_code=code)
    deferral = Decision(Outcome.DEFER, ground, UNTIL)
    reviewing.record_opinions(
        batch=batch, stage=Stage.FIRST_REVIEW, decisions={row.pk: deferral}, by=world["first"], at=NOW, today=TODAY
    )
    world.walk(batch, "release")
    return edition_of(batch, standing_sign_off(batch), number="2026-1", issued_on=TODAY)


def test_nothing_closed_is_listed_where_nobody_decided_so(world):
    made = edition(world)
    assert made.counts.deferred["CN-8-3-PI"] >= 1
    assert made.closed == ()


def test_what_is_deferred_on_a_listed_ground_stands_with_code_ground_and_day(world):
    adopted(world, listed_grounds=["CN-8-3-PI"])
    made = edition(world)
    listed = {one.reference_code: one for one in made.closed}
    assert (listed[CODE].fonds_code, listed[CODE].ground, listed[CODE].opens_on) == ("Z001", "CN-8-3-PI", UNTIL)
    title = Entry.objects.get(reference_code=CODE).title
    assert title not in repr(made.closed)


def test_other_grounds_are_counted_only(world):
    adopted(world, listed_grounds=["CN-8-4"])
    assert CODE not in {one.reference_code for one in edition(world).closed}


def test_a_code_that_says_a_name_is_not_listed(world):
    adopted(world, listed_grounds=["CN-8-3-PI"])
    Entry.objects.filter(reference_code=CODE).update(reference_code="Z001-001-王建业", code_key="Z001-1-王建业")
    assert "Z001-001-王建业" not in {one.reference_code for one in edition(world, "Z001-001-王建业").closed}
