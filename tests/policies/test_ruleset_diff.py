"""What differs between two rulesets is told whole, and nothing that does not."""

from policies.ruleset_diff import KeyChange, diff, render
from policies.rulesets import NAMES, build_ruleset, load_ruleset
from tests.policies.small_rulesets import files, rule, ruleset

FLOODS = rule("CN-991", "防汛,抢险")
DROUGHT = rule("CN-992", "抗旱", zh="抗旱", en="Drought")


def keys(changes) -> dict[str, KeyChange]:
    return {change.key: change for change in changes}


def test_a_ruleset_does_not_differ_from_itself():
    found = diff(load_ruleset("cn-1"), load_ruleset("cn-1"))
    assert not found
    assert found.head == ()
    assert "规则相同" in render(found, "zh")
    assert "The rules are the same" in render(found, "en")


def test_rules_that_came_and_went_are_named():
    found = diff(ruleset(FLOODS), ruleset(DROUGHT))
    assert [one.id for one in found.added] == ["CN-992"]
    assert [one.id for one in found.removed] == ["CN-991"]
    assert not found.changed


def test_a_changed_rule_is_told_key_by_key_and_its_terms_one_by_one():
    found = diff(ruleset(FLOODS), ruleset(rule("CN-991", "防汛,堤坝", years=50, en="Flood prevention")))
    (change,) = found.changed
    told = keys(change.keys)
    assert set(told) == {"title.en", "closure.years", "looks_for.terms"}
    assert (told["closure.years"].before, told["closure.years"].after) == ("60", "50")
    assert (told["looks_for.terms"].added, told["looks_for.terms"].removed) == (("堤坝",), ("抢险",))


def test_the_order_of_terms_is_no_difference():
    assert not diff(
        ruleset(rule("CN-991", "防汛,抢险")),
        ruleset(rule("CN-991", "防汛,抢险").replace("防汛,抢险".encode(), "抢险,防汛".encode())),
    )


def test_a_withdrawn_rule_stands_apart_and_so_does_one_taken_up_again():
    gone = ruleset(rule("CN-991", "防汛,抢险", status="withdrawn"))
    assert [change.rule.id for change in diff(ruleset(FLOODS), gone).withdrawn] == ["CN-991"]
    assert [change.rule.id for change in diff(gone, ruleset(FLOODS)).revived] == ["CN-991"]
    assert not diff(ruleset(FLOODS), gone).changed


def test_examples_and_a_key_that_came_are_told():
    text = FLOODS.replace(
        b"[" + "关于召开会议的通知".encode() + b"]", "[关于召开会议的通知, 关于机构的批复]".encode()
    )
    (change,) = diff(ruleset(FLOODS), ruleset(text + b"never_public: true\nlevel: high\n")).changed
    told = keys(change.keys)
    assert told["must_not_match"].added == ("关于机构的批复",)
    assert (told["level"].before, told["level"].after) == ("medium", "high")
    assert told["never_public"].after == "true"


def test_the_words_of_names_are_told_sign_by_sign():
    held = files(FLOODS)
    fewer = {**held, NAMES: held[NAMES].replace("王".encode(), b"", 1)}
    names = diff(build_ruleset("cn-901", held), build_ruleset("cn-901", fewer)).names
    assert any("王" in "".join(change.removed) for change in names)


def test_the_head_is_told_and_alone_makes_no_difference_of_rules():
    found = diff(ruleset(FLOODS), ruleset(FLOODS.replace(b"art. 8(2)", b"art. 8(2)"), number="cn-902"))
    assert (found.before, found.after) == ("cn-901", "cn-902")
    assert not found


def test_the_text_says_the_same_in_both_languages():
    found = diff(ruleset(FLOODS), ruleset(rule("CN-991", "防汛,堤坝", years=50), DROUGHT))
    zh, en = render(found, "zh"), render(found, "en")
    assert len(zh.splitlines()) == len(en.splitlines())
    for text in (zh, en):
        assert "+ 堤坝" in text
        assert "- 抢险" in text
        assert "closure.years: 60 → 50" in text
    assert "新增规则\n  CN-992 抗旱" in zh
    assert "New rules\n  CN-992 Drought" in en
