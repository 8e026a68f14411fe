"""A small policy desk for tests: a draft with one more rule, and its way to adoption, by the real operations."""

from __future__ import annotations

from review.models import AdoptedRuleset, Impact, MidBatch, RulesetDraft
from review.operations import adopting, drafting, impact
from tests.world import NOW, TODAY, World

NEW_RULE = """id: CN-991
title:
  zh: 防汛工作
  en: Flood prevention
why:
  zh: 测试用规则。
  en: A rule for tests.
article:
  zh: 国家档案馆档案开放办法第八条第二项
  en: Measures on opening archives, art. 8(2)
ground: CN-8-2
suggests: defer
closure:
  years: 90
  basis: policy
looks_for:
  kind: lexicon
  terms:
    - 防汛工作
false_alarms:
  zh: 无。
  en: None.
must_match:
  - 关于加强防汛工作的通知
must_not_match:
  - 关于召开年度工作会议的通知
status: draft
author: keeper
date: 2026-11-21
"""
NEW_FILE = "CN-991-flood-prevention.yaml"


def begun(world: World, base: str = "cn-1") -> RulesetDraft:
    """A draft that is a copy of its base."""
    return drafting.begin_draft(base=base, by=world["keeper"], at=NOW)


def changed(world: World, rule: str = NEW_RULE) -> RulesetDraft:
    """A draft with one rule more than its base, saying why."""
    draft = begun(world)
    drafting.change_draft_file(draft=draft, name=NEW_FILE, text=rule, by=world["keeper"], at=NOW)
    drafting.describe_draft(draft=draft, why="补一条防汛规则", by=world["keeper"], at=NOW)
    return draft


def counted(world: World, draft: RulesetDraft) -> Impact:
    """The impact of a draft as it stands now."""
    return impact.record_impact(draft=draft, by=world["keeper"], at=NOW, today=TODAY)


def submitted(world: World) -> RulesetDraft:
    """A draft with one rule more, submitted by keeper."""
    draft = changed(world)
    counted(world, draft)
    drafting.submit_draft(draft=draft, by=world["keeper"], at=NOW)
    return draft


def adopted(world: World, choices: MidBatch = MidBatch.CONTINUE) -> AdoptedRuleset:
    """The ruleset that such a draft became, adopted by keeper2."""
    return adopting.adopt_ruleset(
        draft=submitted(world), reason="会议通过", by=world["keeper2"], at=NOW, today=TODAY, choices=choices
    )
