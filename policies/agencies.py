"""What must hold before something is put on record about an agency: days in order, a document that proves it."""

from __future__ import annotations

from datetime import date

from policies.sentences import Refusal, Sentence

LONGEST_EVIDENCE = 500
LONGEST_FUNCTION = 200


def check_days(name: str, from_day: date | None, to_day: date | None) -> None:
    """The first and the last day it existed, or of its records; either may be unknown. Raises Refusal out of order."""
    if from_day is not None and to_day is not None and to_day < from_day:
        raise Refusal(
            Sentence(
                f"“{name}”的终止日期 {to_day} 早于起始日期 {from_day}，请核对。",
                f"“{name}” would end on {to_day}, before it began on {from_day}. Check the dates.",
            )
        )


def check_evidence(evidence: str, functions: tuple[str, ...]) -> None:
    """Every change names the document that says so: an auditor has to find it. Raises Refusal."""
    if not evidence.strip():
        raise Refusal(
            Sentence(
                "登记变更须写明依据（文件名称、文号）。",
                "A change needs its evidence: the document that says so, by name or number.",
            )
        )
    if len(evidence) > LONGEST_EVIDENCE or any(len(function) > LONGEST_FUNCTION for function in functions):
        raise Refusal(
            Sentence(
                f"依据最多 {LONGEST_EVIDENCE} 个字符，职能最多 {LONGEST_FUNCTION} 个字符，请缩短。",
                f"Evidence has {LONGEST_EVIDENCE} characters at most, a function {LONGEST_FUNCTION}. Shorten it.",
            )
        )
