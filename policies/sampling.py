"""Looking again at a sample of what was decided: how much of which stratum, when it stops a batch, what it bounds.

Over-closing is the silent error, so deferrals are sampled too. Of a zero-tolerance ground (a state secret, a major
interest: the practice of the US National Declassification Center) one missed entry stops the batch; otherwise the share
of errors may reach what the procedure allows. All of it is house policy (domain: 开放办法 arts. 12-13 name no sample).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from math import ceil, exp, floor, lgamma, log

from policies.outcomes import Outcome
from policies.procedure import SamplePlan
from policies.sentences import Refusal, Sentence

CONFIDENCE = 0.95
_SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found in one stratum: of `population` entries `size` were drawn, `looked` looked at, `errors` wrong.

    `missed` are the grounds that wrong entries had missed, for those of zero tolerance.
    """

    stratum: str
    population: int
    size: int
    looked: int
    errors: int
    allowed: int
    missed: tuple[str, ...] = ()

    @property
    def at_most(self) -> int:
        """With 95 % confidence at most so many of the stratum are wrong (exact, without replacement)."""
        return defective_at_most(self.population, self.looked, self.errors)

    @property
    def share_at_most(self) -> float:
        return self.at_most / self.population if self.population else 0.0


def stratum_of(outcome: Outcome, ground: str) -> str:
    """The stratum of an entry by what is proposed for it: all deferrals of one ground are one, and all partial openings."""
    return f"{outcome}:{ground}" if outcome.closes else str(outcome)


def size_of(plan: SamplePlan, population: int) -> int:
    """How many of a stratum are looked at: its share, no fewer than `least`, no more than `most`, never more than all."""
    return min(population, max(plan.least, min(plan.most, ceil(plan.share * population - _SLACK))))


def allowed_of(plan: SamplePlan, size: int) -> int:
    """How many errors among `size` still pass: never a greater share than the procedure allows."""
    return floor(plan.allowed * size + _SLACK)


def seed_of(*parts: object) -> str:
    """The seed of a draw from what is known only when it is drawn; kept, so that anyone can draw the same again."""
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()


def drawn(places: Sequence[int], size: int, seed: str) -> list[int]:
    """`size` of `places`, each as likely, in their order; the same again for the same seed, by hand if need be.

    Those whose SHA-256 of "seed:place" is lowest: no generator of a language or its version is asked.
    """
    lowest = nsmallest(size, places, key=lambda place: hashlib.sha256(f"{seed}:{place}".encode()).digest())
    return sorted(lowest)


def stops(found: Sequence[Looked], zero_tolerance: Sequence[str]) -> Sentence | None:
    """Why the batch must go back, as soon as that is known; None while it may still pass."""
    for stratum in found:
        never = (
            [ground for ground in stratum.missed if ground.startswith(tuple(zero_tolerance))]
            if zero_tolerance
            else []
        )
        if never:
            return Sentence(
                f"抽检发现漏判“{never[0]}”（零容忍）。本批须退回初审。",
                f"The sample found a missed “{never[0]}”, of which none may be missed. The batch goes back to first review.",
            )
        if stratum.errors > stratum.allowed:
            return Sentence(
                f"“{stratum.stratum}”层抽检差错 {stratum.errors} 条，允许 {stratum.allowed} 条。本批须退回初审。",
                f"In the stratum “{stratum.stratum}” {stratum.errors} were wrong, {stratum.allowed} allowed. "
                "The batch goes back to first review.",
            )
    return None


def check_sample_passes(found: Sequence[Looked], zero_tolerance: Sequence[str]) -> None:
    """A batch moves on from the sample desk when all that was drawn was looked at and nothing stops it. Raises Refusal."""
    reason = stops(found, zero_tolerance)
    if reason is not None:
        raise Refusal(reason)
    left = sum(stratum.size - stratum.looked for stratum in found)
    if left:
        raise Refusal(
            Sentence(
                f"抽中的条目还有 {left} 条没有看，不能移交。未看不等于合格。",
                f"{left} of the drawn entries have not been looked at yet. Not looked at is not right.",
            )
        )


def check_verdict(
    reference_code: str, *, right: bool, note: str, missed_ground: str, grounds: Mapping[str, object]
) -> None:
    """A verdict that may be recorded passes in silence. Raises Refusal."""
    if not right and not note.strip():
        raise Refusal(
            Sentence(
                f"{reference_code}：判为差错的，须写明错在何处。", f"{reference_code}: an error says what is wrong."
            )
        )
    if missed_ground and (right or missed_ground not in grounds):
        raise Refusal(
            Sentence(
                f"{reference_code}：漏判的依据须是已列的依据，且只随差错一并记录。",
                f"{reference_code}: a missed ground is one of the list, and goes with an error only.",
            )
        )


def defective_at_most(population: int, looked: int, errors: int, confidence: float = CONFIDENCE) -> int:
    """The most wrong entries there can be among `population`, when `errors` of `looked` drawn without replacement were.

    The largest D under which so few errors still have a chance above 1 - confidence (exact hypergeometric bound; e.g.
    W. G. Cochran, Sampling Techniques, 3rd ed., 3.6). Nothing looked at: all of them.
    """
    low, high = errors, population - (looked - errors)
    if looked == 0:
        return population
    while low < high:
        middle = (low + high + 1) // 2
        if _at_most(errors, population, middle, looked) > 1 - confidence:
            low = middle
        else:
            high = middle - 1
    return low


def _at_most(errors: int, population: int, wrong: int, looked: int) -> float:
    """The chance of `errors` or fewer wrong ones among `looked` drawn from `population` with `wrong` wrong ones."""
    first = max(0, looked - (population - wrong))
    terms = [
        exp(_choose(wrong, x) + _choose(population - wrong, looked - x) - _choose(population, looked))
        for x in range(first, min(errors, wrong, looked) + 1)
    ]
    return sum(terms)


def _choose(of: int, some: int) -> float:
    """The logarithm of the binomial coefficient."""
    if some in (0, of):
        return 0.0
    return lgamma(of + 1) - lgamma(some + 1) - lgamma(of - some + 1)


def needed_for(rate: float, confidence: float = CONFIDENCE) -> int:
    """How many must be looked at, all right, to state a rate of at most `rate` in a large stratum: 59 for 5 %, 299 for 1 %."""
    return ceil(log(1 - confidence) / log(1 - rate) - _SLACK)
