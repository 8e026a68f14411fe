"""Answers to requests and complaints: explained, once, and silent about what a closed record is called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.requesting import ANSWERS, ANSWERS_TO, LETTERS, check_answer, check_registration, says
from policies.sentences import Refusal

TITLE = "关于给予王建业同志行政记过处分的决定"


def answer(**changes):
    usual = {
        "kind": "request", "answer": "refused", "text": "涉及个人信息", "answered": False, "is_open": False,
        "closed_titles": [TITLE], "classified": False,
    }  # fmt: skip
    check_answer(**usual | changes)


def test_every_answer_has_a_letter_and_a_name():
    assert set(ANSWERS) == set(LETTERS) == {code for codes in ANSWERS_TO.values() for code in codes}


def test_a_request_is_answered_once_with_an_explanation():
    answer()
    for changes in ({"answered": True}, {"text": " "}, {"answer": "upheld"}, {"answer": ""}):
        with pytest.raises(Refusal):
            answer(**changes)


def test_a_complaint_is_upheld_and_a_request_is_not():
    answer(kind="complaint", answer="upheld")
    with pytest.raises(Refusal):
        answer(kind="complaint", answer="review")


def test_a_review_needs_an_entry_that_is_not_open():
    answer(answer="review")
    for is_open in (True, None):
        with pytest.raises(Refusal, match="指明"):
            answer(answer="review", is_open=is_open)


def test_only_what_is_open_is_answered_to_be_open():
    answer(answer="open", is_open=True, closed_titles=[])
    for is_open in (False, None):
        with pytest.raises(Refusal):
            answer(answer="open", is_open=is_open)


def test_a_classified_record_is_not_given_to_be_used():
    answer(answer="use")
    with pytest.raises(Refusal, match="密级"):
        answer(answer="use", classified=True)


def test_an_answer_that_says_a_closed_title_is_refused():
    with pytest.raises(Refusal, match="题名"):
        answer(text=f"您要的《{TITLE}》不开放")


def test_a_closed_title_is_found_in_other_widths_and_spaces():
    spaced = " ".join(TITLE)
    assert says(f"见“{spaced}”", TITLE)
    assert says("Letter Ｏｆ Ａ", "letter of a")
    assert not says("关于救济", TITLE)


@given(st.text(), st.text(), st.text(min_size=1))
def test_a_title_inside_a_text_is_always_found(before, after, title):
    assert says(before + title + after, title) or not title.strip()


@pytest.mark.parametrize("missing", ["asker", "contact", "text"])
def test_a_registration_says_who_asks_how_to_reach_them_and_for_what(missing):
    told = {"kind": "request", "asker": "某人", "contact": "某街", "text": "某件"}
    check_registration(**told)
    with pytest.raises(Refusal):
        check_registration(**told | {missing: "  "})
    with pytest.raises(Refusal):
        check_registration(**told | {"kind": "praise"})
