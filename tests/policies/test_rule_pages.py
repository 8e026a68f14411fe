"""The page of a ruleset says of each kind of rule what it looks for, where, and for how long."""

import pytest

from policies.rule_pages import render
from tests.policies.test_rule_kinds import built

LOOK = "suggests: look\nclosure: none\nground: ''"


def line(page: str, name: str) -> str:
    """What the page of one rule says under a name."""
    (found,) = [line for line in page.splitlines() if line.startswith(f"- {name}")]
    return found.partition(": ")[2]


@pytest.mark.parametrize(
    ("looks_for", "must", "must_not", "more", "said"),
    [
        ("{kind: name, unless: [任命]}", "[王建国来信]", "[任命书]", "", ["personal name that the name model", "任命"]),
        ("{kind: agency, ending: [公安局]}", "[{agency: 县公安局}]", "[会议]", "", ["agency", "ending with: 公安局"]),
        ("{kind: scope}", "[{fonds: J047}]", "[{fonds: J048}]", "applies_to: {fonds: [J047]}", ["every record to"]),
        ("{kind: expression, when: 'size(record.title) > 9'}", "[关于召开工作会议的通知]", "[会议]", "", ["size("]),
        (
            "{kind: category, code: CU01, verified: false, terms: [边界纠纷]}", "[边界纠纷]", "[会议]", LOOK,
            ["CU01", "not yet checked", "边界纠纷"],
        ),
        ("{kind: lexicon, terms_from: w.txt, variants: [ocr]}", "[防汛]", "[会议]", "", ["`w.txt`", "misread"]),
        (
            "{kind: pattern, pattern: '[a-z]{2}[0-9]{3}', check: none, triggers: [证号]}", "[证号AB123]", "[会议]", "",
            ["证号", "check: none"],
        ),
    ],
)  # fmt: skip
def test_the_page_says_what_a_rule_looks_for(looks_for, must, must_not, more, said):
    page = render(built(looks_for, must, must_not, more, files={"w.txt": "防汛\n".encode()}))
    for words in said:
        assert words in line(page, "查找 Looks for")


@pytest.mark.parametrize(
    ("closure", "said"),
    [
        ("{until: 2050-01-01, basis: law}", "until 2050-01-01 (by law)"),
        (
            "{event: death, years: 30, unknown: 100, basis: policy}",
            "30 years after the death of the person; while its day is not known, 100 years from creation (house policy)",
        ),
        ("{review_by: 5, basis: policy}", "assessed again within 5 years (house policy)"),
    ],
)
def test_the_page_says_how_long_a_rule_keeps_closed(closure, said):
    page = render(built("{kind: lexicon, terms: [防汛]}", "[防汛]", "[会议]", f"closure: {closure}"))
    assert said in line(page, "期限 Period")
    assert f"| {said} |" in page


def test_the_page_says_to_what_a_rule_applies_only_where_it_is_limited():
    limited = "applies_to: {fonds: [J047], created_to: 1995}"
    page = render(
        built("{kind: lexicon, terms: [防汛]}", "[{title: 防汛, fonds: J047, created: 1990}]", "[会议]", limited)
    )
    assert line(page, "范围 Applies to") == "fonds: J047; created_to: 1995"
    assert "Applies to" not in render(built("{kind: lexicon, terms: [防汛]}", "[防汛]", "[会议]"))
