"""Releasing: the signed outcome becomes the access status, and the sealed bundle goes to the public site.

The only door to review.catalogue. The PDF is made before the transaction (it takes seconds); inside it everything is
asked again, and a bundle that is not what the record says now is refused.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from policies.outcomes import Outcome
from policies.reassessing import OPENED, REFERRED, RENEWED
from policies.releasing import check_release
from policies.sentences import Refusal, Sentence
from policies.separation import EARLIER_STAGES, check_publisher
from review import access, ledger
from review.catalogue.bundles import BundleError
from review.catalogue.loading import load_bundle
from review.documents.bundle import Manifest, says, seal_bundle, verify_bundle
from review.documents.catalogue_pdf import Progress
from review.models import CLOSED, AccessStatus, Batch, BatchEntry, Entry, Person, Reassessment, Release, SignOff
from review.models.bulk import insert_unsaved, set_columns
from review.queries.decisions import (
    Settled,
    counts_of,
    deciders,
    settled,
    signers,
    unconsented,
    unsigned,
)
from review.queries.editions import (
    edition_of,
    newest_that_says,
    next_number,
    prepared,
    prepared_for,
    standing_sign_off,
)
from review.queries.procedures import steps_of
from review.queries.reassessments import open_returns, returns_for
from review.queries.records import public_hits
from review.queries.redactions import copies_to_open, signed_digest, uncopied
from review.queries.rules import current_screener
from review.queries.seals import parts_kept, seal_of_the_archives


def prepare_bundle(*, batch: Batch, issued_on: date, progress: Progress | None = None) -> Manifest:
    """Seal the bundle of a signed batch under the next release number, aside. Writes files, nothing in any database.

    The bundle moves to its place when the release is delivered, so that a number is never taken by one nobody released.
    `progress` hears of each page that is set. Raises Refusal when the batch may not be published.
    """
    rows = settled(batch)
    sign_off = _checked(batch, rows, issued_on)
    number = next_number(issued_on)
    edition = edition_of(batch, sign_off, number=number, issued_on=issued_on)
    prepared().mkdir(parents=True, exist_ok=True)
    # A folder of its own: two publishers at the same moment never write into, or clear away, one another's.
    place = Path(tempfile.mkdtemp(prefix=f"{batch.number}-", dir=prepared())) / number
    return seal_bundle(edition, place, progress, seal=seal_of_the_archives(), cache=parts_kept())


def prepared_bundle(*, batch: Batch, issued_on: date) -> Manifest | None:
    """The newest bundle that was prepared for a batch and says what the record says now; None without one."""
    sign_off, number = standing_sign_off(batch), next_number(issued_on)
    folders = prepared_for(batch, number)
    if sign_off is None or not folders:
        return None
    return newest_that_says(edition_of(batch, sign_off, number=number, issued_on=issued_on), folders)


@transaction.atomic
def release(
    *, batch: Batch, manifest: Manifest, by: Person, at: datetime, issued_on: date, reauthenticated: bool = False
) -> Release:
    """Publish a prepared bundle: set every entry's access status, record the release, deliver it after the commit.

    The ledger notes whether the password was typed again. Raises Refusal when the batch may not be published, was
    released already, or the bundle is out of date.
    """
    access.demand(by, "review.release_fonds", batch.fonds)
    ledger.hold()
    _check_publisher(batch, by)
    rows = settled(batch)
    sign_off = _checked(batch, rows, issued_on)
    _check_current(manifest, batch, sign_off, issued_on)
    _record_outcomes(rows, at)
    made = Release.objects.create(
        number=manifest.content["number"],
        batch=batch,
        issued_on=issued_on,
        person=by,
        at=at,
        manifest_digest=manifest.digest,
        pages=manifest.pages,
        counts=counts_of(rows),
    )
    ledger.append(
        act="release",
        subject=f"release {made.number}",
        by=by,
        at=at,
        facts={
            "batch": batch.number,
            "manifest": manifest.digest,
            "entries": counts_of(rows)["opened"],
            "opened_in_part": counts_of(rows)["opened_in_part"],
            "reauthenticated": reauthenticated,
        },
        ruleset_digest=batch.screening_runs.latest().ruleset_digest,
        rows_digest=sign_off.decisions_digest,
    )
    return made


@transaction.atomic
def close_without_opening(*, batch: Batch, by: Person | str, at: datetime) -> None:
    """Record the outcome of a signed batch of which nothing opens: there is no catalogue to publish."""
    rows = settled(batch)
    sign_off = _checked(batch, rows, timezone.localdate(at))
    if any(row.decision and row.decision.outcome.shows for row in rows):
        raise Refusal(Sentence("本批有开放条目，须经公布。", "The batch opens entries and has to be published."))
    _record_outcomes(rows, at)
    ledger.append(
        act="close_without_opening",
        subject=f"batch {batch.number}",
        by=by,
        at=at,
        facts={"deferred": counts_of(rows)["deferred"], "referred": counts_of(rows)["referred"]},
        rows_digest=sign_off.decisions_digest,
    )


@transaction.atomic
def deliver(*, release: Release, at: datetime) -> None:
    """Hand the sealed bundle to the public site. What is delivered already is left alone; a failed one can be repeated."""
    ledger.hold()
    release.refresh_from_db()
    if release.delivered_at is not None:
        return
    bundle = bundle_of(release)
    if not bundle.exists():
        _put_in_place(release)
    if verify_bundle(bundle).digest != release.manifest_digest:
        raise Refusal(
            Sentence(
                f"发布包 {release.number} 与签发记录不符，未予公布。",
                f"The bundle of release {release.number} is not the one on record; it was not published.",
            )
        )
    try:
        load_bundle(bundle)
    except BundleError as error:
        raise Refusal(Sentence(error.zh, error.en)) from error
    release.delivered_at = at
    release.save(update_fields=["delivered_at"])
    ledger.append(
        act="deliver", subject=f"release {release.number}", by=release.person, at=at, facts={"to": "catalogue"}
    )


def bundle_of(release: Release) -> Path:
    """The folder of a release's sealed bundle."""
    return Path(settings.RELEASES_DIR) / release.number


