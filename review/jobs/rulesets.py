"""What follows from a ruleset, in the background: the impact of a draft, and a change of rules on running batches."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils import timezone

from review.jobs.reports import Report
from review.models import Person, RulesChange, RulesetDraft
from review.operations import impact, rescreening
from review.queries.rules import counted_impact, draft_ruleset, in_force, ruleset_of


def record_impact(arguments: Mapping[str, object], report: Report) -> None:
    """Job: counts what a draft would change. Does nothing where that was counted today of the same two rulesets.

    Arguments: the keys `draft` and `by` (a person).
    """
    draft = RulesetDraft.objects.get(pk=arguments["draft"])
    today, known = timezone.localdate(), counted_impact(draft)
    if known is not None and (known.base_digest, known.draft_digest, known.day) == (
        ruleset_of(in_force()).digest,
        draft_ruleset(draft).digest,
        today,
    ):
        return
    by = Person.objects.get(pk=arguments["by"])
    impact.record_impact(draft=draft, by=by, at=timezone.now(), today=today, report=report)


def rescreen_batch(arguments: Mapping[str, object], report: Report) -> None:
    """Job: carries out a change of rules on one batch. A second time it does nothing.

    Arguments: the keys `change` and `by` (a person).
    """
    change = RulesChange.objects.get(pk=arguments["change"])
    report(0, 1)
    rescreening.rescreen_batch(
        change=change, by=Person.objects.get(pk=arguments["by"]), at=timezone.now(), today=timezone.localdate()
    )
    report(1, 1)
