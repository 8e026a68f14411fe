"""Rulesets compiled for looking at: examples and typed titles are tried also where the model of names is not installed."""

from __future__ import annotations

from policies.rules import Ruleset
from policies.screening import Screener
from policies.sentences import Refusal
from review.queries.rules import compiled as compiled_with_names
from review.queries.rules import names_for


def compiled(ruleset: Ruleset) -> Screener:
    """The ruleset compiled, with the model of names it asks for where that is installed, else without (`without_names`).

    Only for showing: what is screened for a decision takes its screener from review.queries.rules, which refuses.
    """
    try:
        return compiled_with_names(ruleset)
    except Refusal:
        return compiled_with_names(ruleset, without_names=True)


def lacks_names(ruleset: Ruleset) -> bool:
    """Whether the ruleset looks for names by a model that is not installed here, so that `compiled` looks for none."""
    try:
        names_for(ruleset)
    except Refusal:
        return True
    return False
