"""The running cases of the flows. Only routing words live here; what was decided is in review's rows."""

from viewflow import jsonstore
from viewflow.workflow.models import Process

from review.models import AccessRequest, Batch, Plan, Referral, Suspension, TransferRequest


class OpeningProcess(Process):
    """One batch on its road. `verdict` is what the last desk said: done or return."""

    verdict = jsonstore.CharField(max_length=10, default="")

    class Meta:
        proxy = True
        default_permissions = ()

    @property
    def batch(self) -> Batch:
        return self.artifact


class PlanProcess(Process):
    """One plan from its draft to its approval."""

    verdict = jsonstore.CharField(max_length=10, default="")

    class Meta:
        proxy = True
        default_permissions = ()

    @property
    def plan(self) -> Plan:
        return self.artifact


class ReferralProcess(Process):
    """One entry put to the body that may declassify it."""

    verdict = jsonstore.CharField(max_length=10, default="")

    class Meta:
        proxy = True
        default_permissions = ()

    @property
    def referral(self) -> Referral:
        return self.artifact


class SuspensionProcess(Process):
    """One opened entry under doubt."""

    verdict = jsonstore.CharField(max_length=10, default="")

    class Meta:
        proxy = True
        default_permissions = ()

    @property
    def suspension(self) -> Suspension:
        return self.artifact


class TransferProcess(Process):
    """One forming unit asked for its opinion on what it will transfer."""

    verdict = jsonstore.CharField(max_length=10, default="")

    class Meta:
        proxy = True
        default_permissions = ()

    @property
    def request(self) -> TransferRequest:
        return self.artifact


class RequestProcess(Process):
    """One request for an unopened record, or one complaint."""

    verdict = jsonstore.CharField(max_length=10, default="")

    class Meta:
        proxy = True
        default_permissions = ()

    @property
    def request(self) -> AccessRequest:
        return self.artifact
