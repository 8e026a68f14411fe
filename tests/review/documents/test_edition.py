import pytest

from policies.sentences import Refusal
from review.documents.edition import EditionCounts, check_edition, years_of


def test_an_edition_in_order_passes(make_edition):
    check_edition(make_edition(["甲", "乙", "丙"]))


@pytest.mark.parametrize("number", ["", "2026", "2026-1/..", "../2026-1", "2026-1\n", "二〇二六-1"])
def test_a_release_number_that_cannot_name_a_folder_is_refused(make_edition, number):
    with pytest.raises(Refusal, match="2026-1"):
        check_edition(make_edition(number=number))


@pytest.mark.parametrize(
    "counts",
    [
        EditionCounts(opened=2, opened_early=0, deferred={}, referred=0, not_due=0),
        EditionCounts(opened=1, opened_early=1, deferred={}, referred=0, not_due=0),
        EditionCounts(opened=1, opened_early=0, deferred={"CN-9": 1}, referred=0, not_due=0),
    ],
    ids=["opened", "opened early", "unknown ground"],
)
def test_counts_that_disagree_with_the_entries_are_refused(make_edition, counts):
    with pytest.raises(Refusal):
        check_edition(make_edition(counts=counts))


@pytest.mark.parametrize("title", ["", " \u3000", "残\ud800缺"])
def test_a_title_that_nobody_could_read_is_refused_and_its_entry_named(make_edition, title):
    with pytest.raises(Refusal, match="J047-001-0001-0001"):
        check_edition(make_edition(["甲", title]))


def test_the_same_reference_code_twice_is_refused(make_edition):
    fonds = make_edition(["甲"]).fonds
    counts = EditionCounts(opened=2, opened_early=0, deferred={}, referred=0, not_due=0)
    with pytest.raises(Refusal, match="J047-001-0001-0000"):
        check_edition(make_edition(fonds=fonds + fonds, counts=counts))


def test_years_are_the_first_and_the_last_that_the_dates_name():
    assert years_of(["1962-03", "[1958?]", "1950年代", "19620", "无日期", ""]) == (1950, 1962)
    assert years_of(["", "民国"]) is None
