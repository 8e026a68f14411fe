"""Every shipped ruleset loads, and its page in docs/ is its rules."""

from pathlib import Path

import pytest

from policies.rule_pages import render
from policies.rulesets import load_ruleset, shipped

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.parametrize("number", shipped())
def test_the_page_of_a_ruleset_is_its_rules(number):
    page = DOCS / ("rules.md" if number == "cn-1" else f"rules-{number}.md")
    assert page.read_text("utf-8") == render(load_ruleset(number))


def test_each_jurisdiction_has_a_ruleset():
    assert {"cn-1", "cn-2", "uk-1", "us-1"} <= set(shipped())


def test_what_cn_1_found_cn_2_looks_for_as_well():
    assert set(load_ruleset("cn-1").by_id) <= set(load_ruleset("cn-2").by_id)
