"""The road of one request for a unit's opinion on what it will transfer (到期开放意见).

Source: 档案法 art. 30; 档案法实施条例 art. 30. The opinions are input to a later review and shorten it by no step.
"""

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from viewflow import this
from viewflow.workflow import Activation, flow

from review.models import TransferRequest
from workflows import views
from workflows.audit import TellingLock
from workflows.models import TransferProcess
from workflows.nodes import Desk


class TransferFlow(flow.Flow):
    """One forming unit asked for its opinion on what it will transfer."""

    process_class = TransferProcess
    process_title = _("Opinion at transfer")
    lock_impl = TellingLock()
    obsolete = flow.Obsolete()

    start = flow.StartHandle(this.take_request).Annotation(title=_("Asked")).Next(this.give_opinions)
    give_opinions = (
        Desk(views.transfer, permission="review.countersign_agency", over=lambda act: act.process.request.agency)
        .Clock("transfer")
        .Annotation(title=_("Opinion at transfer"))
        .Next(this.end)
    )
    end = flow.End().Annotation(title=_("Done"))

    def take_request(self, activation: Activation, *, request: TransferRequest) -> Activation:
        activation.process.artifact = request
        return activation


def begin(*, request: TransferRequest) -> TransferProcess:
    """Put a request that was just made on its road. It waits at the unit's desk."""
    with transaction.atomic():
        return TransferFlow.start.run(request=request).process
