"""How the grounds of one jurisdiction answer to those of others, for exports that are read elsewhere.

Many to many and in both directions: a ground here seldom is one ground there. For the reader's guidance only; no
decision is ever made from it. Our own reading, after ICA's types of restriction (Principles of Access, 2012).
"""

from __future__ import annotations

from collections.abc import Iterator

from policies.grounds import DEFERRAL_GROUNDS, jurisdiction_of

COLUMNS = ("ground", "name_zh", "name_en", "ground_elsewhere", "name_elsewhere_zh", "name_elsewhere_en")

# Ours, theirs. A group of letters and digits before "*" stands for every code that begins so.
_PAIRS: dict[str, tuple[str, ...]] = {
    "CN-8-1": (
        "UK-23", "UK-24", "UK-26", "UK-27(1)", "UK-27(2)",
        "US-25X*", "US-50X*", "US-75X", "US-b(1)",
    ),
    "CN-8-2": (
        "UK-24", "UK-26", "UK-27(1)", "UK-27(2)", "UK-29", "UK-31", "UK-36", "UK-38",
        "US-25X6", "US-25X7", "US-25X8", "US-b(7)(A)", "US-b(7)(E)", "US-b(7)(F)",
    ),
    "CN-8-3-IP": ("UK-41", "UK-43(1)", "UK-43(2)", "UK-EIR-12(5)(c)", "UK-EIR-12(5)(e)", "US-b(4)"),
    "CN-8-3-PI": ("UK-38", "UK-40(2)", "UK-41", "US-b(6)", "US-b(7)(C)", "US-b(7)(D)", "US-b(7)(F)"),
    "CN-8-4": ("UK-32", "UK-41", "UK-44", "UK-EIR-*", "US-25X9", "US-b(3)", "US-DEED"),
    "UK-23": ("US-25X1", "US-50X1-HUM", "US-b(1)"),
    "UK-24": ("US-25X1", "US-25X3", "US-25X7", "US-25X8", "US-b(1)"),
    "UK-26": ("US-25X2", "US-25X4", "US-25X5", "US-50X2-WMD", "US-b(1)"),
    "UK-27(1)": ("US-25X6", "US-b(1)"),
    "UK-27(2)": ("US-25X6", "US-25X9", "US-b(1)"),
    "UK-30(1)": ("US-b(7)(A)",),
    "UK-30(2)": ("US-b(7)(D)",),
    "UK-31": ("US-b(7)(A)", "US-b(7)(E)"),
    "UK-35(1)(a)": ("US-b(5)",),
    "UK-36": ("US-b(5)",),
    "UK-38": ("US-b(6)", "US-b(7)(F)"),
    "UK-40(2)": ("US-b(6)", "US-b(7)(C)"),
    "UK-41": ("US-b(4)", "US-b(7)(D)", "US-DEED"),
    "UK-42": ("US-b(5)",),
    "UK-43(1)": ("US-b(4)",),
    "UK-43(2)": ("US-b(4)",),
    "UK-44": ("US-25X9", "US-b(3)"),
}  # fmt: skip

ICA_TYPES: dict[str, tuple[str, ...]] = {
    "CN-8-1": ("security",),
    "CN-8-2": ("security", "order"),
    "CN-8-3-IP": ("commercial",),
    "CN-8-3-PI": ("privacy",),
    "CN-8-4": ("statute", "donor"),
}


def _codes(pattern: str) -> tuple[str, ...]:
    if not pattern.endswith("*"):
        return (pattern,)
    return tuple(code for code in DEFERRAL_GROUNDS if code.startswith(pattern[:-1]))


def _both_ways() -> dict[str, tuple[str, ...]]:
    answers: dict[str, set[str]] = {code: set() for code in DEFERRAL_GROUNDS}
    for ours, patterns in _PAIRS.items():
        for theirs in (code for pattern in patterns for code in _codes(pattern)):
            answers[ours].add(theirs)
            answers[theirs].add(ours)
    order = {code: place for place, code in enumerate(DEFERRAL_GROUNDS)}
    return {code: tuple(sorted(found, key=order.__getitem__)) for code, found in answers.items()}


_ANSWERS = _both_ways()


def grounds_elsewhere(code: str, jurisdiction: str = "") -> tuple[str, ...]:
    """The grounds of other jurisdictions (of one, if it is named: "UK") that answer to a ground; () where none does.

    In the order of the grounds' own lists. An early category, and a code that is not known, answers to nothing.
    """
    return tuple(
        found for found in _ANSWERS.get(code, ()) if not jurisdiction or jurisdiction_of(found) == jurisdiction
    )


def table() -> Iterator[tuple[str, ...]]:
    """The whole crosswalk, a pair a row as COLUMNS say, in both directions; what answers to nothing has a row too."""
    for code, ground in DEFERRAL_GROUNDS.items():
        named = (code, ground.name.zh, ground.name.en)
        others = grounds_elsewhere(code)
        for other in others:
            yield (*named, other, DEFERRAL_GROUNDS[other].name.zh, DEFERRAL_GROUNDS[other].name.en)
        if not others:
            yield (*named, "", "", "")
