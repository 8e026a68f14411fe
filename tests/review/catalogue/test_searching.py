"""Finding words in public fields, and addresses that lose nothing."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.catalogue.addresses import from_segment, to_segment
from review.catalogue.loading import load_bundle
from review.catalogue.models import ReleasedEntry
from review.catalogue.searching import folded, holding, marked, words_of

CODES = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=30)


@pytest.mark.django_db(databases=["catalogue"])
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("防汛", ["A-1"]),
        ("汛", ["A-1"]),
        ("防汛 省民政局", ["A-1"]),
        ("防汛 水库", []),
        ("ＡＢＣ１２", ["A-3"]),
        ("abc12", ["A-3"]),
        ("%", ["A-2"]),
        ("_", ["A-4"]),
        ("\\", []),
        ("A-2", ["A-2"]),
        ("增长 %", ["A-2"]),
        ("", ["A-1", "A-2", "A-3", "A-4"]),
        ("\x00", ["A-1", "A-2", "A-3", "A-4"]),
    ],
)
def test_every_word_must_be_found_as_it_stands(make_bundle, entry_row, query, found):
    titles = ["关于防汛工作的通知", "增长 20% 的报告", "型号 ABC12 说明", "文件 a_b 目录"]
    load_bundle(make_bundle([entry_row(f"A-{n}", title) for n, title in enumerate(titles, start=1)]))
    rows = ReleasedEntry.objects.filter(holding(words_of(query))).values_list("reference_code", flat=True)
    assert sorted(rows) == found


def test_found_words_are_marked_where_they_stand():
    assert marked("关于防汛工作", words_of("防汛")) == "关于<mark>防汛</mark>工作"
    assert marked("型号ＡＢ机", words_of("ab")) == "型号<mark>ＡＢ</mark>机"
    assert marked("防汛防汛", words_of("防汛 汛防")) == "<mark>防汛防汛</mark>"
    assert marked("无", []) == "无"
    assert marked("", words_of("防汛")) == ""


@given(st.text(max_size=40), st.text(max_size=10))
def test_marking_changes_no_sign_of_the_text_and_lets_no_markup_through(text, query):
    shown = marked(text, words_of(query))
    assert html.unescape(re.sub("</?mark>", "", shown)) == html.unescape(html.escape(text))
    assert "<" not in re.sub("</?mark>", "", shown)


@given(st.text(max_size=30))
def test_a_text_is_found_by_its_own_words(text):
    assert all(word in folded(text) for word in words_of(text))


@given(CODES)
def test_a_code_has_one_address_of_one_segment_and_comes_back(code):
    segment = to_segment(code)
    assert "/" not in segment
    assert segment not in {".", "..", "search", "releases"}
    assert from_segment(segment) == code


@given(CODES, CODES)
def test_two_codes_never_share_an_address(one, other):
    assert (to_segment(one) == to_segment(other)) == (one == other)


def test_codes_of_the_standard_stand_as_they_are():
    assert to_segment("J047-002-0113-008") == "J047-002-0113-008"


@pytest.mark.parametrize("segment", ["..", "search", "a~2F", "~41~", "~0~", "~D800~", "~FFFFFF~", "a\\b"])
def test_a_segment_that_no_code_has_is_refused(segment):
    with pytest.raises(ValueError, match=r".+"):
        from_segment(segment)
