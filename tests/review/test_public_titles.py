"""The public title that is proposed is one that may be set; and no other script or spacing smuggles a hidden word in."""

import pytest

from policies.public_titles import WITHHELD
from policies.rulesets import FOLDER, build_ruleset, files_of
from policies.screening import Screener
from policies.sentences import Refusal
from review.models import BatchEntry
from review.operations.titling import set_public_title
from review.queries.desks import with_findings
from review.queries.proposed_titles import propose_titles
from review.queries.records import public_hits
from review.queries.rules import guarding, screener_of
from tests.world import NOW, TODAY, World

pytestmark = pytest.mark.django_db

NAMED = "Z001-001-0004"  # 关于给予王建业同志行政记过处分的决定


def entry_named(world: World) -> BatchEntry:
    return world.batch().batch_entries.select_related("entry").get(entry__reference_code=NAMED)


def test_the_proposal_of_the_desk_may_be_set(world):
    row = entry_named(world)
    rows = with_findings(row.batch, list(row.batch.batch_entries.select_related("entry")))
    propose_titles(rows, TODAY)
    proposed = {row.entry.reference_code: row.masked_title for row in rows if row.masked_title}
    assert proposed == {NAMED: f"关于给予{WITHHELD}同志行政记过处分的决定"}
    set_public_title(batch_entry=row, text=proposed[NAMED], by=world["first"], at=NOW, today=TODAY)
    row.entry.refresh_from_db()
    assert row.entry.public_title == proposed[NAMED]
    assert row.entry.title == "关于给予王建业同志行政记过处分的决定", "the title itself stays"


@pytest.mark.parametrize("text", ["王建業的先进事迹", "王 建 业的先进事迹", "先进事迹（王建业）"])
def test_a_hidden_word_is_refused_in_whatever_script_or_spacing(world, text):
    with pytest.raises(Refusal, match="王建业"):
        set_public_title(batch_entry=entry_named(world), text=text, by=world["first"], at=NOW, today=TODAY)


@pytest.mark.parametrize("field", ["reference_code", "extent", "date_text", "responsible_body"])
def test_a_hidden_word_in_another_public_field_is_found(world, field):
    entry = entry_named(world).entry
    assert public_hits(entry, TODAY, title="一份决定") == ()
    setattr(entry, field, "附王建業卷")
    assert public_hits(entry, TODAY, title="一份决定") == ("王建业",)


@pytest.mark.parametrize("number", ["cn-1", "cn-2", "uk-1", "us-1"])
def test_the_guarding_rules_bar_the_words_that_the_whole_ruleset_bars(number):
    whole = screener_of(number, without_names=True)
    examples = [example for rule in whole.ruleset.rules for example in (*rule.must_match, *rule.must_not_match)]
    for record in (example.record for example in examples):
        barred = [
            [f for f in screener.screen(record, TODAY).findings if f.never_public]
            for screener in (whole, guarding(whole))
        ]
        assert barred[0] == barred[1], record.title
    assert any(f.never_public for example in examples for f in whole.screen(example.record, TODAY).findings)


@pytest.mark.parametrize("scope", ["{fonds: [Z001]}", "{reference_codes: [Z001-001]}"])
def test_a_word_barred_in_one_fonds_alone_is_barred_there(world, scope):
    rule = {
        name: text
        for name, text in files_of(FOLDER / "cn-1").items()
        if name.startswith(("CN-301", "ruleset", "person"))
    }
    (name,) = (name for name in rule if name.startswith("CN-301"))
    rule[name] = SCOPED.replace("SCOPE", scope).encode()
    rule["ruleset.yaml"] = rule["ruleset.yaml"].replace(b"status: adopted", b"status: draft")
    screener = Screener(build_ruleset("cn-1", rule))
    entry = world.batch().batch_entries.get(entry__reference_code="Z001-001-0002").entry
    assert public_hits(entry, TODAY, screener=screener) == ("防汛",)
    elsewhere = Screener(build_ruleset("cn-1", rule | {name: rule[name].replace(b"Z001", b"Y001")}))
    assert public_hits(entry, TODAY, screener=elsewhere) == ()


SCOPED = """id: CN-301
title: {zh: 甲, en: A}
why: {zh: 甲, en: A}
article: {zh: 甲, en: A}
ground: CN-8-2
suggests: defer
closure: {review_by: 5, basis: policy}
looks_for: {kind: lexicon, terms: [防汛]}
applies_to: SCOPE
false_alarms: {zh: 甲, en: A}
must_match: [{title: 关于防汛的通知, fonds: Z001, reference_code: Z001-001-1}]
must_not_match: [关于防汛的通知]
never_public: true
status: adopted
author: 甲
date: 2026-11-22
"""
