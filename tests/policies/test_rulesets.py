"""Rules as data: what loads, what is refused, and that the page of the rules is the rules."""

import hashlib
import shutil
from pathlib import Path

import pytest

from policies.rule_pages import render
from policies.rules import Person
from policies.rulesets import FOLDER, SUMS, checksums, load_ruleset, read_ruleset
from policies.screening import Screener
from policies.sentences import Refusal

RULESET = load_ruleset("cn-1")
EXAMPLES = [
    pytest.param(rule, example, met, id=f"{rule.id}-{'must' if met else 'must-not'}-{number}")
    for rule in RULESET.rules
    for met, examples in ((True, rule.must_match), (False, rule.must_not_match))
    for number, example in enumerate(examples)
]


@pytest.mark.parametrize(("rule", "example", "met"), EXAMPLES)
def test_every_rule_keeps_to_its_own_examples(rule, example, met):
    screener = Screener(RULESET)
    assert (rule.id in screener.met(example.record, RULESET.adopted)) is met


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    """A copy of cn-1 that is not adopted, so that its rules may be broken."""
    folder = tmp_path / "cn-1"
    shutil.copytree(FOLDER / "cn-1", folder)
    head = folder / "ruleset.yaml"
    head.write_text(head.read_text("utf-8").replace("status: adopted", "status: draft"), "utf-8")
    return folder


def change(folder: Path, rule_id: str, old: str, new: str) -> None:
    path = next(folder.glob(f"{rule_id}-*.yaml"))
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_a_ruleset_loads_with_every_rule_and_a_digest_anyone_can_compute():
    assert len(RULESET.rules) >= 18
    assert RULESET.digest == hashlib.sha256((FOLDER / "cn-1" / SUMS).read_bytes()).hexdigest()


def test_a_draft_loads(draft):
    assert len(read_ruleset(draft).rules) == len(RULESET.rules)


@pytest.mark.parametrize(
    ("rule_id", "old", "new", "reason"),
    [
        ("CN-211", "never_public: true", "never_publick: true", "no such key"),
        ("CN-211", "never_public: true", "never_public: true\nnever_public: false", "stands twice"),
        ("CN-211", "ground: CN-8-3-PI", "ground: CN-9-9", "unknown ground"),
        ("CN-211", "closure: {years: 50, basis: policy}", "closure: none", "stated period"),
        ("CN-211", "basis: policy", "basis: habit", "closure"),
        ("CN-211", "id: CN-211", "id: CN-213", "two rules have this id"),
        ("CN-211", "- 关于任命李建国为县长的通知", "- 关于开除张三的通知", "must not match and does"),
        ("CN-211", "- 关于开除李建国公职的批复", "- 关于防汛工作的报告", "must match and does not"),
        ("CN-204", "{6,7}", "{6,}", "bounded"),
        ("CN-205", "check: account_number", "check: guess", "unknown check"),
        ("CN-301", "kind: lexicon", "kind: lexikon", "looks_for"),
        ("CN-501", "suggests: open_early", "suggests: defer", "early category"),
        ("CN-102", 'created: ""', 'created: "1998-13"', "does not exist"),
    ],
)
def test_a_broken_rule_is_refused_with_the_file_and_the_reason(draft, rule_id, old, new, reason):
    change(draft, rule_id, old, new)
    with pytest.raises(Refusal) as refused:
        read_ruleset(draft)
    assert reason in refused.value.sentence.en
    assert rule_id in refused.value.sentence.en or new.endswith("CN-213")


@pytest.mark.parametrize("key", ["must_match", "must_not_match"])
def test_a_rule_without_examples_on_both_sides_is_refused(draft, key):
    path = next(draft.glob("CN-102-*.yaml"))
    lines = path.read_text("utf-8").splitlines()
    at = lines.index(f"{key}:")
    end = next(number for number in range(at + 1, len(lines)) if not lines[number].startswith("- "))
    path.write_text("\n".join([*lines[:at], f"{key}: []", *lines[end:]]), "utf-8")
    with pytest.raises(Refusal, match="the list is empty"):
        read_ruleset(draft)


def test_a_rule_without_an_article_is_refused(draft):
    change(draft, "CN-101", 'article: {zh: 档案法第二十七条, en: "Archives Law, art. 27"}\n', "")
    with pytest.raises(Refusal, match="article: this key is missing"):
        read_ruleset(draft)


def test_a_changed_file_of_an_adopted_ruleset_is_refused(tmp_path):
    folder = tmp_path / "cn-1"
    shutil.copytree(FOLDER / "cn-1", folder)
    assert read_ruleset(folder).digest == RULESET.digest
    change(folder, "CN-211", "years: 50", "years: 30")
    with pytest.raises(Refusal, match=r"CN-211-sanction-of-a-person\.yaml: it does not agree with SHA256SUMS"):
        read_ruleset(folder)


@pytest.mark.parametrize("gone", ["CN-211-sanction-of-a-person.yaml", SUMS])
def test_a_missing_file_of_an_adopted_ruleset_is_refused(tmp_path, gone):
    folder = tmp_path / "cn-1"
    shutil.copytree(FOLDER / "cn-1", folder)
    (folder / gone).unlink()
    with pytest.raises(Refusal, match="SHA256SUMS"):
        read_ruleset(folder)


def test_a_ruleset_that_does_not_exist_is_refused():
    with pytest.raises(Refusal, match="no such ruleset"):
        read_ruleset(FOLDER / "cn-999")


def test_the_sums_are_those_of_sha256sum():
    assert (FOLDER / "cn-1" / SUMS).read_text("ascii") == checksums(FOLDER / "cn-1")


def test_years_that_no_law_gives_are_marked_as_policy():
    for rule in RULESET.rules:
        if rule.closure is not None and hasattr(rule.closure, "basis"):
            assert rule.closure.basis == "policy"
            assert "政策" in rule.why.zh
            assert "policy" in rule.why.en


def test_every_rule_that_finds_a_person_or_a_number_keeps_it_out_of_public_view():
    for rule in RULESET.rules:
        assert rule.never_public is (isinstance(rule.looks_for, Person) or rule.looks_for.kind == "pattern")


def test_the_page_of_the_rules_is_the_rules():
    page = Path(__file__).resolve().parents[2] / "docs/rules.md"
    assert page.read_text("utf-8") == render(RULESET)
