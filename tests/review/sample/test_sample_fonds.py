import re
from datetime import date

import pytest

from policies.dates import due_date, parse_date_span
from policies.outcomes import GROUNDS
from review.sample import STUB_TITLE, make_titles, sample_fonds
from review.sample.people import check_digit

TODAY = date(2026, 11, 21)
VOLUME_CODE = re.compile(r"[A-Z]\d{3}-\d{3}-\d{4}(-\d{3})?")
ITEM_CODE = re.compile(r"[A-Z]\d{3}-WS·\d{4}·(Y|D30|D10)·办公室-\d{4}")


@pytest.fixture(scope="module")
def fonds():
    return sample_fonds()


@pytest.fixture(scope="module")
def entries(fonds):
    return [entry for each in fonds for entry in each.entries]


def test_there_are_two_thousand_entries_in_one_large_fonds_three_middling_and_one_small(fonds):
    counts = {each.code: len(each.entries) for each in fonds}
    assert sum(counts.values()) == 2000
    assert counts["J047"] == 1100
    assert sorted(counts.values())[1:4] == [260, 280, 280]
    assert counts["M003"] == 80


def test_the_same_seed_gives_the_same_entries_and_another_seed_gives_others(fonds):
    assert sample_fonds(27) == fonds
    other = sample_fonds(28)
    assert [each.entries for each in other] != [each.entries for each in fonds]
    assert sum(len(each.entries) for each in other) == 2000


def test_no_reference_code_occurs_twice(entries):
    assert len({entry.reference_code for entry in entries}) == len(entries)


def test_reference_codes_are_of_both_patterns_of_da_t_13(entries):
    by_item = [entry for entry in entries if ITEM_CODE.fullmatch(entry.reference_code)]
    by_volume = [entry for entry in entries if VOLUME_CODE.fullmatch(entry.reference_code)]
    assert by_item and by_volume
    assert len(by_item) + len(by_volume) == len(entries)


def test_a_whole_file_has_no_item_in_its_code_and_a_single_item_has_one(entries):
    for entry in entries:
        if VOLUME_CODE.fullmatch(entry.reference_code):
            assert (entry.reference_code.count("-") == 2) == (entry.level == "案卷"), entry


def test_every_agency_named_by_an_entry_is_an_agency_of_its_fonds(fonds):
    for each in fonds:
        assert {entry.agency for entry in each.entries} <= {agency.name for agency in each.agencies}


def test_the_main_fonds_was_made_by_three_living_agencies_and_more(fonds):
    made_by = {entry.agency for entry in fonds[0].entries}
    assert {"示例省民政厅", "示例省财政厅", "示例省人事厅", "示例省革命委员会民政组"} <= made_by


def test_an_agency_has_one_name_and_one_code_wherever_it_occurs(fonds):
    agencies = [agency for each in fonds for agency in each.agencies]
    assert len({agency.code for agency in agencies}) == len({agency.name for agency in agencies})
    assert len({(agency.code, agency.name) for agency in agencies}) == len({agency.code for agency in agencies})


def test_two_thirds_to_three_quarters_are_plain_and_due_and_about_a_fifth_has_a_ground(entries):
    plain = [entry for entry in entries if not entry.ground and _is_due(entry)]
    grounded = [entry for entry in entries if entry.ground]
    assert 0.65 <= len(plain) / len(entries) <= 0.76
    assert 0.15 <= len(grounded) / len(entries) <= 0.25


def test_grounds_are_codes_of_the_law_and_every_code_occurs(entries):
    assert {entry.ground for entry in entries if entry.ground} == set(GROUNDS)


def test_every_date_text_can_be_read_and_a_few_entries_are_undated(entries):
    undated = [entry for entry in entries if parse_date_span(entry.date_text) is None]
    assert undated
    assert all(entry.date_text == "" for entry in undated)


def test_dates_stand_in_every_shape_a_catalogue_knows(entries):
    texts = [entry.date_text for entry in entries]
    for shape in (
        r"\d{4}-\d\d-\d\d",
        r"\d{8}",
        r"\d{4}年\d{1,2}月",
        r"\d{4}",
        r"\[\d{4}\?\]",
        r"\d{3}0年代",
        r"民[国國].+年",
    ):
        assert any(re.fullmatch(shape, text) for text in texts), shape


def test_no_record_was_formed_after_2001(entries):
    spans = [parse_date_span(entry.date_text) for entry in entries]
    assert max(span.earliest for span in spans if span) <= date(2001, 12, 31)


def test_a_few_are_not_due_on_the_day_of_the_demo(entries):
    assert 20 <= sum(1 for entry in entries if entry.date_text and not _is_due(entry)) <= 120


def test_what_is_still_secret_has_no_title_no_author_and_no_number_of_its_own(entries):
    stubs = [entry for entry in entries if entry.title == STUB_TITLE]
    assert len(stubs) >= 8
    for stub in stubs:
        assert (stub.responsible_body, stub.document_number, stub.extent) == ("", "", "")
        assert stub.classification and stub.agency and "复核日期" in stub.notes


def test_a_top_secret_mark_within_thirty_years_stands_on_stubs_only(entries):
    for entry in entries:
        if entry.classification == "绝密★30年" and "提前解密" not in entry.notes:
            assert entry.title == STUB_TITLE


def test_identity_numbers_begin_with_a_region_no_one_is_registered_in(entries):
    numbers = re.findall(r"(?<!\d)99\d{15}[\dX](?!\d)", " ".join(f"{entry.title} {entry.notes}" for entry in entries))
    assert len(numbers) >= 3
    assert all(number.startswith("990000") for number in numbers)
    wrong = [number for number in numbers if check_digit(number[:17]) != number[17]]
    assert wrong == ["990000195503120010"]  # the case of a wrong check digit


def test_titles_that_name_nothing_twice_are_not_repeated(entries):
    titles = [entry.title for entry in entries if entry.title != STUB_TITLE]
    assert len(set(titles)) == len(titles)


def test_titles_can_be_made_in_any_number_and_are_the_same_for_a_seed():
    assert len(make_titles(5000)) == 5000
    assert make_titles(50, seed=3) == make_titles(50, seed=3)
    assert make_titles(50, seed=3) != make_titles(50, seed=4)
    assert make_titles(0) == ()


def test_no_slot_and_no_choice_is_left_open_in_a_title(entries):
    for title in [*make_titles(3000, seed=9), *(entry.title for entry in entries)]:
        assert not set(title) & set("{}<>|"), title


def _is_due(entry) -> bool:
    span = parse_date_span(entry.date_text)
    return span is not None and due_date(span) <= TODAY
