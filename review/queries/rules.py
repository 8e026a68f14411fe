"""The ruleset in force, compiled once."""

from functools import cache

from django.conf import settings

from policies.rulesets import load_ruleset
from policies.screening import Screener


@cache
def screener_of(number: str) -> Screener:
    """The compiled rules of one adopted ruleset. Raises Refusal when its files were changed."""
    return Screener(load_ruleset(number))


def current_screener() -> Screener:
    """The compiled rules that new work is screened with (settings.RULESET)."""
    return screener_of(settings.RULESET)
