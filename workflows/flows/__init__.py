"""Each process a page that reads like its diagram. Class, module and node names are stored in the database: schema."""

from workflows.flows.opening import OpeningFlow
from workflows.flows.plan import PlanFlow
from workflows.flows.referral import ReferralFlow
from workflows.flows.request import RequestFlow
from workflows.flows.suspension import SuspensionFlow
from workflows.flows.transfer import TransferFlow

__all__ = ["OpeningFlow", "PlanFlow", "ReferralFlow", "RequestFlow", "SuspensionFlow", "TransferFlow"]
