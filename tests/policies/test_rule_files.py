"""A rule's text edited by form: what was meant is changed, and every other sign stays; differences are shown whole."""

import hypothesis.strategies as st
from hypothesis import example, given

from policies import rule_files
from policies.rule_kinds import GROUPS, KINDS, group_of, words_of
from policies.rules import LooksFor
from policies.rulesets import FOLDER, load_ruleset
from policies.text_diff import changes

TEXT = (FOLDER / "cn-1" / "CN-211-sanction-of-a-person.yaml").read_text(encoding="utf-8")
plain = st.text("甲，、 ab1-#:'\"[]{}&*!|>%@`,?~\\\r\x85\u2028\u2029é𠮷", max_size=12) | st.text(max_size=6)
words = st.lists(plain, max_size=5)


@given(zh=plain, en=plain, beside=words, titles=words)
@example(zh="1\u20281", en="1\x851", beside=["1\r1"], titles=["1\u20291"])
def test_what_is_written_is_what_is_read(zh, en, beside, titles):
    sent = {"title": {"zh": zh, "en": en}, "looks_for.beside": beside, "must_match": titles, "level": zh}
    read = rule_files.values_of(rule_files.with_values(TEXT, sent))
    before = rule_files.values_of(TEXT)
    assert read == {
        **before,
        "title": {"zh": zh, "en": en},
        "looks_for": {**before["looks_for"], "beside": beside},
        "must_match": titles,
        "level": zh,
    }


def test_a_changed_value_leaves_every_other_line_as_it_stands():
    text = TEXT.replace("ground:", "# why this ground: see the minutes\nground:")
    edited = rule_files.with_values(text, {"title": {"zh": "甲", "en": "A"}})
    assert edited.splitlines()[2:] == text.splitlines()[2:]
    assert "# why this ground" in edited


def test_equal_values_change_nothing():
    for path in sorted((FOLDER / "cn-1").glob("CN-*.yaml")):
        text = path.read_text(encoding="utf-8")
        assert rule_files.with_values(text, rule_files.values_of(text)) == text


def test_a_key_is_added_and_taken_away():
    assert "unless: [公告]" in (more := rule_files.with_values(TEXT, {"looks_for.unless": ["公告"]}))
    assert rule_files.with_values(more, {"looks_for.unless": None}) == TEXT


def test_a_text_that_is_no_mapping_has_no_values():
    for text in ("", "- a", "id: [", "[" * 5000, "? [a]\n: b"):
        assert rule_files.values_of(text) is None


def test_the_next_free_id_is_free_and_stays_in_its_hundred():
    assert rule_files.next_free_id("CN-211", ["CN-211", "CN-212"]) == "CN-213"
    assert rule_files.next_free_id("CN-299", ["CN-299"]) == "CN-900"
    assert rule_files.next_free_id("CN-999", [f"CN-{n}" for n in range(900, 1000)]) == ""


@given(st.lists(st.text("ab, 词", max_size=12), max_size=8), st.lists(st.text("ab, 词", max_size=12), max_size=8))
def test_a_difference_tells_both_texts(before, after):
    """Of short lines nothing is left out: what stayed and went is the old lines, what stayed and came the new ones."""
    old, new = "\n".join(before), "\n".join(after)
    for change in changes(old, new):
        gone = "".join(piece.text for piece in change.pieces if piece.kind in ("same", "gone"))
        came = "".join(piece.text for piece in change.pieces if piece.kind in ("same", "new"))
        assert gone in old
        assert came in new
    assert bool(changes(old, new)) is (old.splitlines() != new.splitlines())


def test_the_middle_of_a_long_line_that_stayed_is_left_out():
    old = "terms: [" + ", ".join(f"词{n}" for n in range(200)) + "]"
    (change,) = changes(old, old.replace("]", ", 防汛]"))
    assert [piece.kind for piece in change.pieces] == ["gap", "same", "new", "same"]
    assert sum(len(piece.text) for piece in change.pieces) < 60


def test_every_kind_of_rule_has_a_name_and_every_rule_a_group():
    kinds = {kind for part in LooksFor.__origin__.__args__ for kind in part.model_fields["kind"].annotation.__args__}
    assert set(KINDS) == kinds
    for rule in load_ruleset("cn-1").rules:
        assert group_of(rule) in GROUPS
        assert all(part.words for part in words_of(rule))
