"""The road of one plan: drafted from the due list, approved by another person or sent back.

Source: 国家档案馆档案开放办法 art. 13 (plan first). That another person approves it is house policy.
"""

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from viewflow import this
from viewflow.workflow import Activation, flow

from review.models import Fonds, Person, Plan
from review.queries.plans import makers_of
from workflows import views
from workflows.audit import TellingLock
from workflows.models import PlanProcess
from workflows.nodes import Desk


def _fonds(activation: Activation) -> Fonds:
    """The fonds of the first line; each operation asks for the right on every fonds of the plan."""
    return activation.process.plan.lines.order_by("position").first().fonds


def _returned(activation: Activation) -> bool:
    return activation.process.verdict == "return"


def _given_up(activation: Activation) -> bool:
    return activation.process.verdict == "give_up"


class PlanFlow(flow.Flow):
    """One plan from its draft to its approval."""

    process_class = PlanProcess
    process_title = _("Plan")
    lock_impl = TellingLock()
    obsolete = flow.Obsolete()

    start = flow.StartHandle(this.take_plan).Annotation(title=_("Due list")).Next(this.draft)

    # -- the planner
    draft = (
        Desk(views.plan_draft, permission="review.plan_fonds", over=_fonds)
        .Clock("plan")
        .Annotation(title=_("Draft the plan"))
        .Next(this.after_draft)
    )
    after_draft = flow.Switch().Case(this.end, _given_up).Default(this.approve)

    # -- another person
    approve = (
        Desk(views.plan_approve, permission="review.approve_plan_fonds", over=_fonds)
        .NotBy(this.makers)
        .Clock("plan")
        .Annotation(title=_("Approve the plan"))
        .Next(this.after_approve)
    )
    after_approve = flow.Switch().Case(this.draft, _returned).Default(this.end)
    end = flow.End().Annotation(title=_("Done"))

    def take_plan(self, activation: Activation, *, plan: Plan) -> Activation:
        activation.process.artifact = plan
        return activation

    def makers(self, activation: Activation) -> set[int]:
        return makers_of(activation.process.plan)


def begin(*, plan: Plan, by: Person) -> PlanProcess:
    """Put a plan that was just made on its road. It waits at its draft."""
    with transaction.atomic():
        return PlanFlow.start.run(plan=plan).process
