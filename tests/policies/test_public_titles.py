"""A proposed public title shows nothing that may not be public, and tells nothing of what it hides."""

from __future__ import annotations

from datetime import date
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.dates import parse_date_span
from policies.folding import fold
from policies.outcomes import Suggestion
from policies.public_titles import WHOLE, WITHHELD, Proposal, shows, surrogate
from policies.records import Record
from policies.rulesets import FOLDER, build_ruleset, files_of, shipped
from policies.screening import Screener

TODAY = date(2026, 11, 21)


@cache
def screener_of(number: str) -> Screener:
    """The rules alone: that they meet their examples is tested elsewhere."""
    return Screener(build_ruleset(number, files_of(FOLDER / number), examples=False))


SCREENER = screener_of("cn-1")
SHIPPED = st.sampled_from(shipped()).map(lambda number: screener_of(number))  # noqa: PLW0108, what is cached has no source
NAMES = ("王建业", "李国强", "陈志明", "张伟", "欧阳建国", "诸葛明")
TITLES = (
    "关于给予{}同志行政记过处分的决定",
    "关于{}贪污问题的处理决定及{}的申诉材料",
    "给予{}、{}等三人开除公职处分的通报",
    "{}离婚一案的民事判决书",
    "关于{}，身份证号11010519491231002X，病历的函",
    "关于加强防汛工作的通知",
    "关于表彰先进和{}被检举问题的通知",
)
ANY_TITLE = st.one_of(
    st.text("王建业李国强给予同志处分等三人的决定、和 及某×[隐去]12某病历离婚0关于", max_size=30),
    st.builds(lambda title, *names: title.format(*names), st.sampled_from(TITLES), *[st.sampled_from(NAMES)] * 2),
    st.text(max_size=30),
)


def proposed(title: str, screener: Screener = SCREENER, **more: str) -> Proposal:
    return surrogate(Record("J001-1", title, span=parse_date_span("1989"), **more), screener, TODAY)


def barred(title: str, screener: Screener = SCREENER) -> list[str]:
    findings = screener.screen(Record("J001-1", title, span=parse_date_span("1989")), TODAY).findings
    return [f.matched for f in findings if f.never_public and f.suggests != Suggestion.OPEN]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("关于加强防汛工作的通知", "关于加强防汛工作的通知"),
        ("关于给予王建业同志行政记过处分的决定", "关于给予[隐去]同志行政记过处分的决定"),
        ("關於給予王建業同志行政記過處分的決定", "關於給予[隐去]同志行政記過處分的決定"),
        ("给予王建业、李国强行政记过处分的通报", "给予[隐去]行政记过处分的通报"),
        ("给予王建业、李国强等三人行政记过处分的通报", "给予[隐去]行政记过处分的通报"),
        ("给予王建业等3名同志行政记过处分的通报", "给予[隐去]行政记过处分的通报"),
        ("关于给予王建业行政记过处分的决定：王某的检讨和建业同志的信", "关于给予[隐去]行政记过处分的决定：[隐去]的检讨和[隐去]同志的信"),
        ("王建业处分", WHOLE),
        ("？？？", WHOLE),
        ("", WHOLE),
    ],
)  # fmt: skip
def test_the_proposal(title, expected):
    assert proposed(title).text == expected


def test_a_word_hidden_in_one_place_stays_nowhere():
    """Beside 处分 it is a name; far from it the rules would not see it."""
    title = "关于给予王建业同志行政记过处分的决定。附：王 建 业一九八九年度生产先进个人事迹材料和王建業的工作总结"
    assert "建" not in proposed(title).text


def test_a_word_that_only_the_notes_tell_is_hidden_in_the_title():
    proposal = proposed("关于王建业同志一九八九年度工作总结的通知", notes="给予王建业同志行政记过处分")
    assert "王建业" not in proposal.text and not proposal.whole


def test_it_says_by_which_rule_and_repeats_nothing_of_it():
    proposal = proposed("关于给予王建业同志行政记过处分的决定")
    assert proposal.masked == ((4, 7),)
    assert "CN-211" in proposal.why.zh and "CN-211" in proposal.why.en
    assert "王建业" not in str(proposal.why)


def test_a_reference_code_that_shows_the_same_is_said():
    record = Record("J001-王建业-1", "关于给予王建业同志行政记过处分的决定", span=parse_date_span("1989"))
    proposal = surrogate(record, SCREENER, TODAY)
    assert "档号" in proposal.why.zh and "reference code" in proposal.why.en


def test_words_whose_period_is_over_stay():
    title = "关于给予王建业同志行政记过处分的决定"
    assert surrogate(Record("", title, span=parse_date_span("1920")), SCREENER, TODAY).text == title


def test_a_word_is_shown_in_any_script_width_or_spacing():
    assert shows("關於王 建 業 的通知", ["王建业", "李国强"]) == ("王建业",)


@given(ANY_TITLE, SHIPPED)
@settings(deadline=None, max_examples=120)
def test_no_proposal_shows_what_may_not_be_public(title, screener):
    assert barred(proposed(title, screener).text, screener) == []


@given(ANY_TITLE, SHIPPED)
@settings(deadline=None, max_examples=120)
def test_what_was_hidden_occurs_nowhere(title, screener):
    proposal = proposed(title, screener)
    left = fold(proposal.text.replace(WITHHELD, "\n").replace(WHOLE, "\n")).text
    for word in barred(title, screener):
        assert fold(word).text not in left


@given(
    st.sampled_from([title for title in TITLES if "{}" in title]),
    st.lists(st.sampled_from(NAMES), min_size=4, max_size=4),
)
@settings(deadline=None)
def test_the_proposal_is_the_same_whoever_is_hidden(title, names):
    first, second = (proposed(title.format(*pair)) for pair in (names[:2], names[2:]))
    if "{}" in title and title.count("{}") == 2 and (names[0] == names[1]) != (names[2] == names[3]):
        return  # the same person twice is another title
    assert first.text == second.text


@given(ANY_TITLE, SHIPPED)
@settings(deadline=None, max_examples=80)
def test_no_proposal_calls_for_stricter_advice(title, screener):
    order = ("open", "open_early", "look", "defer", "refer", "not_due")
    record = Record("J001-1", title, span=parse_date_span("1989"))
    proposal = surrogate(record, screener, TODAY)
    before = screener.screen(record, TODAY).suggestion
    after = screener.screen(Record("J001-1", proposal.text, span=record.span), TODAY).suggestion
    assert order.index(after) <= order.index(before)


@given(ANY_TITLE)
@settings(deadline=None)
def test_the_masked_spans_and_the_text_agree(title):
    proposal = proposed(title)
    assert proposal.whole == (proposal.text == WHOLE)
    if not proposal.whole:
        rest = "".join(
            title[a:b]
            for a, b in zip(
                [0, *(end for _, end in proposal.masked)],
                [*(start for start, _ in proposal.masked), len(title)],
                strict=True,
            )
        )
        assert proposal.text.count(WITHHELD) >= len(proposal.masked)
        assert len(proposal.text) == len(rest) + len(WITHHELD) * len(proposal.masked)


def test_a_very_long_title_is_masked_too():
    proposal = proposed("关于给予王建业同志处分的决定" * 7_000)
    assert "王建业" not in proposal.text
