"""The corrected edition (更正版): an issued catalogue once more, under a new number, without what was closed again since.

What was issued is never rewritten: the old edition stays provable and is marked as replaced on the public site. Nothing is
decided here; what may not be said any more a panel closed, and the authority consented (operations/suspending.py).
"""

from __future__ import annotations

import tempfile
from datetime import date, datetime
from pathlib import Path

from django.db import transaction

from policies.releasing import check_correction
from policies.sentences import Refusal, Sentence
from policies.separation import EARLIER_STAGES, check_publisher
from review import access, ledger
from review.documents.bundle import Manifest, says, seal_bundle
from review.documents.catalogue_pdf import Progress
from review.documents.edition import Edition
from review.models import Person, Release
from review.queries.corrections import closed_again, corrected_edition, hits_now, unsettled
from review.queries.decisions import deciders, signers
from review.queries.editions import newest_that_says, next_number, prepared, prepared_for
from review.queries.seals import parts_kept, seal_of_the_archives

PERMISSION = "review.release_fonds"


def prepare_correction(*, release: Release, issued_on: date, progress: Progress | None = None) -> Manifest:
    """Seal the corrected edition of `release` aside, under the next number. Writes files, nothing in any database.

    Raises Refusal when it may not be corrected, or its own bundle is not kept here.
    """
    edition = _checked(release, issued_on)
    prepared().mkdir(parents=True, exist_ok=True)
    folder = tempfile.mkdtemp(prefix=f"{release.batch.number}-", dir=prepared())
    place = Path(folder) / edition.number
    return seal_bundle(edition, place, progress, seal=seal_of_the_archives(), cache=parts_kept())


def prepared_correction(*, release: Release, issued_on: date) -> Manifest | None:
    """The newest bundle that was prepared as a correction of `release` and says what would be said now; None without one."""
    number = next_number(issued_on)
    folders = prepared_for(release.batch, number)
    if not folders:
        return None
    return newest_that_says(corrected_edition(release, number=number, issued_on=issued_on), folders)


@transaction.atomic
def correct(
    *, release: Release, manifest: Manifest, by: Person, at: datetime, issued_on: date, reauthenticated: bool = False
) -> Release:
    """Put a prepared corrected edition on record; `releasing.deliver` hands it to the public site after the commit.

    The ledger notes whether the password was typed again. Raises Refusal when it may not be corrected or the bundle is
    out of date; PermissionDenied.
    """
    batch = release.batch
    access.demand(by, PERMISSION, batch.fonds)
    ledger.hold()
    hands = access.hands_of(by, PERMISSION, batch.fonds)
    check_publisher(hands, deciders(batch, EARLIER_STAGES["release"]) | signers(batch))
    edition = _checked(release, issued_on)
    if not says(manifest, edition):
        raise Refusal(
            Sentence(
                "更正版编成之后情况有变，请重新编制并公布。",
                "The record changed after the corrected edition was made. Make it again and publish that.",
            )
        )
    gone = closed_again(release)
    made = Release.objects.create(
        number=edition.number,
        batch=batch,
        corrects=release,
        issued_on=issued_on,
        person=by,
        at=at,
        manifest_digest=manifest.digest,
        pages=manifest.pages,
        counts=manifest.content["counts"],
    )
    giver = access.on_behalf(by, PERMISSION, batch.fonds)
    ledger.append(
        act="correct_release",
        subject=f"release {made.number}",
        by=by,
        at=at,
        facts={
            "batch": batch.number,
            "corrects": release.number,
            "manifest": manifest.digest,
            "entries": manifest.content["counts"]["opened"],
            "reauthenticated": reauthenticated,
            "closed_again": [one.reference_code for one in gone],
            **({"for": giver.username} if giver else {}),
        },
    )
    return made


def _checked(release: Release, today: date) -> Edition:
    """The corrected edition that may be issued today. Raises Refusal."""
    newer = Release.objects.filter(corrects=release).first()
    gone = closed_again(release)
    try:
        edition = corrected_edition(release, number=next_number(today), issued_on=today)
    except FileNotFoundError:
        raise Refusal(
            Sentence(
                f"发布包 {release.number} 不在本机，无法据以更正。请先从备份恢复。",
                f"The bundle of release {release.number} is not kept here, so it cannot be corrected. Restore it first.",
            )
        ) from None
    check_correction(
        replaced_by=newer.number if newer else "",
        closed_again=len(gone),
        running=unsettled(release),
        public_hits=hits_now(edition, release, today),
    )
    return edition
