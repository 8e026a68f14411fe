"""Who answers for what an agency left: the truth table of succession, for opening and for declassification."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.dates import parse_date_span
from policies.sentences import Refusal
from policies.succession import KINDS, AgencyFacts, Change, answerer, answerers, check_change, creator_on

DAY = date(2026, 11, 21)
OLD = AgencyFacts("A", "示例省甲厅")
BOTH = ("opening", "declassification")


def change(kind, to=(), *, day="1990-06-01", of="A", **values):
    return Change(kind, date.fromisoformat(day), of, tuple(to), evidence="示例省编办文件", **values)


def who(changes, purpose="opening", *, agency=OLD, day=DAY, **values):
    found = answerer(agency, day, purpose, changes, **values)
    return found.kind, found.codes


ABOLISHED = change("abolished")
WITH_SUPERIOR = change("abolished", superior="S")
WITH_DESIGNATED = change("abolished", designated="D")
WITH_BOTH = change("abolished", superior="S", designated="D")
BY_FUNCTION = change("split", ("B", "C"), functions=("水利", "电力"))
ALONE, UNKNOWN = ("archives_alone", ()), ("unknown", ())


@pytest.mark.parametrize(
    ("case", "changes", "function", "opening", "declassification"),
    [
        ("nothing became of it", [], "", ("agency", ("A",)), ("agency", ("A",))),
        ("renamed", [change("renamed", "B")], "", ("agency", ("B",)), ("agency", ("B",))),
        ("merged", [change("merged", "B")], "", ("agency", ("B",)), ("agency", ("B",))),
        ("split, function not known", [BY_FUNCTION], "", ("agencies", ("B", "C")), ("agencies", ("B", "C"))),
        ("split, by function", [BY_FUNCTION], "电力", ("agency", ("C",)), ("agency", ("C",))),
        ("split, by a function of neither", [BY_FUNCTION], "档案", ("agencies", ("B", "C")), ("agencies", ("B", "C"))),
        ("split, nobody said how", [change("split", "BC")], "水利", ("agencies", ("B", "C")), ("agencies", ("B", "C"))),
        ("split, one takes the rest", [change("split", "BC", functions=("水利", ""))], "档案",
         ("agency", ("C",)), ("agency", ("C",))),
        ("abolished, succeeded", [change("abolished", "B")], "", ("agency", ("B",)), ("agency", ("B",))),
        ("abolished, succeeded by two", [change("abolished", "BC")], "", ("agencies", ("B", "C")), ("agencies", ("B", "C"))),
        ("abolished, nobody on record", [ABOLISHED], "", ALONE, UNKNOWN),
        ("abolished, superior known", [WITH_SUPERIOR], "", ALONE, ("superior", ("S",))),
        ("abolished, body designated", [WITH_DESIGNATED], "", ALONE, ("designated", ("D",))),
        ("abolished, the designation rules", [WITH_BOTH], "", ALONE, ("designated", ("D",))),
        ("abolished, superior renamed", [WITH_SUPERIOR, change("renamed", "T", of="S", day="2000-01-01")], "",
         ALONE, ("superior", ("T",))),
        ("abolished, superior abolished", [WITH_SUPERIOR, change("abolished", of="S", day="2000-01-01")], "",
         ALONE, UNKNOWN),
        ("abolished, the superior's superior", [WITH_SUPERIOR, change("abolished", of="S", day="2000-01-01", superior="R")],
         "", ALONE, ("superior", ("R",))),
        ("a function moved, another is asked", [change("functions_moved", "B", functions=("水利",))], "电力",
         ("agency", ("A",)), ("agency", ("A",))),
        ("a function moved", [change("functions_moved", "B", functions=("水利",))], "水利",
         ("agency", ("B",)), ("agency", ("B",))),
        ("a function moved, none is asked", [change("functions_moved", "B", functions=("水利",))], "",
         ("agency", ("A",)), ("agency", ("A",))),
        ("all functions moved", [change("functions_moved", "B")], "", ("agency", ("B",)), ("agency", ("B",))),
        ("chain", [change("renamed", "B"), change("merged", "C", of="B", day="2000-01-01")], "",
         ("agency", ("C",)), ("agency", ("C",))),
        ("chain on one day", [change("renamed", "B"), change("merged", "C", of="B")], "",
         ("agency", ("C",)), ("agency", ("C",))),
        ("chain to an end", [change("renamed", "B"), change("abolished", of="B", day="2000-01-01", superior="S")], "",
         ALONE, ("superior", ("S",))),
        ("a part of two ends", [BY_FUNCTION, change("abolished", of="C", day="2000-01-01", superior="S")], "",
         ("agency", ("B",)), ("agencies", ("B", "S"))),
        ("both parts end", [BY_FUNCTION, change("abolished", of="B", day="2000-01-01"),
                            change("abolished", of="C", day="2000-01-01")], "", ALONE, UNKNOWN),
        ("the parts come together again", [BY_FUNCTION, change("merged", "E", of="B", day="2000-01-01"),
                                           change("merged", "E", of="C", day="2003-01-01")], "",
         ("agency", ("E",)), ("agency", ("E",))),
        ("what the successor lost before", [change("functions_moved", "Z", of="B", day="1980-01-01"),
                                            change("merged", "B")], "", ("agency", ("B",)), ("agency", ("B",))),
        ("a successor that had ended", [change("abolished", of="B", day="1980-01-01"), change("merged", "B")], "",
         UNKNOWN, UNKNOWN),
        ("records that lead in a ring", [change("renamed", "B"), change("renamed", "A", of="B")], "", UNKNOWN, UNKNOWN),
    ],
)  # fmt: skip
def test_who_answers(case, changes, function, opening, declassification):
    for order in (changes, changes[::-1]):
        assert who(order, "opening", function=function) == opening
        assert who(order, "declassification", function=function) == declassification


@pytest.mark.parametrize("purpose", BOTH)
@pytest.mark.parametrize(
    ("day", "code"), [("1990-05-31", "A"), ("1990-06-01", "B"), ("1999-12-31", "B"), ("2000-01-01", "C")]
)
def test_a_change_counts_from_its_day_on(purpose, day, code):
    changes = [change("renamed", "B"), change("renamed", "C", of="B", day="2000-01-01")]
    assert who(changes, purpose, day=date.fromisoformat(day)) == ("agency", (code,))


def test_the_archives_never_answers_for_declassification():
    for recorded in ([], [ABOLISHED], [WITH_SUPERIOR], [WITH_DESIGNATED], [BY_FUNCTION], [change("renamed")]):
        assert who(recorded, "declassification")[0] != "archives_alone"


def test_a_function_that_came_back_is_answered_for_where_it_is():
    changes = [
        change("functions_moved", "B", functions=("水利",)),
        change("functions_moved", "A", of="B", day="2000-01-01", functions=("水利",)),
    ]
    assert who(changes, function="水利", day=date(1995, 1, 1)) == ("agency", ("B",))
    assert who(changes, function="水利") == ("agency", ("A",))


@pytest.mark.parametrize("purpose", BOTH)
def test_an_agency_that_ended_without_a_record_of_what_became_of_it_is_unknown(purpose):
    ended = AgencyFacts("A", "示例省甲厅", to_day=date(1990, 5, 31))
    assert who([], purpose, agency=ended) == UNKNOWN
    assert who([], purpose, agency=ended, day=date(1990, 5, 31)) == ("agency", ("A",))
    agencies = {"B": AgencyFacts("B", "乙厅", to_day=date(1995, 1, 1))}
    assert who([change("renamed", "B")], purpose, agencies=agencies) == UNKNOWN


def test_an_agency_that_was_re_established_answers_again_under_its_own_new_code():
    changes = [
        change("abolished", "B"),
        change("functions_moved", ("A2",), of="B", day="2000-01-01", functions=("水利",)),
    ]
    assert who(changes, function="水利") == ("agency", ("A2",))
    assert who(changes, function="水利", day=date(1999, 12, 31)) == ("agency", ("B",))
    again = AgencyFacts("A", "示例省甲厅", from_day=date(1995, 1, 1))
    assert who(changes, agency=again) == ("agency", ("A",))


def test_the_reason_tells_the_way_and_the_article_in_both_languages():
    agencies = {"B": AgencyFacts("B", "乙局"), "S": AgencyFacts("S", "省政府")}
    found = answerer(OLD, DAY, "opening", [change("renamed", "B")], agencies=agencies)
    assert "“示例省甲厅”于1990-06-01更名为“乙局”" in found.reason.zh
    assert "“示例省甲厅” was renamed “乙局” on 1990-06-01" in found.reason.en
    assert "第三十条" in found.reason.zh
    assert found.way == ("A", "B")
    alone = answerer(OLD, DAY, "opening", [ABOLISHED])
    assert "无职能承接单位" in alone.reason.zh
    assert "由档案馆单独审核" in alone.reason.zh
    secret = answerer(OLD, DAY, "declassification", [WITH_SUPERIOR], agencies=agencies)
    assert "由其上级“省政府”审核解密（保守国家秘密法实施条例第二十三条）" in secret.reason.zh
    unknown = answerer(OLD, DAY, "declassification", [ABOLISHED])
    assert "档案馆无权解密" in unknown.reason.zh
    assert "stays closed" in unknown.reason.en


JOINT = (AgencyFacts("B", "乙厅"), AgencyFacts("C", "丙厅"))


@pytest.mark.parametrize(
    ("changes", "purpose", "kind", "codes", "told"),
    [
        ([], "opening", "agency", ("A",), ("B", "C")),
        ([], "declassification", "agency", ("A",), ("B", "C")),
        ([change("merged", "B")], "opening", "agency", ("B",), ("C",)),
        ([change("renamed", "X", of="C")], "opening", "agency", ("A",), ("B", "X")),
        ([change("abolished", of="C")], "opening", "agency", ("A",), ("B",)),
        ([ABOLISHED], "opening", "agencies", ("B", "C"), ()),
        ([ABOLISHED, change("abolished", of="C")], "opening", "agency", ("B",), ()),
        ([ABOLISHED], "declassification", "unknown", (), ("B", "C")),
        ([WITH_SUPERIOR], "declassification", "superior", ("S",), ("B", "C")),
        ([ABOLISHED, change("abolished", of="B"), change("abolished", of="C")], "opening", "archives_alone", (), ()),
    ],
)
def test_for_a_joint_document_the_lead_answers_and_the_others_are_told(changes, purpose, kind, codes, told):
    found = answerers(OLD, JOINT, DAY, purpose, changes)
    assert (found.kind, found.codes, found.told) == (kind, codes, told)


def test_a_document_of_one_maker_is_no_joint_document():
    assert answerers(OLD, (), DAY, "opening", []) == answerer(OLD, DAY, "opening", [])


CREATORS = (
    AgencyFacts("A", "甲", date(1949, 10, 1), date(1957, 12, 31)),
    AgencyFacts("B", "乙", date(1958, 1, 1), date(1967, 12, 31)),
    AgencyFacts("C", "丙", date(1965, 1, 1), None),
)


@pytest.mark.parametrize(
    ("dated", "codes"),
    [
        ("1950", ("A",)),
        ("1957-12-31", ("A",)),
        ("1957-1958", ("A", "B")),
        ("1966", ("B", "C")),
        ("1998", ("C",)),
        ("1950-1970", ("A", "B", "C")),
        ("1930", ("A", "B", "C")),
        ("", ("A", "B", "C")),
    ],
)
def test_in_a_combined_fonds_a_record_is_of_the_creators_of_its_days(dated, codes):
    assert creator_on(CREATORS, parse_date_span(dated)) == codes


def test_a_fonds_without_creators_has_none_to_ask():
    assert creator_on([], parse_date_span("1950")) == ()


@pytest.mark.parametrize(
    ("case", "new", "recorded", "said"),
    [
        ("no such kind", change("promoted", "B"), [], "无法识别"),
        ("renamed to nobody", change("renamed"), [], "更名须写明"),
        ("renamed to two", change("renamed", "BC"), [], "更名须写明"),
        ("merged into two", change("merged", "BC"), [], "合并须写明"),
        ("split into one", change("split", "BB"), [], "分设须写明"),
        ("functions moved nowhere", change("functions_moved"), [], "职能划转须写明"),
        ("functions not one for one", change("split", "BC", functions=("水利",)), [], "逐一对应"),
        ("succeeds itself", change("split", "AB"), [], "自己承接"),
        ("its own superior", change("abolished", superior="A"), [], "自己的上级"),
        ("abolished without proof", Change("abolished", date(1990, 6, 1), "A"), [], "依据文件"),
        ("said twice", change("functions_moved", "B"), [change("functions_moved", "B")], "已经登记"),
        ("ends twice", change("renamed", "B"), [change("merged", "C", day="1995-01-01")], "已于 1995-01-01 终止"),
        ("goes on after its end", change("functions_moved", "B"), [change("merged", "C", day="1980-01-01")], "终止"),
        ("ends before a later change", change("renamed", "B", day="1980-01-01"), [change("functions_moved", "C")], "另有"),
        ("ends before it succeeds", change("renamed", "B", day="1980-01-01"), [change("merged", "A", of="Z")], "另有"),
        ("the successor had ended", change("merged", "B"), [change("renamed", "C", of="B", day="1980-01-01")], "已于"),
        ("comes back under its old code", change("functions_moved", "A", of="B", day="2000-01-01"),
         [change("renamed", "B")], "已于 1990-06-01 终止"),
        ("a ring of two", change("renamed", "A", of="B"), [change("renamed", "B")], "首尾相接"),
        ("a ring of three", change("renamed", "A", of="C"), [change("renamed", "B"), change("renamed", "C", of="B")],
         "首尾相接"),
    ],
)  # fmt: skip
def test_a_change_that_contradicts_itself_or_the_record_is_refused(case, new, recorded, said):
    with pytest.raises(Refusal) as refused:
        check_change(new, recorded)
    assert said in refused.value.sentence.zh
    assert refused.value.sentence.en


@pytest.mark.parametrize(
    ("new", "recorded"),
    [
        (change("renamed", "B"), []),
        (change("split", "BC"), [change("functions_moved", "D", day="1980-01-01")]),
        (change("abolished"), []),
        (change("merged", "C", of="B", day="2000-01-01"), [change("merged", "C"), change("renamed", "B", of="Z")]),
        (change("functions_moved", "C", functions=("水利",)), [change("functions_moved", "B", functions=("电力",))]),
        (change("functions_moved", "A", of="B", day="2000-01-01"), [change("functions_moved", "B")]),
    ],
)
def test_a_change_that_fits_is_taken(new, recorded):
    check_change(new, recorded)


codes = st.sampled_from("ABCDE")


@given(
    st.lists(
        st.builds(
            Change,
            st.sampled_from(KINDS),
            st.dates(date(1950, 1, 1), date(2020, 1, 1)),
            codes,
            st.lists(codes, max_size=3).map(tuple),
            evidence=st.just("文件"),
            superior=codes | st.none(),
            designated=codes | st.none(),
        ),
        max_size=12,
    ),
    st.sampled_from(BOTH),
    st.dates(date(1940, 1, 1), date(2030, 1, 1)),
)
def test_whatever_is_on_record_somebody_is_found_or_it_is_unknown(changes, purpose, day):
    """Also with records that were never checked: it ends, and the archives never declassifies."""
    for recorded in (changes, checked(changes)):
        found = answerer(OLD, day, purpose, recorded)
        assert (found.kind == "agencies") == (len(found.codes) > 1)
        assert (found.kind in ("archives_alone", "unknown")) == (not found.codes)
        assert purpose == "opening" or found.kind != "archives_alone"
        assert all(each.day <= day for each in found.path)


def checked(changes):
    recorded = []
    for new in changes:
        try:
            check_change(new, recorded)
        except Refusal:
            continue
        recorded.append(new)
    return recorded
