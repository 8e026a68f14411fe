"""Finding words in public fields, and addresses that lose nothing."""

import html
import re
from itertools import pairwise

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from review.catalogue.addresses import RESERVED, from_segment, to_segment
from review.catalogue.finding import find
from review.catalogue.loading import load_bundle
from review.catalogue.models import ReleasedEntry
from review.catalogue.searching import Query, index_terms, index_text, marked, words_of, years
from review.catalogue.spelling import atoms, code_key, folded

CODES = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=30)
catalogue = pytest.mark.django_db(databases=["catalogue"])


def found(query: str, *marks: str, sort: str = "archival") -> list[str]:
    """The reference codes found, in their order."""
    words = words_of(query)
    answer = find(Query(words, tuple((mark,) for mark in marks), nothing=bool(query.strip()) and not words), sort)
    return [row.reference_code for row in answer.page(1, 100)]


@pytest.fixture
def loaded(make_bundle, entry_row):
    titles = [
        "关于防汛工作的通知",
        "增长 20% 的报告",
        "型号 ABC12 说明",
        "文件 a_b 目录",
        "關於《防汛》經費的請示",
        "Letters to 洛阳",
    ]
    return load_bundle(
        make_bundle([entry_row(f"J047-002-0113-00{n}", title) for n, title in enumerate(titles, start=1)])
    )


@catalogue
@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("防汛", "15"),
        ("汛", "15"),
        ("防汛 省民政局", "15"),
        ("省民政局 防汛工作", "1"),
        ("防汛 水库", ""),
        ("汛防", ""),
        ("ＡＢＣ１２", "3"),
        ("abc12", "3"),
        ("a_b", "4"),
        ("增长 %", "2"),
        ("20%", "2"),
        ("%", ""),
        ("letter", "6"),
        ("LETTERS", "6"),
        ("etters", ""),
        ("关于防汛", "15"),
        ("防汛经费", "5"),
        ("防汛經費", "5"),
        ("請示", "5"),
        ("请示", "5"),
        ("救灾救济", "123456"),
        ("J047-002-0113-003", "3"),
        ("J47-2-113-3", "3"),
        ("j47/2/113/3", "3"),
        ("Ｊ０４７－００２－０１１３－００３", "3"),
        ("J047 002 0113 003", "3"),
        ("J047—002—0113—003", "3"),
        ("J47-2-113", "123456"),
        ("J47-2-11", ""),
        ("", "123456"),
        ('"防汛" OR "x', ""),
        ("NEAR(防汛 工作)", ""),
    ],
)
def test_every_word_must_be_found_whatever_its_width_case_script_and_marks(loaded, query, places):
    assert found(query) == [f"J047-002-0113-00{place}" for place in places]


@catalogue
@given(query=st.text(max_size=30))
def test_nothing_that_is_typed_breaks_the_search(django_db_blocker, query):
    with django_db_blocker.unblock():
        found(query)


@catalogue
def test_no_word_is_found_across_two_fields(make_bundle, entry_row):
    load_bundle(make_bundle([entry_row("A-1", "题名甲", responsible_body="乙局", series_title="丙类")]))
    assert found("题名甲") == found("乙局") == found("丙类") == ["A-1"]
    assert found("甲乙") == found("局丙") == found("1题") == []


@catalogue
def test_a_mark_of_a_facet_is_found_by_no_word(loaded):
    row = ReleasedEntry.objects.first()
    assert f" {row.fonds_id}f " in row.search_text
    for mark in (f"{row.fonds_id}f", "196d", "1962y", "0z"):
        assert found(mark) == []


@catalogue
def test_old_names_and_new_ones_find_one_another(make_bundle, entry_row, settings, tmp_path):
    settings.FORMER_NAMES = tmp_path / "names.txt"
    load_bundle(
        make_bundle([entry_row("A-1", "北平市政府布告"), entry_row("A-2", "北京市地图"), entry_row("A-3", "天津")])
    )
    assert found("北平") == ["A-1"]
    settings.FORMER_NAMES.write_text("# 地名\n北京 = 北平 = 順天府\n", encoding="utf-8")
    assert found("北平") == found("北京") == found("顺天府") == ["A-1", "A-2"]
    assert found("北京市地图") == ["A-2"]


@catalogue
def test_a_character_younger_than_the_index_is_found_and_no_other(make_bundle, entry_row):
    load_bundle(make_bundle([entry_row("A-1", "𫞩山"), entry_row("A-2", "𬬻山"), entry_row("A-3", "山")]))
    assert found("𬬻") == ["A-2"]
    assert found("𬬻山") == ["A-2"]
    assert found("山") == ["A-1", "A-2", "A-3"]


@catalogue
def test_facets_narrow_and_count_what_is_found(make_bundle, entry_row):
    rows = [entry_row(f"A-{n}", date=f"{1950 + n}", responsible_body="甲局" if n < 7 else "乙局") for n in range(12)]
    rows += [entry_row("B-1", fonds_code="J048", fonds_title="示例省水利厅", date="")]
    load_bundle(make_bundle(rows))
    answer = find(Query(words_of("防汛")))
    assert [(facet.value, facet.count) for facet in answer.fonds()] == [("J047", 12), ("J048", 1)]
    assert [(facet.value, facet.count) for facet in answer.decades()] == [("1950", 10), ("1960", 2)]
    assert [(facet.value, facet.count) for facet in answer.bodies()] == [("甲局", 7), ("乙局", 5), ("省民政局", 1)]
    assert found("防汛", "196d") == ["A-10", "A-11"]
    assert found("", "1953y") == ["A-3"]


