"""Rows and constraints. What a row means stands in docs/glossary.md; who writes it, in review/operations/."""

from review.models.agencies import Agency, AgencyChange, ChangeKind, Successor
from review.models.batches import Asked, AskedKind, Batch, BatchEntry, BatchKind, BatchReturn, Countersignature
from review.models.clocks import Clock, ClockPause, ClockRung, Delivery, Notice
from review.models.desks import DeskEntry, DeskLeft, DeskList, DeskTally
from review.models.disputes import DeferralList, Statement, StatementKind
from review.models.holdings import (
    CLOSED,
    DECIDED,
    AccessStatus,
    Description,
    Entry,
    Fonds,
    FondsCreator,
    JointMaker,
    Level,
    Series,
)
from review.models.intakes import ColumnMapping, EntryChange, Intake, Proposal, SeriesChange
from review.models.jobs import Job, Shard, Worker
from review.models.ledger import LedgerHead, LedgerLine
from review.models.objects import DigitalObject, PageText
from review.models.opinions import CLOSING, Opinion, SignOff, TakenBack, Titling
from review.models.packages import CountersignPackage, PackageReturn
from review.models.people import Person
from review.models.plans import Plan, PlanLine
from review.models.procedures import CalendarDay, Procedure
from review.models.quality import Certificate, Sample, Sampled, SampleVerdict
from review.models.redactions import (
    RedactedCopy,
    Redaction,
    RedactionCheck,
    RedactionLook,
    RedactionMark,
    RedactionVerdict,
)
from review.models.referrals import Referral, ReferralAnswer, TransferOpinion, TransferRequest
from review.models.releases import Release
from review.models.reopening import AccessRequest, ClosureEvent, Erratum, PanelVote, Reassessment, Suspension
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
from review.models.standing_in import Absence, Delegation

__all__ = [
    "CLOSED",
    "CLOSING",
    "DECIDED",
    "Absence",
    "AccessRequest",
    "AccessStatus",
    "AdoptedRuleset",
    "Agency",
    "AgencyChange",
    "Asked",
    "AskedKind",
    "Batch",
    "BatchEntry",
    "BatchKind",
    "BatchReturn",
    "CalendarDay",
    "Certificate",
    "ChangeKind",
    "Clock",
    "ClockPause",
    "ClockRung",
    "ClosureEvent",
    "ColumnMapping",
    "CountersignPackage",
    "Countersignature",
    "DeferralList",
    "Delegation",
    "Delivery",
    "Description",
    "DeskEntry",
    "DeskLeft",
    "DeskList",
    "DeskTally",
    "DigitalObject",
    "DraftFile",
    "DraftState",
    "Entry",
    "EntryChange",
    "Erratum",
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
    "Notice",
    "Opinion",
    "PackageReturn",
    "PageText",
    "PanelVote",
    "Person",
    "Plan",
    "PlanLine",
    "Procedure",
    "Proposal",
    "Reassessment",
    "RedactedCopy",
    "Redaction",
    "RedactionCheck",
    "RedactionLook",
    "RedactionMark",
    "RedactionVerdict",
    "Referral",
    "ReferralAnswer",
    "Release",
    "RulesChange",
    "RulesetDraft",
    "Sample",
    "SampleVerdict",
    "Sampled",
    "ScreeningRun",
    "SecondOpinionModel",
    "Series",
    "SeriesChange",
    "Shard",
    "SignOff",
    "Statement",
    "StatementKind",
    "Successor",
    "Suggested",
    "Suspension",
    "TakenBack",
    "Titling",
    "TransferOpinion",
    "TransferRequest",
    "Worker",
]
