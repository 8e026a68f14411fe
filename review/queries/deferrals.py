"""The list of deferrals put to the archives authority: what is on it, and what was answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from policies.outcomes import Answer, Outcome
from policies.reviewing import Decision
from review.ledger import digest_of_rows
from review.models import Batch, DeferralList, Entry, Opinion
from review.queries.decisions import Settled, decision_of, settled


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry of a deferral list: what it is deferred by, and the authority's answer, once there is one."""

    row: Settled
    deferral: Decision
    consent: Opinion | None

    @property
    def batch_entry(self):
        return self.row.batch_entry

    @property
    def entry(self) -> Entry:
        return self.row.entry

    @property
    def refused(self) -> bool:
        return self.consent is not None and self.consent.answer == Answer.OBJECT


def open_list(batch: Batch) -> DeferralList | None:
    """The list of a batch that waits for the authority's answer."""
    return batch.deferral_lists.filter(answered_at__isnull=True).first()


def listed(batch: Batch, made: DeferralList) -> list[Listed]:
    """The entries of a list that is open, in order: the deferrals without consent when it was made.

    A refused one has no decision any more; what was asked about stands in the answer itself.
    """
    found = []
    for row in settled(batch, made.round):
        consent = row.consent if row.consent is not None and row.consent.at >= made.made_at else None
        if consent is not None:
            found.append(
                Listed(
                    row, Decision(Outcome(consent.outcome), consent.ground, consent.opens_on, _reason(row)), consent
                )
            )
        elif row.needs_consent and row.decision is not None:
            found.append(Listed(row, row.decision, None))
    return found


@dataclass(frozen=True, slots=True)
class Grounded:
    """What one ground of a list keeps closed: how many, between which days, how many without an answer or refused."""

    ground: str
    entries: int
    first: date | None
    last: date | None
    left: int
    refused: int


def grounds_of(rows: Iterable[Listed]) -> list[Grounded]:
    """A deferral list, ground by ground."""
    found: dict[str, list[Listed]] = {}
    for row in rows:
        found.setdefault(row.deferral.ground, []).append(row)
    return [
        Grounded(
            ground,
            len(of_it),
            min((row.deferral.opens_on for row in of_it if row.deferral.opens_on), default=None),
            max((row.deferral.opens_on for row in of_it if row.deferral.opens_on), default=None),
            sum(row.consent is None for row in of_it),
            sum(row.refused for row in of_it),
        )
        for ground, of_it in sorted(found.items())
    ]


def _reason(row: Settled) -> str:
    opinion = row.agreement or row.proposal
    return decision_of(opinion).reason if opinion is not None else ""


def digest_of_list(rows: Iterable[Settled]) -> str:
    """What is put to the authority: reference code, ground, day and reason of each deferral."""
    return digest_of_rows(
        (row.entry.reference_code, row.decision.ground, row.decision.opens_on, row.decision.reason)
        for row in rows
        if row.decision is not None
    )
