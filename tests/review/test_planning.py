"""Cutting batches: what is due, what may open early, and what stays out."""

from datetime import date

import pytest

from policies.sentences import Refusal
from review.models import Entry, Fonds
from review.operations import planning
from review.queries.holdings import due_list
from tests.world import NOW, TODAY, make_world

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])

HEAD = "档号,题名,责任者,形成日期\n"
ON_THE_DAY = HEAD + "".join(
    f"Z001-001-000{n},关于召开会议的通知,示例省民政厅,{day}\n"
    for n, day in enumerate(("2001-11-21", "2001-11-22", "2001", "2000", "2001-11"))
)


def codes(batch) -> set[str]:
    return set(batch.batch_entries.values_list("entry__reference_code", flat=True))


def cut(world, **more):
    return planning.cut_batch(fonds=world.fonds, by=world["planner"], at=NOW, today=TODAY, **more)


def test_an_entry_is_due_on_the_day_it_is_25_years_old_counted_from_its_latest_possible_day(db, tmp_path):
    world = make_world(tmp_path, ON_THE_DAY)
    # 2001-11-21 is 25 years old today; tomorrow's, the whole of 2001 and the whole of November are not.
    assert codes(cut(world)) == {"Z001-001-0000", "Z001-001-0003"}


def test_the_due_list_counts_what_a_batch_would_take(db, tmp_path):
    world = make_world(tmp_path, ON_THE_DAY)
    (line,) = due_list(Fonds.objects.all(), TODAY)
    assert (line.held, line.due, line.under_review) == (5, 2, 0)
    cut(world)
    (line,) = due_list(Fonds.objects.all(), TODAY)
    assert (line.held, line.due, line.under_review) == (5, 0, 2)


@pytest.mark.parametrize("today", [date(2028, 2, 29), date(2027, 2, 28), date(2027, 3, 1)])
def test_the_due_list_never_counts_more_than_a_batch_takes_around_29_february(db, tmp_path, today):
    days = ("2002-02-27", "2002-02-28", "2003-02-28", "2003-03-01", "2000-02-29")
    world = make_world(
        tmp_path, HEAD + "".join(f"Z001-001-000{n},关于召开会议的通知,厅,{day}\n" for n, day in enumerate(days))
    )
    (line,) = due_list(Fonds.objects.all(), today)
    batch = planning.cut_batch(fonds=world.fonds, by=world["planner"], at=NOW, today=today)
    assert line.due <= len(codes(batch)) <= line.due + 1


def test_an_early_candidate_joins_the_batch_before_it_is_due(db, tmp_path):
    world = make_world(tmp_path, HEAD + "Z001-001-0001,关于普及义务教育工作情况的报告,示例省教育厅,2004-05-06\n")
    batch = cut(world)
    assert codes(batch) == {"Z001-001-0001"}


def test_an_entry_under_review_is_in_no_second_batch(world):
    world.batch()
    with pytest.raises(Refusal, match="无须组批"):
        cut(world)


def test_a_batch_can_be_cut_of_named_entries_only(world):
    assert codes(cut(world, codes=["Z001-001-0002", "Z001-001-0009"])) == {"Z001-001-0002"}


def test_what_was_opened_deferred_or_referred_is_not_taken_again(world):
    world.walked("")
    left = Entry.objects.filter(access_status="not_reviewed", latest__lt=date(2001, 1, 1))
    assert [entry.reference_code for entry in left] == ["Z001-001-0008"], "only the referred one is left"
    with pytest.raises(Refusal, match="无须组批"):
        cut(world)
    assert left.get().referrals.get().answered_at is None, "its classifier is asked"