@catalogue
def test_orders(make_bundle, entry_row):
    load_bundle(
        make_bundle([entry_row("A-1", date="1970"), entry_row("A-2", date="1950"), entry_row("A-3", date="")])
    )
    load_bundle(make_bundle([entry_row("B-1", date="1960", fonds_code="J001", fonds_title="")], number="2026-2"))
    assert found("防汛") == ["B-1", "A-1", "A-2", "A-3"]
    assert found("防汛", sort="date") == ["A-2", "B-1", "A-1", "A-3"]
    assert found("防汛", sort="-date") == ["A-1", "B-1", "A-2", "A-3"]
    assert found("防汛", sort="newest") == ["B-1", "A-1", "A-2", "A-3"]


@catalogue
def test_beyond_the_bound_there_are_more_and_every_count_is_at_least(make_bundle, entry_row, monkeypatch, client):
    monkeypatch.setattr("review.catalogue.finding.MOST", 5)
    load_bundle(make_bundle([entry_row(f"A-{n}", date=f"{1950 + n}") for n in range(12)]))
    answer = find(Query(words_of("防汛")), "-date")
    assert (answer.more, answer.total) == (True, 5)
    assert [row.reference_code for row in answer.page(1, 10)] == [f"A-{n}" for n in range(5)]
    page = client.get(reverse("catalogue:search"), {"q": "防汛", "lang": "en"}).content.decode()
    assert "More than 5 open records" in page


@catalogue
def test_what_was_asked_stays_in_every_address_of_the_page(loaded, client):
    page = client.get(reverse("catalogue:search"), {"q": "防汛", "sort": "date", "fonds": "J047", "first": "1950"})
    content = html.unescape(page.content.decode())
    assert "?q=%E9%98%B2%E6%B1%9B&sort=date&first=1950" in content, "without the fonds"
    assert "?q=%E9%98%B2%E6%B1%9B&sort=date&fonds=J047" in content, "without the year"


@catalogue
def test_a_row_deleted_by_whatever_hand_is_found_no_more(loaded):
    ReleasedEntry.objects.filter(reference_code="J047-002-0113-001").delete()
    assert found("防汛") == ["J047-002-0113-005"]
    ReleasedEntry.objects.filter(reference_code="J047-002-0113-005").update(search_text=" 换 ", search_terms="'换·'")
    assert found("防汛") == []
    assert found("换") == ["J047-002-0113-005"]


@pytest.mark.parametrize(
    ("first", "last", "marks"),
    [
        (1962, 1962, ("1962y",)),
        (1959, 1971, ("1959y", "196d", "1970y", "1971y")),
        (1950, 1969, ("195d", "196d")),
        (1970, 1950, ("0y",)),
    ],
)
def test_years_are_asked_by_decades_where_they_fit(first, last, marks):
    assert years(first, last) == marks


def test_found_words_are_marked_where_they_stand():
    assert marked("关于防汛工作", words_of("防汛")) == "关于<mark>防汛</mark>工作"
    assert marked("型号ＡＢ机", words_of("ab")) == "型号<mark>ＡＢ</mark>机"
    assert marked("防汛防汛", words_of("防汛 汛防")) == "<mark>防汛防汛</mark>"
    assert marked("關於防汛", words_of("关于")) == "<mark>關於</mark>防汛"
    assert marked("J047-002-0113-008", words_of("J47-2-113-8")) == "<mark>J047-002-0113-008</mark>"
    assert marked("无", []) == "无"
    assert marked("", words_of("防汛")) == ""


@given(st.text(max_size=40), st.text(max_size=10))
def test_marking_changes_no_sign_of_the_text_and_lets_no_markup_through(text, query):
    shown = marked(text, words_of(query))
    assert html.unescape(re.sub("</?mark>", "", shown)) == html.unescape(html.escape(text))
    assert "<" not in re.sub("</?mark>", "", shown)


@given(st.text(max_size=30))
def test_a_text_holds_its_own_words_one_after_the_other(text):
    indexed = index_text((text,), ())
    for word in text.split():
        if way := " ".join(atoms(word)):
            assert f" {way} " in indexed


@given(st.text(max_size=30))
def test_folding_twice_is_folding_once_as_far_as_atoms_go(text):
    assert atoms(folded(text)) == atoms(text)


@given(st.text(max_size=30))
def test_terms_are_the_pairs_of_the_text(text):
    terms = index_terms(index_text((text,), ("1962y",)))
    there = atoms(text)
    assert all(f"'{one}·{other}'" in terms for one, other in pairwise(there))
    assert "'1962y'" in terms


@pytest.mark.parametrize(
    "code",
    [
        "J047-002-0113-008",
        "J47-2-113-8",
        "Ｊ47／2／113／8",
        "j 047 002 0113 008",
        "J047.002.0113.008",
        "J０４７-2-113-08",
    ],
)
def test_a_code_has_one_spelling(code):
    assert code_key(code) == "j 47 2 113 8"


@given(CODES)
def test_a_code_has_one_address_of_one_segment_and_comes_back(code):
    segment = to_segment(code)
    assert "/" not in segment
    assert segment not in {".", "..", *RESERVED}
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
