"""The road of one batch: screening, reviews, sample, countersignature, reconciliation, coordination, sign-off, consent, release.

Which of them a batch takes its procedure says (policies/procedure.py); a step that is left out is passed over by a Switch.
Source: 国家档案馆档案开放办法 arts. 12-15 (plan, organise, review, confirm, publish; 会同, 协商一致); 档案法实施条例
arts. 30-31 (coordination by the archives authority, its consent to deferral).
"""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from viewflow import this
from viewflow.workflow import Activation, flow

from policies.outcomes import Stage
from policies.separation import EARLIER_STAGES
from review.models import Batch, Countersignature, Person
from review.operations import consenting, countersigning, releasing, returning, screening
from review.queries.decisions import (
    deciders,
    disputes,
    review_steps,
    round_of,
    settled,
    signers,
    unconsented,
)
from review.queries.procedures import steps_of
from workflows import views
from workflows.audit import TellingLock
from workflows.flows import referral
from workflows.models import OpeningProcess
from workflows.nodes import Desk, SplitPerSeed


def _fonds(activation: Activation):
    return activation.process.batch.fonds


def _returned(activation: Activation) -> bool:
    return activation.process.verdict == "return"


def _to_second(activation: Activation) -> bool:
    return activation.process.verdict == "second"


def _to_reconcile(activation: Activation) -> bool:
    return activation.process.verdict == "reconcile"


def _to_authority(activation: Activation) -> bool:
    return activation.process.verdict == "authority"


