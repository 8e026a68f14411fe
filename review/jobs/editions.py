"""An open catalogue set and sealed in the background, to be looked at before it is published."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from review.jobs.reports import Report
from review.models import Batch, Release
from review.operations import correcting, releasing

PAGE_HOLDS = 30  # entries, about: for the progress bar alone


def seal_edition(arguments: Mapping[str, object], report: Report) -> None:
    """Job: prepares the bundle of a signed batch; where one is ready that says what the record says now, it does nothing.

    Arguments: the keys `batch` and `issued_on` (a day). Nothing is published.
    """
    batch = Batch.objects.select_related("fonds").get(pk=arguments["batch"])
    issued_on = date.fromisoformat(str(arguments["issued_on"]))
    if releasing.prepared_bundle(batch=batch, issued_on=issued_on) is not None:
        return
    expected = batch.batch_entries.count() // PAGE_HOLDS + 3
    releasing.prepare_bundle(
        batch=batch, issued_on=issued_on, progress=lambda pages: report(pages, max(pages + 1, expected))
    )


def seal_correction(arguments: Mapping[str, object], report: Report) -> None:
    """Job: prepares the corrected edition of a release; where one is ready that says what would be said now, it does nothing.

    Arguments: the keys `release` and `issued_on` (a day). Nothing is published.
    """
    release = Release.objects.select_related("batch__fonds").get(pk=arguments["release"])
    issued_on = date.fromisoformat(str(arguments["issued_on"]))
    if correcting.prepared_correction(release=release, issued_on=issued_on) is not None:
        return
    correcting.prepare_correction(
        release=release, issued_on=issued_on, progress=lambda pages: report(pages, max(pages + 1, release.pages))
    )
