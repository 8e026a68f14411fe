import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from policies.sentences import Refusal, Sentence
from review.documents.edition import ClosedEntry, EditionCounts, years_of
from review.documents.edition_checks import check_edition


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


def test_the_same_reference_code_twice_in_a_fonds_is_refused(make_edition):
    (fonds,) = make_edition(["甲"]).fonds
    counts = EditionCounts(opened=2, opened_early=0, deferred={}, referred=0, not_due=0)
    with pytest.raises(Refusal, match="J047-001-0001-0000"):
        check_edition(make_edition(fonds=(replace(fonds, series=fonds.series * 2),), counts=counts))


def test_the_same_reference_code_in_another_fonds_is_another_entry(make_edition):
    (fonds,) = make_edition(["甲"]).fonds
    counts = EditionCounts(opened=2, opened_early=0, deferred={}, referred=0, not_due=0)
    check_edition(make_edition(fonds=(fonds, replace(fonds, code="J048")), counts=counts))
    with pytest.raises(Refusal, match="J047"):
        check_edition(make_edition(fonds=(fonds, fonds), counts=counts))


def test_years_are_the_first_and_the_last_that_the_dates_name():
    assert years_of(["1962-03", "[1958?]", "1950年代", "19620", "无日期", ""]) == (1950, 1962)
    assert years_of(["", "民国"]) is None


def test_an_edition_with_all_there_can_be_is_in_order(everything):
    check_edition(everything)


@pytest.mark.parametrize("title", ["题\x00名", "题\x1b[31m名", "\x7f", "题\uffff名", "题\x85名\x0c"])
def test_a_title_that_not_every_file_can_carry_is_refused_and_its_entry_named(make_edition, title):
    with pytest.raises(Refusal, match="J047-001-0001-0001"):
        check_edition(make_edition(["甲", title]))


def test_markup_and_titles_of_fifty_pages_are_titles(make_edition):
    check_edition(make_edition(["<script>alert(1)</script>", "长" * 75_000, "第一行\n第二行", "\u202e倒\u2028"]))


@pytest.mark.parametrize(
    "changed",
    [
        {"corrects": "2026-1"},
        {"corrects": "latest"},
        {"number": "2026-01"},
        {"signed_off_by": ""},
        {"signed_off_by": "顾\x07怀民"},
        {"archives": Sentence("馆" * 201, "Archives")},
        {"closed": (ClosedEntry("J047", "J047-9", "CN-99", None),)},
        {"closed": (ClosedEntry("J047", "", "CN-8-1", None),)},
        {"closed": (ClosedEntry("J047", "J047-9", "CN-8-1", None),) * 2},
        {"closed": (ClosedEntry("J047", "J047-001-0001-0000", "CN-8-1", None),)},
        {"copies": {"a" * 64: Path("/nowhere")}},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_an_edition_that_contradicts_itself_is_refused(make_edition, changed):
    with pytest.raises(Refusal):
        check_edition(make_edition(**changed))


@pytest.mark.parametrize("code", ["", " ", "长" * 101, "J\x00", "~" * 70])
def test_a_fonds_whose_code_names_no_file_is_refused(make_edition, code):
    (fonds,) = make_edition().fonds
    with pytest.raises(Refusal):
        check_edition(make_edition(fonds=(replace(fonds, code=code),)))


def test_entries_that_open_in_part_are_counted_and_are_among_the_deferred(everything):
    counts = everything.counts
    for wrong in (
        replace(counts, opened_in_part=0),
        replace(counts, opened=4, opened_in_part=0),
        replace(counts, deferred={}),
    ):
        with pytest.raises(Refusal, match="counts disagree"):
            check_edition(replace(everything, counts=wrong))


def test_the_copies_are_those_that_entries_name_and_the_very_files(everything, tmp_path):
    (digest, path) = next(iter(everything.copies.items()))
    other = tmp_path / "other.pdf"
    other.write_bytes(path.read_bytes() + b"\n")
    more = hashlib.sha256(other.read_bytes()).hexdigest()
    for copies in ({}, {digest: other}, {digest: tmp_path / "missing.pdf"}, {digest: path, more: other}):
        with pytest.raises(Refusal):
            check_edition(replace(everything, copies=copies))


def test_what_opens_in_part_may_be_listed_as_closed(everything):
    in_part = [entry.reference_code for entry in everything.entries() if entry.copy]
    assert [closed.reference_code for closed in everything.closed if closed.reference_code in in_part] == in_part
    check_edition(everything)


def test_codes_that_agree_by_chance_are_told_apart(make_edition, monkeypatch):
    """Codes are compared by short marks first; here all marks are the same."""
    monkeypatch.setattr("review.documents.edition_checks.hash", lambda _: 1, raising=False)
    check_edition(make_edition(["甲", "乙", "丙"], closed=(ClosedEntry("J047", "J047-9", "CN-8-1", None),)))
    with pytest.raises(Refusal, match="J047-001-0001-0000"):
        check_edition(make_edition(["甲"], closed=(ClosedEntry("J047", "J047-001-0001-0000", "CN-8-1", None),)))