class OpeningFlow(flow.Flow):
    """Open-access review of one batch."""

    process_class = OpeningProcess
    process_title = _("Open-access review")
    lock_impl = TellingLock()
    obsolete = flow.Obsolete()

    # -- the machine: advice, never a decision
    start = flow.StartHandle(this.take_batch).Annotation(title=_("Plan")).Next(this.screen)
    screen = flow.Function(this.run_rules).Annotation(title=_("Screening")).Next(this.first_review)

    # -- the archives: two people, and a third who looks at a sample
    first_review = (
        Desk(views.review, permission="review.first_review_fonds", over=_fonds)
        .Clock("first_review")
        .Annotation(title=_("First review"))
        .Next(this.after_first_review)
    )
    after_first_review = flow.Switch().Case(this.second_review, this.has_second_review).Default(this.before_asking)
    second_review = (
        Desk(views.review, permission="review.second_review_fonds", over=_fonds)
        .NotBy(this.first_reviewers)
        .Clock("second_review")
        .Annotation(title=_("Second review"))
        .Next(this.after_second_review)
    )
    after_second_review = flow.Switch().Case(this.first_review, _returned).Default(this.before_asking)
    before_asking = flow.Switch().Case(this.sample, this.is_sampled).Default(this.ask_agencies)
    sample = (
        Desk(views.sample, permission="review.sample_fonds", over=_fonds)
        .NotBy(this.both_reviewers)
        .Clock("sample")
        .Annotation(title=_("Sample"))
        .Next(this.after_sample)
    )
    after_sample = (
        flow.Switch()
        .Case(this.first_review, _returned)
        .Case(this.second_review, _to_second)
        .Default(this.ask_agencies)
    )

    # -- the forming units: all of them, side by side
    ask_agencies = SplitPerSeed(this.agencies_to_ask).Each(this.countersign).IfNone(this.after_countersign)
    countersign = (
        Desk(views.countersign, permission="review.countersign_agency", over=lambda act: act.task.seed.agency)
        .Clock("countersign")
        .Lapses(this.silence_of_agency)
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

    # -- both: what they see differently; and who rules where they do not agree
    reconcile = (
        Desk(views.reconcile, permission="review.reconcile_fonds", over=_fonds)
        .Clock("reconcile")
        .Annotation(title=_("Reconcile"))
        .Next(this.after_reconcile)
    )
    after_reconcile = (
        flow.Switch()
        .Case(this.first_review, _returned)
        .Case(this.second_review, _to_second)
        .Case(this.coordinate, _to_authority)
        .Default(this.sign_off)
    )
    coordinate = (
        Desk(views.coordinate, permission="review.oversee_fonds", over=_fonds)
        .NotBy(this.reviewers_and_signers)
        .Clock("coordinate")
        .Annotation(title=_("Coordinate"))
        .Next(this.after_coordinate)
    )
    after_coordinate = flow.Switch().Case(this.reconcile, _to_reconcile).Default(this.sign_off)

    # -- the head of the archives, or the leading group
    sign_off = (
        Desk(views.sign_off, permission="review.sign_off_fonds", over=_fonds)
        .NotBy(this.reviewers)
        .Clock("sign_off")
        .Annotation(title=_("Sign off"))
        .Next(this.after_sign_off)
    )
    after_sign_off = (
        flow.Switch()
        .Case(this.first_review, _returned)
        .Case(this.second_review, _to_second)
        .Case(this.reconcile, _to_reconcile)
        .Default(this.before_consent)
    )

    # -- the authority of the same level: what stays closed
    before_consent = (
        flow.Switch()
        .Case(this.consent, this.defers_without_consent)
        .Case(this.close, this.nothing_opens)
        .Default(this.release)
    )
    consent = (
        Desk(views.consent, permission="review.oversee_fonds", over=_fonds)
        .NotBy(this.reviewers_and_signers)
        .onCreate(this.put_deferral_list)
        .Clock("consent")
        .Annotation(title=_("Consent to deferral"))
        .Next(this.after_consent)
    )
    after_consent = (
        flow.Switch()
        .Case(this.reconcile, this.in_difference)
        .Case(this.close, this.nothing_opens)
        .Default(this.release)
    )

    # -- the publisher
    release = (
        Desk(views.release, permission="review.release_fonds", over=_fonds)
        .NotBy(this.deciders)
        .Clock("release")
        .Annotation(title=_("Release"))
        .Next(this.after_release)
    )
    after_release = (
        flow.Switch()
        .Case(this.first_review, _returned)
        .Case(this.second_review, _to_second)
        .Case(this.reconcile, _to_reconcile)
        .Default(this.follow_up)
    )
    close = flow.Function(this.record_closure).Annotation(title=_("Record without opening")).Next(this.follow_up)
    follow_up = flow.Function(this.begin_referrals).Annotation(title=_("Refer what was referred")).Next(this.end)
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

    def has_second_review(self, activation: Activation) -> bool:
        return review_steps(activation.process.batch).second_review

    def is_sampled(self, activation: Activation) -> bool:
        return steps_of(activation.process.batch).sample

    def agencies_to_ask(self, activation: Activation) -> list[Countersignature]:
        return countersigning.ask_agencies(batch=activation.process.batch, by="flow", at=timezone.now())

    def silence_of_agency(self, activation: Activation) -> None:
        countersigning.lapse(countersignature=activation.task.seed, at=timezone.now())
        activation.lapse()

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
        return not any(row.decision and row.decision.outcome.shows for row in settled(activation.process.batch))

    def defers_without_consent(self, activation: Activation) -> bool:
        batch = activation.process.batch
        return bool(unconsented(batch, settled(batch)))

    def put_deferral_list(self, activation: Activation) -> None:
        consenting.put_list(batch=activation.process.batch, by="flow", at=timezone.now())

    def record_closure(self, activation: Activation) -> None:
        releasing.close_without_opening(batch=activation.process.batch, by="flow", at=timezone.now())

    def begin_referrals(self, activation: Activation) -> None:
        referral.begin_all(batch=activation.process.batch, by="flow", at=timezone.now())

    def first_reviewers(self, activation: Activation) -> set[int]:
        return deciders(activation.process.batch, EARLIER_STAGES["second_review"])

    def both_reviewers(self, activation: Activation) -> set[int]:
        return deciders(activation.process.batch, EARLIER_STAGES["sample"])

    def reviewers(self, activation: Activation) -> set[int]:
        return deciders(activation.process.batch, EARLIER_STAGES["sign_off"])

    def reviewers_and_signers(self, activation: Activation) -> set[int]:
        batch = activation.process.batch
        return deciders(batch, EARLIER_STAGES["consent"]) | signers(batch)

    def deciders(self, activation: Activation) -> set[int]:
        batch = activation.process.batch
        return deciders(batch, list(Stage)) | signers(batch)


def begin(*, batch: Batch, by: Person) -> OpeningProcess:
    """Put a batch on its road: screened at once, then waiting at first review. All or nothing."""
    with transaction.atomic():
        return OpeningFlow.start.run(batch=batch, by=by).process
