"""How good the advice of a rule has been here: what became of the entries that it advised to keep closed or to look at.

Counted are entries whose batch was signed off and not returned since, by the outcome that was signed: kept closed on the
rule's ground (or referred) speaks for the rule, opened was a false alarm. What was kept closed on another ground, or
opened under a public title that hides the words found, says neither and is told apart. Interval: Wilson's score interval at 95 % (E. B. Wilson, 1927).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import sqrt

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from policies.outcomes import Outcome, Stage, Suggestion
from policies.rules import Rule
from policies.sentences import Refusal
from review.models import CLOSING, BatchReturn, Finding, Opinion, SignOff
from review.queries.rules import ruleset_with

FEWEST = 20  # decided entries below which nothing is said of the share
_Z = 1.959964  # 95 %
_ADVISED = (Suggestion.DEFER, Suggestion.REFER, Suggestion.LOOK)
_OPENED = (Outcome.OPEN, Outcome.OPEN_EARLY)
_Counts = tuple[int, int, int]  # kept on its ground, opened as it is, neither


@dataclass(frozen=True, slots=True)
class RulePrecision:
    """Entries that a rule advised on and that were decided: kept closed on its ground, opened as they are, neither."""

    kept: int = 0
    opened: int = 0
    otherwise: int = 0

    @property
    def n(self) -> int:
        return self.kept + self.opened

    @property
    def enough(self) -> bool:
        return self.n >= FEWEST

    @property
    def share(self) -> float:
        """The share that was rightly kept, in per cent."""
        return 100 * self.kept / self.n if self.n else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval of the share at 95 %, in per cent."""
        low, high = wilson(self.kept, self.n)
        return 100 * low, 100 * high


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The score interval of a share at 95 %, from 0 to 1; of nothing: everything is possible."""
    if n == 0:
        return 0.0, 1.0
    share, square = hits / n, _Z * _Z
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = _Z / (1 + square / n) * sqrt(share * (1 - share) / n + square / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


class Measure:
    """The precision of any rule as it reads now: where an earlier ruleset words it otherwise, that is not counted.

    Made once a page: two short queries, and one over what was signed where something was signed since the last time.
    """

    def __init__(self) -> None:
        self._counts = _counted(*_stamp())

    def of(self, rule: Rule) -> RulePrecision:
        sums = [0, 0, 0]
        for (number, digest), counts in self._counts.get(rule.id, {}).items():
            if _same(rule, number, digest):
                sums = [held + more for held, more in zip(sums, counts, strict=True)]
        return RulePrecision(*sums)


def closed_without(rule: Rule) -> tuple[int, int]:
    """How many entries were kept closed on the rule's ground, and on how many of them the rule found nothing. One query."""
    if not rule.ground:
        return 0, 0
    found = Finding.objects.filter(batch_entry=OuterRef("batch_entry"), rule=rule.id, replaced_by=None)
    counted = (
        _signed()
        .filter(outcome__in=CLOSING, ground=rule.ground)
        .aggregate(all=Count("pk"), without=Count("pk", filter=~Exists(found)))
    )
    return counted["all"], counted["without"]


def _signed() -> QuerySet[Opinion]:
    """The opinions that were signed: of each entry one, the settlement or ruling where there was a difference."""
    of_batch = {"batch": OuterRef("batch_entry__batch")}
    own = {"batch_entry": OuterRef("batch_entry"), "round": OuterRef("round"), "standing": True}
    ruled = Exists(Opinion.objects.filter(stage=Stage.COORDINATE, **own))
    settled = Exists(Opinion.objects.filter(stage=Stage.RECONCILE, **own))
    second = Exists(Opinion.objects.filter(stage=Stage.SECOND_REVIEW, **own))
    return Opinion.objects.filter(
        Exists(SignOff.objects.filter(round=OuterRef("round"), standing=True, **of_batch)),
        ~Exists(BatchReturn.objects.filter(round__gte=OuterRef("round"), **of_batch)),
        Q(stage=Stage.COORDINATE)
        | Q(stage=Stage.RECONCILE) & ~ruled
        | Q(stage=Stage.SECOND_REVIEW) & ~settled & ~ruled
        | Q(stage=Stage.FIRST_REVIEW) & ~second & ~settled & ~ruled,
        standing=True,
    ).order_by()


def _stamp() -> tuple[str, int]:
    """Changes with every signature and every return: until then the counts are the same."""
    signed = SignOff.objects.order_by("-pk").values_list("ledger_digest", flat=True).first()
    returned = BatchReturn.objects.order_by("-pk").values_list("pk", flat=True).first()
    return signed or "", returned or 0


@lru_cache(maxsize=1)
def _counted(signed: str, returned: int) -> dict[str, dict[tuple[str, str], _Counts]]:
    """Rule id to ruleset (number, digest) to counts, of everything that was signed. One query, remembered by the stamp."""
    if not signed:
        return {}
    kept = Q(outcome=Outcome.REFER) | Q(outcome__in=CLOSING, ground=F("batch_entry__findings__ground"))
    kept |= Q(outcome__in=CLOSING, batch_entry__findings__ground="")
    hidden = Q(batch_entry__findings__never_public=True) & ~Q(batch_entry__entry__public_title="")
    opened = Q(outcome__in=_OPENED) & ~hidden
    rows = (
        _signed()
        .filter(batch_entry__findings__replaced_by=None, batch_entry__findings__suggests__in=_ADVISED)
        .values_list(
            "batch_entry__findings__rule",
            "batch_entry__findings__run__ruleset",
            "batch_entry__findings__run__ruleset_digest",
        )
        .annotate(
            kept=Count("batch_entry", distinct=True, filter=kept),
            opened=Count("batch_entry", distinct=True, filter=opened),
            all=Count("batch_entry", distinct=True),
        )
    )
    result: dict[str, dict[tuple[str, str], _Counts]] = {}
    for rule, number, digest, right, wrong, everything in rows:
        result.setdefault(rule, {})[number, digest] = (right, wrong, everything - right - wrong)
    return result


def _same(rule: Rule, number: str, digest: str) -> bool:
    """Whether that ruleset words the rule just so."""
    try:
        held = ruleset_with(number, digest).by_id.get(rule.id)
    except Refusal:  # no longer at hand
        return False
    return held is rule or held == rule
