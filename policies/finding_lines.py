"""Findings as lines of JSON: the same advice always gives the same bytes, so that a replay can be compared.

One line an entry, whether anything was found or not: who counts the lines counts the entries. Keys are sorted, text is
UTF-8 as it stands, days are ISO 8601; a lone surrogate is written as its escape.
"""

from __future__ import annotations

import json
from typing import Any

from policies.records import Record, field_text
from policies.screening import Finding, Screening

__all__ = ["context_of", "field_text", "line_of"]

_AROUND = 12  # signs of context on either side


def line_of(record: Record, screening: Screening, ruleset: str) -> str:
    """One entry's advice and its findings as one line of JSON, without the line's end."""
    line = {
        "reference_code": record.reference_code,
        "title": record.title,
        "ruleset": ruleset,
        "suggestion": str(screening.suggestion),
        "grounds": list(screening.grounds),
        "opens_on": screening.opens_on.isoformat() if screening.opens_on else None,
        "findings": [_finding(record, finding) for finding in screening.findings],
    }
    text = json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:
        text = json.dumps(line, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return text


def context_of(record: Record, finding: Finding) -> str:
    """The words of the field around a finding, twelve signs on either side."""
    text = field_text(record, finding.field, finding.page)
    return text[max(finding.start - _AROUND, 0) : finding.end + _AROUND]


def _finding(record: Record, finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule_id,
        "level": finding.level,
        "field": finding.field,
        "page": finding.page or None,
        "start": finding.start,
        "end": finding.end,
        "matched": finding.matched,
        "context": context_of(record, finding),
        "ground": finding.ground,
        "article": {"zh": finding.article.zh, "en": finding.article.en},
        "suggests": str(finding.suggests),
        "opens_on": finding.opens_on.isoformat() if finding.opens_on else None,
    }
