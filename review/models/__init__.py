"""Rows and constraints. What a row means stands in docs/glossary.md; who writes it, in review/operations/."""

from review.models.batches import Batch, BatchEntry, BatchReturn, Countersignature
from review.models.holdings import AccessStatus, Agency, Entry, Fonds, Intake, Level
from review.models.ledger import LedgerHead, LedgerLine
from review.models.opinions import Opinion, SignOff, Titling
from review.models.people import Person
from review.models.releases import Release
from review.models.screening import Finding, ScreeningRun, Suggested

__all__ = [
    "AccessStatus",
    "Agency",
    "Batch",
    "BatchEntry",
    "BatchReturn",
    "Countersignature",
    "Entry",
    "Finding",
    "Fonds",
    "Intake",
    "LedgerHead",
    "LedgerLine",
    "Level",
    "Opinion",
    "Person",
    "Release",
    "ScreeningRun",
    "SignOff",
    "Suggested",
    "Titling",
]
