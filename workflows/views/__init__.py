"""The desks: open the door, clean the form, call one operation."""

from workflows.views.consent import consent
from workflows.views.coordinate import coordinate
from workflows.views.countersign import countersign
from workflows.views.handle_request import handle_request
from workflows.views.panel import panel
from workflows.views.panel_consent import panel_consent
from workflows.views.plan_approve import plan_approve
from workflows.views.plan_draft import plan_draft
from workflows.views.reconcile import reconcile
from workflows.views.referral import referral
from workflows.views.release import release
from workflows.views.review import review
from workflows.views.sample import sample
from workflows.views.sign_off import sign_off
from workflows.views.transfer import transfer
from workflows.views.triage import triage

__all__ = [
    "consent",
    "coordinate",
    "countersign",
    "handle_request",
    "panel",
    "panel_consent",
    "plan_approve",
    "plan_draft",
    "reconcile",
    "referral",
    "release",
    "review",
    "sample",
    "sign_off",
    "transfer",
    "triage",
]
