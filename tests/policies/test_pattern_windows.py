"""Looking only where a pattern can match finds what looking everywhere finds."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from policies.folding import FoldedTexts, fold
from policies.joined import Joined
from policies.pattern_windows import PatternWindows, SoughtTexts, longest_whole
from policies.rule_words import folded
from policies.rulesets import load_ruleset

PATTERNS = sorted(
    {
        rule.looks_for.pattern
        for number in ("cn-1", "cn-2", "uk-1", "us-1")
        for rule in load_ruleset(number).rules
        if rule.looks_for.kind == "pattern"
    }
    | {
        "[0-9]{4}$",
        "^[0-9]{4}",
        "(?i:k)[0-9]{3}",
        "[0-9]{3}(?=.{0,30}号)",
        "(?=[0-9])(?:[0-9]{4}|a@)",
        r"\b[0-9]{4}\b",
    }
)
NUMBERS = (
    "11010519491231002x 13800138000 6222021234567890128 010-62778899 a@b.example.org 京a12345 e12345678 电话：62778899 12 9"
    " 税号110105194912310028 1952年5月1日出生 1960.1.1生 91110000100008000x qq123456c 123-45-6789 号 生 k123 K123"
)
pieces = st.sampled_from(
    [*NUMBERS.split(), "020 7946 0958", "born 12 may 1950", "1 2-3", "关于召开会议的通知" * 9, "\n"]
)
texts = st.lists(pieces, max_size=40).map("".join)


def spans(found):
    return [match.span() for match in found]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_every_match_is_found_and_no_other(pattern):
    @settings(max_examples=40, deadline=None)
    @given(texts, texts)
    @example("关" * 300 + "13800138000" + "关" * 300 + "京a12345", "138")
    @example("0" * 1000 + "1234", "12")
    @example("1234\n" * 60, "")
    def holds(text, before):
        windows, texts = PatternWindows(pattern), [before, text, "1" * 9]
        sought = SoughtTexts(Joined(texts, max(map(len, texts))))
        if windows.in_windows:
            for number, each in enumerate(texts):
                found = windows.matches(each, sought.windows(windows, number))
                assert spans(found) == spans(re.finditer(pattern, each))

    holds()


def test_what_every_match_holds_is_read_from_the_pattern():
    assert (PatternWindows("电话[0-9]{7,8}").digits, PatternWindows("[a-z]{1,9}@[a-z]{1,9}").sign) == (7, "@")
    assert (PatternWindows("(?i)k[0-9]").sign, PatternWindows("ab|bc").sign) == ("", "b")
    assert PatternWindows(r"\d{4}(?:12|345)?(?:12|345)").digits == 2  # \d is also digits of other scripts


def test_a_pattern_that_begins_with_its_triggers_is_looked_for_only_where_they_stand():
    assert PatternWindows("(?:电话|手机(?:号)?)[0-9]").begins_with(("电", "手机"))
    assert PatternWindows("[京津][a-c][0-9]{5}").begins_with(tuple(f"{p}{n}" for p in "京津" for n in "abc"))
    for pattern in (
        "(?:电话)?[0-9]",
        "(?i)电话",
        "电话|[0-9]{7}",
        "[京津][a-d][0-9]",
        r"[京\d]a",
        "[^京]a",
        "(?<=电话)[0-9]",
    ):
        assert not PatternWindows(pattern).begins_with(("电话", "京a", "京b", "京c", "津a", "津b", "津c"))
    assert not PatternWindows("电话").begins_with(())


def test_a_pattern_of_whole_texts_says_how_long_they_can_be():
    assert longest_whole(re.compile("^(有关)?材料$")) == 5
    assert longest_whole(re.compile("(有关)?材料$")) == longest_whole(re.compile("(?m)^材料$")) == float("inf")


@given(
    st.lists(
        st.text(st.sampled_from("ab1 -處处關于Ａ１\u3000\n\t①⑩㈱\u200b\ud800\ufffd\x7f~—"), max_size=12) | texts,
        max_size=9,
    )
)
def test_texts_folded_together_are_as_each_by_itself(many):
    together = FoldedTexts(many)
    for number, text in enumerate(many):
        alone = fold(text)
        assert together.texts[number] == alone.text
        places = range(len(alone.text))
        assert [together.original(number, at, at + 1) for at in places] == [
            alone.original(at, at + 1) for at in places
        ]


CALLED_UP = sorted(
    {
        (rule.looks_for.pattern, folded(rule.looks_for.triggers))
        for number in ("cn-1", "cn-2", "uk-1", "us-1")
        for rule in load_ruleset(number).rules
        if rule.looks_for.kind == "pattern"
        and PatternWindows(rule.looks_for.pattern).begins_with(folded(rule.looks_for.triggers))
    }
)


@pytest.mark.parametrize(("pattern", "triggers"), CALLED_UP)
def test_a_pattern_that_begins_with_its_triggers_is_found_where_these_stand(pattern, triggers):
    @settings(max_examples=60, deadline=None)
    @given(texts)
    @example("电话电话：62778899电话1998年，京a12345京京a12345")
    def holds(text):
        places = [(at, at) for at in range(len(text)) if text.startswith(triggers, at)]
        assert spans(PatternWindows(pattern).matches(text, places)) == spans(re.finditer(pattern, text))

    holds()


def test_there_are_patterns_that_begin_with_their_triggers():
    assert CALLED_UP
