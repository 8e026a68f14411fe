"""Names sought only near words are the names that are found everywhere, as far as they stand near a word."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from policies.folding import fold
from policies.joined import Joined
from policies.near_names import names_near
from policies.person_names import NameFinder
from policies.rule_words import near
from policies.rulesets import load_ruleset
from policies.term_finder import TermFinder

WORDS = ("处分", "工资", "处")
RULESET = load_ruleset("cn-2")
FINDER = NameFinder(
    RULESET.name_words, [word for rule in RULESET.rules for word in getattr(rule.looks_for, "beside", ())]
)
TERMS = TermFinder(WORDS)

PIECES = (
    "关于 给予 王建业 李× 欧阳修 买买提·艾力 · 同志 处分 工资 的决定 ， 。 张 王 某某 农村道路建设规划 省民政厅 𠀀 a 12"
    " 甲乙丙丁戊己庚辛壬癸甲乙丙丁戊己庚辛壬癸"
)
pieces = st.sampled_from(PIECES.split())
texts = st.lists(st.lists(pieces, max_size=14).map(lambda parts: fold("".join(parts)).text), min_size=1, max_size=6)


@settings(max_examples=300, deadline=None)
@given(texts, st.integers(0, 25))
@example(["给予王建业", "处分的决定", ""], 20)  # a word in the next title is not near
@example(["处分" + "，" * 40 + "王建业，处分" + "，" * 40 + "李伟民，"], 5)
@example(["买买提·艾力处分", "甲·乙", "处分买买提·艾力" + "，" * 50 + "·"], 3)
@example(["王李张王李张王李张，" * 6 + "处分"], 2)  # names that could begin at many places
def test_near_a_word_the_names_are_those_found_everywhere(texts, within):
    joined = Joined(texts, max(map(len, texts)) + 1)
    _, starts, ends = TERMS.terms_in_all(joined)
    names = names_near(FINDER, joined, starts, ends, within)
    for number, text in enumerate(texts):
        words = sorted((start, end) for _, start, end in TERMS.terms_in(text))
        assert near(names.get(number, []), words, within) == near(FINDER.names(text), words, within)


def test_far_from_any_word_no_name_is_sought():
    joined = Joined(["给予王建业，" + "，" * 60 + "处分", "给予王建业，"])
    _, starts, ends = TERMS.terms_in_all(joined)
    assert names_near(FINDER, joined, starts, ends, 5) == {}
    assert names_near(FINDER, joined, starts, ends, 100) == {0: [(2, 5)]}