def _put_in_place(release: Release) -> None:
    """Move the prepared bundle that the record names, by its digest, to its final place in one step."""
    for folder in prepared().glob(f"{release.batch.number}-*/{release.number}"):
        if verify_bundle(folder).digest == release.manifest_digest:
            folder.rename(bundle_of(release))
            shutil.rmtree(folder.parent, ignore_errors=True)
            return


def _checked(batch: Batch, rows: list[Settled], today: date) -> SignOff:
    """The standing sign-off of a batch that may be published. Raises Refusal."""
    sign_off = standing_sign_off(batch)
    shown = [row for row in rows if row.decision is not None and row.decision.outcome.shows]
    screener = current_screener()
    hits = [
        (row.entry.reference_code, "、".join(words))
        for row in shown
        if (words := public_hits(row.entry, today, screener=screener))
    ]
    copies = copies_to_open(rows)
    digest = signed_digest(rows, copies)
    check_release(
        signed_digest=sign_off.decisions_digest if sign_off else None,
        decisions_digest=digest,
        unsettled=[row.entry.reference_code for row in rows if row.decision is None],
        public_hits=hits,
        unsigned=unsigned(batch, digest),
        unconsented=[row.entry.reference_code for row in unconsented(batch, rows)],
        uncopied=uncopied(rows, copies),
        unsampled=steps_of(batch).sample and not batch.certificates.filter(passed=True).exists(),
    )
    if sign_off is None:  # check_release refused already; said again for the reader and the type checker
        raise Refusal(Sentence("本批尚未审定签发。", "The batch is not signed off."))
    return sign_off


def _check_publisher(batch: Batch, by: Person) -> None:
    decided = deciders(batch, EARLIER_STAGES["release"]) | signers(batch)
    check_publisher(access.hands_of(by, "review.release_fonds", batch.fonds), decided)
    if Release.objects.filter(batch=batch).exists():
        raise Refusal(Sentence("本批已经公布。", "The batch has been released already."))


def _check_current(manifest: Manifest, batch: Batch, sign_off: SignOff, issued_on: date) -> None:
    """The prepared bundle says exactly what the record says now."""
    edition = edition_of(batch, sign_off, number=next_number(issued_on), issued_on=issued_on)
    if not says(manifest, edition):
        raise Refusal(
            Sentence(
                "目录编成之后情况有变，请重新编制并公布。",
                "The record changed after the catalogue was made. Make it again and publish that.",
            )
        )


def _record_outcomes(rows: list[Settled], at: datetime) -> None:
    """Set the access status of each entry from its signed outcome, free the entries, and say when the closed come back."""
    outcomes: dict[str, list[Entry]] = {OPENED: [], RENEWED: [], REFERRED: []}
    changed: list[Entry] = []
    for row in rows:
        decision, entry = row.decision, row.entry
        if decision is None:
            continue
        if decision.outcome.opens:
            entry.access_status, entry.ground, entry.opens_on = AccessStatus.OPEN, decision.ground, None
            outcomes[OPENED].append(entry)
        elif decision.outcome.closes:
            in_part = decision.outcome is Outcome.PARTIAL
            entry.access_status = AccessStatus.PARTIAL if in_part else AccessStatus.DEFERRED
            entry.ground, entry.opens_on = decision.ground, decision.opens_on
            outcomes[RENEWED].append(entry)
        else:
            outcomes[REFERRED].append(entry)
            continue
        changed.append(entry)
    columns = ("access_status", "ground", "opens_on")
    set_columns(Entry, columns, [(e.pk, e.access_status, e.ground, e.opens_on and str(e.opens_on)) for e in changed])
    BatchEntry.objects.filter(pk__among=[row.batch_entry.pk for row in rows]).update(live=False)
    _record_returns(outcomes, at)


def _record_returns(outcomes: Mapping[str, list[Entry]], at: datetime) -> None:
    """End the return that each entry had, by what became of it, and give each closed one its next.

    One that was closed before and is referred now stays closed: it too has a day on which somebody looks at it again.
    """
    for outcome, entries in outcomes.items():
        open_returns([entry.pk for entry in entries]).update(done_at=at, outcome=outcome)
    still = [entry for entry in outcomes[REFERRED] if entry.access_status in CLOSED]
    insert_unsaved(Reassessment, returns_for([*outcomes[RENEWED], *still], at=at))
