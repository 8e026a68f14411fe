"""Rulesets of a few rules for tests, as the files of a folder."""

from __future__ import annotations

from policies.rules import Ruleset
from policies.rulesets import FOLDER, HEAD, NAMES, build_ruleset

RULE = """id: {id}
title: {{zh: {zh}, en: {en}}}
why: {{zh: 测试。, en: For tests.}}
article: {{zh: 开放办法第八条第二项, en: "Measures, art. 8(2)"}}
ground: CN-8-2
suggests: defer
closure: {{years: {years}, basis: policy}}
looks_for: {{kind: lexicon, terms: [{terms}]}}
false_alarms: {{zh: 无。, en: None.}}
must_match: [关于{first}的通知]
must_not_match: [关于召开会议的通知]
status: {status}
author: tests
date: 2026-11-21
"""
HEAD_TEXT = """number: {number}
title: {{zh: 测试规则, en: Rules for tests}}
jurisdiction: CN
status: draft
adopted: 2026-11-21
adopted_by: {{zh: 测试, en: tests}}
"""


def rule(id: str, terms: str, *, zh="防汛", en="Floods", years=60, status="adopted") -> bytes:
    """A lexicon rule; `terms` parted by commas, the first of them in its example."""
    first = terms.partition(",")[0]
    return RULE.format(id=id, zh=zh, en=en, years=years, terms=terms, first=first, status=status).encode()


def files(*rules: bytes, number: str = "cn-901") -> dict[str, bytes]:
    """The files of a draft with these rules."""
    named = {f"{text[4:10].decode()}.yaml": text for text in rules}
    return {HEAD: HEAD_TEXT.format(number=number).encode(), NAMES: (FOLDER / "cn-1" / NAMES).read_bytes(), **named}


def ruleset(*rules: bytes, number: str = "cn-901") -> Ruleset:
    return build_ruleset(number, files(*rules, number=number))
