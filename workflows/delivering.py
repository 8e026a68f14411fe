"""Handing errata to the public site after the commit, as often as it takes; a site that is away undoes nothing."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import DatabaseError

from policies.sentences import Refusal
from review.operations import suspending
from review.queries.suspensions import undelivered

log = logging.getLogger(__name__)


def deliver_errata(*, at: datetime) -> list[str]:
    """Deliver every erratum that waits, in order; the numbers of those that the public site still does not have.

    Safe at any time and again: what was delivered is left alone.
    """
    failed = []
    for erratum in undelivered():
        try:
            suspending.deliver_erratum(erratum=erratum, at=at)
        except (OSError, DatabaseError, Refusal) as error:
            # Not what it says: a database quotes the row that it refused, titles and all.
            log.error("erratum %s was not delivered: %s", erratum.number, type(error).__name__)
            failed.append(erratum.number)
    return failed
