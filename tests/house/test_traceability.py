"""docs/traceability.md is what the code cites; a citation that leads nowhere, or that no test shows, fails here."""

import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from review.documents.traceability import page, trace

ROOT = Path(settings.BASE_DIR)


def test_the_page_is_up_to_date_and_every_citation_leads_somewhere():
    call_command("trace_law", "--check")


@pytest.fixture
def small_house(tmp_path):
    """One policy, one rule and one test that mentions both."""
    for folder in ("policies/rulesets/cn-9", "policies/procedures", "tests"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "policies" / "opening.py").write_text(
        '"""When. Source: 档案法 art. 27; house policy."""\n\ndef check_age():\n    """Old enough (art. 27)."""\n',
        "utf-8",
    )
    (tmp_path / "policies" / "procedures" / "cn.yaml").write_text("basis: {zh: 档案法第三十条, en: x}\n", "utf-8")
    (tmp_path / "tests" / "test_opening.py").write_text("check_age; shipped('CN'); must_match", "utf-8")
    rule = next((ROOT / "policies/rulesets/cn-2").glob("CN-111-*.yaml"))
    shutil.copy(rule, tmp_path / "policies/rulesets/cn-9")
    return tmp_path


def test_a_place_is_named_with_its_article_its_tests_and_whether_it_is_policy(small_house):
    (small_house / "tests" / "test_more.py").write_text("from policies import opening", "utf-8")
    found = trace(small_house)
    assert not found.lost
    text = page(found)
    assert (
        "| 27 | `policies/opening.py`: check_age · **policy** | `tests/test_more.py`, `tests/test_opening.py` |"
        in text
    )
    assert "`policies/rulesets/cn-9/`: CN-111" in text
    assert "`policies/procedures/cn.yaml`: basis" in text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('"""档案法 art. 99"""', "no such article"),
        ('"""某某管理条例第三条"""', "registered"),
        ('"""Something else (art. 3)."""', "without its law"),
    ],
)
def test_what_leads_nowhere_is_told(small_house, text, why):
    (small_house / "policies" / "opening.py").write_text(text, "utf-8")
    assert any(why in one for one in trace(small_house).lost)


def test_a_place_that_no_test_mentions_is_told(small_house):
    (small_house / "policies" / "closing.py").write_text('"""档案法 art. 27"""', "utf-8")
    assert any("closing.py: no test mentions it" in one for one in trace(small_house).lost)
