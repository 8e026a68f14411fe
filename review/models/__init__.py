"""Rows and constraints. What a row means stands in docs/glossary.md; who writes it, in review/operations/."""

from review.models.agencies import Agency, AgencyChange, ChangeKind, Successor
from review.models.batches import Asked, AskedKind, Batch, BatchEntry, BatchReturn, Countersignature
from review.models.holdings import AccessStatus, Description, Entry, Fonds, FondsCreator, JointMaker, Level, Series
from review.models.intakes import ColumnMapping, EntryChange, Intake, Proposal, SeriesChange
from review.models.jobs import Job, Shard, Worker
from review.models.ledger import LedgerHead, LedgerLine
from review.models.objects import DigitalObject, PageText
from review.models.opinions import Opinion, SignOff, Titling
from review.models.people import Person
from review.models.releases import Release
from review.models.rulesets import (
    AdoptedRuleset,
    DraftFile,
    DraftState,
    Impact,
    ImpactEntry,
    MidBatch,
    RulesChange,
    RulesetDraft,
    SecondOpinionModel,
)
from review.models.screening import Finding, ScreeningRun, Suggested

__all__ = [
    "AccessStatus",
    "AdoptedRuleset",
    "Agency",
    "AgencyChange",
    "Asked",
    "AskedKind",
    "Batch",
    "BatchEntry",
    "BatchReturn",
    "ChangeKind",
    "ColumnMapping",
    "Countersignature",
    "Description",
    "DigitalObject",
    "DraftFile",
    "DraftState",
    "Entry",
    "EntryChange",
    "Finding",
    "Fonds",
    "FondsCreator",
    "Impact",
    "ImpactEntry",
    "Intake",
    "Job",
    "JointMaker",
    "LedgerHead",
    "LedgerLine",
    "Level",
    "MidBatch",
    "Opinion",
    "PageText",
    "Person",
    "Proposal",
    "Release",
    "RulesChange",
    "RulesetDraft",
    "ScreeningRun",
    "SecondOpinionModel",
    "Series",
    "SeriesChange",
    "Shard",
    "SignOff",
    "Successor",
    "Suggested",
    "Titling",
    "Worker",
]
