"""Rules as data: what loads, what is refused, and that the page of the rules is the rules."""

import hashlib
import shutil
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from policies.bounded_patterns import check_bounded
from policies.rule_pages import render
from policies.rules import Person
from policies.rulesets import FOLDER, SUMS, build_ruleset, checksums, files_of, load_ruleset, read_ruleset
from policies.rulesets.term_files import read_terms
from policies.screening import Screener
from policies.sentences import Refusal

RULESET = load_ruleset("cn-1")
SCREENER = Screener(RULESET)
EXAMPLES = [
    pytest.param(rule, example, met, id=f"{rule.id}-{'must' if met else 'must-not'}-{number}")
    for rule in RULESET.rules
    for met, examples in ((True, rule.must_match), (False, rule.must_not_match))
    for number, example in enumerate(examples)
]


@pytest.mark.parametrize(("rule", "example", "met"), EXAMPLES)
def test_every_rule_keeps_to_its_own_examples(rule, example, met):
    assert (rule.id in SCREENER.met(example.record, RULESET.adopted)) is met


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
    assert (FOLDER / "cn-1" / SUMS).read_text("ascii") == checksums(files_of(FOLDER / "cn-1"))


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


# What a refusal must say: the file, its line, and why.


def refusal_of(draft: Path) -> str:
    with pytest.raises(Refusal) as refused:
        read_ruleset(draft)
    return refused.value.sentence.en


@pytest.mark.parametrize(
    ("old", "new", "line_of", "reason"),
    [
        ("never_public: true", "never_publick: true", "never_publick: true", "no such key"),
        ("ground: CN-8-3-PI", "ground: CN-8-3-PI\nground: CN-8-4", "ground: CN-8-4", "stands twice"),
        ("basis: policy", "basis: habit", "closure: ", "closure"),
        ("- 关于任命李建国为县长的通知", "- 关于开除张三的通知", "- 关于开除张三的通知", "must not match and does"),
        ("id: CN-211", "id: CN-213", None, "two rules have this id"),
        ("ground: CN-8-3-PI", "ground: CN-9-9", "ground: CN-9-9", "unknown ground"),
        ("  kind: person", "  kind: persona", "looks_for:", "looks_for"),
        ("id: CN-211", "[a]: CN-211", "[a]: CN-211", "key must be a word"),
        ("id: CN-211", "id: &x CN-211\nauthors: *x", "authors: *x", "aliases"),
    ],
)
def test_a_refusal_names_the_file_and_the_line(draft, old, new, line_of, reason):
    change(draft, "CN-211", old, new)
    said = refusal_of(draft)
    assert reason in said
    if line_of is not None:
        path = next(draft.glob("CN-211-*.yaml"))
        lines = path.read_text("utf-8").splitlines()
        line = next(number for number, text in enumerate(lines, start=1) if text.startswith(line_of))
        assert f"{path.name}, line {line}: " in said


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8-sig"])
def test_a_rule_in_another_encoding_is_refused(draft, encoding):
    path = next(draft.glob("CN-211-*.yaml"))
    path.write_bytes(path.read_text("utf-8").encode(encoding))
    assert "UTF-8" in refusal_of(draft)


@pytest.mark.parametrize("word", ["通知", "报 告", "Report"])
def test_a_type_of_document_alone_is_no_evidence(draft, word):
    change(draft, "CN-301", "terms: [", f"terms: [{word}, ")
    assert "a type of document" in refusal_of(draft)


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("a*", "bounded"),
        ("a+b", "bounded"),
        ("(a{1,50}){1,50}b", "bounded"),
        ("(a|a){1,30}b", "too many ways"),
        ("(?:a?){30}b", "too many ways"),
        ("(?:[a-z]{1,3}[a-z]?){12}!", "too many ways"),
        (r"(a)\1", "back reference"),
        ("(", "cannot be read"),
        ("a{99999999999}", "cannot be read"),
        ("(" * 300 + ")" * 300, "longer than"),
    ],
)
def test_a_pattern_that_could_take_for_ever_is_refused(pattern, reason):
    with pytest.raises(ValueError, match=reason):
        check_bounded(pattern)


@pytest.mark.parametrize(
    "pattern", ["[0-9](?:[ -]?[0-9]){16}", r"[a-z0-9.]{1,40}@[a-z0-9-]{1,40}(?:\.[a-z0-9-]{1,20}){1,4}"]
)
def test_a_pattern_that_ends_each_repeat_is_taken(pattern):
    check_bounded(pattern)


RULE_FILE = next((FOLDER / "cn-1").glob("CN-211-*.yaml")).read_bytes()
OTHERS = {name: content for name, content in files_of(FOLDER / "cn-1").items() if name in ("person-names.yaml",)}
DRAFT_HEAD = (FOLDER / "cn-1/ruleset.yaml").read_bytes().replace(b"status: adopted", b"status: draft")
LINES = RULE_FILE.splitlines(keepends=True)
ODD_LINES = [
    b"!!python/object:os.system\n",
    b"? [a, b]\n: c\n",
    b"a: &b [*b]\n",
    b"- \n",
    b"{\n",
    b"\x00",
    b"\xff\xfe",
    b"---\n",
]
BROKEN = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")),
    st.lists(st.sampled_from(LINES + ODD_LINES), max_size=30).map(b"".join),
    st.tuples(st.integers(0, len(RULE_FILE)), st.integers(0, 40), st.binary(max_size=12)).map(
        lambda cut: RULE_FILE[: cut[0]] + cut[2] + RULE_FILE[cut[0] + cut[1] :]
    ),
)


@settings(max_examples=100, deadline=None)
@given(BROKEN)
@example(b"[" * 200_000)
@example(b"a: " + b"9" * 5_000)
@example(RULE_FILE.replace(b"years: 50", b"years: " + b"9" * 5_000))
@example(RULE_FILE.replace(b"date: ", b"date: \xe4\xb8\x80"))
def test_any_bytes_are_loaded_as_a_rule_or_refused(content):
    try:
        build_ruleset("cn-1", {**OTHERS, "ruleset.yaml": DRAFT_HEAD, "CN-211.yaml": content})
    except Refusal as refusal:
        assert "CN-211" in refusal.sentence.en


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_are_loaded_as_a_list_of_terms_or_refused(content):
    try:
        assert read_terms("words.txt", content)
    except Refusal as refusal:
        assert "words.txt, line " in refusal.sentence.en
