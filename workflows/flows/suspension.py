"""An opened entry under doubt: it left public view when it was flagged; here people decide whether it is put back.

Source: policies/suspending.py (house policy; the consent at the end: 档案法实施条例 art. 31).
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from viewflow import this
from viewflow.workflow import Activation, flow

from policies.suspending import PANEL, RECLOSE
from review.models import Entry, Fonds, Person, Suspension
from review.operations import clocks, suspending
from review.queries.suspensions import cap_subject
from workflows import views
from workflows.audit import TellingLock
from workflows.models import SuspensionProcess
from workflows.nodes import Desk


def _fonds(activation: Activation) -> Fonds:
    return activation.process.suspension.entry.fonds


def _as_it_stands(activation: Activation) -> Suspension:
    """Read anew: what the process holds was read before the desk acted."""
    return Suspension.objects.get(pk=activation.process.artifact_object_id)


class SuspensionFlow(flow.Flow):
    """Access under review: triage, a panel, and the authority's consent where the entry is closed again."""

    process_class = SuspensionProcess
    process_title = _("Suspension")
    lock_impl = TellingLock()
    obsolete = flow.Obsolete()

    # -- whoever flagged it: the entry is out of public view already
    start = flow.StartHandle(this.take_suspension).Annotation(title=_("Suspended")).Next(this.triage)

    # -- the manager, within a working day
    triage = (
        Desk(views.triage, permission="review.manage_fonds", over=_fonds)
        .Clock("triage")
        .Annotation(title=_("Triage"))
        .Next(this.after_triage)
    )
    after_triage = flow.Switch().Case(this.panel, this.goes_to_panel).Default(this.end)

    # -- the panel: one after another, until there are votes enough
    panel = (
        Desk(views.panel, permission="review.panel_fonds", over=_fonds)
        .Clock("panel")
        .Annotation(title=_("Panel"))
        .Next(this.after_panel)
    )
    after_panel = flow.Switch().Case(this.consent, this.closes_again).Default(this.end)

    # -- the archives authority, where it is to be closed again
    consent = (
        Desk(views.panel_consent, permission="review.oversee_fonds", over=_fonds)
        .Clock("consent")
        .Annotation(title=_("Consent to closing again"))
        .Next(this.after_consent)
    )
    after_consent = flow.Switch().Case(this.panel, this.refused).Default(this.end)
    end = flow.End().Annotation(title=_("Done"))

    def take_suspension(self, activation: Activation, *, suspension: Suspension) -> Activation:
        activation.process.artifact = suspension
        return activation

    def goes_to_panel(self, activation: Activation) -> bool:
        return _as_it_stands(activation).triage == PANEL

    def closes_again(self, activation: Activation) -> bool:
        return _as_it_stands(activation).outcome == RECLOSE

    def refused(self, activation: Activation) -> bool:
        return _as_it_stands(activation).ended_at is None


def begin(*, entry: Entry, reason: str, secret: bool, by: Person) -> Suspension:
    """Suspend an entry and put its case on its road, in one act. Raises Refusal, and then nothing is changed."""
    at, today = timezone.now(), timezone.localdate()
    with transaction.atomic():
        made = suspending.suspend_entry(entry=entry, reason=reason, secret=secret, by=by, at=at)
        wanted = clocks.Wanted(kind="suspension_cap", subject=cap_subject(made), fonds=entry.fonds)
        clocks.begin(clocks=[wanted], by="flow", at=at, today=today)
        SuspensionFlow.start.run(suspension=made)
    return made
