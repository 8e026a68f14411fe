"""The running case of a flow. Only routing words live here; what was decided is in review's rows."""

from viewflow import jsonstore
from viewflow.workflow.models import Process

from review.models import Batch


class OpeningProcess(Process):
    """One batch on its road. `verdict` is what the last desk said: done or return."""

    verdict = jsonstore.CharField(max_length=10, default="")

    class Meta:
        proxy = True
        default_permissions = ()

    @property
    def batch(self) -> Batch:
        return self.artifact
