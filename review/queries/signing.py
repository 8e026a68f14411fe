"""What a head reads before signing: the units' answers, how differences ended, what a return changed, and a few samples."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from policies.countersigning import differs
from policies.outcomes import Answer
from policies.procedure import Signatures
from policies.reviewing import Decision
from policies.roles import ROLES
from policies.sentences import Sentence
from review.models import Agency, Batch, BatchReturn, Certificate, Countersignature, Entry, SignOff, Titling
from review.queries.decisions import Settled, decision_of, roles_signed, round_of, settled
from review.queries.desks import answer_counts
from review.queries.procedures import steps_of

DRAWN = 3


@dataclass(frozen=True, slots=True)
class Unit:
    """How one forming unit answered in the current round."""

    asked: Countersignature
    agreed: int
    differed: int

    @property
    def agency(self) -> Agency:
        return self.asked.agency


def units_of(batch: Batch) -> list[Unit]:
    """The units that were asked in the current round, by code, with how they answered. Two queries at any size."""
    counts = answer_counts(batch)
    asked = batch.countersignatures.filter(round=round_of(batch)).select_related("agency").order_by("agency__code")
    return [
        Unit(
            one,
            counts.get(one.agency.name, {}).get(Answer.AGREE, 0),
            sum(n for answer, n in counts.get(one.agency.name, {}).items() if differs(Answer(answer))),
        )
        for one in asked
    ]


@dataclass(frozen=True, slots=True)
class Endings:
    """How the differences of a batch ended: as whom, and by whom."""

    total: int
    as_archives: int
    as_unit: int
    otherwise: int
    ruled: int


def endings_of(rows: Iterable[Settled]) -> Endings:
    """How the entries among `rows` that were in difference ended."""
    ends: Counter[str] = Counter()
    ruled = 0
    for row in rows:
        if row.agreement is None:
            continue
        ruled += row.ruling is not None
        ends[_ended(row)] += 1
    return Endings(ends.total(), ends["archives"], ends["unit"], ends["otherwise"], ruled)


def _ended(row: Settled) -> str:
    end = _what(decision_of(row.agreement)) if row.agreement else None
    if row.proposal is not None and end == _what(decision_of(row.proposal)):
        return "archives"
    if any(answer.outcome and end == _what(decision_of(answer)) for answer in row.objections):
        return "unit"
    return "otherwise"


def _what(decision: Decision) -> tuple[object, ...]:
    return decision.outcome, decision.ground, decision.opens_on


@dataclass(frozen=True, slots=True)
class Changed:
    """One entry that is decided otherwise than before the last return; `before` is None where it was undecided then."""

    entry: Entry
    before: Decision | None
    after: Decision | None


@dataclass(frozen=True, slots=True)
class SinceReturn:
    """What the last return of a batch changed: which it was, the decisions that differ, how many public titles."""

    returned: BatchReturn
    changed: list[Changed] = field(default_factory=list)
    retitled: int = 0


def since_return(batch: Batch, rows: Sequence[Settled]) -> SinceReturn | None:
    """What is otherwise than when the batch was last returned; None where it never was."""
    last = batch.returns.select_related("person").order_by("round").last()
    if last is None:
        return None
    before = {row.batch_entry.pk: row.decision for row in settled(batch, last.round)}
    changed = [
        Changed(row.entry, before.get(row.batch_entry.pk), row.decision)
        for row in rows
        if _or_none(before.get(row.batch_entry.pk)) != _or_none(row.decision)
    ]
    titles = Titling.objects.filter(batch_entry__batch=batch, at__gt=last.at).order_by()
    return SinceReturn(last, changed, titles.values("batch_entry").distinct().count())


def _or_none(decision: Decision | None) -> tuple[object, ...] | None:
    return _what(decision) if decision else None


@dataclass(frozen=True, slots=True)
class Slot:
    """One signature that the procedure asks for: of which role, and the one that stands there, if any."""

    role: Sentence
    signature: SignOff | None


def slots_of(batch: Batch, signatures: Sequence[SignOff]) -> list[Slot]:
    """Every signature that a batch needs, in the order of its procedure, given or still empty."""
    return slots(steps_of(batch).signatures, signatures, roles_signed(signatures))


def slots(
    needed: Sequence[Signatures], signatures: Sequence[SignOff], counting_for: Sequence[Sequence[str]]
) -> list[Slot]:
    """As `slots_of`; `counting_for` are the roles for which each signature counts. Each fills one place only."""
    left = list(zip(signatures, counting_for, strict=True))
    found = []
    for line in needed:
        for _ in range(line.needed):
            given = next((pair for pair in left if line.role in pair[1]), None)
            if given is not None:
                left.remove(given)
            found.append(Slot(ROLES[line.role].name, given[0] if given else None))
    return found


@dataclass(frozen=True, slots=True)
class Looked:
    """What the sample of a certificate was, all strata together. What it bounds is said stratum by stratum only."""

    looked: int
    errors: int
    population: int


def looked_at(certificate: Certificate) -> Looked:
    """The strata of a certificate added up."""
    total = Counter[str]()
    for fact in certificate.facts:
        total.update({name: fact[name] for name in ("looked", "errors", "population")})
    return Looked(total["looked"], total["errors"], total["population"])


def drawn(rows: Sequence[Settled], number: int, of: str = "") -> list[Settled]:
    """Three entries drawn at random: of all, of what opens ("open") or of what does not ("closed").

    The same number draws the same ones, so that a page can be looked at again.
    """
    chosen = [row for row in rows if not of or (of == "open") == _opens(row)]
    return random.Random(number).sample(chosen, min(DRAWN, len(chosen)))  # noqa: S311 - a look, not a secret


def _opens(row: Settled) -> bool:
    return row.decision is not None and row.decision.outcome.shows
