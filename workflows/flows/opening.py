"""The road of one batch: screening, two reviews, countersignature, reconciliation, sign-off, release.

Source: 国家档案馆档案开放办法 arts. 12-15 (plan, organise, review, confirm, publish; 会同, 协商一致).
"""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from viewflow import this
from viewflow.workflow import Activation, flow, lock

from policies.outcomes import Stage
from policies.separation import EARLIER_STAGES
from review.models import Batch, Countersignature, Person
from review.operations import countersigning, releasing, returning, screening
from review.queries.decisions import deciders, disputes, round_of, settled
from workflows import views
from workflows.models import OpeningProcess
from workflows.nodes import Desk, SplitPerSeed


def _fonds(activation: Activation):
    return activation.process.batch.fonds


def _returned(activation: Activation) -> bool:
    return activation.process.verdict == "return"


class OpeningFlow(flow.Flow):
    """Open-access review of one batch."""

    process_class = OpeningProcess
    process_title = _("Open-access review")
    lock_impl = lock.SelectForUpdateLock(nowait=False, attempts=1)
    obsolete = flow.Obsolete()

    # -- the machine: advice, never a decision
    start = flow.StartHandle(this.take_batch).Annotation(title=_("Plan")).Next(this.screen)
    screen = flow.Function(this.run_rules).Annotation(title=_("Screening")).Next(this.first_review)

    # -- the archives: two people
    first_review = (
        Desk(views.review, permission="review.first_review_fonds", over=_fonds)
        .Annotation(title=_("First review"))
        .Next(this.second_review)
    )
    second_review = (
        Desk(views.review, permission="review.second_review_fonds", over=_fonds)
        .NotBy(this.first_reviewers)
        .Annotation(title=_("Second review"))
        .Next(this.after_second_review)
    )
    after_second_review = flow.Switch().Case(this.first_review, _returned).Default(this.ask_agencies)

    # -- the forming units: all of them, side by side
    ask_agencies = SplitPerSeed(this.agencies_to_ask).Each(this.countersign).IfNone(this.after_countersign)
    countersign = (
        Desk(views.countersign, permission="review.countersign_agency", over=lambda act: act.task.seed.agency)
        .Annotation(title=_("Countersign"))
        .Next(this.all_answered)
    )
    all_answered = flow.Join().Next(this.after_countersign)
    after_countersign = (
        flow.Switch()
        .Case(this.return_for_agency, this.agency_asks_return)
        .Case(this.reconcile, this.in_difference)
        .Default(this.sign_off)
    )
    return_for_agency = (
        flow.Function(this.return_as_asked).Annotation(title=_("Returned for a forming unit")).Next(this.first_review)
    )

    # -- both: what they see differently
    reconcile = (
        Desk(views.reconcile, permission="review.reconcile_fonds", over=_fonds)
        .Annotation(title=_("Reconcile"))
        .Next(this.after_reconcile)
    )
    after_reconcile = flow.Switch().Case(this.first_review, _returned).Default(this.sign_off)

    # -- the head of the archives
    sign_off = (
        Desk(views.sign_off, permission="review.sign_off_fonds", over=_fonds)
        .NotBy(this.reviewers)
        .Annotation(title=_("Sign off"))
        .Next(this.after_sign_off)
    )
    after_sign_off = (
        flow.Switch().Case(this.first_review, _returned).Case(this.close, this.nothing_opens).Default(this.release)
    )

    # -- the publisher
    release = (
        Desk(views.release, permission="review.release_fonds", over=_fonds)
        .NotBy(this.deciders)
        .Annotation(title=_("Release"))
        .Next(this.after_release)
    )
    after_release = flow.Switch().Case(this.first_review, _returned).Default(this.end)
    close = flow.Function(this.record_closure).Annotation(title=_("Record without opening")).Next(this.end)
    end = flow.End().Annotation(title=_("Done"))

    # Conditions and acts: what the nodes above ask and do, each one call into the house below.

    def take_batch(self, activation: Activation, *, batch: Batch, by: Person) -> Activation:
        activation.process.artifact = batch
        activation.process.data = {"started_by": by.username}
        return activation

    def run_rules(self, activation: Activation) -> None:
        screening.screen_batch(
            batch=activation.process.batch,
            by=activation.process.data["started_by"],
            at=timezone.now(),
            today=timezone.localdate(),
        )

    def agencies_to_ask(self, activation: Activation) -> list[Countersignature]:
        return countersigning.ask_agencies(batch=activation.process.batch, by="flow", at=timezone.now())

    def _asking_return(self, batch: Batch) -> QuerySet[Countersignature]:
        return batch.countersignatures.filter(round=round_of(batch)).exclude(return_reason="")

    def agency_asks_return(self, activation: Activation) -> bool:
        return self._asking_return(activation.process.batch).exists()

    def return_as_asked(self, activation: Activation) -> None:
        asked = self._asking_return(activation.process.batch).select_related("agency", "answered_by")
        returning.return_batch(
            batch=activation.process.batch,
            from_desk="countersign",
            reason=" / ".join(f"{row.agency}: {row.return_reason}" for row in asked),
            by=asked[0].answered_by,
            agency=asked[0].agency,
            at=timezone.now(),
        )

    def in_difference(self, activation: Activation) -> bool:
        return bool(disputes(activation.process.batch))

    def nothing_opens(self, activation: Activation) -> bool:
        return not any(row.decision and row.decision.outcome.opens for row in settled(activation.process.batch))

    def record_closure(self, activation: Activation) -> None:
        releasing.close_without_opening(batch=activation.process.batch, by="flow", at=timezone.now())

    def first_reviewers(self, activation: Activation) -> set[int]:
        return deciders(activation.process.batch, EARLIER_STAGES["second_review"])

    def reviewers(self, activation: Activation) -> set[int]:
        return deciders(activation.process.batch, EARLIER_STAGES["sign_off"])

    def deciders(self, activation: Activation) -> set[int]:
        batch = activation.process.batch
        return deciders(batch, list(Stage)) | set(batch.sign_offs.values_list("person", flat=True))


def begin(*, batch: Batch, by: Person) -> OpeningProcess:
    """Put a batch on its road: screened at once, then waiting at first review. All or nothing."""
    with transaction.atomic():
        return OpeningFlow.start.run(batch=batch, by=by).process
