"""Conditions in the expression language: typed, terminating, and in doubt met."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.dates import parse_date_span
from policies.expressions import LONGEST, Condition
from policies.records import Record

DAY = date(2026, 11, 21)


def holds(source, created="1950", **values):
    record = Record("J047-001", values.pop("title", "处分决定"), span=parse_date_span(created), **values)
    return Condition(source).holds(record, DAY)


@pytest.mark.parametrize(
    ("source", "truth"),
    [
        ("record.title.contains('处分')", "yes"),
        ("record.title.matches('^处(分|理)')", "yes"),
        ("record.notes.matches('^处') && record.title == '处分决定'", "no"),
        ("created.year < 1960 || record.fonds in ['j047']", "yes"),
        ("today.getFullYear() - created.year > 100", "no"),
    ],
)
def test_a_condition_is_true_or_not(source, truth):
    assert holds(source) == truth


def test_texts_are_compared_folded():
    assert holds("record.title == '处分j'", title="處 分Ｊ") == "yes"


def test_what_cannot_be_told_is_an_error_not_a_no():
    assert holds("created.year < 1900", created="") == "error"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("record.titel == ''", "unknown field record.titel"),
        ("nothing", "unknown name"),
        ("[1].all(x, x > 0)", "unknown name"),
        ("record.title == 3", "not well typed"),
        ("true || record.title < 3", "not well typed"),
        ("record.title", "gives str"),
        ("has(record.title)", "has"),
        ("record.title.matches('a*')", "bounded"),
        ("record.title.matches(record.notes)", "written out"),
        ("record.title.matches_bounded('a*')", "unknown function"),
        ("((((", "cannot be read"),
        ("true ? false : true", "unknown function"),
        ("true" + " || true" * LONGEST, "longer than"),
    ],
)
def test_a_bad_condition_is_refused_with_the_reason(source, reason):
    with pytest.raises(ValueError, match=reason):
        Condition(source)


PARTS = st.sampled_from(
    [
        "record",
        ".",
        "title",
        "created.year",
        "(",
        ")",
        "&&",
        "||",
        "!",
        "==",
        "<",
        "'x'",
        '"',
        "matches",
        "3",
        "[",
        "]",
        " ",
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60) | st.lists(PARTS, max_size=12).map("".join))
def test_any_source_is_a_condition_or_refused(source):
    try:
        condition = Condition(source)
    except ValueError:
        return
    assert condition.holds(Record("", "题名"), DAY) in ("yes", "no", "error")
