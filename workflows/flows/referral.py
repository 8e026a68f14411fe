"""The road of one referral: a body is asked, then the next one as long as it is not theirs. Silence only reminds.

Source: 保守国家秘密法实施条例 arts. 22-26. No time limit ends it: the clock `referral` reminds and escalates, and has no lapse.
"""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from viewflow import this
from viewflow.workflow import Activation, flow

from policies.sentences import Refusal
from review.models import Batch, Person, Referral
from review.operations import referring
from review.queries.referral_answers import due_again
from workflows import views
from workflows.audit import TellingLock
from workflows.models import ReferralProcess
from workflows.nodes import Desk


def _passed_on(activation: Activation) -> bool:
    return activation.process.verdict == "passed_on"


class ReferralFlow(flow.Flow):
    """One entry put to the body that may decide on it."""

    process_class = ReferralProcess
    process_title = _("Referral")
    lock_impl = TellingLock()
    obsolete = flow.Obsolete()

    start = flow.StartHandle(this.take_referral).Annotation(title=_("Referred")).Next(this.answer)
    answer = (
        Desk(views.referral, permission="review.refer_fonds", over=lambda act: act.process.referral.entry.fonds)
        .Clock("referral")
        .Annotation(title=_("Answer to a referral"))
        .Next(this.after_answer)
    )
    after_answer = flow.Switch().Case(this.answer, _passed_on).Default(this.end)
    end = flow.End().Annotation(title=_("Done"))

    def take_referral(self, activation: Activation, *, referral: Referral) -> Activation:
        activation.process.artifact = referral
        return activation


def begin_all(*, batch: Batch, by: Person | str, at: datetime) -> int:
    """Ask about every referred entry of a signed batch, each on its own road; returns how many. Again: nobody twice."""
    with transaction.atomic():
        referrals = referring.open_referrals(batch=batch, by=by, at=at)
        for referral in referrals:
            ReferralFlow.start.run(referral=referral)
    return len(referrals)


def ask_again(*, at: datetime, today: date) -> int:
    """Ask once more about each entry that was still secret until a day that has come; returns how many. Safe at any time."""
    asked = 0
    for answered in due_again(today):
        try:
            with transaction.atomic():
                referral = referring.ask_again(referral=answered, by="tick", at=at, today=today)
                ReferralFlow.start.run(referral=referral)
        except Refusal:  # another tick was there first
            continue
        asked += 1
    return asked
