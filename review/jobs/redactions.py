"""Making the redacted copy of a long master in the background."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils import timezone

from review.jobs.reports import Report
from review.models import Person, Redaction
from review.operations import redacting
from review.queries.redactions import is_current, last_copy


def make_copy(arguments: Mapping[str, object], report: Report) -> None:
    """Job: makes the copy of the marks as they stand. Does nothing where it is made already.

    Arguments: the keys `redaction` and `by` (a person).
    """
    redaction = Redaction.objects.select_related("master__entry__fonds").get(pk=arguments["redaction"])
    last, pages = last_copy(redaction), redaction.master.pages
    if last is not None and is_current(last):
        return
    redacting.make_copy(
        redaction=redaction,
        by=Person.objects.get(pk=arguments["by"]),
        at=timezone.now(),
        today=timezone.localdate(),
        report=lambda page: report(page, pages),
    )
