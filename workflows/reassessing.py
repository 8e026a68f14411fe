"""What is closed comes back by itself: due entries in batches, each on the road of any other. Called by `tick`."""

from __future__ import annotations

import logging
from datetime import date, datetime

from django.db import transaction

from policies.sentences import Refusal
from review.models import Fonds
from review.operations import reassessing
from review.queries.reassessments import due_returns
from workflows.flows import opening

BY = "tick"
log = logging.getLogger(__name__)


def bring_back(*, at: datetime, today: date) -> int:
    """Begin a review of everything closed that is due to be assessed again; how many batches were begun.

    Again on the same day: nothing is due any more. A fonds that cannot be done is told in the log and does not hold up
    the others.
    """
    while reassessing.enter_returns(by=BY, at=at):
        pass
    begun = 0
    fonds = due_returns(today).order_by().values_list("entry__fonds", flat=True).distinct()
    for each in Fonds.objects.filter(pk__in=list(fonds)).order_by("code"):
        begun += _bring_back(each, at=at, today=today)
    return begun


def _bring_back(fonds: Fonds, *, at: datetime, today: date) -> int:
    begun = 0
    while due_returns(today).filter(entry__fonds=fonds).exists():
        try:
            with transaction.atomic():
                batch = reassessing.bring_back_entries(fonds=fonds, by=BY, at=at, today=today)
                opening.begin(batch=batch, by=batch.made_by)
        except Refusal:
            # A second tick at the same moment did it, or the fonds needs a person: nothing is half done.
            log.warning("entries of fonds %s were not brought back", fonds.code, exc_info=True)
            break
        begun += 1
    return begun
