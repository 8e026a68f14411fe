"""What may be kept in a draft, who adopts it, what must be known before, and that a rule's id is permanent."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies import drafting
from policies.drafting import CountedImpact
from policies.rulesets import HEAD, SUMS, build_ruleset, checksums
from policies.sentences import Refusal
from tests.policies.small_rulesets import files, rule, ruleset

DAY = date(2026, 11, 21)


# -- numbers


@pytest.mark.parametrize(
    ("base", "known", "expected"),
    [
        ("cn-1", ["cn-1", "uk-1"], "cn-101"),
        ("cn-1", ["cn-1", "cn-2", "cn-101", "uk-107"], "cn-102"),
        ("uk-1", ["cn-1", "cn-300", "uk-1"], "uk-101"),
    ],
)
def test_an_archives_own_numbers_follow_one_another_and_leave_the_shipped_ones_free(base, known, expected):
    assert drafting.next_number(base, known) == expected


# -- files


@pytest.mark.parametrize("name", ["CN-991-flood.yaml", "terms.txt", "a.yaml", "x" * 94 + ".yaml"])
def test_a_plain_file_name_is_kept(name):
    drafting.check_file(name, "")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "a",
        "a.yml",
        "../a.yaml",
        "a/b.yaml",
        ".yaml",
        "-a.yaml",
        "a.yaml\n",
        "规则.yaml",
        "SHA256SUMS",
        "x" * 95 + ".yaml",
    ],
)
def test_a_file_name_that_could_leave_its_folder_or_hide_is_refused(name):
    with pytest.raises(Refusal, match="cannot be used"):
        drafting.check_file(name, "")


@pytest.mark.parametrize(("text", "line"), [("a\nb\0", 2), ("\ud800", 1), ("好\n\n\udfff", 3)])
def test_signs_that_no_file_holds_are_refused_with_their_line(text, line):
    with pytest.raises(Refusal, match=f"line {line}"):
        drafting.check_file("a.yaml", text)


def test_a_file_is_bounded_in_bytes_not_in_signs():
    drafting.check_file("a.txt", "汉" * (drafting.LONGEST_FILE // 3))
    with pytest.raises(Refusal, match="Divide"):
        drafting.check_file("a.txt", "汉" * (drafting.LONGEST_FILE // 3 + 1))


@given(st.text(max_size=200))
def test_any_text_is_kept_or_refused_and_what_is_kept_comes_back_the_same(text):
    try:
        drafting.check_file("a.yaml", text)
    except Refusal:
        return
    assert text.encode().decode() == text


# -- adoption of the files


def test_adopted_files_load_say_who_and_when_and_agree_with_their_sums():
    held = files(rule("CN-991", "防汛", status="draft"), rule("CN-992", "抗旱", zh="抗旱", en="Drought"))
    adopted = drafting.adopted_files(held, day=DAY, by="韦清澜")
    made = build_ruleset("cn-901", adopted)
    assert (made.adopted, made.adopted_by.zh) == (DAY, "韦清澜")
    assert [one.status for one in made.rules] == ["adopted", "adopted"]
    assert adopted[SUMS].decode() == checksums(adopted)
    assert made.digest == drafting.digest_of_files(adopted) != drafting.digest_of_files(held)
    assert b"status: adopted" in adopted[HEAD]


def test_examples_written_for_a_day_hold_on_whatever_day_the_draft_is_adopted():
    """A deferral that runs out between the draft and its adoption."""
    due = rule("CN-991", "防汛", years=47)
    due = due.replace("[关于防汛的通知]".encode(), "[{title: 关于防汛的通知, created: '1979-12-01'}]".encode())
    held = files(due)
    build_ruleset("cn-901", held)
    made = build_ruleset("cn-901", drafting.adopted_files(held, day=date(2027, 3, 1), by="x"))
    assert (made.adopted, made.example_day) == (date(2027, 3, 1), DAY)


def test_a_withdrawn_rule_is_adopted_as_withdrawn():
    held = files(rule("CN-991", "防汛", status="withdrawn"))
    assert build_ruleset("cn-901", drafting.adopted_files(held, day=DAY, by="x")).rules[0].status == "withdrawn"


def test_adopting_changes_no_word_of_a_rule_but_its_status():
    text = rule("CN-991", "防汛", status="draft")
    adopted = drafting.adopted_files(files(text), day=DAY, by="x")
    assert adopted["CN-991.yaml"] == text.replace(b"status: draft", b"status: adopted")


# -- who and when


@pytest.mark.parametrize(
    ("check", "states"),
    [
        (drafting.check_open, {"open"}),
        (drafting.check_submitted, {"submitted"}),
        (drafting.check_alive, {"open", "submitted"}),
    ],
)
@pytest.mark.parametrize("state", ["open", "submitted", "adopted", "withdrawn"])
def test_each_act_has_its_states(check, states, state):
    if state in states:
        check("cn-101", state)
    else:
        with pytest.raises(Refusal, match="Draft cn-101 is "):
            check("cn-101", state)


def test_nobody_adopts_what_they_submitted():
    drafting.check_adopter("cn-101", adopter=2, submitter=1)
    with pytest.raises(Refusal, match="another policy keeper"):
        drafting.check_adopter("cn-101", adopter=1, submitter=1)


def impact(**differently) -> CountedImpact:
    return CountedImpact(**{"base_digest": "b", "draft_digest": "d", "day": DAY, **differently})


def test_an_impact_of_this_text_against_the_ruleset_in_force_is_enough():
    drafting.check_impact("cn-101", impact(), digest="d", in_force="b", today=DAY)


@pytest.mark.parametrize(
    ("counted", "said"),
    [
        (None, "not counted"),
        (impact(draft_digest="x"), "not counted"),
        (impact(base_digest="x"), "came into force"),
        (impact(day=date(2026, 10, 1)), "too long ago"),
    ],
)
def test_an_impact_of_anything_else_is_counted_again(counted, said):
    with pytest.raises(Refusal, match=said):
        drafting.check_impact("cn-101", counted, digest="d", in_force="b", today=DAY)


def test_what_is_adopted_is_what_was_submitted():
    drafting.check_unchanged("cn-101", submitted="d", now="d")
    with pytest.raises(Refusal, match="not what was submitted"):
        drafting.check_unchanged("cn-101", submitted="d", now="e")


@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_a_reason_and_a_description_are_words(text):
    with pytest.raises(Refusal):
        drafting.check_reason(text)
    with pytest.raises(Refusal):
        drafting.check_described("cn-101", text)


# -- permanent ids

BASE = ruleset(rule("CN-991", "防汛,抢险"), rule("CN-992", "抗旱", zh="抗旱", en="Drought"))


def test_a_rule_may_be_changed_withdrawn_or_added():
    changed = rule("CN-991", "防汛,堤坝", zh="防汛和堤坝", en="Floods and dykes", years=50)
    withdrawn = rule("CN-992", "抗旱", zh="抗旱", en="Drought", status="withdrawn")
    drafting.check_ids(ruleset(changed, withdrawn, rule("CN-993", "地震", zh="地震", en="Quakes")), BASE)


def test_a_rule_that_is_gone_is_refused_by_its_id():
    with pytest.raises(Refusal, match="CN-992 stand in cn-901"):
        drafting.check_ids(ruleset(rule("CN-991", "防汛")), BASE)


def test_an_id_given_to_another_rule_is_refused():
    other = rule("CN-991", "地震", zh="地震", en="Quakes")
    draft = ruleset(other, rule("CN-992", "抗旱", zh="抗旱", en="Drought"))
    with pytest.raises(Refusal, match="CN-991 is “Floods” in cn-901"):
        drafting.check_ids(draft, BASE)


def test_an_id_that_another_known_ruleset_used_stays_its_own():
    known = ruleset(rule("CN-993", "地震", zh="地震", en="Quakes"), number="cn-902")
    new = rule("CN-993", "蝗灾", zh="蝗灾", en="Locusts")
    draft = ruleset(rule("CN-991", "防汛"), rule("CN-992", "抗旱", zh="抗旱", en="Drought"), new)
    drafting.check_ids(draft, BASE)
    with pytest.raises(Refusal, match="in cn-902"):
        drafting.check_ids(draft, BASE, [known])
