"""What a change of rules touches: never less than it does, and for small changes little more."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from policies.dates import parse_date_span
from policies.outcomes import Suggestion
from policies.person_names import NameWords
from policies.reach import LINE, bare, bare_lines, reach
from policies.records import Record
from policies.rules import AppliesTo, Rule
from policies.rulesets import load_ruleset
from policies.screening import Screener

TODAY = date(2026, 11, 21)
SHIPPED = load_ruleset("cn-1")
NAMES = NameWords(
    surnames="王 李", double_surnames="欧阳", not_given="的", seldom_given="和", not_names="王府", surely_before="罪犯",
    before="给予 关于", after="同志 处分",
)  # fmt: skip
FIELDS = ("title", "responsible_body", "agency", "series_title", "notes", "retention", "classification",
          "access_condition")  # fmt: skip


def rule(number: int = 1, looks_for: dict | None = None, **given) -> Rule:
    """A rule, as small as a rule can be."""
    values = {
        "id": f"CN-{900 + number}", "title": {"zh": "甲", "en": "A"}, "why": {"zh": "甲", "en": "A"},
        "article": {"zh": "甲", "en": "A"}, "ground": "CN-8-2", "suggests": "refer", "closure": None,
        "looks_for": looks_for or {"kind": "lexicon", "terms": ["处分"]}, "false_alarms": {"zh": "甲", "en": "A"},
        "must_match": ["甲"], "must_not_match": ["乙"], "status": "adopted", "author": "某", "date": "2026-11-21",
    }  # fmt: skip
    return Rule.model_validate(values | given)


def ruleset(*rules: Rule):
    return replace(SHIPPED, name_words=NAMES, rules=tuple(sorted(rules, key=lambda one: one.id)))


def record(title: str = "关于召开会议的通知", **given) -> Record:
    return Record("Z-1", title, span=parse_date_span("1980-01-01"), **given)


# The promise, over made-up rulesets and records.

WORDS = st.lists(
    st.sampled_from(["处分", "处", "分处", "王建业", "机密", "留", "留党", "secret"]), max_size=3, unique=True
)
LISTS = st.fixed_dictionaries(
    {
        "kind": st.just("lexicon"),
        "terms": WORDS.filter(bool),
        "context": WORDS,
        "except": WORDS,
        "unless": WORDS,
        "variants": st.sampled_from([[], ["ocr"]]),
    }
)
PERSONS = st.fixed_dictionaries(
    {"kind": st.just("person"), "beside": WORDS.filter(bool), "unless": WORDS, "within": st.integers(1, 9)}
)
OTHERS = st.sampled_from(
    [
        {"kind": "pattern", "pattern": "[0-9]{7}"},
        {"kind": "pattern", "pattern": "[0-9]{8}", "triggers": ["处"]},
        {"kind": "secrecy", "longest": {"机密": 20, "秘密": 10, "绝密": 30}},
        {"kind": "mark", "words": ["内部"]},
        {"kind": "mark", "dated": "only"},
        {"kind": "unread_mark", "known": ["永久"]},
        {"kind": "agency", "names": ["王建业"], "ending": ["处"]},
        {"kind": "closure_period"},
        {"kind": "undated"},
        {"kind": "unreadable_title"},
        {"kind": "expression", "when": 'record.title.contains("处")'},
    ]
)
CLOSURES = st.sampled_from(
    [None, {"years": 20, "basis": "law"}, {"years": 60, "basis": "law"}, {"review_by": 5, "basis": "policy"}]
)
SCOPES = st.sampled_from([None, {"created_to": 1979}, {"series": ["处"]}, {"fonds": ["Z1"]}])


@st.composite
def rules(draw, number: int) -> Rule:
    suggests = draw(st.sampled_from(["refer", "defer", "open_early", "look"]))
    closure = draw(CLOSURES)
    if suggests == "defer" and closure is None:
        closure = {"years": 30, "basis": "law"}
    fields = draw(st.lists(st.sampled_from([*FIELDS, "pages"]), min_size=1, unique=True))
    looks_for = draw(st.one_of(LISTS, PERSONS, OTHERS))
    scope = draw(SCOPES)
    return rule(
        number,
        looks_for,
        suggests=suggests,
        ground="CN-E-ECON" if suggests == "open_early" else "CN-8-2",
        closure=closure,
        fields=fields,
        applies_to=None if looks_for["kind"] in ("mark", "secrecy") else scope,
        status=draw(st.sampled_from(["adopted", "adopted", "withdrawn"])),
        never_public=draw(st.booleans()),
        article={"zh": draw(st.sampled_from("甲乙")), "en": "A"},
        why={"zh": draw(st.sampled_from("甲乙")), "en": "A"},
    )


@st.composite
def changes(draw):
    """Two rulesets that have some rules in common."""
    kept = [draw(rules(number)) for number in range(draw(st.integers(0, 3)))]
    numbers = range(4)
    old = [draw(rules(number)) for number in numbers if draw(st.booleans())]
    new = [draw(rules(number)) for number in numbers if draw(st.booleans())]
    for number, one in enumerate(kept, start=5):
        same = one.model_copy(update={"id": f"CN-{900 + number}"})
        old.append(same)
        new.append(same)
    return ruleset(*old), ruleset(*new)


PIECES = ["处分", "處 分", "处\n分", "机　密", "机密★20年", "王建业", "同志", "，", "留党", "留觉", "Secret", "SECRET", "内部", "永久", "1234567",
          "１２３ 45678", "2030-01-01前不开放", "\x00", "█", "召开会议", "关于", "给予", "處", "分处"]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=4).map("".join)
RECORDS = st.builds(
    Record,
    reference_code=st.just("Z-1"),
    title=TEXTS,
    span=st.sampled_from(["1970-01-01", "1980", "2010-05-01", ""]).map(parse_date_span),
    fonds=st.sampled_from(["Z1", "Z2"]),
    pages=st.lists(TEXTS, max_size=2).map(tuple),
    **dict.fromkeys(FIELDS[1:], TEXTS),
)


@settings(deadline=None, max_examples=60)
@given(changes(), st.lists(RECORDS, min_size=1, max_size=5))
def test_what_is_not_touched_is_advised_on_as_before(change, records):
    old, new = change
    reached = reach(old, new)
    before, after = Screener(old).screen_all(records, TODAY), Screener(new).screen_all(records, TODAY)
    for touched, one, other in zip(reached.touched(records, TODAY), before, after, strict=True):
        assert touched or one == other


def may_be_found(reached, record: Record) -> bool:
    """Whether looking through the stored texts leads to the record."""
    texts = [getattr(record, field) for field in FIELDS if field in reached.fields]
    texts += record.pages if reached.pages else ()
    return (
        reached.everything
        or any(getattr(record, field) for field in reached.marks)
        or (reached.by_words and bool(reached.places(bare("".join(texts)))))
    )


@settings(deadline=None, max_examples=60)
@given(changes(), st.lists(RECORDS, min_size=1, max_size=5))
def test_what_is_touched_is_found_by_looking_through_the_texts(change, records):
    reached = reach(*change)
    for one, touched in zip(records, reached.touched(records, TODAY), strict=True):
        assert may_be_found(reached, one) or not touched


# What small changes reach.


def test_what_is_said_to_people_only_touches_nothing():
    changed = rule(why={"zh": "乙", "en": "B"}, must_match=["丙"], date="2026-11-22", status="draft")
    reached = reach(ruleset(rule()), ruleset(changed))
    assert reached.nothing
    assert not reached.touches(record("关于给予处分的决定"), TODAY)


def test_one_term_more_touches_what_holds_it_and_nothing_else_of_the_list():
    longer = rule(looks_for={"kind": "lexicon", "terms": ["处分", "抗旱"]})
    reached = reach(ruleset(rule()), ruleset(longer))
    assert reached.terms == ("抗旱",)
    assert reached.touches(record("关于抗 旱的通知"), TODAY)
    assert not reached.touches(record("关于给予处分的决定"), TODAY)


def test_only_the_fields_of_the_changed_rules_are_looked_through():
    changed = rule(fields=["notes", "pages"], looks_for={"kind": "lexicon", "terms": ["处分", "抗旱"]})
    other = rule(id="CN-902", fields=["title"], looks_for={"kind": "lexicon", "terms": ["防汛"]})
    assert reach(ruleset(rule(fields=["notes", "pages"]), other), ruleset(changed, other)).fields == (
        "notes",
        "pages",
    )
    assert reach(ruleset(other), ruleset(changed)).fields == ("notes", "pages", "title")


def test_a_term_less_touches_what_held_it():
    longer = rule(looks_for={"kind": "lexicon", "terms": ["处分", "抗旱"]})
    assert reach(ruleset(longer), ruleset(rule())).terms == ("抗旱",)


@pytest.mark.parametrize(
    "changed",
    [
        {"closure": {"years": 60, "basis": "law"}},
        {"suggests": Suggestion.LOOK},
        {"looks_for": {"kind": "lexicon", "terms": ["处分"], "context": ["留党"]}},
        {"looks_for": {"kind": "lexicon", "terms": ["处分"], "except": ["处分权"]}},
        {"status": "withdrawn"},
        {"never_public": True},
        {"applies_to": AppliesTo(fonds=("Z1",))},
        {"fields": ("title",)},
    ],
    ids=str,
)
def test_a_rule_that_judges_otherwise_touches_whatever_holds_its_words(changed):
    reached = reach(ruleset(rule()), ruleset(rule(**changed)))
    assert reached.terms == ("处分",)
    assert reached.touches(record("关于给予留党处分的决定"), TODAY)
    assert not reached.touches(record(), TODAY)


def test_a_rule_more_touches_what_it_meets():
    assert reach(ruleset(), ruleset(rule())).terms == ("处分",)


def test_a_change_of_marks_touches_what_has_marks():
    reached = reach(
        ruleset(), ruleset(rule(looks_for={"kind": "mark", "words": ["内部"]}, fields=["classification"]))
    )
    assert (reached.marks, reached.terms) == (("classification",), ())


@pytest.mark.parametrize(
    "looks_for",
    [{"kind": "closure_period"}, {"kind": "expression", "when": "created.year < 1950"}, {"kind": "name"}],
    ids=lambda looks_for: looks_for["kind"],
)
def test_what_no_words_tell_touches_everything(looks_for):
    reached = reach(ruleset(), ruleset(rule(looks_for=looks_for)))
    assert reached.everything
    assert reached.touches(record(), TODAY)


def test_another_jurisdiction_touches_everything():
    assert reach(ruleset(), replace(ruleset(), jurisdiction="UK")).everything


@given(st.text())
@example("机\x00 密")
def test_any_text_is_looked_through(text):
    reached = reach(ruleset(), ruleset(rule(looks_for={"kind": "lexicon", "terms": ["机密", "a b"]})))
    spelled = "机密" in bare(text) or "ab" in bare(text)
    assert bool(reached.places(bare_lines(text.replace(LINE, "")))) == spelled


@given(st.lists(st.text().map(lambda text: text.replace(LINE, ""))))
def test_lines_are_looked_through_as_each_by_itself(lines):
    assert bare_lines(LINE.join(lines)) == LINE.join(map(bare, lines))
